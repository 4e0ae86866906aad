"""How a file writes the values of Python and numpy that JSON lacks."""

import datetime
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

MAX_ITEM_BYTES = 1 << 16  # of one value of a fixed-width string: 16,384 characters
MAX_DIGITS = 4_000
MAX_COLLISIONS = 100
DTYPE = re.compile(r"[<>|=]?([?biufOSU]\d*|[mM]8(\[\d{0,9}[a-zA-Z]{1,7}\])?)")


class Kind(NamedTuple):
    """One row of the table: which values it takes, its fields in JSON, and how these are read."""

    fits: Callable  # value -> bool
    write: Callable  # value, packer -> dict of fields
    read: Callable  # unpacker, **fields -> value
    is_slow: bool = False  # to make, so that a file may hold only so many


def of_type(*types: type) -> Callable[..., Any]:
    """Return a test for values of exactly these types, not of their subclasses."""
    return lambda value: type(value) in types


def numpy_dtype(text: str) -> Any:
    """Return the numpy dtype of a text.

    Raises
    ------
    ValueError
        If it is not a plain one, or one whose values take more room than a file's value may.
    """
    if type(text) is not str or not DTYPE.fullmatch(text):
        raise ValueError(f"it holds the dtype {text!r:.80}, which is not a plain one")
    dtype = np.dtype(text)
    if dtype.kind in "SU" and dtype.itemsize > MAX_ITEM_BYTES:
        n_letters = dtype.itemsize // np.dtype(f"{dtype.kind}1").itemsize
        raise ValueError(
            f"it holds an array of strings of up to {n_letters:,} characters, and a file may hold "
            f"{MAX_ITEM_BYTES // 4:,}. Shorten the labels"
        )
    return dtype


def object_array(values: list[Any]) -> np.ndarray:
    """Return a one-dimensional array of the values as they are.

    Raises
    ------
    ValueError
        If many of them share a hash, which would make any look-up slow.
    """
    if len(values) > MAX_COLLISIONS:
        hashes, counts = np.unique(np.fromiter(map(_hash, values), np.int64, len(values)), return_counts=True)
        shared = hashes[counts.argmax()]
        if counts.max() > MAX_COLLISIONS and len({repr(v) for v in values if _hash(v) == shared}) > MAX_COLLISIONS:
            raise ValueError("it holds many different values that share one hash")
    return np.fromiter(values, dtype=object, count=len(values))


def _hash(value):
    return 0 if type(value) in (list, dict, set) else hash(value)


def _write_array(array, packer):
    if array.dtype.kind in "OUS":
        values = [packer.write(value) for value in array.ravel().tolist()]
        return {"v": values, "dtype": array.dtype.str, "shape": list(array.shape)}
    if array.dtype.kind in "mM":
        return {"v": packer.add(array.astype(array.dtype.newbyteorder("=")).view(np.int64)), "dtype": array.dtype.str}
    plain = {} if array.dtype.isnative else {"dtype": array.dtype.str}
    return {"v": packer.add(array), **plain}


def _read_array(unpacker, v, dtype=None):
    array = unpacker.take(v)
    if dtype is None:
        return array
    dtype = numpy_dtype(dtype)
    if dtype.kind in "mM" and array.dtype == np.int64:
        array = array.view(dtype.newbyteorder("="))
    return array.astype(dtype, casting="equiv")


def _read_objects(unpacker, v, dtype, shape):
    dtype = numpy_dtype(dtype)
    if dtype.kind in "US":
        unpacker.spend("text_left", len(v) * dtype.itemsize, "16 MiB of fixed-width strings")
    return object_array([unpacker.read(item) for item in v]).astype(dtype).reshape(shape)


def _write_scalar(value, packer):
    item = int(value.view(np.int64)) if value.dtype.kind in "mM" else value.item()
    return {"v": packer.write(item), "dtype": value.dtype.str}


def _read_scalar(unpacker, v, dtype):
    dtype, value = numpy_dtype(dtype), unpacker.read(v)
    if dtype.kind in "mM":
        return np.array(value, dtype=np.int64).view(dtype)[()]
    if dtype.kind in "US" and type(value) in (str, bytes):
        return dtype.type(value)  # as long as it is, whatever the dtype says
    if type(value) not in (bool, int, float):
        raise ValueError(f"it holds {value!r:.80}, expected a number of the dtype {dtype}")
    return np.array(value, dtype=dtype)[()]


def _read_dict(unpacker, v):
    pairs = [(unpacker.read(key), unpacker.read(item)) for key, item in v]
    object_array([key for key, _ in pairs])
    if len(made := dict(pairs)) < len(pairs):
        raise ValueError("it names a key of a dict twice")
    return made


def _write_set(value, packer):
    return {"v": sorted((packer.write(item) for item in value), key=repr)}


def _read_decimal(unpacker, v):
    if len(v) > MAX_DIGITS:
        raise ValueError(f"it holds a decimal of {len(v):,} characters, and one may have {MAX_DIGITS:,}")
    number = Decimal(v)
    if number.is_finite() and abs(number.adjusted()) > MAX_DIGITS:
        raise ValueError(f"it holds a decimal of {abs(number.adjusted()):,} digits, and one may have {MAX_DIGITS:,}")
    return number


def _moment(kind):
    return Kind(
        lambda value: type(value) is kind and getattr(value, "tzinfo", None) is None,
        lambda value, packer: {"v": value.isoformat()} | ({"fold": 1} if getattr(value, "fold", 0) else {}),
        lambda unpacker, v, **fold: kind.fromisoformat(v).replace(**fold),
    )


def _is_array(kinds):
    return lambda value: type(value) is np.ndarray and _is_plain(value.dtype, kinds)


def _is_plain(dtype, kinds="biufmMOUS"):
    return dtype.kind in kinds and dtype.fields is None and (dtype.kind != "f" or dtype.itemsize <= 8)


PLAIN_KINDS = {
    "float": Kind(
        of_type(float),
        lambda value, packer: {"v": repr(value)},
        lambda unpacker, v: {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}[v],
    ),
    "tuple": Kind(
        of_type(tuple),
        lambda value, packer: {"v": packer.write(list(value))},
        lambda unpacker, v: tuple(unpacker.read(v)),
    ),
    "dict": Kind(
        of_type(dict),
        lambda value, packer: {"v": [[packer.write(key), packer.write(item)] for key, item in value.items()]},
        _read_dict,
    ),
    "set": Kind(of_type(set), _write_set, lambda unpacker, v: set(object_array(unpacker.read(v)))),
    "frozenset": Kind(of_type(frozenset), _write_set, lambda unpacker, v: frozenset(object_array(unpacker.read(v)))),
    "bytes": Kind(of_type(bytes), lambda value, packer: {"v": value.hex()}, lambda unpacker, v: bytes.fromhex(v)),
    "decimal": Kind(of_type(Decimal), lambda value, packer: {"v": str(value)}, _read_decimal),
    "date": _moment(datetime.date),
    "datetime": _moment(datetime.datetime),
    "time": _moment(datetime.time),
    "array": Kind(_is_array("biufmM"), _write_array, _read_array),
    "objects": Kind(_is_array("OUS"), _write_array, _read_objects),
    "number": Kind(
        lambda value: isinstance(value, np.generic) and _is_plain(value.dtype, "biufmMUS"), _write_scalar, _read_scalar
    ),
    "dtype": Kind(
        lambda value: isinstance(value, np.dtype) and _is_plain(value),
        lambda value, packer: {"v": value.str},
        lambda unpacker, v: numpy_dtype(v),
    ),
}
