"""What a density of token rows is built from."""

from typing import Any, NamedTuple

import numpy as np

from skfairgen.data.table._copied_column import CopiedColumn
from skfairgen.data.table._shown_values import TokenValue, shown_values


class TokenCopy(NamedTuple):
    """Tokens of a column that say how near it is to another.

    Attributes
    ----------
    source : int
        Place of the other column, among those before.
    bins : ndarray of shape (n_tokens, n_own_tokens_of_the_source), int
        The own token of the column that each of them stands for at each own token of the source; 0 where at none.
    """

    source: int
    bins: np.ndarray


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
    copies : tuple of tuple of TokenCopy
        For each column, what its last tokens are copies by, in their order.
    shown : dict of int to TokenValue
        The values of columns that follow from others, by place.
    """

    cardinalities: tuple[int, ...]
    generable: tuple[np.ndarray, ...]
    values: tuple[np.ndarray, ...]
    n_spikes: tuple[int, ...]
    copies: tuple[tuple[TokenCopy, ...], ...]
    shown: dict[int, TokenValue]

    @property
    def kind(self) -> str:
        """Name of the density that models such items."""
        return "tokens"


def token_spec(columns: dict[int, Any]) -> TokenSpec:
    """Return the spec of fitted columns; of a derived one, the numbers are distances from its relation, or none."""
    places, found, shown = list(columns), [], shown_values(columns)
    for place, column in enumerate(columns.values()):
        is_copied = isinstance(column, CopiedColumn)
        coded = column.own if is_copied else getattr(column, "residual_", column)
        values = np.full(column.cardinality_, np.nan)
        if hasattr(coded, "grid_") and place not in shown:
            grid = coded.grid_[1:].astype(np.float64)
            values[1 : len(coded.grid_)] = (grid / coded.grid_.shape[1]).sum(axis=1)
        linked = [
            TokenCopy(places.index(source), column.bins_of(link, getattr(columns[source], "own", columns[source])))
            for link in (column.links if is_copied else [])
            for source in link.column.sources
        ]
        found.append((column.cardinality_, column.generable_, values, len(getattr(coded, "spikes_", ())), linked))
    cardinalities, generable, numbers, n_spikes, copies = zip(*found, strict=True)
    return TokenSpec(cardinalities, generable, numbers, n_spikes, copies, shown)
