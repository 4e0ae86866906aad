"""Numeric columns that follow from others, exactly or nearly: only what is left over becomes a token."""

from copy import copy
from typing import Any, Self

import numpy as np
import pandas as pd

from skfairgen.data._state import State
from skfairgen.data.table._binning import midway
from skfairgen.data.table._numbers import from_numbers, to_numbers
from skfairgen.data.table._numeric_column import MISSING, NumericColumn
from skfairgen.data.table._relation import Relation, floats, form_of


class DerivedColumn:
    """Encode a column as the tokens of its distance from a relation to other columns.

    Quantile bins are about a sixtieth of a column wide: a sum of two columns, a lag or a near-copy comes out of them
    blurred. Here the relation is computed from the decoded columns, and only the distance is binned, so it comes
    out as sharp as it was.

    Parameters
    ----------
    relation : Relation
        What the column is nearly equal to.
    own : NumericColumn
        The fitted codec of the column itself: its dtype, decimals, step and bounds.
    is_native : bool
        Whether the distance is between the column and what the relation says when written as the column is: rounded
        to its decimals or step. Else it is on the scale of the relation.

    Attributes
    ----------
    cardinality_, generable_
        As in :class:`NumericColumn`.
    """

    def __init__(self, relation: Relation, own: NumericColumn, is_native: bool = False) -> None:
        self.relation = relation
        self.own = own
        self.is_native = is_native

    def fit(self, column: pd.Series, table: Any, reach: float = np.inf, n_bins: int | None = None) -> Self:
        """Learn the distances of a Series from the relation, those of at most `reach`, in bins of their own number."""
        numbers, missing = to_numbers(column)
        self.low_, self.high_ = _bounds(numbers[~missing], self.own)
        distances = self.distances(column, table)
        distances = np.where(np.abs(distances) <= reach, distances, np.nan)
        scaled = self._scaled(column)
        self.quantum_ = np.std(scaled[np.isfinite(scaled)]) * 1e-6
        self.residual_ = NumericColumn(n_bins or self.own.n_bins, self.own.min_count).fit(self._rounded(distances))
        self.cardinality_ = self.residual_.cardinality_
        self.generable_ = self.residual_.generable_
        return self

    def to_state(self) -> dict[str, Any]:
        """Return what a file holds of it: plain values, arrays and states of its parts."""
        return {
            "relation": self.relation.to_state(),
            "own": self.own.to_state(),
            "residual": self.residual_.to_state(),
            "bounds": np.array([self.low_, self.high_], dtype=self.own.grid_.dtype),
            "quantum": float(self.quantum_),
            "is_native": bool(self.is_native),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any], version: int) -> Self:
        """Return the part of a state that :meth:`to_state` gave.

        Raises
        ------
        ValueError
            If a field is missing, or is not what the part expects; the message names it.
        """
        with State(state, "DerivedColumn") as fields:
            relation = Relation.from_state(fields.any("relation"), version)
            made = cls(relation, NumericColumn.from_state(fields.any("own"), version))
            made.residual_ = residual = NumericColumn.from_state(fields.any("residual"), version)
            fields.require(residual.grid_.dtype == np.float64, "has distances that are not float64")
            made.low_, made.high_ = bounds = fields.array("bounds", "iuf", (2,))
            fits = bounds.dtype == made.own.grid_.dtype and bounds[0] <= bounds[1]
            fields.require(fits, f"has the bounds {bounds.tolist()} of {bounds.dtype} for {made.own.dtype_}")
            made.quantum_ = fields.take("quantum", float, low=0)
            made.is_native = fields.take("is_native", bool, False)
            made.cardinality_, made.generable_ = residual.cardinality_, residual.generable_
        return made

    @property
    def sources(self) -> list[int]:
        """Positions of the columns that it derives from."""
        return self.relation.sources

    def encode(self, column: pd.Series, table: Any) -> np.ndarray:
        """Return the tokens of a Series whose sources are columns of `table`, shape (n_rows,)."""
        return self.residual_.encode(self._rounded(self.distances(column, table)))

    def decode(self, tokens: np.ndarray, rng: np.random.Generator, table: Any) -> pd.Series:
        """Draw a value for each token, given the decoded sources, as a Series of the fitted dtype."""
        return from_numbers(self.decode_numbers(tokens, rng, table), tokens == MISSING, self.own.dtype_)

    def decode_numbers(self, tokens: np.ndarray, rng: np.random.Generator, table: Any) -> np.ndarray:
        """Draw a number for each token, given the decoded sources, an array of shape (n_rows,)."""
        return self.at_distance(table, self.residual_.decode_numbers(tokens, rng))

    def at_distance(self, table: Any, distances: np.ndarray | float) -> np.ndarray:
        """Return the numbers at distances from what the relation says for the rows of a table, shape (n_rows,)."""
        predicted = self.relation.predict(table)
        if self.is_native:
            numbers = self._native(self._stepped(self.relation.values(predicted)) + distances)
            return self._equal(numbers, table, distances) if self.relation.is_identity else numbers
        return self._native(self.relation.values(predicted + distances))

    def without_records(self) -> Self:
        """Return a copy for decoding only, without the numbers of the outermost rows at either end."""
        made = copy(self)
        made.own, made.residual_ = self.own.without_records(), self.residual_.without_records()
        made.low_, made.high_ = made.own.held_.min(), made.own.held_.max()
        return made

    def _equal(self, numbers, table, distances):
        """Put the source in the place of numbers at no distance from it: floats do not hold all nanoseconds."""
        source, missing = to_numbers(table[self.relation.sources[0]])
        if source.dtype != numbers.dtype or source.dtype.kind == "f" or self.own.step_ > 1:
            return numbers
        is_same = (distances == 0) & ~missing & (source >= self.low_) & (source <= self.high_)
        return np.where(is_same, source, numbers)

    def _scaled(self, column):
        values = floats(column)
        return form_of(values, "log") if self.relation.is_log and not self.is_native else values

    def distances(self, column: pd.Series, table: Any) -> np.ndarray:
        """Return the distances of a Series from the relation, NaN where unknown, shape (n_rows,)."""
        scaled, predicted = self._scaled(column), self.relation.predict(table)
        if self.is_native:
            predicted = self.relation.values(predicted)
            is_same = np.abs(scaled - predicted) <= 0.5 * (self.own.unit or 0.0) * (1 + 1e-6)  # half a unit, either way
            predicted = np.where(is_same, scaled, self._stepped(predicted))
        with np.errstate(invalid="ignore"):  # of logarithms of 0 from each other
            distances = scaled - predicted
        return np.where(np.isfinite(distances), distances, np.nan)

    def _rounded(self, distances):
        """Drop the noise of floating point, so that an exact relation is one spike at zero."""
        return pd.Series(np.round(distances / self.quantum_) * self.quantum_ if self.quantum_ > 0 else distances)

    def _stepped(self, values):
        """Return floats rounded as the column writes its numbers, within its bounds or not."""
        if self.own.grid_.dtype.kind == "f":
            return values if self.own.decimals_ is None else np.round(values, self.own.decimals_)
        step, low = np.float64(self.own.step_), np.float64(self.low_)
        return low + np.round((values - low) / step) * step

    def _native(self, values):
        """Return floats as the column writes its numbers: within its bounds, rounded to its decimals or step."""
        values = np.clip(values, np.float64(self.low_), np.float64(self.high_))
        if self.own.grid_.dtype.kind == "f":
            return self._stepped(values)
        steps = np.round((values - np.float64(self.low_)) / np.float64(self.own.step_)).astype(np.uint64)
        most = (self.high_.view(np.uint64) - self.low_.view(np.uint64)) // self.own.step_
        native = self.low_.view(np.uint64) + np.minimum(steps, most) * self.own.step_
        return native.view(self.own.grid_.dtype)


def _bounds(numbers, own):
    """Return the range of numbers; an end that few rows hold is drawn in, half the way to the next number."""
    levels, counts = np.unique(numbers, return_counts=True)
    low, high = levels[0], levels[-1]
    if len(levels) > 1 and counts[0] < own.min_count:
        low = midway(levels[:1], levels[1:2], own.unit)[0]
    if len(levels) > 1 and counts[-1] < own.min_count:
        high = max(low, midway(levels[-2:-1], levels[-1:], own.unit)[0])
    return low, high
