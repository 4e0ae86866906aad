"""Orders that all rows of a table hold, such as a start before its end, and how drawn rows keep them."""

from collections.abc import Collection
from typing import Any, Self

import numpy as np

from skfairgen.data._state import State
from skfairgen.data.table._numeric_column import NumericColumn

SCREENED_ROWS = (64, 1_000)
BROKEN_SHARE = 0.01  # least share of rows in which columns drawn independently break an order worth keeping
CHANCE = 1e-3  # that any order is found where there is none
N_REDRAWS = 2
MIN_GAPS = 5  # that a mean is of


class Orders:
    """Pairs of numeric columns of which the first is at most the second in all rows, though their ranges overlap.

    Attributes
    ----------
    low_, high_ : ndarray of shape (n_pairs,), int
        Positions of the smaller and the larger column.
    gaps_ : ndarray of shape (n_pairs,)
        Mean distance of the two over the quarter of the rows where they are nearest.
    """

    def __init__(self) -> None:
        self.low_: np.ndarray = np.zeros(0, dtype=np.int64)
        self.high_: np.ndarray = self.low_
        self.gaps_: np.ndarray = np.zeros(0)

    def fit(self, numbers: dict[int, np.ndarray], kinds: dict[int, Any], copied: Collection[set[int]] = ()) -> Self:
        """Find the orders of columns of numbers, NaN where missing; columns of one kind are compared.

        A column of a pair in `copied` has tokens of its own for rows where the two are equal. The distance of such a
        pair is measured over the other rows.
        """
        found = [
            _orders_of(places, np.column_stack([numbers[place] for place in places]), copied)
            for places in _of_one_kind(kinds).values()
            if len(places) > 1 and len(numbers[places[0]])
        ]
        pairs = [pair for own in found for pair in own]
        self.low_, self.high_ = np.array([pair[:2] for pair in pairs], dtype=np.int64).reshape(-1, 2).T
        self.gaps_ = np.array([gap for _, _, gap in pairs], dtype=np.float64)
        return self

    @property
    def ordered(self) -> set[int]:
        """Positions of the columns that have an order."""
        return {int(place) for place in (*self.low_, *self.high_)}

    def to_state(self) -> dict[str, Any]:
        """Return what a file holds of it: plain arrays."""
        return {"low": self.low_, "high": self.high_, "gaps": self.gaps_}

    @classmethod
    def from_state(cls, state: dict[str, Any], version: int) -> Self:
        """Return the part of a state that :meth:`to_state` gave.

        Raises
        ------
        ValueError
            If a field is missing, or is not what the part expects; the message names it.
        """
        with State(state, "Orders") as fields:
            made = cls()
            made.gaps_ = fields.array("gaps", "f", (None,), low=0)
            made.low_, made.high_ = (fields.array(name, "i", (len(made.gaps_),), low=0) for name in ("low", "high"))
        return made

    def keep(
        self,
        place: int,
        column: NumericColumn,
        tokens: np.ndarray,
        numbers: np.ndarray,
        decoded: dict[int, np.ndarray],
        rng: np.random.Generator,
    ) -> np.ndarray:
        """Move the numbers of a column that break an order with the columns decoded before it.

        They are drawn again from their own tokens; what still breaks the order is put near to its bound.

        Parameters
        ----------
        place : int
            Position of the column.
        column : NumericColumn
            Its codec.
        tokens, numbers : ndarray of shape (n_rows,)
            Its tokens, and the numbers drawn for them.
        decoded : dict of int to ndarray of shape (n_rows,)
            Numbers of the columns decoded before, float64, NaN where missing.
        rng : Generator
            Draws the numbers again.
        """
        at_least, at_most = np.full(len(numbers), -np.inf), np.full(len(numbers), np.inf)
        gap = np.zeros(len(numbers))
        for low, high, own_gap in zip(self.low_.tolist(), self.high_.tolist(), self.gaps_, strict=True):
            if high == place and low in decoded:
                gap = np.where(decoded[low] > at_least, own_gap, gap)
                at_least = np.fmax(at_least, decoded[low])
            if low == place and high in decoded:
                gap = np.where(decoded[high] < at_most, own_gap, gap)
                at_most = np.fmin(at_most, decoded[high])

        def breaks(values, rows):
            return (values < at_least[rows]) | (values > at_most[rows])

        rows = np.flatnonzero((tokens > 0) & breaks(numbers, slice(None)))
        numbers = numbers.copy()
        for _ in range(N_REDRAWS):
            numbers[rows] = column.decode_numbers(tokens[rows], rng)
            rows = rows[breaks(numbers[rows], rows)]
        if len(rows):
            numbers[rows] = _near_bounds(column, numbers[rows], at_least[rows], at_most[rows], gap[rows], rng)
        return numbers


def _near_bounds(column, numbers, at_least, at_most, gap, rng):
    """Return numbers within bounds in the place of some outside: near the bound, and on the steps of the column."""
    steps = rng.random(len(numbers)) * 2 * gap
    is_low = numbers < at_least
    wanted = np.clip(np.where(is_low, at_least + steps, at_most - steps), at_least, np.maximum(at_most, at_least))
    unit = column.unit
    if unit is None:
        return wanted
    origin = np.float64(column.origin) if numbers.dtype.kind == "i" else 0.0
    places = (wanted - origin) / unit
    inward = np.where(is_low, np.ceil(places - 1e-9), np.floor(places + 1e-9))
    outward = np.where(is_low, np.floor(places + 1e-9), np.ceil(places - 1e-9))
    fits = (origin + inward * unit >= at_least) & (origin + inward * unit <= at_most)
    moved = np.where(fits, inward, outward)
    if numbers.dtype.kind == "i":
        return (column.origin + moved.astype(np.int64) * np.int64(column.step_)).astype(numbers.dtype)
    return np.round(moved * unit, column.decimals_)


def _of_one_kind(kinds):
    """Return lists of the positions whose numbers can be compared."""
    groups: dict[Any, list[int]] = {}
    for place, kind in kinds.items():
        groups.setdefault(kind, []).append(place)
    return groups


def _orders_of(places, values, copied):
    """Return (low, high, gap) of all pairs of columns in which one is at most the other, by more than chance."""
    n_rows, n_columns = values.shape
    low, high = np.nonzero(~np.eye(n_columns, dtype=bool))
    rng = np.random.default_rng(0)
    for n_screened in SCREENED_ROWS:
        rows = np.unique(np.linspace(0, n_rows - 1, min(n_rows, n_screened)).astype(int))
        holds = _holds(values[rows], low, high)
        low, high = low[holds], high[holds]
    own, other = values[rows], values[rng.permutation(rows)]
    broken = _share_broken(own, other, low, high)
    is_likely = broken >= BROKEN_SHARE
    found = []
    for first, second, share in zip(*(own[is_likely] for own in (low, high, broken)), strict=True):
        gaps = values[:, second] - values[:, first]
        gaps = np.sort(gaps[~np.isnan(gaps)])
        is_sure = len(gaps) * share > np.log(n_columns**2 / CHANCE)  # rows that know both
        if is_sure and gaps[0] >= 0 and gaps[-1] > 0:
            gaps = gaps[gaps > 0] if {places[first], places[second]} in copied else gaps
            found.append((places[first], places[second], _mean_of_nearest(gaps)))
    return found


def _mean_of_nearest(gaps):
    """Return the mean of the smallest quarter of sorted gaps, 0 where there are few: it is nobody's own."""
    return float(gaps[: max(-(-len(gaps) // 4), MIN_GAPS)].mean()) if len(gaps) >= MIN_GAPS else 0.0


def _holds(values, low, high):
    """Tell for pairs of columns whether no row breaks their order; a missing value breaks none."""
    blocks = [slice(start, start + 4_096) for start in range(0, len(low), 4_096)]
    found = [~(values[:, low[own]] > values[:, high[own]]).any(axis=0) for own in blocks]
    return np.concatenate(found) if found else np.zeros(0, dtype=bool)


def _share_broken(own, other, low, high):
    blocks = [slice(start, start + 4_096) for start in range(0, len(low), 4_096)]
    found = [(own[:, low[block]] > other[:, high[block]]).mean(axis=0) for block in blocks]
    return np.concatenate(found) if found else np.zeros(0)
