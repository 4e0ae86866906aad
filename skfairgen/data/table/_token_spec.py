"""What a density of token rows is built from."""

from typing import NamedTuple

import numpy as np


class TokenSpec(NamedTuple):
    """Columns of tokens.

    Attributes
    ----------
    cardinalities : tuple of int
        Number of tokens of each column.
    generable : tuple of ndarray of shape (cardinality,), bool
        For each column, the tokens that may be drawn.
    """

    cardinalities: tuple[int, ...]
    generable: tuple[np.ndarray, ...]

    @property
    def kind(self) -> str:
        """Name of the density that models such items."""
        return "tokens"
