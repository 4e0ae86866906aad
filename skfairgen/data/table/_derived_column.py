"""Numeric columns that are nearly a sum, a multiple or a ratio of others: only what is left over becomes a token."""

from copy import copy
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from skfairgen.data._state import State
from skfairgen.data.table._numbers import from_numbers, to_numbers
from skfairgen.data.table._numeric_column import MISSING, NumericColumn

MAX_SOURCES = 3
TOLERANCE = 0.05
MIN_ROWS = 100
MAX_ROWS = 5_000


@dataclass(frozen=True)
class Relation:
    r"""A linear relation of a column to others, of their values or of their logarithms.

    .. math:: x \approx a + \sum_k w_k x_k \quad\text{or}\quad \log x \approx a + \sum_k w_k \log (x_k + h_k)

    Parameters
    ----------
    sources : list of int
        Positions of the columns it derives from, all before it.
    weights, centers : ndarray of shape (n_sources,)
        Weights, and what is subtracted from each source; the center also stands in for a missing value.
    shifts : ndarray of shape (n_sources,)
        What is added to a source before its logarithm: 1 where it can be 0, else 0.
    intercept : float
        Value at the centers.
    is_log : bool
        Whether the relation holds between logarithms.
    """

    sources: list
    weights: np.ndarray
    centers: np.ndarray
    shifts: np.ndarray
    intercept: float
    is_log: bool

    def to_state(self) -> dict[str, Any]:
        """Return what a file holds of it: plain values, arrays and states of its parts."""
        return {
            "sources": [int(source) for source in self.sources],
            "weights": self.weights,
            "centers": self.centers,
            "shifts": self.shifts,
            "intercept": float(self.intercept),
            "is_log": bool(self.is_log),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any], version: int) -> Self:
        """Return the part of a state that :meth:`to_state` gave.

        Raises
        ------
        ValueError
            If a field is missing, or is not what the part expects; the message names it.
        """
        with State(state, "Relation") as fields:
            sources = fields.list("sources", (int,))
            fields.require(len(sources) > 0, "has no sources")
            weights, centers, shifts = (
                fields.array(name, "f", (len(sources),)) for name in ("weights", "centers", "shifts")
            )
            intercept = fields.take("intercept", float, low=-np.finfo(float).max, high=np.finfo(float).max)
            return cls(sources, weights, centers, shifts, intercept, fields.take("is_log", bool))

    def predict(self, table: Any) -> np.ndarray:
        """Return what the relation says for the rows of a table, on the scale of the relation, shape (n_rows,)."""
        values = np.column_stack([_floats(table[position]) for position in self.sources])
        values = _log(values + self.shifts) if self.is_log else values
        offsets = np.where(np.isnan(values), 0.0, values - self.centers)
        return self.intercept + offsets @ self.weights


class DerivedColumn:
    """Encode a column as the tokens of its distance from a relation to earlier columns.

    Quantile bins are about a sixtieth of a column wide: a sum of two columns, a lag or a near-copy comes out of them
    blurred. Here the relation is computed from the decoded columns, and only the distance is binned, so it comes
    out as sharp as it was.

    Parameters
    ----------
    relation : Relation
        What the column is nearly equal to.
    own : NumericColumn
        The fitted codec of the column itself: its dtype, decimals, step and bounds.

    Attributes
    ----------
    cardinality_, generable_
        As in :class:`NumericColumn`.
    """

    def __init__(self, relation: Relation, own: NumericColumn) -> None:
        self.relation = relation
        self.own = own

    def fit(self, column: pd.Series, table: Any) -> Self:
        """Learn the distances of a Series from the relation."""
        numbers, missing = to_numbers(column)
        self.low_, self.high_ = numbers[~missing].min(), numbers[~missing].max()
        distances = self._distances(column, table)
        self.quantum_ = np.nanstd(self._scaled(column)) * 1e-6
        self.residual_ = NumericColumn(self.own.n_bins, self.own.min_count).fit(self._rounded(distances))
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
            made.cardinality_, made.generable_ = residual.cardinality_, residual.generable_
        return made

    def encode(self, column: pd.Series, table: Any) -> np.ndarray:
        """Return the tokens of a Series whose sources are columns of `table`, shape (n_rows,)."""
        return self.residual_.encode(self._rounded(self._distances(column, table)))

    def decode(self, tokens: np.ndarray, rng: np.random.Generator, table: Any) -> pd.Series:
        """Draw a value for each token, given the decoded sources, as a Series of the fitted dtype."""
        values = self.relation.predict(table) + self.residual_.decode_numbers(tokens, rng)
        values = np.exp(values) if self.relation.is_log else values
        return from_numbers(self._native(values), tokens == MISSING, self.own.dtype_)

    def without_records(self) -> Self:
        """Return a copy for decoding only, without the numbers of the outermost rows at either end."""
        made = copy(self)
        made.own, made.residual_ = self.own.without_records(), self.residual_.without_records()
        kept = made.own.grid_[1:][self.own.token_counts_[1:] > 0]
        made.low_, made.high_ = kept.min(), kept.max()
        return made

    def _scaled(self, column):
        values = _floats(column)
        return _log(values) if self.relation.is_log else values

    def _distances(self, column, table):
        return self._scaled(column) - self.relation.predict(table)

    def _rounded(self, distances):
        """Drop the noise of floating point, so that an exact relation is one spike at zero."""
        return pd.Series(np.round(distances / self.quantum_) * self.quantum_ if self.quantum_ > 0 else distances)

    def _native(self, values):
        """Return floats as the column writes its numbers: within its bounds, rounded to its decimals or step."""
        values = np.clip(values, np.float64(self.low_), np.float64(self.high_))
        if self.own.grid_.dtype.kind == "f":
            return values if self.own.decimals_ is None else np.round(values, self.own.decimals_)
        steps = np.round((values - np.float64(self.low_)) / np.float64(self.own.step_)).astype(np.uint64)
        most = (self.high_.view(np.uint64) - self.low_.view(np.uint64)) // self.own.step_
        native = self.low_.view(np.uint64) + np.minimum(steps, most) * self.own.step_
        return native.view(self.own.grid_.dtype)


def find_relation(column: pd.Series, candidates: dict[int, pd.Series]) -> Relation | None:
    """Find what a numeric column nearly derives from, by forward selection; None when nothing comes near.

    Parameters
    ----------
    column : Series
        The column.
    candidates : dict of int to Series
        Earlier numeric columns, by position.

    Returns
    -------
    Relation or None
        At most three sources that leave less than a twentieth of the column's standard deviation, which is about
        what a bin is wide.
    """
    positions = list(candidates)
    if not positions:
        return None
    rows = np.unique(np.linspace(0, len(column) - 1, MAX_ROWS).astype(int))
    values = np.column_stack([_floats(candidates[position].iloc[rows]) for position in positions])
    target = _floats(column.iloc[rows])
    for is_log in (False, True):
        relation = _select(target, values, positions, is_log)
        if relation is not None:
            return relation
    return None


def _select(target, values, positions, is_log):
    lowest = np.nanmin(values, axis=0, initial=1)
    shifts = np.where(is_log & (lowest == 0), 1.0, 0.0)
    if is_log:
        usable = lowest >= 0
        if np.nanmin(target, initial=1) <= 0 or not usable.any():
            return None
        positions, shifts = np.array(positions)[usable].tolist(), shifts[usable]
        target, values = _log(target), _log(values[:, usable] + shifts)
    chosen: list[int] = []
    for _ in range(min(MAX_SOURCES, values.shape[1])):
        best = _best_addition(target, values, chosen)
        if best is None:
            return None
        chosen, left_over, weights, centers, intercept = best
        if left_over < TOLERANCE:
            return Relation([positions[k] for k in chosen], weights, centers, shifts[chosen], intercept, is_log)
    return None


def _best_addition(target, values, chosen):
    """Return the selection with the column that explains most, and what it leaves over; None when none can join."""
    best = None
    for k in range(values.shape[1]):
        if k in chosen:
            continue
        trial = [*chosen, k]
        complete = ~(np.isnan(target) | np.isnan(values[:, trial]).any(axis=1))
        spread = target[complete].std() if complete.sum() >= MIN_ROWS else 0.0
        if spread == 0 or values[complete][:, trial].std(axis=0).min() == 0:
            continue
        centers, intercept = values[complete][:, trial].mean(axis=0), target[complete].mean()
        offsets = values[complete][:, trial] - centers
        scales = offsets.std(axis=0)
        weights = np.linalg.lstsq(offsets / scales, target[complete] - intercept, rcond=None)[0] / scales
        left_over = (target[complete] - intercept - offsets @ weights).std() / spread
        if best is None or left_over < best[1]:
            best = trial, left_over, weights, centers, intercept
    return best


def _floats(column):
    numbers, missing = to_numbers(column)
    return np.where(missing, np.nan, numbers.astype(np.float64))


def _log(values):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(values > 0, np.log(values), np.nan)
