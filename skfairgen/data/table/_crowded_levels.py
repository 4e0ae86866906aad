"""Columns of very many levels: which of them share a token, by what else their rows hold."""

import heapq
from collections.abc import Iterable, Iterator
from itertools import chain, count

import numpy as np
import pandas as pd

from skfairgen.data.table._factorize import factorize
from skfairgen.data.table._numbers import is_numeric
from skfairgen.data.table._relation import floats

MAX_LEVELS = 1_000  # of a column, that may have a token each
OWN_TOKENS = 500  # for the commonest levels, where there are more
SHARED_TOKENS = 500  # for all others
LEAST_ROWS = 20  # of a shared token
MAX_FEATURES = 16  # that levels are told apart by
MAX_MARKS = 4  # levels of another column that are features
PRIOR_ROWS = 2.0  # that draw the mean of a level to that of all
CONTEXT_WEIGHT = 3.0


def share_tokens(codes: np.ndarray, n_levels: int, contexts: np.ndarray, features: Iterable[np.ndarray]) -> np.ndarray:
    """Return the shared token of each level, from 0, shape (n_levels,).

    Levels are points: the means of features over their rows. The set of levels that spreads most is cut in two at
    the mean of its widest feature, again and again [1]_.

    Parameters
    ----------
    codes : ndarray of shape (n_rows,), int
        Level of each row; below 0 where it has none of these.
    n_levels : int
        Number of levels; each has a row.
    contexts : ndarray of shape (n_rows,), int
        Class and group of each row, as one code.
    features : iterable of ndarray of shape (n_rows,)
        Finite numbers. Those whose means differ most between levels, beyond chance, tell them apart.

    References
    ----------
    .. [1] P. Heckbert, "Color image quantization for frame buffer display", SIGGRAPH 1982.
    """
    rows = codes >= 0
    own, contexts = codes[rows], contexts[rows]
    n_rows = np.bincount(own, minlength=n_levels).astype(np.float64)
    commonest = np.argsort(-np.bincount(contexts), kind="stable")[:MAX_FEATURES]
    marks = ((CONTEXT_WEIGHT, contexts == context) for context in commonest)
    best: list[tuple[float, int, np.ndarray]] = []
    others = ((1.0, feature[rows]) for feature in features)
    for place, (weight, feature) in enumerate(chain(marks, others)):
        centered = feature - np.mean(feature)
        spread = np.sqrt(np.mean(centered**2))
        if not spread > 0:
            continue
        sums = np.bincount(own, weights=centered * (weight / spread), minlength=n_levels)
        signal = float((sums**2 / n_rows).sum() / len(own) - weight**2 * n_levels / len(own))
        if signal > 0:
            best = heapq.nlargest(MAX_FEATURES, [*best, (signal, -place, sums / (n_rows + PRIOR_ROWS))])
    points = np.column_stack([np.zeros(n_levels), *(means for *_, means in best)])
    return _cut(points, n_rows)


def row_features(table: pd.DataFrame, position: int) -> Iterator[np.ndarray]:
    """Yield numbers that tell what rows hold in other columns than one: ranks, or marks of common levels."""
    for other in table.columns:
        column = table[other]
        if other == position:
            continue
        if is_numeric(column):
            ranks = pd.Series(floats(column)).rank()
            yield ranks.fillna(ranks.mean()).fillna(0.0).to_numpy()
        else:
            codes, _ = factorize(column)
            common = np.argsort(-np.bincount(codes[codes >= 0], minlength=1), kind="stable")[:MAX_MARKS]
            yield from (codes == level for level in common)


def _cut(points, n_rows):
    """Return the set of each point, shape (n_points,)."""
    order = count()
    sets = [_spread(np.arange(len(points)), points, n_rows, order)]
    done: list[np.ndarray] = []
    while sets and len(sets) + len(done) < SHARED_TOKENS:
        _, _, members, feature, mean = heapq.heappop(sets)
        is_high = points[members, feature] > mean
        parts = members[~is_high], members[is_high]
        if min(n_rows[part].sum() for part in parts) < LEAST_ROWS:
            done.append(members)
            continue
        for part in parts:
            heapq.heappush(sets, _spread(part, points, n_rows, order))
    found = np.empty(len(points), dtype=np.int64)
    for place, members in enumerate([*done, *(own[2] for own in sorted(sets))]):
        found[members] = place
    return found


def _spread(members, points, n_rows, order):
    """Return what sorts a set of points, the widest first; the points; its widest feature, and the mean of that."""
    own, weights = points[members], n_rows[members, None]
    mean = (own * weights).sum(axis=0) / weights.sum()
    squares = ((own - mean) ** 2 * weights).sum(axis=0)
    return -squares.sum(), next(order), members, int(squares.argmax()), mean[squares.argmax()]
