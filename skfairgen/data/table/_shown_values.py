"""About what value each token of a column that follows from others stands for, given the tokens of these."""

from typing import Any, NamedTuple

import numpy as np

from skfairgen.data.table._derived_column import DerivedColumn
from skfairgen.data.table._numeric_column import NumericColumn
from skfairgen.data.table._relation import Relation, form_of

KEPT_SHARE = 0.9  # of the rows that are as far as most from what the relation says, from which on it is all that tells


class TokenValue(NamedTuple):
    """The value of a column that follows from others.

    Attributes
    ----------
    sources : tuple of int
        Places of these columns, all before.
    steps : tuple of ndarray of shape (n_own_tokens_of_the_source,), float64
        What each own token of a source adds to the value, on a scale of the relation's own.
    distances : ndarray of shape (cardinality,), float64
        What each token of the column adds.
    edges : ndarray of shape (n_bins - 1,), float64
        Where the bins of the value meet.
    """

    sources: tuple[int, ...]
    steps: tuple[np.ndarray, ...]
    distances: np.ndarray
    edges: np.ndarray


def shown_values(columns: dict[int, Any]) -> dict[int, TokenValue]:
    """Return the values of the derived columns of which nine in ten rows are equally far from their relation.

    Tokens of the distance tell next to nothing of these: a total is 0 away from the sum of its parts. Columns after
    them see the bin of the value instead, as the middles of the tokens of the sources say it.

    Parameters
    ----------
    columns : dict of int to column codec
        By position, in the order of the tokens.

    Returns
    -------
    dict of int to TokenValue
        By place among the tokens.
    """
    places, found = list(columns), {}
    middles: dict[int, np.ndarray] = {}  # of what is seen of a column of numbers, by its position
    for place, (position, column) in enumerate(columns.items()):
        own = getattr(column, "own", column)
        if not isinstance(own, NumericColumn):
            continue
        if not isinstance(column, DerivedColumn):
            middles[position] = np.r_[np.nan, _means(own)[1:]]
            continue
        counts, numbers = column.residual_.token_counts_, np.unique(_means(own)[own.token_counts_ > 0])
        is_known = all(source in middles for source in column.sources)
        if is_known and len(numbers) > 1 and counts.max() >= KEPT_SHARE * counts.sum():
            sources = tuple(places.index(source) for source in column.sources)
            found[place] = TokenValue(sources, *_parts(column, [middles[one] for one in column.sources], numbers))
            middles[position] = np.r_[np.nan, numbers]
    return found


def _means(column):
    return (column.grid_.astype(np.float64) / column.grid_.shape[1]).sum(axis=1)


def _parts(column, middles, numbers):
    """Return steps, distances and edges, in such units that the edges are of the order of 1."""
    relation: Relation = column.relation
    edges = numbers[:-1] / 2 + numbers[1:] / 2
    edges = np.maximum.accumulate(np.nan_to_num(form_of(edges, "log") if relation.is_log else edges, nan=-np.inf))
    unit = np.abs(edges[np.isfinite(edges)] - relation.intercept).max(initial=0) or 1.0
    steps = []
    for k, own in enumerate(middles):
        step = (form_of(own + relation.shifts[k], relation.forms[k]) - relation.centers[k]) * relation.weights[k]
        is_kept = np.isfinite(step) | ((step == -np.inf) & relation.is_log)
        steps.append(np.where(is_kept, step, 0.0) / unit)
    is_scaled = not (relation.is_log and column.is_native)  # else a distance is on the scale of the column
    distances = np.where(is_scaled, np.r_[0.0, _means(column.residual_)[1:]], 0.0)
    return tuple(steps), distances / unit, (edges - relation.intercept) / unit
