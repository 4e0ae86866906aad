"""The resampler's promises: exact counts, real rows untouched, repeatable, clear errors before training."""

import pickle
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from imblearn.pipeline import make_pipeline
from sklearn.base import clone
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.preprocessing import OrdinalEncoder

from skfairgen import FairDistillResampler
from skfairgen.datasets import make_biased_classification
from skfairgen.estimators import _learning
from skfairgen.exceptions import SmallGroupWarning

MODES = ["augment", "replace"]
quiet = pytest.mark.filterwarnings("ignore::skfairgen.exceptions.SmallGroupWarning")


def _resampler(sensitive_columns="group_0", **parameters):
    return FairDistillResampler(sensitive_columns, **{"max_epochs": 1, "random_state": 0, **parameters})


def _cells(X, y, column="group_0"):
    return pd.crosstab(np.asarray(y), X[column].astype(object).where(X[column].notna(), "missing"))


def _small(n_rows=40, seed=0):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({"x": rng.normal(size=n_rows), "s": ["a", "b"] * (n_rows // 2)})
    return X, pd.Series(np.arange(n_rows) // 2 % 2, name="y")


@pytest.mark.parametrize("mode", MODES)
def test_the_same_random_state_gives_the_same_rows_bit_for_bit(made, mode):
    first = _resampler(mode=mode).fit_resample(made.data, made.target)
    second = _resampler(mode=mode).fit_resample(made.data, made.target)
    pd.testing.assert_frame_equal(first[0], second[0], check_exact=True)
    pd.testing.assert_series_equal(first[1], second[1])
    other = _resampler(mode=mode, random_state=1).fit_resample(made.data, made.target)
    assert not first[0].equals(other[0])


def test_no_random_state_gives_other_rows_each_time_and_leaves_numpy_alone(made):
    before = np.random.get_state()[1].copy()
    resampler = _resampler(random_state=None, mode="replace")
    first, second = (resampler.fit_resample(made.data, made.target)[0] for _ in range(2))
    assert not first.equals(second)
    np.testing.assert_array_equal(np.random.get_state()[1], before)


def test_real_rows_come_first_and_are_untouched(made):
    X = made.data.set_axis(np.arange(len(made.data)) * 3)
    y = made.target.set_axis(X.index)
    resampler = _resampler()
    X_new, y_new = resampler.fit_resample(X, y)
    n_real = len(X)
    pd.testing.assert_frame_equal(X_new[:n_real], X.reset_index(drop=True), check_exact=True)
    pd.testing.assert_series_equal(y_new[:n_real], y.reset_index(drop=True))
    pd.testing.assert_series_equal(X_new.dtypes, X.dtypes)
    assert X_new.index.equals(pd.RangeIndex(len(X_new)))
    assert resampler.synthetic_mask_.tolist() == [False] * n_real + [True] * (len(X_new) - n_real)


def test_replaced_rows_are_all_synthetic(made):
    resampler = _resampler(mode="replace")
    X_new, y_new = resampler.fit_resample(made.data, made.target)
    assert resampler.synthetic_mask_.all()
    assert len(X_new) == len(y_new) == len(made.data)
    assert not X_new.merge(made.data).shape[0]
    pd.testing.assert_series_equal(X_new.dtypes, made.data.dtypes)


def test_the_input_is_not_changed(made):
    X, y = made.data.copy(), made.target.copy()
    _resampler().fit_resample(X, y)
    pd.testing.assert_frame_equal(X, made.data)
    pd.testing.assert_series_equal(y, made.target)


def test_global_states_are_as_they_were(made):
    numpy_state, torch_state = np.random.get_state()[1].copy(), torch.get_rng_state()
    n_threads, filters, dtype = torch.get_num_threads(), list(warnings.filters), torch.get_default_dtype()
    grad = torch.is_grad_enabled()
    _resampler(n_threads=n_threads + 1).fit_resample(made.data, made.target)
    np.testing.assert_array_equal(np.random.get_state()[1], numpy_state)
    assert torch.equal(torch.get_rng_state(), torch_state)
    assert (torch.get_num_threads(), torch.get_default_dtype(), torch.is_grad_enabled()) == (n_threads, dtype, grad)
    assert warnings.filters == filters


def test_importing_the_package_loads_neither_torch_nor_scikit_learn():
    code = "import sys, skfairgen; sys.exit(bool({'torch', 'sklearn', 'pandas', 'skorch'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_missing_values_are_generated_as_often_in_each_cell():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"x": rng.normal(size=6_000), "s": rng.choice(["a", "b"], 6_000)})
    y = rng.integers(0, 2, 6_000)
    rate = np.where(X["s"] == "a", 0.1, 0.3) + 0.3 * y
    X.loc[rng.random(6_000) < rate, "x"] = np.nan
    X_new, y_new = _resampler("s", mode="replace", max_epochs=4).fit_resample(X, y)
    made = X_new["x"].isna().groupby([y_new, X_new["s"]]).mean()
    real = X["x"].isna().groupby([y, X["s"]]).mean()
    np.testing.assert_allclose(made, real, atol=0.06)


def test_parity_makes_every_group_s_class_rates_equal_with_the_fewest_rows(made):
    resampler = _resampler()
    X_new, y_new = resampler.fit_resample(made.data, made.target)
    cells = _cells(X_new, y_new)
    assert np.ptp((cells.loc[1] / cells.sum()).to_numpy()) < 0.01
    assert resampler.sampling_strategy_ == {(1, "b"): len(X_new) - len(made.data)}


@quiet
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("parity", None),
        ("not majority", [[20, 20], [20, 20]]),
        ("all", [[20, 20], [20, 20]]),
        ("minority", [[20, 12], [8, 20]]),
        ("not minority", [[20, 20], [20, 4]]),
        (0.5, [[20, 12], [10, 10]]),
        ({1: 30}, [[20, 12], [20, 10]]),
        ({(1, "b"): 15, (0, "a"): 25}, [[25, 12], [8, 15]]),
        (lambda cells: {(1, "b"): cells.count((0, "b"))}, [[20, 12], [8, 12]]),
    ],
)
def test_every_cell_gets_exactly_what_is_asked(strategy, expected, mode):
    counts = [[20, 12], [8, 4]]
    rows = [(label, group) for label in (0, 1) for group in (0, 1) for _ in range(counts[label][group])]
    X = pd.DataFrame({"x": np.linspace(0, 1, len(rows)), "group_0": ["ab"[group] for _, group in rows]})
    y = [label for label, _ in rows]
    resampler = _resampler(sampling_strategy=strategy, mode=mode)
    X_new, y_new = resampler.fit_resample(X, y)
    cells = _cells(X_new, y_new).to_numpy()
    if expected is None:
        assert abs(cells[0, 0] * cells[1, 1] - cells[1, 0] * cells[0, 1]) < cells.max()
    else:
        np.testing.assert_array_equal(cells, expected)
    added = cells - np.array(counts) if mode == "augment" else cells
    named = {(label, "ab"[group]): int(added[label, group]) for label in (0, 1) for group in (0, 1)}
    assert resampler.sampling_strategy_ == {cell: n_rows for cell, n_rows in named.items() if n_rows}


def test_without_sensitive_columns_classes_are_balanced(made):
    resampler = _resampler(None)
    _, y_new = resampler.fit_resample(made.data, made.target)
    assert np.ptp(np.bincount(y_new)) == 0
    assert resampler.groups_ is None
    assert list(resampler.sampling_strategy_) == [1]


def test_a_callable_without_sensitive_columns_is_given_y(made):
    _, y_new = _resampler(None, sampling_strategy=lambda y: {1: 2 * y.count(1)}).fit_resample(made.data, made.target)
    assert (y_new == 1).sum() == 2 * (made.target == 1).sum()


@pytest.mark.parametrize("n_samples", [50, 1_000])
def test_replaced_rows_keep_the_cell_shares_at_any_number(made, n_samples):
    X_new, y_new = _resampler(mode="replace", n_samples=n_samples).fit_resample(made.data, made.target)
    expected = _cells(made.data, made.target) / len(made.data) * n_samples
    assert len(X_new) == n_samples
    assert (np.abs(_cells(X_new, y_new) - expected).to_numpy() < 1).all()


@pytest.mark.parametrize(("strength", "gap_left"), [(0.0, 1.0), (0.5, 0.5), (1.0, 0.0)])
def test_balanced_cells_makes_class_and_group_independent_by_its_strength(made, strength, gap_left):
    resampler = _resampler(mode="replace", criterion="balanced_cells", strength=strength, n_samples=4_000)
    cells = _cells(*resampler.fit_resample(made.data, made.target))
    before = _cells(made.data, made.target)
    gap, gap_before = (float(np.diff(table.loc[1] / table.sum())[0]) for table in (cells, before))
    assert gap == pytest.approx(gap_left * gap_before, abs=0.005)


@pytest.mark.parametrize(
    "kind",
    [
        lambda column: column,
        lambda column: column.astype(str),
        lambda column: column.to_numpy(dtype=object),
        lambda column: column.tolist(),
        lambda column: column.to_frame(),
        lambda column: pd.DataFrame({"a": column, "b": np.arange(len(column)) % 2}),
        lambda column: (column == "a").to_numpy(),
        lambda column: pd.Series(np.arange(len(column)) % 60 + 20, name="age"),
    ],
    ids=["category", "str", "array", "list", "frame", "two columns", "bool array", "many numbers"],
)
@quiet
@pytest.mark.parametrize("mode", MODES)
def test_sensitive_features_come_back_aligned_and_in_kind(made, kind, mode):
    given = kind(made.data["group_0"])
    X = made.data.drop(columns="group_0")
    resampler = _resampler(None, mode=mode)
    X_new, _ = resampler.fit_resample(X, made.target, sensitive_features=given)
    got = resampler.sensitive_features_
    assert type(got) is type(given)
    assert len(got) == len(X_new)
    if isinstance(given, pd.Series | pd.DataFrame):
        pd.testing.assert_index_equal(got.index, pd.RangeIndex(len(X_new)))
        assert got.iloc[:1].to_dict().keys() == given.iloc[:1].to_dict().keys()
        assert str(getattr(got, "dtypes", None)) == str(getattr(given, "dtypes", None))
    if mode == "augment":
        assert np.array_equal(np.asarray(got)[: len(X)], np.asarray(given))


def test_given_sensitive_features_make_the_groups_as_columns_do(made):
    X = made.data.drop(columns="group_0")
    given = _resampler(None)
    _, y_new = given.fit_resample(X, made.target, sensitive_features=made.data["group_0"])
    as_column = _resampler().fit(made.data, made.target)
    assert given.sampling_strategy_ == as_column.sampling_strategy_
    rates = pd.Series(y_new).groupby(given.sensitive_features_.astype(str)).mean()
    assert np.ptp(rates.to_numpy()) < 0.01


@quiet
def test_several_columns_bands_and_missing_groups_make_cells():
    made = make_biased_classification(600, sensitive_levels=(2, 3), missing_rate=0.0, random_state=0)
    X = made.data.assign(age=np.random.default_rng(0).integers(18, 90, 600))
    X.loc[::10, "group_0"] = None
    resampler = _resampler(["group_0", "age"], sampling_strategy="not majority")
    X_new, y_new = resampler.fit_resample(X, made.target)
    assert len(resampler.groups_) == 3 * 4
    bands = pd.cut(X_new["age"], [17, *sorted({group[1].right for group in resampler.groups_})])
    names = X_new["group_0"].astype(object).where(X_new["group_0"].notna(), "missing")
    counts = pd.crosstab(np.asarray(y_new), [names, bands])
    assert counts.shape == (2, 12)
    assert np.unique(counts).size == 1


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "bool", object])
@quiet
def test_arrays_come_back_with_their_dtype_and_their_real_rows(dtype):
    rng = np.random.default_rng(0)
    X = rng.integers(0, 2 if dtype == "bool" else 9, (80, 3)).astype(dtype)
    if dtype is object:
        X[::2, 0], X[1::2, 0], X[::5, 2] = "a", "b", None
    X_new, y_new = _resampler(0).fit_resample(X, [0, 0, 0, 1] * 20)
    assert X_new.dtype == X.dtype
    np.testing.assert_array_equal(X_new[:80], X)
    assert isinstance(y_new, list)


@pytest.mark.parametrize(
    "y",
    [
        pd.Series(["no", "no", "yes"] * 20),
        pd.Series([False, False, True] * 20),
        pd.Series(pd.Categorical(["no", "no", "yes"] * 20, categories=["yes", "never", "no"])),
        pd.Series([0, 0, 1] * 20, dtype="Int64"),
        pd.Series([True, False, False] * 20, dtype="boolean"),
        pd.Series(["low", "low", "mid", "low", "high", "mid"] * 10),
        np.array([2, 2, 7] * 20, dtype="int8"),
        ["no", "no", "yes"] * 20,
    ],
    ids=["str", "bool", "category", "Int64", "boolean", "three classes", "int8 array", "list"],
)
def test_any_kind_of_label_is_balanced_and_comes_back_in_kind(y):
    X = pd.DataFrame({"x": np.arange(60.0), "w": list("xyz") * 20})
    _, y_new = _resampler(None).fit_resample(X, y)
    assert type(y_new) is type(y)
    assert str(getattr(y_new, "dtype", "")) == str(getattr(y, "dtype", ""))
    counts = pd.Series(np.asarray(y_new)).value_counts()
    assert counts.nunique() == 1
    assert list(y_new[:60]) == list(y)


def test_labels_that_repeat_or_are_no_strings_come_back():
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(60, 3)), columns=["a", "a", 3])
    X_new, _ = _resampler(None).fit_resample(X, [0, 0, 1] * 20)
    assert X_new.columns.tolist() == ["a", "a", 3]


@pytest.mark.parametrize("n_rows", [1, 2, 3])
def test_a_tiny_cell_is_filled_and_named_in_a_warning(n_rows):
    X, y = _small()
    rare = X.iloc[:n_rows].assign(s="c")
    X, y = pd.concat([X, rare], ignore_index=True), np.append(y, [1] * n_rows)
    noun = r"\(1, 'c'\) \(fewer than 5 real rows\)"
    with pytest.warns(SmallGroupWarning, match=noun):
        X_new, y_new = _resampler("s", sampling_strategy={(1, "c"): 25}).fit_resample(X, y)
    assert _cells(X_new, y_new, "s").loc[1, "c"] == 25
    assert np.isfinite(X_new["x"]).all()


def test_a_group_absent_from_a_class_is_filled_and_named_in_a_warning():
    X, y = _small()
    X, y = pd.concat([X, X[:12].assign(s="c")], ignore_index=True), np.append(y, [0] * 12)
    with pytest.warns(SmallGroupWarning, match=r"never seen together: \(1, 'c'\)"):
        X_new, y_new = _resampler("s").fit_resample(X, y)
    assert _cells(X_new, y_new, "s").loc[1, "c"] == 12


def test_one_group_only_needs_no_row_for_parity():
    X, y = _small()
    resampler = _resampler("s")
    X_new, _ = resampler.fit_resample(X.assign(s="a"), y)
    pd.testing.assert_frame_equal(X_new, X.assign(s="a"))
    assert resampler.sampling_strategy_ == {}
    assert not resampler.synthetic_mask_.any()


@quiet
def test_a_table_of_two_rows_is_resampled():
    X_new, y_new = _resampler(None, sampling_strategy={0: 5, 1: 5}).fit_resample(
        pd.DataFrame({"x": [1.0, 2.0]}), [0, 1]
    )
    assert np.bincount(y_new).tolist() == [5, 5]
    assert X_new["x"].between(1, 2).all()


X_GOOD, Y_GOOD = _small()
MISSING_SOME = pd.Series([0.0, 1.0, np.nan, 1.0] * 10)


@pytest.mark.parametrize(
    ("X", "y", "parameters", "message"),
    [
        (X_GOOD, [1] * 40, {}, "y has one class only, 1, in 40"),
        (X_GOOD[:0], Y_GOOD[:0], {}, "minimum of 1"),
        (X_GOOD, Y_GOOD[:30], {}, "inconsistent numbers of samples"),
        (X_GOOD, None, {}, "y to be passed"),
        (X_GOOD, Y_GOOD, {"sensitive_columns": "sex"}, "'sex' is not a column of X. The columns are: 'x', 's'"),
        (X_GOOD, Y_GOOD, {"sensitive_columns": 7}, "7 is not a column of X"),
        (X_GOOD, Y_GOOD, {"categorical_columns": ["job"]}, "categorical_columns: 'job' is not a column of X"),
        (X_GOOD, np.linspace(0, 1, 40), {}, "continuous"),
        (X_GOOD.assign(odd=[[1]] * 40), Y_GOOD, {}, "Column 'odd' holds values that are not hashable"),
        (X_GOOD.assign(s=[[1]] * 40), Y_GOOD, {}, "Column 's' holds values that are not hashable"),
        (X_GOOD.assign(x=np.inf), Y_GOOD, {}, "Column 'x' contains infinity"),
        (X_GOOD, [None] * 40, {}, "y is missing in 40 of 40 rows"),
        (X_GOOD, MISSING_SOME, {}, "y is missing in 10 of 40 rows"),
        (X_GOOD, Y_GOOD, {"sampling_strategy": {(1, "z"): 9}}, r"There is no cell \(1, 'z'\)"),
        (X_GOOD, Y_GOOD, {"sampling_strategy": {(1, "a"): 3}}, r"3 rows of cell \(1, 'a'\), which holds 10"),
        (X_GOOD, Y_GOOD, {"sampling_strategy": {1: 2.5}}, "asks for 2.5 rows"),
        (X_GOOD, Y_GOOD, {"sampling_strategy": lambda y: 3}, "sampling_strategy"),
        (X_GOOD, Y_GOOD, {"sampling_strategy": "most"}, "sampling_strategy"),
        (X_GOOD, Y_GOOD, {"max_epochs": 0}, "max_epochs"),
    ],
)
def test_input_that_cannot_be_learned_from_is_refused_before_training(monkeypatch, X, y, parameters, message):
    monkeypatch.setattr(_learning, "fit_density", lambda *_, **__: pytest.fail("training began"))
    resampler = _resampler(**{"sensitive_columns": "s", **parameters})
    with pytest.raises(ValueError, match=message):
        resampler.fit_resample(X, y)


def test_sensitive_values_given_both_ways_are_refused():
    with pytest.raises(ValueError, match="give the sensitive values in one way"):
        _resampler("s").fit_resample(X_GOOD, Y_GOOD, sensitive_features=X_GOOD["s"])


def test_sensitive_features_of_another_length_are_refused():
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        _resampler(None).fit_resample(X_GOOD, Y_GOOD, sensitive_features=X_GOOD["s"][:30])


def _pipeline():
    encoder = make_column_transformer(
        (OrdinalEncoder(), make_column_selector(dtype_exclude="number")), remainder="passthrough"
    )
    pipeline = make_pipeline(_resampler(), encoder, HistGradientBoostingClassifier(max_iter=5))
    return pipeline.set_output(transform="pandas")


def test_a_pipeline_is_cross_validated_cloned_and_pickled_on_a_mixed_table(made):
    assert made.data.isna().any().any()
    pipeline = clone(_pipeline())
    scores = cross_validate(pipeline, made.data, made.target, cv=3, scoring="roc_auc", error_score="raise")
    assert (scores["test_score"] > 0.5).all()
    pipeline.fit(made.data, made.target)
    restored = pickle.loads(pickle.dumps(pipeline))
    np.testing.assert_array_equal(restored.predict_proba(made.data), pipeline.predict_proba(made.data))


def test_a_grid_search_with_two_jobs_runs_and_agrees_with_one(made):
    grid = {"fairdistillresampler__sampling_strategy": ["parity", "not majority"]}
    searches = [
        GridSearchCV(_pipeline(), grid, cv=2, n_jobs=n_jobs, error_score="raise").fit(made.data, made.target)
        for n_jobs in (1, 2)
    ]
    scores = [search.cv_results_["mean_test_score"] for search in searches]
    np.testing.assert_array_equal(*scores)


def test_the_next_step_of_a_pipeline_sees_the_resampled_rows(made):
    pipeline = make_pipeline(_resampler(), DummyClassifier(strategy="prior")).fit(made.data, made.target)
    _, y_new = _resampler().fit_resample(made.data, made.target)
    np.testing.assert_allclose(pipeline[-1].class_prior_, np.bincount(y_new) / len(y_new))


def test_a_fitted_resampler_pickles_without_the_rows(made):
    X = pd.concat([made.data] * 20, ignore_index=True)
    y = pd.concat([made.target] * 20, ignore_index=True)
    resampler = _resampler(None, sampling_strategy={1: len(y)}, batch_size=4_000)
    resampler.fit_resample(X, y)
    written = pickle.dumps(resampler)
    assert len(written) - resampler.synthetic_mask_.nbytes < len(pickle.dumps(X.to_numpy(dtype="U8")))
    restored = pickle.loads(written)
    pd.testing.assert_frame_equal(
        restored.generator_.sample(20, random_state=0)[0], resampler.generator_.sample(20, random_state=0)[0]
    )


def test_a_warm_start_goes_on_from_the_last_weights(made):
    resampler = _resampler(warm_start=True, early_stopping=False, max_epochs=3)
    resampler.fit_resample(made.data, made.target)
    first = resampler.history_["train_loss"]
    resampler.fit_resample(made.data, made.target)
    assert resampler.history_["train_loss"].iloc[-1] < first.iloc[-1]
    cold = _resampler(early_stopping=False, max_epochs=3)
    cold.fit_resample(made.data, made.target)
    assert resampler.history_["train_loss"].iloc[-3] < cold.history_["train_loss"].iloc[0]


@pytest.mark.filterwarnings("ignore::skfairgen.exceptions.WarmStartWarning")
def test_a_warm_start_begins_anew_when_a_value_is_new():
    X, y = _small()
    resampler = _resampler("s", warm_start=True, mode="replace")
    resampler.fit_resample(X, y)
    X_gaps = X.assign(x=X["x"].where(X.index % 3 > 0))
    X_new, _ = resampler.fit_resample(X_gaps, y)
    assert X_new["x"].isna().any()
    assert np.isfinite(resampler.history_["train_loss"]).all()


def test_the_progress_bar_is_shown_when_asked_for(made, capsys):
    _resampler(verbose=1).fit_resample(made.data, made.target)
    assert "Training the teacher" in capsys.readouterr().err
    _resampler().fit_resample(made.data, made.target)
    assert capsys.readouterr() == ("", "")
