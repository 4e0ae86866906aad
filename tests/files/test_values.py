"""States come back exactly, or are refused when they are written."""

import datetime
import json
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from dateutil.tz import tzoffset
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra import numpy as some_numpy

from skfairgen.files import pack, unpack


def back(state):
    value, arrays = pack(state)
    return unpack(json.loads(json.dumps(value)), arrays)


def assert_same(found, expected):
    assert type(found) is type(expected)
    if isinstance(expected, np.ndarray):
        assert found.dtype == expected.dtype and found.shape == expected.shape
        if expected.dtype == object:
            for pair in zip(found.ravel().tolist(), expected.ravel().tolist(), strict=True):
                assert_same(*pair)
        else:
            np.testing.assert_array_equal(found, expected)
    elif isinstance(expected, list | tuple):
        assert len(found) == len(expected)
        for pair in zip(found, expected, strict=True):
            assert_same(*pair)
    elif isinstance(expected, dict):
        assert_same(list(found), list(expected))
        assert_same(list(found.values()), list(expected.values()))
    elif isinstance(expected, set | frozenset):
        assert {(type(item), item) for item in found} == {(type(item), item) for item in expected}
    elif isinstance(expected, pd.Series):
        pd.testing.assert_series_equal(found, expected, check_exact=True, check_freq=False)
        assert type(found.index) is type(expected.index)
    elif isinstance(expected, pd.Index):
        if isinstance(expected, pd.DatetimeIndex | pd.TimedeltaIndex):
            expected = type(expected)(expected, freq=None)  # which a file leaves out
        pd.testing.assert_index_equal(found, expected, exact=True)
    elif isinstance(expected, pd.DataFrame):
        pd.testing.assert_frame_equal(found, expected, check_exact=True)
    else:
        assert found is expected or found == expected or (found != found and expected != expected)
        assert repr(found) == repr(expected)


PLAIN = (
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats()
    | some.text(some.characters())
    | some.binary()
    | some.dates()
    | some.times()
    | some.datetimes()
    | some.decimals(allow_nan=False)
    | some.sampled_from([pd.NA, pd.NaT, np.float32(1.5), np.int64(-3), np.str_("a"), np.bool_(True), np.float16(2.5)])
    | some.sampled_from([np.datetime64("2020-01-01", "ns"), np.timedelta64(3, "s"), np.bytes_(b"ab"), np.dtype(">f4")])
    | some.sampled_from([pd.Timedelta(3, "s"), pd.Interval(0, 1.5, "left"), pd.Period("2020-01", "M")])
    | some.sampled_from(
        [pd.Timestamp("2020-10-25 00:30", tz="UTC").tz_convert("Europe/Berlin"), pd.Timestamp("1700-01-01")]
    )
)
HASHABLE = some.none() | some.booleans() | some.integers() | some.text() | some.tuples(some.integers(), some.text())
ARRAYS = some_numpy.arrays(
    some.sampled_from(["i1", "u8", ">i4", "f2", "f4", "<f8", "?", "M8[s]", "m8[ns]", "U3", "S2"]),
    some_numpy.array_shapes(min_dims=0, min_side=0, max_dims=3, max_side=4),
)
STATES = some.recursive(
    PLAIN | ARRAYS,
    lambda inner: (
        some.lists(inner, max_size=4)
        | some.lists(inner, max_size=4).map(tuple)
        | some.dictionaries(some.text(max_size=2) | some.just("$") | HASHABLE, inner, max_size=4)
        | some.sets(HASHABLE, max_size=4)
        | some.frozensets(HASHABLE, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(STATES)
def test_states_come_back_exactly(state):
    assert_same(back(state), state)


COLUMNS = [
    pd.Series(["a", None, "b"]),
    pd.Series(["a", None, "b"], dtype="string"),
    pd.Series(["a", None, 1, np.nan, pd.NaT], dtype=object),
    pd.Series([datetime.date(2020, 1, 1), (1, "x"), Decimal("1.50"), [1], [2]], dtype=object),
    pd.Series(pd.Categorical(["a", "b", None], categories=["b", "a", "c"], ordered=True)),
    pd.Series(pd.Categorical([3, 1, 3])),
    pd.Series([True, None], dtype="boolean"),
    pd.Series([1, None, 2**60 + 1], dtype="Int64"),
    pd.Series([1, 2**63 + 5], dtype="uint64"),
    pd.Series([0.1, np.nan, -0.0], dtype="float32", name=("a", 1), index=["x", "y", "y"]),
    pd.Series(pd.date_range("2020", periods=3, tz="Europe/Berlin")),
    pd.Series(pd.to_timedelta([1, 2], unit="min")),
    pd.Series([1, None], dtype="int64[pyarrow]"),
    pd.Series(["a", None], dtype="string[pyarrow]"),
    pd.Series([datetime.datetime(2020, 1, 1)], dtype="timestamp[us][pyarrow]"),
    pd.Series(pd.arrays.SparseArray([0, 1, 2, 0])),
    pd.Series(pd.period_range("2020", periods=3, freq="M")),
    pd.Series(pd.interval_range(0, 3)),
    pd.Series([], dtype=object),
]
INDEXES = [
    pd.Index(["a", "b"]),
    pd.Index([1, 2.5], name="n"),
    pd.Index([("a", 1), ("b", 2)], tupleize_cols=False),
    pd.MultiIndex.from_tuples([("a", 1), ("b", None)], names=["x", None]),
    pd.RangeIndex(1, 9, 2, name="q"),
    pd.date_range("2020", periods=3),
    pd.CategoricalIndex(["a", "b"]),
    pd.interval_range(0, 3),
    pd.period_range("2020", periods=3, freq="Q"),
    pd.Index(["a", 1, None], dtype=object),
    pd.Index([True, False]),
]


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: str(column.dtype))
def test_columns_and_their_dtypes_come_back(column):
    assert_same(back(column), column)
    assert back(column.dtype) == column.dtype


@pytest.mark.parametrize("index", INDEXES, ids=lambda index: type(index).__name__)
def test_indexes_come_back(index):
    assert_same(back(index), index)


def test_tables_come_back():
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", None]}, index=["r", "s"])
    for table in (frame, frame.set_axis(["a", "a"], axis=1), frame[[]], frame.iloc[:0]):
        assert_same(back(table), table)


def test_equal_states_are_equal_texts():
    assert pack({"a", "b", 3, (1, 2)}) == pack({(1, 2), 3, "b", "a"})


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.array(["x" * 20_000, "y"]), "strings of up to 20,000 characters, and a file may hold 16,384. Shorten"),
        (np.dtype("U20000"), "strings of up to 20,000 characters"),
        (np.array(["x" * 10_000] + ["y"] * 999), "fixed-width strings"),
        ([10**5000], "digits"),
        (Decimal("1" * 5000), "5,000 characters"),
        (list(range(400_000)), "400,000 values"),
        ({place * (2**61 - 1) for place in range(1000)}, "share one hash"),
        (pd.RangeIndex(10**12), "range of 1,000,000,000,000 labels"),
        (pd.Timestamp("2020-01-01", tz=tzoffset("another", 3600)), "time zone"),
    ],
)
def test_what_would_be_refused_is_not_packed(value, message):
    with pytest.raises(ValueError, match=message):
        pack(value)


class Text(str):
    pass


@pytest.mark.parametrize(
    "value", [1j, np.array([1j]), np.longdouble(1), object(), Text("a"), np.zeros(2, "f8,f8"), int]
)
def test_values_of_other_kinds_are_named(value):
    with pytest.raises(TypeError, match="cannot be saved"):
        pack({"value": [value]})


def test_a_list_that_holds_itself_is_refused():
    endless = []
    endless.append(endless)
    with pytest.raises(ValueError, match="cannot be saved"):
        pack(endless)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"$": "object", "v": {}}, "unknown kind 'object'"),
        ({"$": ["tuple"], "v": []}, "unknown kind"),
        ({"$": "__class__", "v": []}, "unknown kind"),
        ({"$": "tuple"}, "do not fit"),
        ({"$": "tuple", "v": [], "more": 1}, "do not fit"),
        ({"$": "array", "v": "b"}, "not there or was used"),
        ([{"$": "array", "v": "a"}, {"$": "array", "v": "a"}], "not there or was used"),
        ([], "1 arrays that nothing refers to"),
        ({"$": "array", "v": "a", "dtype": "<f8"}, "do not fit"),
        ({"$": "objects", "v": ["a"], "dtype": "<U60000000", "shape": [1]}, "strings of up to"),
        ({"$": "objects", "v": ["a"], "dtype": "|O", "shape": [2]}, "reshape"),
        ({"$": "number", "v": 300, "dtype": "|i1"}, "do not fit"),
        ({"$": "dtype", "v": "f8,f8,f8"}, "not a plain one"),
        ({"$": "dtype", "v": "V900000000"}, "not a plain one"),
        ({"$": "dict", "v": [["a", 1], ["a", 2]]}, "twice"),
        ({"$": "zoned", "v": "dateutil//etc/localtime", "unit": "ns"}, "unknown time zone"),
        ({"$": "timestamp", "v": 0, "unit": "ns", "tz": "/etc/localtime"}, "unknown time zone"),
        ({"$": "timestamp", "v": 0, "unit": "generic", "tz": None}, "unit of time"),
        ({"$": "extension", "v": "category"}, "unknown dtype"),
        ({"$": "period", "v": 1, "freq": "../M"}, "unknown frequency"),
        ({"$": "series", "v": {"$": "array", "v": "a"}, "dtype": {"$": "dtype", "v": "|O"}, "name": None}, "int64"),
        ({"$": "range", "v": [0, 10**12, 1], "name": None}, "labels"),
    ],
)
def test_values_that_pack_does_not_give_are_refused(value, message):
    with pytest.raises(ValueError, match=message):
        unpack(value, {"a": np.zeros(2, np.int64)})


@pytest.mark.parametrize("name", ["UTC", "Europe/Stockholm", "Etc/GMT+5", "America/Port-au-Prince", "UTC+01:00"])
def test_time_zones_are_read_by_name(name):
    assert str(unpack({"$": "zoned", "v": name, "unit": "ns"}, {}).tz) == name
