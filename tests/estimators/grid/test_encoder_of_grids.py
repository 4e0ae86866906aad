"""Images and sequences through the encoder: codes that hide the group, and samples put into another one."""

import io
import pickle

import numpy as np
import pytest
from made_stripes import SHAPES, TRAINING, flat, make_stripes, seen_class, seen_group
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import make_pipeline

from skfairgen import FairEncoder, distill, load, save
from skfairgen.exceptions import CollapseWarning, LeakageWarning
from skfairgen.models import CodeModel


@pytest.fixture(scope="module", params=sorted(SHAPES))
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def encoder(kind):
    X, y, groups = make_stripes(kind)
    options = {**TRAINING, "max_epochs": 30, "leakage_threshold": 1.0}
    return FairEncoder(n_components=4, **options).fit(X, y, sensitive_features=groups)


def test_the_code_tells_the_class_and_hides_the_group(encoder, kind):
    X, y, groups = make_stripes(kind, correlation=0.5, seed=1)
    codes = encoder.transform(X)
    assert codes.shape == (500, 4)
    model = LogisticRegression(max_iter=1_000)
    accuracies = [model.fit(codes[:250], own[:250]).score(codes[250:], own[250:]) for own in (y, groups)]
    assert accuracies[0] > 0.95
    raw = X.reshape(len(X), -1)
    assert model.fit(raw[:250], groups[:250]).score(raw[250:], groups[250:]) > 0.95
    assert accuracies[1] < 0.75


def test_samples_are_put_into_another_group_and_keep_their_class(encoder, kind):
    X, y, groups = make_stripes(kind, seed=1)
    moved = encoder.counterfactual(X, "light", sensitive_features=groups, random_state=0)
    assert moved.dtype == X.dtype
    assert (seen_group(moved) == "light").mean() > 0.95
    assert (seen_class(moved) == y).mean() > 0.95
    np.testing.assert_array_equal(moved[groups == "light"], X[groups == "light"])
    decoded = encoder.inverse_transform(encoder.transform(X), groups=groups, random_state=0)
    assert decoded.shape == X.shape
    assert (seen_class(decoded) == y).mean() > 0.95
    assert (seen_group(decoded) == groups).mean() > 0.95


def test_the_history_has_every_term_and_the_weight_that_it_came_to(encoder):
    terms = {"likelihood", "kl", "outcome", "dependence", "recoded"}
    assert {f"{split}_{term}" for split in ("train", "valid") for term in terms} <= set(encoder.history_)
    assert (encoder.history_["fairness_weight"] >= 30).all()
    assert encoder.history_["fairness_weight"].nunique() > 1


def test_files_pickles_frames_of_codes_and_a_student(encoder, kind):
    X, y, groups = make_stripes(kind)
    codes = encoder.transform(X)
    file = io.BytesIO()
    save(encoder, file)
    for again in (load(io.BytesIO(file.getvalue())), pickle.loads(pickle.dumps(encoder))):
        np.testing.assert_array_equal(again.transform(X), codes)
    frame = pickle.loads(pickle.dumps(encoder)).set_output(transform="pandas").transform(X)
    assert list(frame.columns) == [f"fairencoder{place}" for place in range(4)]
    student = distill(encoder, data=(X, y, groups), size=0.5, max_epochs=4, random_state=0)
    assert np.corrcoef(student.transform(X).ravel(), codes.ravel())[0, 1] > 0.9


def test_flat_rows_may_lack_the_sensitive_column(kind):
    X, y, groups = make_stripes(kind, n=200)
    frame = flat(X, groups)
    shape = (1, *SHAPES[kind]) if kind == "sequences" else SHAPES[kind]
    options = {**TRAINING, "max_epochs": 4, "leakage_threshold": 1.0}
    encoder = FairEncoder("shade", sample_shape=shape, n_components=4, **options).fit(frame, y)
    codes = encoder.transform(frame)
    np.testing.assert_array_equal(encoder.transform(frame.drop(columns="shade")), codes)
    assert encoder.inverse_transform(codes, "dark").dtypes.tolist() == frame.dtypes.tolist()
    assert encoder.counterfactual(frame, "dark").shape == frame.shape


def test_a_search_over_the_weight_runs_in_two_processes(kind):
    X, y, groups = make_stripes(kind, n=240)
    options = {**TRAINING, "max_epochs": 4, "leakage_threshold": 1.0}
    model = make_pipeline(FairEncoder(n_components=4, **options), LogisticRegression(max_iter=1_000))
    given = {"fairencoder__sensitive_features": groups}
    search = GridSearchCV(model, {"fairencoder__fairness_weight": [1.0, 3.0]}, cv=2, n_jobs=2, error_score="raise")
    assert search.fit(X, y, **given).best_score_ > 0.8
    assert cross_validate(model, X, y, cv=2, params=given, error_score="raise")["test_score"].mean() > 0.8


def test_a_code_without_a_penalty_reveals_the_group_and_says_so(kind):
    X, y, groups = make_stripes(kind, correlation=0.5)
    with pytest.warns(LeakageWarning):
        FairEncoder(n_components=4, fairness_weight=0, **TRAINING).fit(X, y, sensitive_features=groups)
    with pytest.warns(LeakageWarning, match="the sensitive column 0: .*Raise max_epochs or"):
        FairEncoder(n_components=4, fairness_weight=0, criterion="equalized_odds", **TRAINING).fit(
            X, y, sensitive_features=groups
        )


def test_the_probe_of_many_samples_encodes_a_part_of_them(kind, monkeypatch):
    X, y, groups = make_stripes(kind, n=300)
    sizes, encode = [], CodeModel.encode
    monkeypatch.setattr("skfairgen.estimators._code_guards.MAX_PROBED", 50)
    monkeypatch.setattr(
        CodeModel, "encode", lambda self, items, *own: sizes.append(len(own[0])) or encode(self, items, *own)
    )
    options = {**TRAINING, "max_epochs": 1, "n_components": 4, "leakage_threshold": 1.0, "fairness_weight": 3.0}
    encoder = FairEncoder(**options).fit(X, y, sensitive_features=groups)
    shape = (1, *SHAPES[kind]) if kind == "sequences" else SHAPES[kind]
    FairEncoder("shade", sample_shape=shape, **options).fit(flat(X, groups), y)
    assert max(sizes) < 50 + 0.1 * 300 + 1
    assert encoder.dependence_["auc"].notna().all()


def test_a_code_that_carries_nothing_says_so(kind):
    X, y, groups = make_stripes(kind, n=200)
    with pytest.warns(CollapseWarning):
        FairEncoder(kl_weight=100, **TRAINING).fit(X, y, sensitive_features=groups)


def test_options_that_do_nothing_and_samples_that_are_none_are_refused(encoder, kind):
    X, y, groups = make_stripes(kind, n=60)
    with pytest.raises(ValueError, match="sensitive_at_prediction=False does nothing with images"):
        FairEncoder(sensitive_at_prediction=False).fit(X, y, sensitive_features=groups)
    with pytest.raises(ValueError, match="'criterion' parameter"):
        FairEncoder(criterion="equal_opportunity").fit(X, y, sensitive_features=groups)
    with pytest.raises(ValueError, match="expected at least one sample"):
        encoder.transform(X[:0])
    with pytest.raises(ValueError, match="far beyond those of fit.*Pass samples in the unit of fit"):
        encoder.transform(X * 1e300)


def test_codes_need_no_labels(kind):
    X, _, groups = make_stripes(kind)
    encoder = FairEncoder(n_components=4, leakage_threshold=1.0, **TRAINING).fit(X, sensitive_features=groups)
    assert encoder.classes_ is None
    assert encoder.transform(X).std() > 0.1
