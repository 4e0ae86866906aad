"""How a numeric column follows from others: a sum, a multiple, a product, a power or a logarithm."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from skfairgen.data._state import State
from skfairgen.data.table._numbers import to_numbers

FORMS = ("value", "log", "square", "root")
LARGEST_LOG = 700.0


@dataclass(frozen=True)
class Relation:
    r"""A linear relation of a column, or of its logarithm, to forms of other columns.

    .. math:: x \approx a + \sum_k w_k f_k(x_k) \quad\text{or}\quad \log x \approx a + \sum_k w_k f_k(x_k)

    Parameters
    ----------
    sources : list of int
        Positions of the columns it derives from.
    weights, centers : ndarray of shape (n_sources,)
        Weights, and what is subtracted from the form of each source; the center also stands in for a missing value.
    shifts : ndarray of shape (n_sources,)
        What is added to a source before its logarithm: 1 where it can be 0, else 0.
    intercept : float
        Value at the centers.
    is_log : bool
        Whether the relation gives the logarithm of the column.
    forms : list of str
        Form of each source: "value", "log", "square" or "root".
    """

    sources: list
    weights: np.ndarray
    centers: np.ndarray
    shifts: np.ndarray
    intercept: float
    is_log: bool
    forms: list

    def to_state(self) -> dict[str, Any]:
        """Return what a file holds of it: plain values, arrays and states of its parts."""
        return {
            "sources": [int(source) for source in self.sources],
            "weights": self.weights,
            "centers": self.centers,
            "shifts": self.shifts,
            "intercept": float(self.intercept),
            "is_log": bool(self.is_log),
            "forms": list(self.forms),
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
            is_log = fields.take("is_log", bool)
            known = ["log" if is_log else "value"] * len(sources)  # files of before had one form for all
            forms = fields.list("forms", (str,), len(sources), default=known)
            fields.require(set(forms) <= set(FORMS), f"has the forms {forms!r:.80}, expected some of {FORMS}")
            return cls(sources, weights, centers, shifts, intercept, is_log, forms)

    @property
    def is_identity(self) -> bool:
        """Whether it says that the column equals its one source."""
        is_one = len(self.sources) == 1 and self.forms == ["value"] and not self.is_log
        return is_one and self.weights[0] == 1 and self.intercept == self.centers[0] and self.shifts[0] == 0

    def predict(self, table: Any) -> np.ndarray:
        """Return what the relation says for the rows of a table, on the scale of the relation, shape (n_rows,)."""
        formed = [
            form_of(floats(table[place]) + shift, form)
            for place, shift, form in zip(self.sources, self.shifts, self.forms, strict=True)
        ]
        return self.of_forms(np.column_stack(formed))

    def of_forms(self, formed: np.ndarray) -> np.ndarray:
        """Return what the relation says for forms of its sources, shape (n_rows, n_sources).

        A source that is 0 makes a product 0: its logarithm is minus infinity. A division by 0 is as a missing value.
        """
        steps = (formed - self.centers) * self.weights
        is_zero = (steps == -np.inf) & self.is_log
        return self.intercept + np.where(np.isfinite(steps) | is_zero, steps, 0.0).sum(axis=1)

    def values(self, predicted: np.ndarray) -> np.ndarray:
        """Return predictions on the scale of the column."""
        return np.exp(np.minimum(predicted, LARGEST_LOG)) if self.is_log else predicted


def form_of(values: np.ndarray, form: str) -> np.ndarray:
    """Return a form of numbers: themselves, logarithms (NaN below 0, minus infinity at 0), squares or square roots."""
    if form == "value":
        return values
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if form == "square":
            return values * values
        return np.log(values) if form == "log" else np.sqrt(values)


def floats(column: Any) -> np.ndarray:
    """Return a Series of numbers, dates or durations as float64, NaN where missing."""
    numbers, missing = to_numbers(column)
    return np.where(missing, np.nan, numbers.astype(np.float64))
