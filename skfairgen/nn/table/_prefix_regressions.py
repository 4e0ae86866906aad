"""Ridge regressions of many columns, each on the columns before it, from one Gram matrix."""

from collections.abc import Iterable, Iterator, Sequence

import torch
from torch import Tensor

RIDGES = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)  # in rows: the weight of the prior that an effect is 0
FREE_RIDGE = 0.3
BLOCK = 20_000  # rows whose features are in memory at once


def prefix_regressions(blocks: Iterable[Tensor], targets: Sequence[int], free: int) -> tuple[Tensor, Tensor]:
    r"""Regress columns of a matrix on all columns before each.

    With the Cholesky factor L of the ridged Gram matrix, the weights of column t are
    :math:`L_{<t,<t}^{-\top} L_{t,<t}^\top`. Row t of the inverse of L holds them, divided by :math:`-L_{tt}`.

    Parameters
    ----------
    blocks : iterable of Tensor of shape (n, F), float64
        The columns, some rows at a time; a fifth of the rows chooses the ridge of each target, and all of them give
        its weights.
    targets : sequence of int
        Columns to regress, in rising order.
    free : int
        So many first columns have next to no ridge.

    Returns
    -------
    weights : Tensor of shape (F, n_targets)
        0 from the target on.
    errors : Tensor of shape (n_targets,)
        Mean squared error on rows that the weights did not see.
    """
    gram, judging, n_rows = torch.zeros(()), torch.zeros(()), 0
    for X in blocks:
        judged = torch.arange(n_rows, n_rows + len(X)) % 5 == 4
        gram, judging, n_rows = gram + _gram(X[~judged]), judging + _gram(X[judged]), n_rows + len(X)
    errors = torch.stack([_squares_left(judging, _solved(gram, targets, free, ridge), targets) for ridge in RIDGES])
    least, best = (errors / (n_rows // 5)).nan_to_num(1.0).min(dim=0)  # of four rows, none is left to judge by
    gram += judging
    weights = gram.new_zeros((len(gram), len(targets)))
    for place in best.unique().tolist():
        chosen = best == place
        weights[:, chosen] = _solved(gram, targets, free, RIDGES[place])[:, chosen]
    return weights, least


def feature_blocks(features: Sequence[Tensor], seen: Sequence[Tensor]) -> Iterator[Tensor]:
    """Yield the features of some rows at a time, side by side after a column of ones: a table of features a column."""
    for rows in zip(*[own.split(BLOCK) for own in seen], strict=True):
        ones = torch.ones((len(rows[0]), 1), dtype=torch.float64)
        yield torch.cat([ones, *[table[own] for table, own in zip(features, rows, strict=True)]], dim=1)


def _gram(X: Tensor) -> Tensor:
    return X.T @ X


def _squares_left(gram: Tensor, weights: Tensor, targets: Sequence[int]) -> Tensor:
    """Return the sum of squares that weights leave of each target, by the Gram matrix of rows."""
    left = -weights
    left[list(targets), range(len(targets))] = 1.0
    return (left * (gram @ left)).sum(dim=0)


def _solved(gram: Tensor, targets: Sequence[int], free: int, ridge: float) -> Tensor:
    prior = torch.full((len(gram),), ridge, dtype=gram.dtype)
    prior[:free] = FREE_RIDGE
    factor = torch.linalg.cholesky(gram + torch.diag(prior))
    places = torch.arange(len(targets)), torch.tensor(targets)
    units = gram.new_zeros((len(targets), len(gram)))
    units[places] = 1.0
    rows = torch.linalg.solve_triangular(factor, units, upper=False, left=False)
    weights = rows * -factor.diagonal()[places[1], None]
    weights[places] = 0.0
    return weights.T
