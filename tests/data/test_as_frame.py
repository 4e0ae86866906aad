"""Columns of every kind, as a frame."""

import numpy as np
import pandas as pd
import pytest

from skfairgen.data import as_frame


def test_a_frame_is_returned_as_it_is():
    frame = pd.DataFrame({"a": [1]})
    assert as_frame(frame) is frame


@pytest.mark.parametrize(
    ("values", "label"),
    [
        (pd.Series([1, 2], name="sex", index=[7, 8]), "sex"),
        (pd.Series([1, 2]), 0),
        (pd.Index([1, 2], name="sex"), "sex"),
        (pd.array([1, 2], dtype="Int64"), 0),
        ({"sex": [1, 2]}, "sex"),
        ([1, 2], 0),
        (np.array([[1], [2]]), 0),
    ],
)
def test_whatever_holds_a_column_becomes_one(values, label):
    frame = as_frame(values)
    assert list(frame.columns) == [label] and list(frame.index) == [0, 1]
    assert frame[label].tolist() == [1, 2]


def test_lists_keep_missing_values_and_numbers_as_they_are():
    assert as_frame([["a", None], ["b", "c"]])[1].isna().tolist() == [True, False]
    assert as_frame([["a", None], [1, "c"]])[0].tolist() == ["a", 1]
    assert as_frame([1, 2])[0].dtype == "int64"


def test_what_is_no_table_is_refused_by_name():
    with pytest.raises(ValueError, match="groups is None"):
        as_frame(None, "groups")
    with pytest.raises(ValueError, match="groups has 3 dimensions"):
        as_frame(np.zeros((1, 1, 1)), "groups")
    with pytest.raises(ValueError, match="0 dimensions"):
        as_frame("sex")
