"""Rows chosen without replacement, in proportion to weights."""

import numpy as np


def weighted_choice(weights: np.ndarray, n_rows: int, rng: np.random.Generator) -> np.ndarray:
    r"""Choose rows without replacement, one after the other, in proportion to weights.

    The rows with the largest :math:`\log w_i + G_i` are such a choice, with G standard Gumbel numbers [1]_.

    Parameters
    ----------
    weights : ndarray of shape (n,)
        Weights of 0 or more. Rows of weight 0 are chosen last.
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
    .. [1] W. Kool, H. van Hoof, M. Welling, "Stochastic Beams and Where to Find Them", ICML 2019.

    Examples
    --------
    >>> import numpy as np
    >>> weighted_choice(np.array([1.0, 0.0, 1.0]), 2, np.random.default_rng(0))
    array([0, 2])
    """
    with np.errstate(divide="ignore"):
        keys = np.log(np.maximum(weights, 1e-300)) + rng.gumbel(size=len(weights))
    return np.sort(np.argpartition(-keys, n_rows - 1)[:n_rows]) if n_rows else np.arange(0)
