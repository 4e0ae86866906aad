"""Numbers, dates and durations as integer tokens: missing, spikes and quantile bins."""

from copy import copy
from typing import Any, Self

import numpy as np
import pandas as pd

from skfairgen.data._state import State
from skfairgen.data.table._binning import N_KNOTS, bin_edges, find_spikes, quantile_grids
from skfairgen.data.table._numbers import from_numbers, is_time, numbers_dtype, to_numbers

MISSING = 0
LARGEST_WITH_QUARTERS = 2**50


class NumericColumn:
    """Encode one numeric, datetime or timedelta column as integer tokens, and draw values back from tokens.

    Token 0 is a missing value. A value held by more than ``1 / n_bins`` of the rows that are left once the more
    frequent ones are set apart is a *spike* with a token of its own, and so is a tenth of that where numbers near it
    are held five times less; the others fall into quantile bins. Each token
    stores the quantile function of its own values on a grid of 33 knots, each a mean of `min_count` neighbors, so
    decoding replays no row; it rounds to the column's own step, and bounds hold by construction.

    Parameters
    ----------
    n_bins : int
        Number of quantile bins, and the reciprocal of the share of rows that makes a spike.
    min_count : int
        Values held by fewer rows than this are not stored: they are only ever decoded by interpolation.

    Attributes
    ----------
    cardinality_ : int
        Number of tokens, the missing one included.
    generable_ : ndarray of shape (cardinality_,), bool
        Tokens that the fitted column held; the others must not be drawn.
    """

    sources: tuple[int, ...] = ()

    def __init__(self, n_bins: int = 60, min_count: int = 5) -> None:
        self.n_bins = n_bins
        self.min_count = min_count

    def fit(self, column: pd.Series) -> Self:
        """Learn spikes, bins and quantile grids of a Series."""
        self.dtype_: Any = column.dtype
        values, missing = to_numbers(column)
        values = np.sort(values[~missing])
        self.decimals_: int | None = _decimals(values, column.dtype)
        values = self._rounded(values)
        levels, counts = np.unique(values, return_counts=True)
        self.step_: Any = _step(levels)
        unit = self._unit_of(values.dtype)
        is_spike = find_spikes(levels, counts, self.n_bins, unit, self.min_count)
        self.spikes_: np.ndarray = levels[is_spike]
        self.edges_: np.ndarray = bin_edges(levels[~is_spike], counts[~is_spike], self.n_bins, unit, self.min_count)
        is_left = counts[~is_spike].sum() >= (self.min_count if is_spike.any() else 1)  # fewer rows join a spike
        n_bins = len(self.edges_) + 1 if is_left else 0
        self.cardinality_: int = 1 + len(self.spikes_) + n_bins
        tokens = self.tokens_of(values)
        self.grid_: np.ndarray
        self.is_discrete_: np.ndarray
        self.grid_, self.is_discrete_ = quantile_grids(
            values, tokens, self.spikes_, self.edges_, self.cardinality_, unit, self.min_count, self._can_split(values)
        )
        self.token_counts_: np.ndarray = np.bincount(tokens, minlength=self.cardinality_)
        self.generable_: np.ndarray = self.token_counts_ > 0
        self.generable_[MISSING] = missing.any() or len(values) == 0
        return self

    def to_state(self) -> dict[str, Any]:
        """Return what a file holds of it: plain values, arrays and states of its parts."""
        return {
            "n_bins": int(self.n_bins),
            "min_count": int(self.min_count),
            "dtype": self.dtype_,
            "decimals": self.decimals_,
            "step": int(self.step_),
            "spikes": self.spikes_,
            "edges": self.edges_,
            "grid": self.grid_,
            "is_discrete": self.is_discrete_,
            "token_counts": self.token_counts_,
            "generable": self.generable_,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any], version: int) -> Self:
        """Return the part of a state that :meth:`to_state` gave.

        Raises
        ------
        ValueError
            If a field is missing, or is not what the part expects; the message names it.
        """
        with State(state, "NumericColumn") as fields:
            made = cls(fields.take("n_bins", int, 60, low=1), fields.take("min_count", int, 5, low=0))
            made.dtype_ = fields.dtype("dtype")
            made.decimals_ = fields.take("decimals", (int, None), low=0, high=6)
            made.step_ = np.uint64(fields.take("step", int, low=1, high=2**64 - 1))
            made.grid_ = grid = fields.array("grid", "iuf", (None, N_KNOTS + 1))
            made.cardinality_ = n_tokens = len(grid)
            made.spikes_, made.edges_ = (fields.array(name, "iuf", (None,)) for name in ("spikes", "edges"))
            n_bins = n_tokens - 1 - len(made.spikes_)
            fields.require(n_bins >= 0, f"has {n_tokens} tokens for {len(made.spikes_)} spikes")
            fits = len(made.edges_) in (0, max(n_bins - 1, 0))
            fields.require(fits, f"has {len(made.edges_)} edges for {n_bins} bins")
            for name, numbers in (("grid", grid[1:]), ("spikes", made.spikes_), ("edges", made.edges_)):
                is_number = numbers.dtype == numbers_dtype(made.dtype_)
                is_number |= name == "grid" and numbers.dtype == np.float64 and not is_time(made.dtype_)
                fields.require(is_number, f"has {name} of {numbers.dtype} for the dtype {made.dtype_}")
                is_sorted = (numbers[..., :-1] <= numbers[..., 1:]).all()
                fields.require(is_sorted, f"has {name} that are not sorted")
            made.is_discrete_, made.generable_ = (
                fields.array(name, "b", (n_tokens,)) for name in ("is_discrete", "generable")
            )
            made.token_counts_ = fields.array("token_counts", "i", (n_tokens,), low=0)
            fields.require(made.generable_.any(), "has no token to draw")
            made.decode(np.flatnonzero(made.generable_), np.random.default_rng(0))
        return made

    @property
    def has_bins_(self) -> bool:
        """Whether some token stands for more than one value."""
        return not self.is_discrete_.all()

    @property
    def held_(self) -> np.ndarray:
        """Quantile grids of the tokens that rows hold, missing ones apart, shape (n_held, 33)."""
        return self.grid_[self.token_counts_ > 0]

    @property
    def unit(self) -> float | int | None:
        """What the column's numbers are whole multiples of, apart from a constant; None for floats of any digits."""
        return self._unit_of(self.grid_.dtype)

    @property
    def origin(self) -> Any:
        """A number that the column can take."""
        return self.grid_[self.token_counts_[1:].argmax() + 1, 0]

    def encode(self, column: pd.Series) -> np.ndarray:
        """Return the tokens of a Series, an int array of shape (n_rows,)."""
        values, missing = to_numbers(column)
        tokens = np.zeros(len(values), dtype=np.int32)
        if self.cardinality_ > 1:
            tokens[~missing] = self.tokens_of(self._rounded(values[~missing].astype(self.grid_.dtype, copy=False)))
        return tokens

    def tokens_of(self, values: np.ndarray) -> np.ndarray:
        """Return the tokens of numbers as the column writes them, none missing, an int array of shape (n_rows,)."""
        first_bin = 1 + len(self.spikes_)
        edges = self.edges_
        if len(edges) + 1 < self.cardinality_ - first_bin:  # of a private file, which holds none
            edges = np.maximum.accumulate(self.grid_[first_bin + 1 :, 0])
        bins = first_bin + np.searchsorted(edges, values, side="right")
        if not len(self.spikes_):
            return bins.astype(np.int32)
        above = np.searchsorted(self.spikes_, values).clip(max=len(self.spikes_) - 1)
        if self.cardinality_ > 1 + len(self.spikes_):
            return np.where(self.spikes_[above] == values, 1 + above, bins).astype(np.int32)
        below = np.maximum(above - 1, 0)
        distances = [np.abs(self.spikes_[place].astype(np.float64) - values) for place in (below, above)]
        return (1 + np.where(distances[0] < distances[1], below, above)).astype(np.int32)

    def n_beyond(self, column: pd.Series) -> int:
        """Return how many numbers of a Series lie beyond either end of the fitted ones, of the end that has more."""
        values, missing = to_numbers(column)
        values, held = self._rounded(values[~missing]), self.held_
        return max((values < held.min()).sum(), (values > held.max()).sum()) if held.size else len(values)

    def decode(self, tokens: np.ndarray, rng: np.random.Generator) -> pd.Series:
        """Draw a value for each token and return a Series of the fitted dtype."""
        return from_numbers(self.decode_numbers(tokens, rng), self.is_missing(tokens), self.dtype_)

    def is_missing(self, tokens: np.ndarray) -> np.ndarray:
        """Tell which tokens are decoded as a missing value."""
        return (tokens == MISSING) | (self.token_counts_[tokens] == 0) & self.generable_[MISSING]

    @property
    def is_of_few(self) -> bool:
        """Whether fewer than `min_count` rows hold a number, and the others none."""
        return bool(self.generable_[MISSING] and self.token_counts_[1:].sum() < self.min_count)

    def decode_numbers(self, tokens: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draw a number for each token, an array of shape (n_rows,); missing tokens give 0."""
        place = rng.random(len(tokens), dtype=np.float32).astype(np.float64) * N_KNOTS
        knot = place.astype(np.intp)
        low = self.grid_[tokens, knot]
        if not self.has_bins_:
            return low
        high = self.grid_[tokens, knot + 1]
        share = np.where(self.is_discrete_[tokens], 0.0, place - knot)
        if low.dtype.kind == "f":
            return self._rounded(np.clip(low * (1 - share) + high * share, low, high))
        n_steps = (high.view(np.uint64) - low.view(np.uint64)) // self.step_
        moved = np.minimum(np.round(share * n_steps.astype(np.float64)).astype(np.uint64), n_steps)
        return (low.view(np.uint64) + moved * self.step_).view(low.dtype)

    def without_records(self) -> Self:
        """Return a copy for decoding only, without the numbers of the outermost `min_count` rows at either end.

        The quantile grids of the outermost bins end at a knot that at least `min_count` rows lie beyond; a bin of
        fewer than twice as many rows gives the spike nearest to it, or its middle where there is none. Where fewer
        rows than `min_count` hold a number at all, every token gives a missing value.
        """
        made = copy(self)
        made.grid_, made.is_discrete_, made.edges_ = self.grid_.copy(), self.is_discrete_.copy(), self.edges_[:0]
        bins = np.arange(1 + len(self.spikes_), self.cardinality_)
        if self.is_of_few:
            made.grid_[:], made.token_counts_ = 0, np.zeros_like(self.token_counts_)
            return made
        for token in bins[[0, -1]] if len(bins) else []:
            if self.is_discrete_[token]:  # a few values, each held by min_count rows
                continue
            n_rows = self.token_counts_[token]
            n_knots = -(-self.min_count * N_KNOTS // max(n_rows, 1))
            knots = made.grid_[token]
            if n_rows < 2 * self.min_count and len(self.spikes_):
                knots[:] = self.spikes_[np.abs(self.spikes_ - knots[N_KNOTS // 2]).argmin()]
            elif 2 * n_knots >= N_KNOTS:
                knots[:] = knots[N_KNOTS // 2]
            elif token == bins[0]:
                knots[:n_knots] = knots[n_knots]
            if token == bins[-1] and 2 * n_knots < N_KNOTS:
                knots[-n_knots:] = knots[-n_knots - 1]
        if made.grid_.dtype.kind in "iu" and self._can_split(made.grid_):
            made.grid_ = made.grid_.astype(np.float64)
            made.grid_[bins[~made.is_discrete_[bins]]] += 0.25  # between whole numbers, which people hold
            made.decimals_ = 0
        return made

    def _can_split(self, numbers):
        """Tell whether a private file can hold numbers between those of the column."""
        if numbers.dtype.kind not in "iu":
            return True
        largest = np.abs(numbers.astype(np.float64)).max(initial=0)
        return self.step_ == 1 and not is_time(self.dtype_) and largest < LARGEST_WITH_QUARTERS

    def _unit_of(self, dtype):
        if dtype.kind == "f":
            return None if self.decimals_ is None else 10.0**-self.decimals_
        return int(self.step_)

    def _rounded(self, values):
        """Round floats to the column's decimals, so that 0.1 + 0.2 and 0.3 are one value."""
        return values if self.decimals_ is None else np.round(values, self.decimals_)


def _step(values):
    """Return the largest step of which all gaps between integer values are multiples, as uint64."""
    if values.dtype.kind == "f" or len(values) < 2:
        return np.uint64(1)
    gaps = np.diff(values.view(np.uint64))
    return max(np.gcd.reduce(gaps), np.uint64(1))


def _decimals(values, dtype):
    """Return the fewest decimals, 0 to 6, that write all float values to within their precision; None if more."""
    if values.dtype.kind != "f" or len(values) == 0:
        return None
    precision = 2 * float(np.finfo(_float_type(dtype)).eps) * np.abs(values)
    for decimals in range(7):
        if np.abs(values).max() * 10.0**decimals >= 2**52:
            return None
        if (np.abs(np.round(values, decimals) - values) <= precision).all():
            return decimals
    return None


def _float_type(dtype):
    """Return the numpy float type of the precision of a dtype."""
    dtype = dtype.subtype if isinstance(dtype, pd.SparseDtype) else dtype
    return np.dtype(f"f{dtype.itemsize}") if dtype.kind == "f" else np.dtype(np.float64)
