"""Class labels come back in the container, name and dtype they came in."""

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from skfairgen.data import TargetCodec, read_partial_target

TARGETS = [
    pd.Series([1, 0, 1], name="y"),
    pd.Series(["b", "a", "b"]),
    pd.Series(["b", "a", "b"], dtype=object),
    pd.Series(["b", "a", "b"], dtype="string[python]"),
    pd.Series([True, False, True]),
    pd.Series([True, False, True], dtype="boolean"),
    pd.Series([2, 1, 2], dtype="Int64"),
    pd.Series([2, 1, 2], dtype="int8"),
    pd.Series([2.0, 1.0, 2.0], dtype="float32"),
    pd.Series(pd.Categorical(["b", "a", "b"], categories=["c", "b", "a"], ordered=True)),
    pd.Series(pd.Categorical([2, 1, 2])),
    np.array([1, 0, 1], dtype="int8"),
    np.array(["b", "a", "b"]),
    np.array(["b", "a", "b"], dtype=object),
    np.array([True, False, True]),
    [1, 0, 1],
    ["b", "a", "b"],
    ("b", "a", "b"),
    [["b"], ["a"], ["b"]],
    np.array([[1], [0], [1]]),
    np.array([[0, 1], [1, 0], [0, 1]]),
    pd.DataFrame({"no": [0, 1, 0], "yes": [1, 0, 1]}, dtype="int8"),
    pd.Categorical(["b", "a", "b"]),
    pd.array([1, 0, 1]),
    pd.array(["b", "a", "b"]),
    pd.Index(["b", "a", "b"], name="y"),
    pd.Index([2, 1, 2]),
    [Decimal("1"), Decimal("0"), Decimal("1")],
    [date(2021, 1, 1), date(2020, 1, 1), date(2021, 1, 1)],
    pd.Series([date(2021, 1, 1), date(2020, 1, 1), date(2021, 1, 1)]),
    pd.Series(pd.to_timedelta([2, 1, 2], unit="D")),
    pl.Series("y", ["b", "a", "b"]),
    pl.Series([1, 0, 1]),
    pl.Series([True, False, True]),
    pl.Series([date(2021, 1, 1), date(2020, 1, 1), date(2021, 1, 1)]),
    pl.Series(["b", "a", "b"], dtype=pl.Enum(["c", "b", "a"])),
    pl.Series(["b", "a", "b"], dtype=pl.Categorical),
    pl.DataFrame({"y": ["b", "a", "b"]}),
    pa.array(["b", "a", "b"]),
    pa.array(["b", "a", "b"]).dictionary_encode(),
    pa.chunked_array([[2, 1, 2]]),
    pa.table({"y": [2, 1, 2]}),
]


@pytest.mark.parametrize("y", TARGETS, ids=lambda y: f"{type(y).__name__} {getattr(y, 'dtype', '')}")
def test_labels_come_back_as_they_were(y):
    codec = TargetCodec().fit(y)
    codes = codec.encode(y)
    assert codes.tolist() in ([1, 0, 1], [0, 1, 0])
    decoded = codec.decode(codes)
    assert type(decoded) is type(y)
    assert getattr(decoded, "dtype", None) == getattr(y, "dtype", None)
    assert getattr(decoded, "name", None) == getattr(y, "name", None)
    if isinstance(y, list | tuple | np.ndarray):
        np.testing.assert_array_equal(decoded, y)
        assert type(decoded[0]) is type(y[0])
    else:
        assert decoded.equals(y)


def test_a_one_hot_target_comes_back_one_hot():
    y = np.eye(3, dtype=int)[[2, 0, 1, 2]]
    codec = TargetCodec().fit(y)
    assert codec.encode(y).tolist() == [2, 0, 1, 2]
    np.testing.assert_array_equal(codec.decode(np.array([1])), [[0, 1, 0]])


def test_a_frame_of_one_column_comes_back_as_one():
    y = pd.DataFrame({"label": ["b", "a", "b"]})
    codec = TargetCodec().fit(y)
    pd.testing.assert_frame_equal(codec.decode(codec.encode(y)), y)


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_missing_labels_are_counted_and_refused(missing):
    y = pd.Series(["a", missing, "b", missing], dtype=object)
    with pytest.raises(ValueError, match="y is missing in 2 of 4 rows"):
        TargetCodec().fit(y)


def test_a_continuous_target_is_refused():
    with pytest.raises(ValueError, match="continuous"):
        TargetCodec().fit(np.random.default_rng(0).normal(size=20))


def test_labels_of_several_types_are_refused():
    with pytest.raises(ValueError, match=r"y mixes labels of types \['int', 'str'\]"):
        TargetCodec().fit(np.array(["a", 1, "a"], dtype=object))


@pytest.mark.parametrize("read", [TargetCodec().fit, read_partial_target])
@pytest.mark.parametrize("dtype", [int, float, "Int64"])
def test_prices_are_not_taken_for_classes(read, dtype):
    with pytest.raises(
        ValueError, match=r"1,000 different numbers, 100(\.0)? to 1099.*Regression is not supported: cut"
    ):
        read(pd.Series(range(100, 1100), dtype=dtype))


@pytest.mark.parametrize(
    ("days", "kind"), [(pd.date_range("2020", periods=90), "dates"), (pd.to_timedelta(range(90), "D"), "durations")]
)
def test_dates_of_many_days_are_not_taken_for_classes(days, kind):
    assert len(TargetCodec().fit(days[:50].repeat(2)).classes_) == 50
    with pytest.raises(ValueError, match=f"90 different {kind}, .*cut y into a few classes"):
        TargetCodec().fit(days)


def test_numbers_that_are_strings_are_classes():
    assert len(TargetCodec().fit([str(code) for code in range(60)] * 2).classes_) == 60


def test_names_of_rows_are_not_taken_for_classes():
    with pytest.raises(ValueError, match="y holds 60 different labels in 119 rows, like a column of names; expected"):
        TargetCodec().fit([str(code) for code in range(60)] + [str(code) for code in range(59)])


REFUSED = {
    "a number": (3, "y is a int of the shape"),
    "a word": ("abc", "y is a str of the shape"),
    "a dict": ({"a": 1}, "y is a dict of the shape"),
    "three axes": (np.zeros((3, 1, 1)), "of the shape \\(3, 1, 1\\)"),
    "ragged lists": ([[1], [1, 2]], "y holds labels of the type \\['list'\\]"),
    "lists in rows": (pd.Series([[1], [2]]), "y holds labels of the type \\['list'\\]"),
    "structs": (pl.Series([{"a": 1}, {"a": 2}]), "not hashable"),
    "several columns": (np.array([[1, 1], [0, 1]]), "y has 2 columns"),
    "tuples": ([(1, "a"), (2, "b")], "y has 2 columns"),
    "bytes": ([b"a", b"b"], "y holds labels of the type \\['bytes'\\]"),
    "periods": (pd.Series(pd.period_range("2020", periods=2, freq="Y")), "\\['Period'\\]"),
    "infinity": ([1.0, np.inf], "y contains infinity"),
    "an index of several levels": (pd.MultiIndex.from_arrays([[0, 1], [0, 1]]), "y is a MultiIndex; expected one"),
    "complex numbers": (np.array([1j, 2]), "Complex data not supported"),
    "numbers beyond 64 bits": ([2**70, 1], "y holds labels of the type \\['int'\\]"),
    "masked values": (np.ma.masked_array([1, 2], [True, False]), "y is missing in 1 of 2 rows"),
    "all missing": (pl.Series([None, None]), "y is missing in 2 of 2 rows"),
    "numbers and truth": ([1, False], "y mixes labels of types"),
    "no row": ([], "y holds labels of the type"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_column_of_labels_is_refused_in_words(kind):
    y, message = REFUSED[kind]
    with pytest.raises(ValueError, match=message):
        TargetCodec().fit(y)


def test_a_class_that_no_row_has_keeps_its_column_in_one_hot_labels():
    codec = TargetCodec().fit(np.eye(4, dtype=int)[[0, 2, 0]])
    assert codec.decode(np.array([1])).tolist() == [[0, 0, 1, 0]]
