"""Images and sequences through the generator, its student, the resampler, files and searches."""

import io
import pickle

import numpy as np
import pandas as pd
import pytest
from imblearn.pipeline import Pipeline
from made_stripes import SHAPES, TRAINING, flat, make_stripes, seen_class, seen_group
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV

from skfairgen import FairDistillResampler, FairGenerator, distill, load, save
from skfairgen.exceptions import CollapseWarning, LeakageWarning, SmallGroupWarning

KINDS = sorted(SHAPES)
pytestmark = pytest.mark.filterwarnings("ignore::skfairgen.exceptions.LeakageWarning")  # trainings are short


@pytest.fixture(scope="module", params=KINDS)
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def generator(kind):
    X, y, groups = make_stripes(kind)
    return FairGenerator(criterion="equalized_odds", **TRAINING).fit(X, y, sensitive_features=groups)


def in_memory(estimator, private_export="auto"):
    file = io.BytesIO()
    save(estimator, file, private_export=private_export)
    return file.getvalue()


def test_drawn_samples_are_of_their_class_and_group_and_the_two_are_independent(generator, kind):
    X, y, groups = generator.sample(400, return_sensitive_features=True, random_state=0)
    assert X.shape == (400, *SHAPES[kind])
    assert X.dtype == np.uint8
    assert (seen_class(X) == y).mean() > 0.9
    assert (seen_group(X) == groups).mean() > 0.9
    shares = pd.crosstab(y, groups, normalize="columns")
    assert abs(shares.loc["high", "dark"] - shares.loc["high", "light"]) < 0.02
    _, y, groups = generator.sample(400, criterion=None, return_sensitive_features=True, random_state=0)
    shares = pd.crosstab(y, groups, normalize="columns")
    assert shares.loc["high", "light"] - shares.loc["high", "dark"] > 0.6


def test_the_student_is_small_draws_the_same_cells_and_holds_no_encoder(generator):
    student = distill(generator, size=0.4, max_epochs=8, random_state=0)
    assert student.n_parameters_ <= 0.4 * generator.n_parameters_
    assert student.model_.density.encoder is None
    X, y, groups = student.sample(300, return_sensitive_features=True, random_state=0)
    assert (seen_class(X) == y).mean() > 0.9
    assert (seen_group(X) == groups).mean() > 0.9
    report = student.distillation_report_
    assert (report.loc[report["column"] == "(item)", "kl"] < 0.3).all()


def test_what_draws_in_steps_is_distilled_to_one_step(kind):
    X, y, groups = make_stripes(kind)
    generator = FairGenerator(prior="flow", **TRAINING).fit(X, y, sensitive_features=groups)
    student = distill(generator, max_epochs=2, size=0.4, random_state=0)
    assert student.model_.density.prior.is_one_step
    X, y = generator.sample(200, random_state=0)
    assert (seen_class(X) == y).mean() > 0.8


def test_files_and_pickles_draw_the_same_bits(generator):
    student = distill(generator, size=0.4, max_epochs=1, random_state=0)
    for estimator in (generator, student):
        expected = estimator.sample(20, random_state=1)[0]
        again = (load(io.BytesIO(in_memory(estimator, False))), pickle.loads(pickle.dumps(estimator)))
        for other in again:
            np.testing.assert_array_equal(other.sample(20, random_state=1)[0], expected)


def test_no_training_sample_is_in_a_fitted_object_or_a_file(kind):
    X, y, groups = make_stripes(kind, n=300, dtype="float64")
    planted = X[7] = np.random.default_rng(1).normal(100, 20, SHAPES[kind])
    generator = FairGenerator(**{**TRAINING, "max_epochs": 2}).fit(X, y, sensitive_features=groups)
    student = distill(generator, max_epochs=1, size=0.4, random_state=0)
    codec = generator.codec_
    marks = [planted, planted.astype("float32"), codec.encode(planted[None])["grid"][0]]
    for content in (pickle.dumps(generator), in_memory(generator), in_memory(student)):
        for mark in marks:
            assert mark.tobytes()[:64] not in content
    numbers = np.unique(planted).tobytes()
    private = in_memory(student)
    assert not any(numbers[place : place + 8] in private for place in range(0, len(numbers), 8))


@pytest.mark.parametrize("mode", ["augment", "replace"])
def test_rows_are_resampled_as_arrays_and_flat(kind, mode):
    X, y, groups = make_stripes(kind)
    options = {"mode": mode, "criterion": "equalized_odds", **TRAINING}
    resampler = FairDistillResampler(**options)
    X_new, y_new = resampler.fit_resample(X, y, sensitive_features=groups)
    assert X_new.shape == (len(y_new), *SHAPES[kind])
    assert X_new.dtype == X.dtype
    n_real = 500 if mode == "augment" else 0
    np.testing.assert_array_equal(X_new[:n_real], X[:n_real])
    drawn = X_new[n_real:]
    assert (seen_class(drawn) == y_new[n_real:]).mean() > 0.9
    assert (seen_group(drawn) == resampler.sensitive_features_[n_real:]).mean() > 0.9
    frame, shape = flat(X, groups), (1, *SHAPES[kind]) if kind == "sequences" else SHAPES[kind]
    of_flat = FairDistillResampler("shade", sample_shape=shape, **options)
    F_new, labels = of_flat.fit_resample(frame, y)
    assert F_new.dtypes.tolist() == frame.dtypes.tolist()
    np.testing.assert_array_equal(labels, y_new)
    np.testing.assert_array_equal(F_new.drop(columns="shade").to_numpy().reshape(X_new.shape), X_new)
    np.testing.assert_array_equal(F_new["shade"], resampler.sensitive_features_)


def test_a_search_in_two_processes_resamples_flat_rows(kind):
    X, y, groups = make_stripes(kind, n=300, correlation=0.7)
    shape = (1, *SHAPES[kind]) if kind == "sequences" else SHAPES[kind]
    resampler = FairDistillResampler(0, sample_shape=shape, criterion="equalized_odds", **{**TRAINING, "max_epochs": 2})
    rows = np.column_stack([(groups == "light").astype("uint8"), X.reshape(len(X), -1)])
    model = Pipeline([("resample", resampler), ("classify", RandomForestClassifier(10, random_state=0))])
    search = GridSearchCV(clone(model), {"resample__mode": ["augment", "replace"]}, cv=2, n_jobs=2, error_score="raise")
    assert search.fit(rows, y).best_score_ > 0.5


def test_cells_that_no_row_has_are_composed_with_a_warning(kind):
    X, y, groups = make_stripes(kind, correlation=1.0)
    generator = FairGenerator(**TRAINING).fit(X, y, sensitive_features=groups)
    with pytest.warns(SmallGroupWarning, match=r"never seen together.*\('low', 'light'\)"):
        drawn, labels = generator.sample(cells={("low", "light"): 30}, random_state=0)
    assert drawn.shape == (30, *SHAPES[kind])
    assert set(labels) == {"low"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"latent": None}, "latent=None is for tables"),
        ({"label_draw": "decide"}, "label_draw='decide' does nothing with a fair code"),
        ({"tuned_for": None}, "tuned_for=None does nothing"),
        ({"categorical_columns": [0]}, "no columns"),
        ({"sensitive_columns": 0}, "images have none.*sensitive_features"),
        ({"device": "cuda"}, "cuda"),
        ({"device": "gpu"}, "gpu"),
    ],
)
def test_options_that_do_nothing_are_refused_before_training(kind, options, message, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    X, y, groups = make_stripes(kind, n=60)
    given = {} if "sensitive_columns" in options else {"sensitive_features": groups}
    for estimator in (FairGenerator(**options), FairDistillResampler(**options)):
        with pytest.raises(ValueError, match=message):
            getattr(estimator, "fit_resample" if hasattr(estimator, "fit_resample") else "fit")(X, y, **given)


def test_options_of_a_code_are_refused_without_one():
    X = pd.DataFrame({"a": np.arange(20.0), "s": ["f", "m"] * 10})
    with pytest.raises(ValueError, match="prior='flow' does nothing without one"):
        FairGenerator("s", prior="flow").fit(X, [0, 1] * 10)


@pytest.mark.filterwarnings("ignore::skfairgen.exceptions.CollapseWarning")
def test_names_of_people_and_tables_that_arrays_are_not_are_told(kind):
    X, y, _ = make_stripes(kind, n=60)
    with pytest.warns(LeakageWarning, match="Column 0 looks like an identifier"):
        generator = FairGenerator(**{**TRAINING, "max_epochs": 1}).fit(
            X, y, sensitive_features=[f"person {place}" for place in range(60)]
        )
    with pytest.raises(ValueError, match="draws arrays of shape .*Take sample_batches, or fit on flat rows"):
        generator.sample_to_parquet("nowhere", 5)


@pytest.mark.filterwarnings("ignore::skfairgen.exceptions.CollapseWarning")
def test_classes_that_a_decoder_learns_by_heart_are_named(kind):
    X, y, groups = make_stripes(kind, n=60)
    y = np.where(np.arange(60) < 9, "odd", y)
    with pytest.warns(
        SmallGroupWarning, match="Label 'odd' has fewer than 10 samples.* may repeat them. Leave them out"
    ):
        FairGenerator(**{**TRAINING, "max_epochs": 1}).fit(X, y, sensitive_features=groups)


def test_training_goes_on_from_the_last_weights(generator, kind):
    X, y, groups = make_stripes(kind)
    again = clone(generator).set_params(max_epochs=1, warm_start=True).fit(X, y, sensitive_features=groups)
    first = again.history_["train_likelihood"].iloc[-1]
    assert again.fit(X, y, sensitive_features=groups).history_["train_likelihood"].iloc[-1] > first


def test_what_the_code_tells_of_the_group_is_measured_saved_and_warned_of():
    X, y, groups = make_stripes("images")
    generator = FairGenerator(penalty="fairdisco", **{**TRAINING, "max_epochs": 4})
    with pytest.warns(
        LeakageWarning,
        match=r"reveals the sensitive column 0: .* above 0.75\. .*penalty='energy_distance', or prior='flow'",
    ):
        generator.fit(X, y, sensitive_features=groups)
    assert list(generator.dependence_) == ["auc", "low", "high"]
    again = load(io.BytesIO(in_memory(generator)))
    pd.testing.assert_frame_equal(again.dependence_, generator.dependence_)
    assert not hasattr(FairGenerator(**{**TRAINING, "max_epochs": 1}).fit(X, y), "dependence_")


def test_a_code_of_a_generator_that_does_not_tell_the_class_says_so():
    X, y, groups = make_stripes("sequences", n=300)
    with pytest.warns(CollapseWarning, match="Raise max_epochs"):
        FairGenerator(max_epochs=1, lr=1e-9, random_state=0).fit(X, y, sensitive_features=groups)


def test_more_pixels_than_memory_holds_are_refused_before_anything_is_copied():
    X = np.broadcast_to(np.uint8(0), (30_000, 2_000, 2_000, 3))
    with pytest.raises(MemoryError, match="30,000 samples of 2,000 x 2,000 x 3 values.*Shrink the samples"):
        FairGenerator().fit(X, np.arange(30_000) % 2, sensitive_features=np.arange(30_000) // 2 % 2)


def test_samples_have_a_weight_of_one(generator):
    plain, weighed = (generator.sample(20, return_sample_weight=weights, random_state=0) for weights in (False, True))
    np.testing.assert_array_equal(weighed[0], plain[0])
    np.testing.assert_array_equal(weighed[2], np.ones(20))
