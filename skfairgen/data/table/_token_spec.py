"""What a density of token rows is built from."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np


class TokenSpec(NamedTuple):
    """Columns of tokens.

    Attributes
    ----------
    cardinalities : tuple of int
        Number of tokens of each column.
    generable : tuple of ndarray of shape (cardinality,), bool
        For each column, the tokens that may be drawn.
    values : tuple of ndarray of shape (cardinality,), float64
        The number that each token stands for, the mean of its knots; NaN for none.
    n_spikes : tuple of int
        The tokens of a numeric column from 1 to this are single numbers.
    """

    cardinalities: tuple[int, ...]
    generable: tuple[np.ndarray, ...]
    values: tuple[np.ndarray, ...]
    n_spikes: tuple[int, ...]

    @property
    def kind(self) -> str:
        """Name of the density that models such items."""
        return "tokens"


def token_spec(columns: Iterable[Any]) -> TokenSpec:
    """Return the spec of fitted columns; of a derived one, the numbers are distances from its relation."""
    found = []
    for column in columns:
        coded = getattr(column, "residual_", column)
        values = np.full(column.cardinality_, np.nan)
        if hasattr(coded, "grid_"):
            values[1:] = (coded.grid_[1:].astype(np.float64) / coded.grid_.shape[1]).sum(axis=1)
        found.append((column.cardinality_, column.generable_, values, len(getattr(coded, "spikes_", ()))))
    return TokenSpec(*zip(*found, strict=True))
