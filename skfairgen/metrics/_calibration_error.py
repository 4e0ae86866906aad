"""How far predicted probabilities are from the observed shares."""

from collections.abc import Hashable

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import column_or_1d

from skfairgen.metrics._confusion import encode_positive


def calibration_error(y_true: ArrayLike, y_score: ArrayLike, *, n_bins: int = 10, pos_label: Hashable = None) -> float:
    r"""Expected calibration error over equal-width bins, in [0, 1]; 0 is best.

    .. math:: \sum_b \frac{n_b}{n}\, \bigl| \bar y_b - \bar p_b \bigr|

    with :math:`\bar y_b` the share of positive rows and :math:`\bar p_b` the mean score in bin :math:`b`.

    Parameters
    ----------
    y_true : array-like of shape (n_rows,)
        True labels.
    y_score : array-like of shape (n_rows,)
        Probability of the positive label, in [0, 1].
    n_bins : int, default=10
        Bins of equal width that cut [0, 1]; a score on an inner edge belongs to the bin above it.
    pos_label : label or None, default=None
        The positive label. None: 1, for labels in {0, 1} or {-1, 1}.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If lengths differ, a score is missing or outside [0, 1], or the positive label is not evident.

    References
    ----------
    .. [1] M. P. Naeini, G. F. Cooper, M. Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian
       Binning", AAAI 2015.

    Examples
    --------
    >>> from skfairgen.metrics import calibration_error
    >>> round(calibration_error([0, 1, 1, 1], [0.2, 0.25, 0.9, 0.9]), 3)
    0.188
    """
    positive = encode_positive(y_true, pos_label)
    score = as_score(y_score, len(positive))
    if score.min() < 0 or score.max() > 1:
        raise ValueError(
            f"y_score runs from {score.min():.3g} to {score.max():.3g}, expected probabilities: pass "
            "predict_proba's column of the positive label, not decision_function's."
        )
    gap = np.bincount(calibration_bins(score, n_bins), weights=positive - score, minlength=n_bins)
    return float(np.abs(gap).sum() / len(score))


def calibration_bins(score, n_bins):
    """Return the bin, 0 .. n_bins - 1, of every score in [0, 1]."""
    return np.minimum((score * n_bins).astype(np.intp), n_bins - 1)


def as_score(y_score, n_rows):
    """Return finite scores, float64 of shape (n_rows,)."""
    score = column_or_1d(np.asarray(y_score, dtype=np.float64))
    if len(score) != n_rows:
        raise ValueError(f"y_score has {len(score)} rows, y has {n_rows}: pass the score of every row.")
    n_bad = int((~np.isfinite(score)).sum())
    if n_bad:
        raise ValueError(f"y_score has {n_bad} missing or infinite values of {n_rows}: score every row.")
    return score
