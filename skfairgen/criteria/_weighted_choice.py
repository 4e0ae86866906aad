"""Rows chosen without replacement, each with a chance in proportion to its weight."""

import numpy as np


def weighted_choice(weights: np.ndarray, n_rows: int, rng: np.random.Generator) -> np.ndarray:
    r"""Choose rows without replacement, each with a chance in proportion to its weight.

    .. math:: \pi_i = \min(1, \lambda w_i), \qquad \sum_i \pi_i = n

    It is systematic sampling [1]_: the rows lie in random order on a line, each as long as its chance, and those at
    steps of 1 from a random start are chosen.

    Parameters
    ----------
    weights : ndarray of shape (n,)
        Weights of 0 or more. Rows of weight 0 are chosen where there are too few others.
    n_rows : int
        How many, at most n.
    rng : numpy.random.Generator
        Draws them.

    Returns
    -------
    ndarray of shape (n_rows,), int
        Positions, in order.

    References
    ----------
    .. [1] W. Madow, "On the Theory of Systematic Sampling, II", Annals of Mathematical Statistics 20, 1949.

    Examples
    --------
    >>> import numpy as np
    >>> weighted_choice(np.array([1.0, 0.0, 1.0]), 2, np.random.default_rng(0))
    array([0, 2])
    """
    if n_rows == 0:
        return np.arange(0)
    order = rng.permutation(len(weights))
    ends = np.cumsum(_chances(weights, n_rows)[order])
    steps = (rng.random() + np.arange(n_rows)) * (ends[-1] / n_rows)
    return np.sort(order[np.minimum(np.searchsorted(ends, steps, side="right"), len(order) - 1)])


def _chances(weights: np.ndarray, n_rows: int) -> np.ndarray:
    """Return the chance of each row, shape (n,): in proportion to the weights, at most 1, n_rows in all."""
    largest = weights.max()
    weights = np.maximum(weights / largest, 1e-12) if largest > 0 else np.ones(len(weights))
    is_sure = np.zeros(len(weights), dtype=bool)
    while not is_sure.all():
        chances = np.where(is_sure, 1.0, weights * ((n_rows - is_sure.sum()) / weights[~is_sure].sum()))
        if (chances <= 1).all():
            return chances
        is_sure |= chances >= 1
    return np.ones(len(weights))
