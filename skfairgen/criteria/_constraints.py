"""What a group criterion asks of decisions, as functions of a row whose mean is a gap between rates."""

from collections.abc import Iterator

import numpy as np

CRITERIA = ("demographic_parity", "equalized_odds", "equal_opportunity")


def constraint_functions(posteriors: np.ndarray, shares: np.ndarray, criterion: str) -> np.ndarray:
    r"""Return the functions g of each row: the mean of decision times g is a group's rate less everyone's.

    .. math:: g_s = P_{\cdot s} / \pi_s - 1 \qquad g_{ys} = P_{ys} / p_{ys} - P_{y \cdot} / p_{y \cdot}

    The first is of demographic parity: its rates are P(decision | s). The second is of equalized odds and equal
    opportunity: its rates are P(decision | y, s).

    Parameters
    ----------
    posteriors : ndarray of shape (n, C, S)
        P(y, s | row) of each class and group; :func:`joint_indicator` gives those of known labels and groups.
    shares : ndarray of shape (C, S)
        Mean of the posteriors: the share of each cell.
    criterion : {"demographic_parity", "equalized_odds", "equal_opportunity"}
        The criterion.

    Returns
    -------
    ndarray of shape (n, J)
        J = S groups for demographic parity, J = C * S cells otherwise (class by class). 0 where the group or the cell
        has no share: its rate is not defined.

    Raises
    ------
    ValueError
        If the criterion is none of these.

    References
    ----------
    .. [1] A. Menon, R. Williamson, "The cost of fairness in binary classification", FAT* 2018.
    """
    posteriors, shares = _by_rate(posteriors, shares, criterion)
    everyone = _ratio(posteriors.sum(axis=2, keepdims=True), shares.sum(axis=1, keepdims=True))
    gaps = np.where(shares > 0, _ratio(posteriors, shares) - everyone, 0.0)
    return gaps.reshape(len(gaps), -1)


def constrained_pairs(shares: np.ndarray, criterion: str) -> np.ndarray:
    """Tell which gaps a criterion closes, of each decided class and each function g.

    Decisions for class 0 are left out where the other classes imply them. Equal opportunity of two classes is that
    of class 1; of more classes, it is that of every class: the share of its rows that are decided for it.

    Parameters
    ----------
    shares, criterion
        As in :func:`constraint_functions`.

    Returns
    -------
    ndarray of shape (C, J), bool
        False as well where a rate is not defined.
    """
    n_classes, n_groups = np.shape(shares)
    _, defined = _by_rate(np.empty((0, n_classes, n_groups)), shares, criterion)
    pairs = np.broadcast_to(defined > 0, (n_classes, *defined.shape)).copy()
    if criterion == "equal_opportunity":
        pairs &= np.eye(n_classes, dtype=bool)[:, :, None]
    if criterion != "equal_opportunity" or n_classes == 2:
        pairs[0] = False
    return pairs.reshape(n_classes, -1)


def rate_gaps(
    decisions: np.ndarray,
    posteriors: np.ndarray,
    criterion: str,
    *,
    weights: np.ndarray | None = None,
    strata: np.ndarray | None = None,
    n_strata: int = 1,
) -> np.ndarray:
    """Return the gaps of decisions: each group's rate of every class less everyone's, within each stratum.

    Parameters
    ----------
    decisions : ndarray of shape (n,), int
        Decided class codes.
    posteriors : ndarray of shape (n, C, S)
        As in :func:`constraint_functions`.
    criterion : str
        Likewise.
    weights : ndarray of shape (n,), default=None
        Weight of each row; None: the same.
    strata : ndarray of shape (n,), int, default=None
        Stratum of each row; None: one for all.
    n_strata : int, default=1
        Number of strata.

    Returns
    -------
    ndarray of shape (n_strata, C, J)
        0 where the criterion asks nothing.
    """
    n_classes = posteriors.shape[1]
    decided = np.eye(n_classes)[decisions]
    gaps = np.zeros((n_strata, n_classes, n_constraints(posteriors.shape[1:], criterion)))
    for stratum, rows, own in stratum_rows(len(decisions), weights, strata, n_strata):
        shares = mean_shares(posteriors[rows], own)
        functions = constraint_functions(posteriors[rows], shares, criterion)
        gaps[stratum] = (decided[rows] * own[:, None]).T @ functions * constrained_pairs(shares, criterion)
    return gaps


def largest_gap(gaps: np.ndarray, n_groups: int) -> float:
    """Return the largest difference between the rates of two groups in what :func:`rate_gaps` returned."""
    by_group = gaps.reshape(-1, n_groups)
    return float(np.ptp(by_group, axis=1).max(initial=0.0))


def joint_indicator(classes: np.ndarray, groups: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return posteriors of rows whose class and group are known: 1 for their cell.

    Parameters
    ----------
    classes, groups : ndarray of shape (n,), int
        Codes.
    shape : (int, int)
        Number of classes and of groups.

    Returns
    -------
    ndarray of shape (n, C, S)
    """
    joint = np.zeros((len(classes), *shape))
    joint[np.arange(len(classes)), classes, groups] = 1
    return joint


def mean_shares(posteriors: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the share of each cell, shape (C, S); `weights` sum to 1."""
    return np.tensordot(weights, posteriors, axes=1)


def n_constraints(shape: tuple[int, int], criterion: str) -> int:
    """Return the number J of functions for posteriors of `shape` (C, S)."""
    return shape[1] if criterion == "demographic_parity" else shape[0] * shape[1]


def stratum_rows(
    n_rows: int, weights: np.ndarray | None, strata: np.ndarray | None, n_strata: int
) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Yield each stratum that holds weight, its rows, and their weights, which sum to 1."""
    weights = np.ones(n_rows) if weights is None else np.asarray(weights, dtype=np.float64)
    strata = np.zeros(n_rows, dtype=np.int64) if strata is None else strata
    for stratum in range(n_strata):
        rows = np.flatnonzero(strata == stratum)
        total = weights[rows].sum()
        if total > 0:
            yield stratum, rows, weights[rows] / total


def _by_rate(posteriors, shares, criterion):
    """Sum over what the rates of a criterion do not condition on: classes under demographic parity."""
    if criterion not in CRITERIA:
        raise ValueError(f"Found criterion {criterion!r}; expected one of {', '.join(CRITERIA)}.")
    if criterion == "demographic_parity":
        return posteriors.sum(axis=1, keepdims=True), np.sum(shares, axis=0, keepdims=True)
    return posteriors, np.asarray(shares)


def _ratio(part, whole):
    return np.divide(part, whole, out=np.zeros(np.broadcast_shapes(part.shape, whole.shape)), where=whole > 0)
