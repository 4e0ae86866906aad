"""Labels of columns and their positions."""

import numpy as np
import pandas as pd
import pytest

from skfairgen.data import column_positions


def test_a_label_goes_before_a_position():
    columns = pd.Index(["a", 0, "b"])
    assert column_positions(columns, 0, "columns") == [1]
    assert column_positions(columns, ["b", 0, -3], "columns") == [2, 1, 0]
    assert column_positions(columns, np.array([2]), "columns") == [2]


@pytest.mark.parametrize("label", [True, 3, -4, "c"])
def test_what_is_neither_label_nor_position_is_refused_with_the_choices(label):
    with pytest.raises(ValueError, match=f"columns: {label!r} is not a column of X. The columns are: 'a', 'b', 'd'"):
        column_positions(pd.Index(["a", "b", "d"]), label, "columns")


def test_a_column_is_named_once():
    with pytest.raises(ValueError, match="names column 'b' twice"):
        column_positions(pd.Index(["a", "b"]), ["b", 1], "columns")
    with pytest.raises(ValueError, match="'a' names several columns"):
        column_positions(pd.Index(["a", "a"]), "a", "columns")


@pytest.mark.parametrize(("label", "meant"), [("Race", "race"), ("rcae", "race"), (" age ", "age"), ("hour", "hours")])
def test_the_nearest_name_is_suggested(label, meant):
    columns = pd.Index(["age", "race", "hours"])
    with pytest.raises(ValueError, match=f"is not a column of X. Did you mean '{meant}'\\? The columns are"):
        column_positions(columns, [label], "sensitive_columns")


def test_values_given_for_names_are_told_apart():
    X = pd.DataFrame({"age": [1, 2, 3], "race": ["b", "w", "w"]})
    with pytest.raises(ValueError, match=r"such as 'b': these look like the values.*name of the column: \['race'\]"):
        column_positions(X.columns, X["race"], "sensitive_columns")
    with pytest.raises(ValueError, match="3 entries such as 'b': these look like the values of a column"):
        column_positions(X.columns, X["race"].to_numpy(), "sensitive_columns")


def test_names_of_an_array_are_told_to_be_positions():
    with pytest.raises(ValueError, match="'race' names a column, and X is an array here.*positions, 0 to 3"):
        column_positions(pd.RangeIndex(4), "race", "sensitive_columns")


def test_a_mask_of_booleans_chooses_columns():
    columns = pd.Index(["age", "race", "sex"])
    for mask in ([True, False, True], np.array([True, False, True]), pd.Series([True, False, True], index=columns)):
        assert column_positions(columns, mask, "categorical_columns") == [0, 2]
    with pytest.raises(ValueError, match="a mask of 2 booleans, and X has 3 columns"):
        column_positions(columns, [True, False], "categorical_columns")


def test_messages_stay_short():
    columns = pd.Index([f"{'very ' * 50}{place}" for place in range(5_000)])
    with pytest.raises(ValueError, match="is not a column of X") as error:
        column_positions(columns, "no" * 5_000, "sensitive_columns")
    assert len(str(error.value)) < 2_500
