"""How far the score distributions of the groups are from each other, before any threshold."""

import warnings

import numpy as np
from numpy.typing import ArrayLike

from skfairgen.data import Table
from skfairgen.exceptions import SmallGroupWarning
from skfairgen.metrics._calibration_error import as_score
from skfairgen.metrics._disparity import Method, check_choice
from skfairgen.metrics._groups import encode_groups


def score_gap(y_score: ArrayLike, *, sensitive_features: Table, method: Method = "between_groups") -> float:
    r"""Largest Wasserstein-1 distance between the groups' scores, in units of the score; 0 is parity.

    .. math:: \max_{g, h} \int | F_g(t) - F_h(t) | \, dt \quad\text{or, to overall,}\quad
        \max_g \int | F_g(t) - F(t) | \, dt

    For probabilities it lies in [0, 1]: the difference of two groups' selection rates, averaged over all
    thresholds.

    Parameters
    ----------
    y_score : array-like of shape (n_rows,)
        Score of each row, such as the probability of the positive label.
    sensitive_features : array-like of shape (n_rows,) or (n_rows, n_columns)
        Values of the sensitive columns; several columns are crossed, a missing value is a group.
    method : {"between_groups", "to_overall"}, default="between_groups"
        Compare groups with each other, or each with all rows.

    Returns
    -------
    float
        NaN, with a ``SmallGroupWarning``, when there is only one group.

    Raises
    ------
    ValueError
        If lengths differ, a score is missing, or `method` is unknown.

    References
    ----------
    .. [1] E. Chzhen, C. Denis, M. Hebiri, L. Oneto, M. Pontil, "Fair Regression with Wasserstein
       Barycenters", NeurIPS 2020.

    Examples
    --------
    >>> from skfairgen.metrics import score_gap
    >>> round(score_gap([0.1, 0.3, 0.4, 0.6], sensitive_features=["a", "a", "b", "b"]), 3)
    0.3
    """
    check_choice(method, ("between_groups", "to_overall"), "method")
    score = as_score(y_score, len(y_score))
    groups = encode_groups(sensitive_features, len(score))
    if len(groups.labels) < 2:
        warnings.warn(
            f"All {len(score)} rows are of group {groups.labels[0]!r}: there is nothing to compare, the "
            "score gap is NaN.",
            SmallGroupWarning,
            stacklevel=2,
        )
        return float("nan")
    if method == "to_overall":
        return float(gaps_to_overall(score, groups).max())
    cdf, widths = _group_cdf(score, groups)
    return float(max((np.abs(cdf[g + 1 :] - cdf[g]) @ widths).max() for g in range(len(cdf) - 1)))


def gaps_to_overall(score, groups):
    """Return the Wasserstein-1 distance of each group's scores to all scores, shape (n_groups,)."""
    cdf, widths = _group_cdf(score, groups)
    overall = groups.sizes @ cdf / len(score)
    return np.abs(cdf - overall) @ widths


def _group_cdf(score, groups):
    """Return each group's distribution function at the distinct scores but the last, and their spacings."""
    distinct, position = np.unique(score, return_inverse=True)
    flat = groups.codes * len(distinct) + position
    counts = np.bincount(flat, minlength=len(groups.labels) * len(distinct)).reshape(-1, len(distinct))
    return counts.cumsum(1)[:, :-1] / groups.sizes[:, None], np.diff(distinct)
