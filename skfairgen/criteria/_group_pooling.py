"""How far a small group is taken at its word, and which groups it leans on otherwise."""

import numpy as np

MIN_GROUP_SIZE = 100


def groups_behind(sizes: np.ndarray, parents: np.ndarray | None, min_group_size: int) -> tuple[np.ndarray, np.ndarray]:
    """Which groups each group leans on: the rest of its parent, or everyone else where that is small too.

    Parameters
    ----------
    sizes : ndarray of shape (G,)
        Rows of each group.
    parents : ndarray of shape (G,), int, or None
        Coarser group of each; None: everyone.
    min_group_size : int
        Rows from which a parent is large enough.

    Returns
    -------
    behind : ndarray of shape (G, G), bool
        Row g: the groups that group g leans on.
    is_parent : ndarray of shape (G,), bool
        Whether these are its parent's.
    """
    others = ~np.eye(len(sizes), dtype=bool)
    if parents is None:
        return others, np.ones(len(others), dtype=bool)
    siblings = others & (parents[:, None] == parents)
    is_parent = siblings @ sizes >= min_group_size
    return np.where(is_parent[:, None], siblings, others), is_parent


def own_weights(
    means: np.ndarray,
    variances: np.ndarray,
    sizes: np.ndarray,
    group_shares: np.ndarray,
    behind: np.ndarray,
    is_parent: np.ndarray,
    min_group_size: int,
) -> np.ndarray:
    r"""Empirical-Bayes weight of each group's own mean against that of the groups behind it.

    .. math:: w_g = \tau^2 / (\tau^2 + \sigma^2 / n_g), \qquad
              \tau^2 = \overline{(m_g - r_g)^2 - \sigma^2 / n_g}

    for groups of fewer than ``min_group_size`` rows, and 1 for the others; r is the mean of the groups behind, and the
    average over groups is weighted by their size.

    Parameters
    ----------
    means : ndarray of shape (G, C)
        Means of each group.
    variances : ndarray of shape (C,)
        Variance within groups, :math:`\sigma^2`.
    sizes, group_shares : ndarray of shape (G,)
        Rows of each group, and its share in the population.
    behind, is_parent
        What :func:`groups_behind` returned.
    min_group_size : int
        Rows from which a group is trusted alone.

    Returns
    -------
    ndarray of shape (G, C)
        Weights in [0, 1].

    References
    ----------
    .. [1] C. Morris, "Parametric Empirical Bayes Inference: Theory and Applications", J. Am. Stat. Assoc. 78, 1983.
    """
    if len(means) == 1:
        return np.ones(means.shape)
    noise = variances / sizes[:, None]
    # how far groups lie from other groups' parents says nothing about how far they lie from their own
    reliability = np.minimum(sizes, min_group_size) * (is_parent | ~is_parent.any())
    gaps = (means - _means_behind(means, group_shares, behind)) ** 2
    spread = np.average(gaps - noise, axis=0, weights=reliability).clip(0)
    total = spread + noise
    weight = np.divide(np.broadcast_to(spread, total.shape), total, out=np.ones_like(total), where=total > 0)
    return np.where(sizes[:, None] < min_group_size, weight, 1.0)


def pooled_class_shares(
    counts: np.ndarray, parents: np.ndarray | None = None, min_group_size: int = MIN_GROUP_SIZE
) -> np.ndarray:
    """Return the class shares of each group, those of small groups mixed with the groups behind them.

    Parameters
    ----------
    counts : ndarray of shape (n_classes, n_groups), int
        Rows of each cell.
    parents : ndarray of shape (n_groups,), int, default=None
        Coarser group of each group; None: everyone.
    min_group_size : int, default=100
        Rows from which a group's own shares are taken.

    Returns
    -------
    ndarray of shape (n_classes, n_groups)
        Shares; columns sum to 1.

    Examples
    --------
    >>> import numpy as np
    >>> pooled_class_shares(np.array([[700, 300, 3], [300, 700, 0]])).round(2)
    array([[0.7 , 0.3 , 0.85],
           [0.3 , 0.7 , 0.15]])
    """
    sizes = counts.sum(axis=0)
    own = (counts / sizes).T
    group_shares = sizes / sizes.sum()
    behind, is_parent = groups_behind(sizes, parents, min_group_size)
    variances = group_shares @ (own * (1 - own))
    weight = own_weights(own, variances, sizes, group_shares, behind, is_parent, min_group_size)
    if len(own) > 1:
        own = weight * own + (1 - weight) * _means_behind(own, group_shares, behind)
    return (own / own.sum(axis=1, keepdims=True)).T


def _means_behind(means, group_shares, behind):
    shares = behind * group_shares
    return shares @ means / shares.sum(axis=1, keepdims=True)
