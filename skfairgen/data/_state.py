"""What a file says of a fitted part, checked field by field."""

from collections.abc import Collection, Mapping
from typing import Any, Self

import numpy as np
import pandas as pd

REQUIRED = object()
TOLERANCE = 1e-6  # of sums that are 1
DTYPES = (np.dtype, pd.api.extensions.ExtensionDtype)


class State:
    """The fields of a part's state. As a context it refuses, at its end, fields that nobody took.

    Parameters
    ----------
    state : dict of str to object
        What ``to_state`` of the part gave; "kind", the name of the part's class, may be among it.
    owner : str
        Name of the part's class, for messages.

    Examples
    --------
    >>> with State({"n_bins": 60}, "NumericColumn") as fields:
    ...     n_bins, min_count = fields.take("n_bins", int, low=1), fields.take("min_count", int, default=5)
    >>> n_bins, min_count
    (60, 5)
    >>> State({"n_bins": "60"}, "NumericColumn").take("n_bins", int)
    Traceback (most recent call last):
    ValueError: the NumericColumn has n_bins='60', expected int
    """

    def __init__(self, state: dict[str, Any], owner: str) -> None:
        self.owner = owner
        if type(state) is not dict or state.get("kind", owner) != owner:
            raise ValueError(f"the state of a part {owner} was expected, found {state!r:.80}")
        self._left = {name: value for name, value in state.items() if name != "kind"}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        if error is None:
            self.require(not self._left, f"has the unknown fields {sorted(map(str, self._left))}")
        elif not isinstance(error, ValueError) and isinstance(error, Exception):
            raise ValueError(f"the {self.owner} has parts that do not fit each other: {error!r:.200}") from error

    def require(self, holds: Any, complaint: str) -> None:
        """Refuse the part unless something holds."""
        if not holds:
            raise ValueError(f"the {self.owner} {complaint}")

    def any(self, name: str, default: Any = REQUIRED) -> Any:
        """Take a field, whatever it holds.

        Raises
        ------
        ValueError
            If it is missing and has no default.
        """
        value = self._left.pop(name, default)
        self.require(value is not REQUIRED, f"lacks the field {name}")
        return value

    def take(
        self, name: str, kinds: Any, default: Any = REQUIRED, *, low: float | None = None, high: float | None = None
    ) -> Any:
        """Take a field of one of some types, `None` among them for None, and within bounds, which count as inside.

        Raises
        ------
        ValueError
            If it is missing and has no default, is of another type, or outside the bounds.
        """
        kinds = kinds if isinstance(kinds, tuple) else (kinds,)
        value = self.any(name, default)
        types = tuple(type(None) if kind is None else kind for kind in kinds)
        is_meant = isinstance(value, types) and (type(value) is not bool or bool in types)
        if not is_meant:
            names = " or ".join("None" if kind is None else kind.__name__ for kind in kinds)
            self.require(False, f"has {name}={value!r:.80}, expected {names}")
        if isinstance(value, int | float):
            is_within = (low is None or value >= low) and (high is None or value <= high) and value == value
            self.require(is_within, f"has {name}={value!r:.80}, expected a number from {low} to {high}")
        return value

    def choice(self, name: str, choices: Collection[str], default: Any = REQUIRED) -> str:
        """Take a field that holds one of some strings."""
        value = self.take(name, str, default)
        self.require(value in choices, f"has {name}={value!r:.80}, expected one of {list(choices)}")
        return value

    def array(
        self,
        name: str,
        kinds: str,
        shape: tuple[int | None, ...],
        *,
        low: float | None = None,
        high: float | None = None,
    ) -> np.ndarray:
        """Take an array of some dtype kinds and a shape, None standing for any size; numbers are finite.

        Raises
        ------
        ValueError
            If it is missing, of another kind or shape, or holds a number outside the bounds.
        """
        return self.check_array(name, self.any(name), kinds, shape, low=low, high=high)

    def check_array(
        self,
        name: str,
        value: Any,
        kinds: str,
        shape: tuple[int | None, ...],
        *,
        low: float | None = None,
        high: float | None = None,
    ) -> np.ndarray:
        """Return an array, after the checks of :meth:`array`."""
        is_meant = isinstance(value, np.ndarray) and value.dtype.kind in kinds
        if not is_meant:
            found = f"an array of {value.dtype}" if isinstance(value, np.ndarray) else repr(value)[:80]
            self.require(False, f"has the {name} {found}, expected an array of the dtype kinds {kinds!r}")
        fits = value.ndim == len(shape) and all(n in (None, m) for n, m in zip(shape, value.shape, strict=True))
        self.require(fits, f"has the {name} of shape {value.shape}, expected {shape}".replace("None", "any"))
        if value.dtype.kind in "iuf" and value.size:
            self.require(np.isfinite(value).all(), f"has {name} that are not finite")
            is_within = (low is None or value.min() >= low) and (high is None or value.max() <= high)
            self.require(is_within, f"has {name} from {value.min()} to {value.max()}, expected {low} to {high}")
        return value

    def dtype(self, name: str) -> Any:
        """Take a dtype of numpy or pandas."""
        return self.take(name, DTYPES)

    def list(self, name: str, kinds: Any = object, length: int | None = None, default: Any = REQUIRED) -> Any:
        """Take a list whose items are of some types, of a given length or of any."""
        values = self.take(name, list, default)
        if kinds is not object and not all(type(value) in kinds for value in values):
            self.require(False, f"has {name}={values!r:.80}, which holds values of other types")
        self.require(length in (None, len(values)), f"has {len(values)} {name}, expected {length}")
        return values

    def shares(self, name: str, n_values: int | None) -> np.ndarray:
        """Take shares: an array of numbers of 0 or more, which sum to 1."""
        return self.check_shares(name, self.any(name), n_values)

    def check_shares(self, name: str, values: Any, n_values: int | None) -> np.ndarray:
        """Return shares, after the checks of :meth:`shares`; none at all are fine too."""
        self.check_array(name, values, "f", (n_values,), low=0, high=1 + TOLERANCE)
        self.require(not values.size or abs(values.sum() - 1) < TOLERANCE, f"has {name} that do not sum to 1")
        return values


def part_state(part: Any) -> dict[str, Any]:
    """Return the state of a part that its parent looks up by kind."""
    return {"kind": type(part).__name__.strip("_"), **part.to_state()}


def read_part(state: Any, kinds: Mapping[str, Any], version: int) -> Any:
    """Return the part of a state, whose kind names one of the classes of a table.

    Raises
    ------
    ValueError
        If the kind is missing or none of the table.
    """
    kind = state.get("kind") if isinstance(state, dict) else None
    if type(kind) is not str or kind not in kinds:
        raise ValueError(f"a part of the kind {kind!r:.80} was found, expected one of {sorted(kinds)}")
    return kinds[kind].from_state(state, version)
