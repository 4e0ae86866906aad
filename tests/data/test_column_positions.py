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
