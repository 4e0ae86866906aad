"""States of fitted parts as plain JSON values and arrays, and back."""

import json
from typing import Any

import numpy as np

from skfairgen.files._json import checked_json, parse_json
from skfairgen.files._pandas_kinds import PANDAS_KINDS
from skfairgen.files._plain_kinds import PLAIN_KINDS, Kind

KINDS = PLAIN_KINDS | PANDAS_KINDS
MAX_PANDAS_VALUES = 10_000  # indexes, columns, dtypes, each of which takes up to a tenth of a millisecond to make
MAX_TEXT_BYTES = 16 << 20  # of all arrays of fixed-width strings


def pack(state: dict[str, Any]) -> tuple[Any, dict[str, np.ndarray]]:
    """Return the JSON value and the arrays of a state.

    A state holds dict, list, tuple, set, frozenset, None, bool, int, float, str, bytes; numpy arrays, scalars and
    dtypes; pandas indexes, Series, DataFrames, dtypes and scalars; dates, times and decimals.

    Parameters
    ----------
    state : object
        The state. An index gives up its ``freq``, and an array its memory order.

    Returns
    -------
    value : object
        Plain JSON values.
    arrays : dict of str to ndarray
        The numeric arrays, in C order and little-endian.

    Raises
    ------
    TypeError
        If the state holds a value of another kind; the message names it.
    ValueError
        If :func:`unpack` would refuse it: too many values, or labels that are too long.

    Examples
    --------
    >>> value, arrays = pack({"knots": np.array([1.0, 2.0]), "ends": (0, None)})
    >>> value
    {'knots': {'$': 'array', 'v': 'a0'}, 'ends': {'$': 'tuple', 'v': [0, None]}}
    >>> unpack(value, arrays)
    {'knots': array([1., 2.]), 'ends': (0, None)}
    """
    packer = Packer()
    try:
        value = packer.write(state)
        unpack(parse_json(checked_json(json.dumps(value, allow_nan=False).encode())), packer.arrays)
    except (RecursionError, ValueError) as error:
        raise ValueError(f"The values cannot be saved: {error}.") from error
    return value, packer.arrays


def unpack(value: Any, arrays: dict[str, np.ndarray]) -> Any:
    """Return the state of a JSON value and arrays that :func:`pack` gave.

    Parameters
    ----------
    value : object
        Plain JSON values.
    arrays : dict of str to ndarray
        The arrays; each must be used, and once.

    Returns
    -------
    object

    Raises
    ------
    ValueError
        If the value is not one that :func:`pack` gives, or its parts do not fit each other.
    """
    return read_all(Unpacker(arrays, KINDS), value)


def read_all(unpacker: "Unpacker", value: Any) -> Any:
    """Return what an unpacker reads of a JSON value, once it has used each array."""
    try:
        state = unpacker.read(value)
    except ValueError:
        raise
    except (RecursionError, MemoryError, Exception) as error:  # whatever made-up values trip over
        raise ValueError(f"it holds values that do not fit each other ({type(error).__name__}: {error})") from error
    if unpacker.arrays:
        raise ValueError(f"it holds {len(unpacker.arrays):,} arrays that nothing refers to")
    return state


class Packer:
    """Turn values into plain JSON values; arrays are collected in ``arrays``."""

    def __init__(self) -> None:
        self.arrays = {}

    def write(self, value: Any) -> Any:
        """Return the JSON value of a value."""
        if value is None or type(value) in (bool, str, int) or (type(value) is float and np.isfinite(value)):
            return value
        if type(value) is list:
            return [self.write(item) for item in value]
        if type(value) is dict and "$" not in value and all(type(key) is str for key in value):
            return {key: self.write(item) for key, item in value.items()}
        for tag, kind in KINDS.items():
            if kind.fits(value):
                return {"$": tag, **kind.write(value, self)}
        raise TypeError(
            f"{value!r:.80} of type {type(value).__module__}.{type(value).__name__} cannot be saved. Files hold "
            "numbers, strings, dates and what numpy and pandas make of them; replace the value by one of these."
        )

    def add(self, array: np.ndarray) -> str:
        """Keep an array, and return its name."""
        name = f"a{len(self.arrays)}"
        self.arrays[name] = np.array(array, dtype=array.dtype.newbyteorder("<"), order="C", copy=True)
        return name


class Unpacker:
    """Turn plain JSON values back into values; nothing but the readers of a table of kinds is run."""

    def __init__(self, arrays: dict[str, np.ndarray], kinds: dict[str, Kind]) -> None:
        self.arrays = dict(arrays)
        self.kinds = kinds
        self.values_left = MAX_PANDAS_VALUES
        self.text_left = MAX_TEXT_BYTES

    def read(self, value: Any) -> Any:
        """Return the value of a JSON value."""
        if type(value) is list:
            return [self.read(item) for item in value]
        if type(value) is not dict:
            return value
        if "$" not in value:
            return {key: self.read(item) for key, item in value.items()}
        kind = self.kinds.get(value["$"]) if type(value["$"]) is str else None
        if kind is None:
            raise ValueError(f"it holds a value of the unknown kind {value['$']!r:.80}")
        if kind.is_slow:
            self.spend("values_left", 1, f"{MAX_PANDAS_VALUES:,} columns, indexes and dtypes of pandas")
        return kind.read(self, **{key: item for key, item in value.items() if key != "$"})

    def take(self, name: str) -> np.ndarray:
        """Return an array; it is handed out once, so that a file cannot multiply what it holds."""
        if name not in self.arrays:
            raise ValueError(f"it refers to the array {name!r:.80}, which is not there or was used before")
        return self.arrays.pop(name)

    def spend(self, budget: str, amount: int, limit: str) -> None:
        """Take from one of the budgets; what is over it is refused."""
        setattr(self, budget, getattr(self, budget) - amount)
        if getattr(self, budget) < 0:
            raise ValueError(f"it holds more than a file may: {limit}")
