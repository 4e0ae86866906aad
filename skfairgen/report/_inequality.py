"""Whether a model treats groups unequally beyond chance."""

import numpy as np
from scipy.stats import chi2


def inequality_p_value(codes, truth, groups, positives, scoring, cv):
    r"""Test that the groups get each decision at the same rate.

    Pearson's :math:`X^2` of group and decision: of all rows for demographic parity, within each true class for
    equalized odds, within the positive class for equal opportunity. The held-out rows were judged by models that chance
    in training has made a little unequal; the variance of such means over k folds exceeds that of the rows by a factor
    of about :math:`1 + k / (k - 1)` [1]_, by which :math:`X^2` is divided.

    Parameters
    ----------
    codes : ndarray of shape (n_repeats, n_rows), int
        Predicted classes.
    truth : ndarray of shape (n_rows,), int
    groups : ndarray of shape (n_rows,), int
        -1: not compared.
    positives : list of int
    scoring : str
    cv : int
        Number of folds.

    Returns
    -------
    float
        p-value.

    References
    ----------
    .. [1] C. Nadeau, Y. Bengio, "Inference for the Generalization Error", Machine Learning 52, 2003.
    """
    compared = groups >= 0
    if scoring == "demographic_parity_ratio":
        strata = [compared]
    else:
        classes = np.unique(truth) if scoring == "equalized_odds_ratio" else positives
        strata = [compared & (truth == k) for k in classes]
    parts = [_pearson(codes[:, rows], groups[rows]) for rows in strata]
    statistic, freedom = np.sum(parts, axis=0)
    return float(chi2.sf(statistic / (1 + cv / (cv - 1)), freedom)) if freedom else 1.0


def _pearson(codes, groups):
    counts = np.zeros((groups.max(initial=0) + 1, codes.max(initial=0) + 1))
    np.add.at(counts, (np.broadcast_to(groups, codes.shape), codes), 1 / len(codes))
    counts = counts[counts.sum(1) > 0][:, counts.sum(0) > 0]
    expected = counts.sum(1, keepdims=True) * counts.sum(0, keepdims=True) / max(counts.sum(), 1)
    return ((counts - expected) ** 2 / expected).sum(), (len(counts) - 1) * (counts.shape[1] - 1)
