"""How a file writes the values of pandas: dtypes, indexes, columns, moments and spans."""

import importlib
import re
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from skfairgen.files._plain_kinds import Kind, object_array, of_type

TIME_ZONE = re.compile(r"(?!dateutil)[A-Za-z][\w+-]*(/[A-Za-z][\w+-]*)*(:\d\d)?")
FREQUENCY = re.compile(r"[\w-]{1,20}")
NAMED_DTYPE = re.compile(
    r"(U?Int(8|16|32|64)|Float(32|64)|boolean|period\[[^\[\]]+\]|interval\[[\w\[\] ,/:+-]+\]"
    r"|[\w\[\], =/:+-]+\[pyarrow\])"
)
MAX_NAME = 200
MAX_LABELS = 40_000
MAX_RANGE = 1 << 20


@lru_cache(maxsize=1024)
def time_zone(name: Any) -> Any:
    """Return a time zone by name; one that is a path is refused."""
    if len(name) > MAX_NAME or not TIME_ZONE.fullmatch(name):
        raise ValueError(f"it holds the unknown time zone {name!r:.80}")
    return pd.DatetimeTZDtype("ns", name).tz


def _named_dtype(unpacker, v):
    if len(v) > MAX_NAME or not NAMED_DTYPE.fullmatch(v):
        raise ValueError(f"it holds the unknown dtype {v!r:.80}")
    if v == "string[pyarrow]":  # which pandas gives to its own strings, a kind of their own here
        return pd.ArrowDtype(importlib.import_module("pyarrow").string())
    return pd.api.types.pandas_dtype(v)


def _read_categorical(unpacker, v, ordered):
    categories = unpacker.read(v)
    if not (categories is None or isinstance(categories, pd.Index)) or type(ordered) is not bool:
        raise ValueError(f"it holds the categories {categories!r:.80}, expected an index of them")
    _check_length(categories)
    return pd.CategoricalDtype(categories, ordered)


def _check_length(labels):
    """Refuse more labels than can be looked up in time where all of them are made to share a hash."""
    if labels is not None and len(labels) > MAX_LABELS:
        raise ValueError(f"it holds an index of {len(labels):,} labels, and one may have {MAX_LABELS:,}")


def _write_values(values, packer):
    """Return the numbers, category codes or objects of an index or a column."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        array = np.asarray(getattr(values, "cat", values).codes)
    elif isinstance(values.dtype, np.dtype) and values.dtype.kind in "biufmM":
        array = values.to_numpy()
    else:
        array = np.fromiter(values.astype(object), dtype=object, count=len(values))
    return {"v": packer.write(array), "dtype": packer.write(values.dtype), "name": packer.write(values.name)}


def _read_values(unpacker, v, dtype):
    """Return a pandas array of a dtype; format 1 wrote lists of objects where there are arrays now."""
    values, dtype = unpacker.read(v), unpacker.read(dtype)
    if not isinstance(dtype, np.dtype | pd.api.extensions.ExtensionDtype):
        raise ValueError(f"it holds {dtype!r:.80}, expected a dtype")
    values = object_array(values) if isinstance(values, list) else values
    if isinstance(dtype, pd.CategoricalDtype) and values.dtype.kind == "i":
        return pd.Categorical.from_codes(values, dtype=dtype)
    if values.dtype == dtype:
        return values
    if values.dtype != object:  # numbers are written as what they are; turning them costs memory
        raise ValueError(f"it holds a column of {values.dtype}, expected {dtype} or objects")
    series = pd.Series(values, dtype=object)
    return (series.astype(dtype.subtype) if isinstance(dtype, pd.SparseDtype) else series).astype(dtype).array


def _read_index(unpacker, v, dtype, name):
    values = _read_values(unpacker, v, dtype)
    _check_length(values)
    return pd.Index(values, dtype=values.dtype, name=unpacker.read(name), tupleize_cols=False)


def _read_range(unpacker, v, name):
    index = pd.RangeIndex(*v, name=unpacker.read(name))
    if len(index) > MAX_RANGE:
        raise ValueError(f"it holds a range of {len(index):,} labels, and one may have {MAX_RANGE:,}")
    return index


def _write_series(series, packer):
    is_counted = series.index.equals(pd.RangeIndex(len(series))) and type(series.index) is pd.RangeIndex
    is_counted = is_counted and series.index.name is None
    index = {} if is_counted else {"index": packer.write(series.index)}
    return _write_values(series, packer) | index


def _read_series(unpacker, v, dtype, name, index=None):
    values = _read_values(unpacker, v, dtype)
    return pd.Series(values, index=unpacker.read(index), dtype=values.dtype, name=unpacker.read(name))


def _write_multi(index, packer):
    levels = [packer.write(level.rename(None)) for level in index.levels]
    codes = [packer.write(np.asarray(codes)) for codes in index.codes]
    return {"v": levels, "codes": codes, "names": packer.write(list(index.names))}


def _read_multi(unpacker, v, codes, names):
    return pd.MultiIndex(unpacker.read(v), unpacker.read(codes), names=unpacker.read(names))


def _write_frame(frame, packer):
    columns = [packer.write(frame.iloc[:, place].reset_index(drop=True)) for place in range(frame.shape[1])]
    return {"v": columns, "names": packer.write(frame.columns), "index": packer.write(frame.index)}


def _read_frame(unpacker, v, names, index):
    columns, index = dict(enumerate(unpacker.read(v))), unpacker.read(index)
    if any(len(column) != len(index) for column in columns.values()):
        raise ValueError("it holds a table whose columns differ in length")
    frame = pd.DataFrame(columns, index=range(len(index)))
    return frame.set_axis(unpacker.read(names), axis=1).set_axis(index, axis=0)


def _write_timestamp(value, packer):
    moment = value if value.tz is None else value.tz_convert("UTC").tz_localize(None)
    number = int(moment.to_numpy().view(np.int64))
    return {"v": number, "unit": value.unit, "tz": None if value.tz is None else str(value.tz)}


def _read_timestamp(unpacker, v, unit, tz):
    moment = pd.Timestamp(np.datetime64(v, _unit(unit)))
    return moment if tz is None else moment.tz_localize("UTC").tz_convert(time_zone(tz))


def _unit(unit):
    if unit not in ("s", "ms", "us", "ns"):
        raise ValueError(f"it holds the unit of time {unit!r:.80}, expected s, ms, us or ns")
    return unit


def _read_period(unpacker, v, freq):
    if not FREQUENCY.fullmatch(freq):
        raise ValueError(f"it holds the unknown frequency {freq!r:.80}")
    return pd.Period(ordinal=v, freq=freq)


def _instance(kind):
    return lambda value: isinstance(value, kind)


PANDAS_KINDS = {
    "categorical": Kind(
        _instance(pd.CategoricalDtype),
        lambda value, packer: {"v": packer.write(value.categories), "ordered": bool(value.ordered)},
        _read_categorical,
        is_slow=True,
    ),
    "string": Kind(
        _instance(pd.StringDtype),
        lambda value, packer: {"v": value.storage, "na": value.na_value is pd.NA},
        lambda unpacker, v, na: pd.StringDtype(v, na_value=pd.NA if na else np.nan),
    ),
    "zoned": Kind(
        _instance(pd.DatetimeTZDtype),
        lambda value, packer: {"v": str(value.tz), "unit": value.unit},
        lambda unpacker, v, unit: pd.DatetimeTZDtype(_unit(unit), time_zone(v)),
        is_slow=True,
    ),
    "sparse": Kind(
        _instance(pd.SparseDtype),
        lambda value, packer: {"v": packer.write(value.subtype), "fill": packer.write(value.fill_value)},
        lambda unpacker, v, fill: pd.SparseDtype(unpacker.read(v), unpacker.read(fill)),
        is_slow=True,
    ),
    "extension": Kind(
        lambda value: isinstance(value, pd.api.extensions.ExtensionDtype) and NAMED_DTYPE.fullmatch(str(value)),
        lambda value, packer: {"v": str(value)},
        _named_dtype,
        is_slow=True,
    ),
    "range": Kind(
        of_type(pd.RangeIndex),
        lambda value, packer: {"v": [value.start, value.stop, value.step], "name": packer.write(value.name)},
        _read_range,
        is_slow=True,
    ),
    "levels": Kind(of_type(pd.MultiIndex), _write_multi, _read_multi, is_slow=True),
    "index": Kind(_instance(pd.Index), _write_values, _read_index, is_slow=True),
    "series": Kind(of_type(pd.Series), _write_series, _read_series, is_slow=True),
    "frame": Kind(of_type(pd.DataFrame), _write_frame, _read_frame, is_slow=True),
    "missing": Kind(
        lambda value: value is pd.NA or value is pd.NaT,
        lambda value, packer: {"v": "NA" if value is pd.NA else "NaT"},
        lambda unpacker, v: {"NA": pd.NA, "NaT": pd.NaT}[v],
    ),
    "timestamp": Kind(of_type(pd.Timestamp), _write_timestamp, _read_timestamp),
    "timedelta": Kind(
        of_type(pd.Timedelta),
        lambda value, packer: {"v": int(value.to_numpy().view(np.int64)), "unit": value.unit},
        lambda unpacker, v, unit: pd.Timedelta(np.timedelta64(v, _unit(unit))),
    ),
    "interval": Kind(
        of_type(pd.Interval),
        lambda value, packer: {"v": [packer.write(value.left), packer.write(value.right)], "closed": value.closed},
        lambda unpacker, v, closed: pd.Interval(*unpacker.read(v), closed=closed),
    ),
    "period": Kind(
        _instance(pd.Period), lambda value, packer: {"v": value.ordinal, "freq": value.freqstr}, _read_period
    ),
}
