"""How well an attack does against a control group of people the generator has not seen, with its interval."""

import numpy as np
from scipy.stats import norm, rankdata


def wilson(n_hits, n_attacks, confidence_level=0.95):
    r"""Return Wilson's estimate of a rate and half the width of its interval [1]_.

    .. math:: \hat r = \frac{k + z^2 / 2}{n + z^2}, \qquad
              \delta = \frac{z}{n + z^2} \sqrt{\frac{k (n - k)}{n} + \frac{z^2}{4}}

    References
    ----------
    .. [1] E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22, 1927.
    """
    z = norm.ppf((1 + confidence_level) / 2)
    rate = (n_hits + z**2 / 2) / (n_attacks + z**2)
    return rate, z / (n_attacks + z**2) * np.sqrt(n_hits * (n_attacks - n_hits) / n_attacks + z**2 / 4)


def risk_against_control(n_hits, n_attacks, n_control_hits, n_control, confidence_level=0.95):
    r"""Return the excess of an attack over its control, as a share of what was left to find [1]_.

    .. math:: R = \frac{r_\text{attack} - r_\text{control}}{1 - r_\text{control}}

    with the rates of :func:`wilson`; the interval follows from both rates' by error propagation.

    Returns
    -------
    dict
        "attack", "control" (plain shares), "risk", "low", "high".

    References
    ----------
    .. [1] M. Giomi, F. Boenisch, C. Wehmeyer, B. Tasnadi, "A Unified Framework for Quantifying Privacy Risk in
       Synthetic Data", PoPETs 2023.
    """
    attack, attack_error = wilson(n_hits, n_attacks, confidence_level)
    control, control_error = wilson(n_control_hits, n_control, confidence_level)
    risk = (attack - control) / (1 - control)
    by_attack, by_control = 1 / (1 - control), (attack - 1) / (1 - control) ** 2
    error = np.hypot(by_attack * attack_error, by_control * control_error)
    return {
        "attack": n_hits / n_attacks,
        "control": n_control_hits / n_control,
        "risk": risk,
        "low": risk - error,
        "high": risk + error,
    }


def auc(is_positive, scores):
    """Return the ROC-AUC along the last axis, ties counted one half; NaN where all rows are of one kind."""
    n_positive = is_positive.sum(-1)
    n_negative = is_positive.shape[-1] - n_positive
    above = (rankdata(scores, axis=-1) * is_positive).sum(-1) - n_positive * (n_positive + 1) / 2
    pairs = n_positive * n_negative
    return np.divide(above, pairs, out=np.full(np.shape(pairs), np.nan), where=pairs > 0)


def table_values(table, label):
    """Return a column of an encoded table: numbers, or level numbers."""
    return table.numeric[label] if label in table.numeric else table.categorical[label]
