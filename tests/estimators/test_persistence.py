"""Files give back what was saved, and hold no record."""

import datetime
import io
import json
import re
import zipfile
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
import torch
from in_memory import from_bytes, to_bytes
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from skfairgen import FairDistillResampler, FairEncoder, FairGenerator, distill, load, save
from skfairgen.files import pack, unpack
from skfairgen.models._density_model import module_from_state, module_to_state
from skfairgen.nn import ColumnDensity, ColumnEncoder, FairAutoencoder

RARE_WORD, RARE_NUMBER, RARE_FLOAT = "Zyzzyva Quux", 987_654_321, 123456.789
RARE_DAY, RARE_GROUP, RARE_AGE = pd.Timestamp("1901-02-03"), "Atlantean", 8_675_309
BLIND_PARITY = {"criterion": "demographic_parity", "sensitive_at_prediction": False}
CRITERIA = [
    {},
    {"criterion": "demographic_parity"},
    BLIND_PARITY,
    {**BLIND_PARITY, "label_draw": "minimal"},
    {"criterion": "demographic_parity", "label_draw": "sample"},
    {"criterion": "equalized_odds", "label_draw": "decide"},
    {"criterion": "equal_opportunity", "tuned_for": None},
    {"criterion": "balanced_cells"},
]

quiet = pytest.mark.filterwarnings("ignore::skfairgen.exceptions.SkfairgenWarning")


@pytest.fixture(scope="module")
def teacher(made):
    return FairGenerator("group_0", max_epochs=1, random_state=0).fit(made.data, made.target)


@pytest.fixture(scope="module")
def student(teacher):
    return distill(teacher, max_epochs=1, random_state=0)


@pytest.fixture(scope="module")
def content(student):
    return to_bytes(student)


def assert_same_rows(first, second):
    (X, y), (other_X, other_y) = (estimator.sample(200, random_state=0) for estimator in (first, second))
    pd.testing.assert_frame_equal(X, other_X, check_exact=True)
    if y is not None:
        pd.testing.assert_series_equal(y, other_y)


@quiet
@pytest.mark.parametrize("repair", CRITERIA, ids=str)
def test_a_loaded_teacher_draws_the_same_rows(made, repair, tmp_path):
    teacher = FairGenerator("group_0", **repair, max_epochs=1, random_state=0).fit(made.data, made.target)
    save(teacher, tmp_path / "file")
    assert_same_rows(teacher, load(tmp_path / "file"))


@quiet
def test_a_classifier_that_a_plan_was_tuned_for_is_left_out_and_the_plan_is_kept(made):
    X = made.data[["group_0", "normal_0"]].assign(group_0=(made.data["group_0"] == "a").astype(int))
    tree = DecisionTreeClassifier(max_depth=3, random_state=0)
    options = {"criterion": "demographic_parity", "tuned_for": tree, "max_epochs": 1, "random_state": 0}
    generator = FairGenerator("group_0", **options).fit(X, made.target)
    loaded = from_bytes(to_bytes(generator))
    assert loaded.tuned_for is None
    assert_same_rows(generator, loaded)


def test_a_loaded_student_draws_the_same_rows(student, tmp_path):
    student.save(tmp_path / "file", private_export=False)
    loaded = load(tmp_path / "file")
    assert_same_rows(student, loaded)
    assert loaded.n_parameters_ == student.n_parameters_
    pd.testing.assert_frame_equal(loaded.distillation_report_, student.distillation_report_)


def test_a_private_file_draws_rows_of_the_same_kind(student, content):
    loaded = from_bytes(content)
    X, y = loaded.sample(500, random_state=0)
    expected, expected_y = student.sample(500, random_state=0)
    pd.testing.assert_series_equal(X.dtypes, expected.dtypes)
    pd.testing.assert_series_equal(y, expected_y)
    assert len(content) == student.size_bytes_
    assert (X["group_0"] == expected["group_0"]).all()


@quiet
@pytest.mark.parametrize("repair", [{}, BLIND_PARITY])
def test_a_loaded_resampler_keeps_its_generator(made, repair, tmp_path):
    resampler = FairDistillResampler("group_0", **repair, max_epochs=1, random_state=0)
    resampler.fit_resample(made.data, made.target)
    save(resampler, tmp_path / "file")
    loaded = load(tmp_path / "file")
    assert_same_rows(resampler.generator_, loaded.generator_)
    assert loaded.generator_ is loaded.teacher_
    assert loaded.sampling_strategy_ == resampler.sampling_strategy_
    X, _ = loaded.fit_resample(made.data, made.target)
    assert len(X) > len(made.data)


def test_what_is_loaded_is_on_the_cpu_throughout(made):
    resampler = FairDistillResampler("group_0", max_epochs=1, random_state=0)
    resampler.fit_resample(made.data, made.target)
    resampler.device = resampler.teacher_.device = "cuda"
    loaded = from_bytes(to_bytes(resampler))
    assert loaded.device == loaded.generator_.device == "cpu"


def mixed(n_rows=200):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "x": rng.normal(size=n_rows),
            "sex": rng.choice(["f", "m", None], n_rows, p=[0.4, 0.5, 0.1]),
            "race": pd.Categorical(rng.choice(["p", "q", "r"], n_rows)),
            "age": np.where(rng.random(n_rows) < 0.1, np.nan, rng.uniform(18, 80, n_rows)),
        }
    )
    return frame, pd.Series(np.where(frame["x"] > 0, "u", "v"))


def assert_same_codes(first, second, X):
    codes = first.transform(X)
    np.testing.assert_array_equal(second.transform(X), codes)
    rows = [encoder.inverse_transform(codes, random_state=0) for encoder in (first, second)]
    pd.testing.assert_frame_equal(*rows, check_exact=True)
    others = [encoder.counterfactual(X, first.groups_[0], random_state=0) for encoder in (first, second)]
    pd.testing.assert_frame_equal(*others, check_exact=True)


@quiet
@pytest.mark.parametrize("sensitive_columns", ["sex", ["sex", "race", "age"]])
@pytest.mark.parametrize(
    "options",
    [{}, {"criterion": None}, {"criterion": "equalized_odds"}, {"sensitive_at_prediction": False}],
    ids=str,
)
def test_a_loaded_encoder_gives_the_same_codes_and_rows(sensitive_columns, options, tmp_path):
    X, y = mixed()
    encoder = FairEncoder(sensitive_columns, **options, n_components=3, max_epochs=1, random_state=0).fit(X, y)
    save(encoder, tmp_path / "file")
    loaded = load(tmp_path / "file")
    assert_same_codes(encoder, loaded, X)
    pd.testing.assert_frame_equal(loaded.dependence_, encoder.dependence_)
    pd.testing.assert_frame_equal(loaded.history_, encoder.history_)
    assert loaded.groups_ == encoder.groups_ and loaded.classes_.tolist() == encoder.classes_.tolist()
    assert loaded.get_params() == encoder.get_params()


@quiet
def test_a_loaded_encoder_without_labels_gives_the_same_codes():
    X, _ = mixed()
    for encoder in (FairEncoder("race", max_epochs=1), FairEncoder(["age"], n_components=np.int64(2), max_epochs=1)):
        loaded = from_bytes(to_bytes(encoder.fit(X)))
        assert loaded.classes_ is None
        assert_same_codes(encoder, loaded, X)


@quiet
def test_a_loaded_encoder_takes_sensitive_values_beside_the_table():
    X, y = mixed()
    encoder = FairEncoder(max_epochs=1, random_state=0).fit(X[["x"]].to_numpy(), y, sensitive_features=X["race"])
    loaded = from_bytes(to_bytes(encoder.set_output(transform="pandas")))
    codes = [each.transform(X[["x"]].to_numpy(), sensitive_features=X["race"]) for each in (encoder, loaded)]
    pd.testing.assert_frame_equal(*codes, check_exact=True)


@quiet
def test_a_loaded_encoder_goes_on_from_its_weights_as_the_saved_one_does():
    X, y = mixed()
    encoder = FairEncoder("sex", n_components=3, max_epochs=1, warm_start=True, random_state=0).fit(X, y)
    loaded = from_bytes(to_bytes(encoder)).fit(X, y)
    assert_same_codes(loaded, clone(encoder).fit(X, y).fit(X, y), X)
    fresh = encoder.set_params(warm_start=False).fit(X, y)
    assert not np.array_equal(loaded.transform(X), fresh.transform(X))


@pytest.mark.parametrize(
    "module",
    [
        ColumnDensity([np.int64(3), 2], [2], hidden_features=np.int64(5), dropout=0),
        FairAutoencoder(
            ColumnEncoder([3, 2], (2,), 8, visible_columns=np.array([1]), encode_given=np.False_),
            ColumnDensity([3, 2], (2,), latent_features=8),
            n_classes=3,
        ),
        FairAutoencoder(ColumnEncoder([3, 2], [], 8), ColumnDensity([3, 2], [], latent_features=8), 0),
    ],
    ids=lambda module: type(module).__name__,
)
def test_networks_come_back_with_their_settings_and_weights(module):
    state, arrays = pack(module_to_state(module))
    seed = torch.get_rng_state()
    back = module_from_state(unpack(json.loads(json.dumps(state)), arrays))
    assert torch.equal(torch.get_rng_state(), seed)
    assert type(back) is type(module) and back.settings == module.settings and not back.training
    for (name, tensor), (other, expected) in zip(back.state_dict().items(), module.state_dict().items(), strict=True):
        assert name == other and tensor.dtype == expected.dtype and torch.equal(tensor, expected)


def test_saving_again_gives_the_same_bytes(student, teacher):
    for estimator in (student, teacher):
        first = to_bytes(estimator, private_export=False)
        assert to_bytes(from_bytes(first), private_export=False) == first


@pytest.mark.parametrize(
    "column",
    [
        pd.Series(["a", None, "b"] * 40),
        pd.Series(["a", None, "b"] * 40, dtype="string"),
        pd.Series(["a", None, 1] * 40, dtype=object),
        pd.Series([datetime.date(2020, 1, 1), (1, "x"), Decimal("1.50")] * 40, dtype=object),
        pd.Series(pd.Categorical(["a", "b", "b"] * 40, categories=["b", "a", "c"], ordered=True)),
        pd.Series(pd.Categorical([3, 1, 3] * 40)),
        pd.Series([True, False, False] * 40),
        pd.Series([True, None, False] * 40, dtype="boolean"),
        pd.Series([1, None, 2**60] * 40, dtype="Int64"),
        pd.Series(np.arange(120), dtype="uint64") + 2**63,
        pd.Series(np.arange(120) / 7, dtype="float32"),
        pd.Series(pd.date_range("2020", periods=120, tz="Europe/Berlin")),
        pd.Series(pd.to_timedelta(np.arange(120), unit="min")),
        pd.Series(np.arange(120), dtype="int64[pyarrow]"),
        pd.Series(["a", None, "b"] * 40, dtype="string[pyarrow]"),
        pd.Series(pd.arrays.SparseArray(np.arange(120) % 3)),
    ],
    ids=lambda column: str(column.dtype),
)
def test_columns_of_every_dtype_come_back(column):
    frame = pd.DataFrame({"column": column, "odd": np.arange(120) % 7, "age": np.arange(120)})
    teacher = FairGenerator("age", max_epochs=1, random_state=0).fit(frame)
    assert_same_rows(teacher, from_bytes(to_bytes(teacher)))
    student = distill(teacher, max_epochs=1, random_state=0)
    assert from_bytes(to_bytes(student)).sample(50)[0].shape == (50, 3)


def planted():
    rng = np.random.default_rng(0)
    n_rows = 3_000
    frame = pd.DataFrame(
        {
            "word": rng.choice(["red", "green", "blue"], n_rows),
            "kind": pd.Categorical(rng.choice(["x", "y"], n_rows)),
            "count": rng.integers(100_000, size=n_rows),
            "amount": rng.normal(size=n_rows).round(3),
            "spiked": np.where(rng.random(n_rows) < 0.999, 5, 7),
            "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(3_000, size=n_rows), unit="D"),
            "group": rng.choice(["a", "b"], n_rows),
            "age": rng.integers(18, 90, size=n_rows),
        }
    )
    frame["kind"] = frame["kind"].cat.add_categories([RARE_WORD + " kind"])
    rows = [3, 400, 2_999]
    frame.loc[rows, "word"] = RARE_WORD
    frame.loc[rows, "kind"] = RARE_WORD + " kind"
    frame.loc[rows, "count"] = RARE_NUMBER
    frame.loc[rows, "spiked"] = RARE_NUMBER
    frame.loc[rows, "amount"] = RARE_FLOAT
    frame.loc[rows, "day"] = RARE_DAY
    frame.loc[rows, "group"] = RARE_GROUP
    frame["age"] = np.where(np.isin(np.arange(n_rows), rows), RARE_AGE, frame["age"])
    return frame, pd.Series(rng.integers(2, size=n_rows), name="y")


def members(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist() if name != "manifest.json")


def stands_in(value, text):
    """Tell whether a text holds a value as a whole: not its digits inside another number."""
    return re.search(rf"(?<![\w.]){re.escape(value)}(?![\w.])", text) is not None


def test_a_value_is_found_as_a_whole_only():
    assert stands_in("1901", '{"year": 1901}') and stands_in("-5", "[1,-5]") and stands_in("1.5", '"1.5"')
    assert not any(stands_in("1901", text) for text in ("0.1901", "19012", "1901.5", "a1901"))


def test_a_private_file_holds_nothing_of_planted_rare_rows():
    X, y = planted()
    teacher = FairGenerator(["group", "age"], max_epochs=1, random_state=0).fit(X, y)
    student = distill(teacher, max_epochs=1, random_state=0)
    stored_day = X["day"].to_numpy()[3].view(np.int64).tobytes()
    words = [RARE_WORD.encode(), RARE_GROUP.encode()]
    traces = [*words, stored_day]
    traces += [np.int64(RARE_NUMBER).tobytes(), np.float64(RARE_FLOAT).tobytes(), np.int64(RARE_AGE).tobytes()]
    ticks = [RARE_DAY.value // unit for unit in (1, 1_000, 1_000_000, 1_000_000_000)]
    texts = [str(value) for value in (RARE_NUMBER, RARE_FLOAT, RARE_AGE, RARE_DAY.date(), *ticks)]
    whole, private = (members(to_bytes(student, private_export=wish)) for wish in (False, True))
    assert [word for word in words if word not in whole] == []
    assert [trace for trace in traces if trace in private] == []
    with zipfile.ZipFile(io.BytesIO(to_bytes(student))) as archive:
        state = archive.read("state.json").decode()
    assert [text for text in texts if stands_in(text, state)] == []
    loaded = from_bytes(to_bytes(student))
    drawn, _ = loaded.sample(20_000, random_state=0)
    assert set(drawn["word"]) == {"red", "green", "blue"} and set(drawn["kind"]) == {"x", "y"}
    assert set(drawn["group"]) == {"a", "b"} and drawn["age"].max() <= 89
    assert drawn["count"].max() < 100_000 and set(drawn["spiked"]) <= {5, 7}
    assert drawn["day"].min() >= pd.Timestamp("2020-01-01") and not drawn.isna().any(axis=None)


def test_only_students_can_be_exported_privately(teacher):
    with pytest.raises(ValueError, match="Distill a generator"):
        to_bytes(teacher, private_export=True)


def test_a_table_of_rare_groups_only_is_not_exported():
    frame = pd.DataFrame({"x": np.arange(40.0), "g": [str(row) for row in range(20)] * 2})
    student = distill(FairGenerator("g", max_epochs=1, random_state=0).fit(frame), max_epochs=1)
    with pytest.raises(ValueError, match="private_export=False"):
        to_bytes(student)


def test_what_cannot_be_saved_is_named(teacher, tmp_path):
    with pytest.raises(TypeError, match="LogisticRegression cannot be saved"):
        save(LogisticRegression(), tmp_path / "file")
    with pytest.raises(NotFittedError):
        save(FairGenerator(), tmp_path / "file")
    frame = pd.DataFrame({"x": [complex(1, n % 2) for n in range(30)]}, dtype=object)
    odd = FairGenerator(categorical_columns=["x"], max_epochs=1).fit(frame)
    with pytest.raises(TypeError, match="complex cannot be saved"):
        save(odd, tmp_path / "file")
    assert not (tmp_path / "file").exists()


def test_a_loaded_generator_goes_on_from_its_weights_as_the_saved_one_does(made):
    generator = FairGenerator("group_0", max_epochs=1, warm_start=True, random_state=0).fit(made.data, made.target)
    loaded = from_bytes(to_bytes(generator)).fit(made.data, made.target)
    assert_same_rows(loaded, clone(generator).fit(made.data, made.target).fit(made.data, made.target))
    fresh = generator.set_params(warm_start=False).fit(made.data, made.target)
    assert not loaded.sample(50, random_state=0)[0].equals(fresh.sample(50, random_state=0)[0])


@quiet
def test_what_metadata_it_asks_for_is_kept():
    X, y = mixed()
    features, race = X.drop(columns="race"), X["race"]
    with config_context(enable_metadata_routing=True):
        encoder = FairEncoder(n_components=2, max_epochs=1, random_state=0)
        encoder.set_fit_request(sensitive_features=True).set_transform_request(sensitive_features="race")
        resampler = FairDistillResampler(max_epochs=1).set_fit_resample_request(sensitive_features=False)
        resampler.fit_resample(features, y)
        for fitted in (encoder.fit(features, y, sensitive_features=race), resampler):
            loaded = from_bytes(to_bytes(fitted))
            assert str(loaded.get_metadata_routing()) == str(fitted.get_metadata_routing())
