"""Ridge regressions of many columns, each on the columns before it, from one Gram matrix."""

from collections.abc import Sequence

import torch
from torch import Tensor

RIDGES = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)  # in rows: the weight of the prior that an effect is 0
FREE_RIDGE = 0.3


def prefix_regressions(X: Tensor, targets: Sequence[int], free: int) -> tuple[Tensor, Tensor]:
    r"""Regress columns of a matrix on all columns before each.

    With the Cholesky factor L of the ridged Gram matrix, the weights of column t are
    :math:`L_{<t,<t}^{-\top} L_{t,<t}^\top`: one triangular system a column, whatever the ridge.

    Parameters
    ----------
    X : Tensor of shape (n, F), float64
        The columns; a fifth of the rows chooses the ridge of each target, and all of them give its weights.
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
    judged = torch.arange(len(X)) % 5 == 4
    part, rest = X[~judged], X[judged]
    gram, wanted = part.T @ part, rest[:, list(targets)]
    errors = torch.stack(
        [(wanted - rest @ _solved(gram, targets, free, ridge)).square().mean(dim=0) for ridge in RIDGES]
    )
    least, best = errors.nan_to_num(1.0).min(dim=0)  # of four rows, none is left to judge by
    gram = gram + rest.T @ rest
    weights = torch.zeros((X.shape[1], len(targets)), dtype=X.dtype)
    for place in best.unique().tolist():
        chosen = best == place
        weights[:, chosen] = _solved(gram, targets, free, RIDGES[place])[:, chosen]
    return weights, least


def _solved(gram: Tensor, targets: Sequence[int], free: int, ridge: float) -> Tensor:
    prior = torch.full((len(gram),), ridge, dtype=gram.dtype)
    prior[:free] = FREE_RIDGE
    factor = torch.linalg.cholesky(gram + torch.diag(prior))
    weights = torch.zeros((len(gram), len(targets)), dtype=gram.dtype)
    for place, target in enumerate(targets):
        own = torch.linalg.solve_triangular(factor[:target, :target].T, factor[target, :target, None], upper=True)
        weights[:target, place] = own[:, 0]
    return weights
