"""The kind of table that came in goes out: container, labels, dtypes."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from skfairgen.data import TableFormat, is_numeric


@pytest.mark.parametrize("dtype", ["float32", "float64", "int8", "int64", "bool", "uint64"])
def test_an_array_comes_back_with_its_dtype(dtype):
    array = np.array([[1, 0], [0, 1], [1, 1]]).astype(dtype)
    table_format, frame = TableFormat.of(array)
    restored = table_format.restore(frame)
    assert restored.dtype == array.dtype
    np.testing.assert_array_equal(restored, array)


def test_the_columns_of_an_object_array_are_read_by_their_values():
    array = np.array([["a", 1, 2.5, None], ["b", 2, np.nan, "c"]], dtype=object)
    table_format, frame = TableFormat.of(array)
    assert frame.dtypes.astype(str).tolist()[1:3] == ["int64", "float64"]
    restored = table_format.restore(frame)
    assert restored.dtype == object
    assert restored[0].tolist()[:3] == ["a", 1, 2.5]


def test_a_list_of_lists_comes_back_as_one():
    rows = [[1.5, 2.0], [3.0, 4.5]]
    table_format, frame = TableFormat.of(rows)
    assert table_format.restore(frame) == rows


def test_numbers_beside_words_stay_numbers_in_lists():
    rows = [[1.5, 2, "a", True, None], [float("nan"), 3, "b", False, "c"]]
    table_format, frame = TableFormat.of(rows)
    assert [dtype.kind for dtype in frame.dtypes[:4]] == ["f", "i", "O", "b"]
    restored = table_format.restore(frame)
    assert [type(value) for value in restored[0][:4]] == [float, int, str, bool]
    assert restored[0][:4] == rows[0][:4] and np.isnan(restored[1][0]) and restored[1][1:] == rows[1][1:]


def test_a_frame_comes_back_with_labels_that_repeat_or_are_no_strings():
    frame = pd.DataFrame([[1, "a", 2.5]], columns=["x", "x", 3], index=["row"])
    table_format, inner = TableFormat.of(frame)
    assert inner.columns.tolist() == [0, 1, 2]
    pd.testing.assert_frame_equal(table_format.restore(inner), frame.reset_index(drop=True))


def test_joined_rows_follow_the_given_ones_which_are_untouched():
    frame = pd.DataFrame({"a": [1, 2], "b": pd.Categorical(["x", "y"])}, index=[7, 8])
    table_format, inner = TableFormat.of(frame)
    joined = table_format.join(frame, inner.iloc[:1])
    pd.testing.assert_frame_equal(joined[:2], frame.reset_index(drop=True))
    pd.testing.assert_series_equal(joined.dtypes, frame.dtypes)
    assert joined.index.equals(pd.RangeIndex(3))

    array = np.array([["a", None], ["b", pd.NA]], dtype=object)
    table_format, inner = TableFormat.of(array)
    joined = table_format.join(array, inner)
    assert joined[0, 1] is None and joined[1, 1] is pd.NA and len(joined) == 4


def test_columns_are_named_by_label_first_and_position_second():
    table_format, _ = TableFormat.of(pd.DataFrame([[1, 2, 3]], columns=[2, 0, "c"]))
    assert table_format.positions([2, 0, "c"], "sensitive_columns") == [0, 1, 2]
    assert table_format.positions(-1, "sensitive_columns") == [2]
    assert table_format.positions("c", "sensitive_columns") == [2]


def test_an_unknown_column_is_named_beside_those_there_are():
    table_format, _ = TableFormat.of(pd.DataFrame({"a": [1], "b": [2]}))
    with pytest.raises(ValueError, match="sensitive_columns: 'sex' is not a column of X. The columns are: 'a', 'b'"):
        table_format.positions("sex", "sensitive_columns")


def test_a_label_of_two_columns_is_refused():
    table_format, _ = TableFormat.of(pd.DataFrame([[1, 2]], columns=["a", "a"]))
    with pytest.raises(ValueError, match="'a' names several columns"):
        table_format.positions("a", "sensitive_columns")


@pytest.mark.parametrize("empty", [pd.DataFrame({"a": []}), pd.DataFrame(index=[0, 1]), np.empty((0, 2)), [[]]])
def test_a_table_without_rows_or_columns_is_refused(empty):
    with pytest.raises(ValueError, match="minimum of 1"):
        TableFormat.of(empty)


def test_a_sparse_matrix_is_refused_with_a_remedy():
    with pytest.raises(TypeError, match="toarray"):
        TableFormat.of(csr_array(np.eye(2)))


def test_a_vector_is_refused():
    with pytest.raises(ValueError, match="Expected 2D"):
        TableFormat.of(np.arange(3))


def test_numbers_in_lists_of_rows_stay_numbers():
    X = [["a", 1, 2.5], ["b", 2, None]]
    format, frame = TableFormat.of(X)
    assert [is_numeric(frame[place]) for place in frame] == [False, True, True]
    restored = format.restore(frame)
    assert [[type(value) for value in row] for row in restored] == [[str, int, float], [str, int, type(None)]]


@pytest.mark.parametrize("X", [[[1], [1, 2]], [1, 2], 3, "word", {"a": [1]}, np.zeros((2, 2, 2, 2, 2))])
def test_what_is_no_table_is_refused_in_words(X):
    with pytest.raises(ValueError, match=r"rows of one length|Expected 2D array, got \dD array.*Reshape your data"):
        TableFormat.of(X)
