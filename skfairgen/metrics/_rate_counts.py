"""Rates from counts of (true label, predicted label), and the warning for those that are 0 / 0."""

import warnings

import numpy as np

from skfairgen.exceptions import SmallGroupWarning

# name: (numerator, denominator) of counts (..., true label, predicted label), for the positive label at k.
_PARTS = {
    "selection_rate": (lambda c, k: c[..., :, k].sum(-1), lambda c, k: c.sum((-2, -1))),
    "true_positive_rate": (lambda c, k: c[..., k, k], lambda c, k: c[..., k, :].sum(-1)),
    "false_positive_rate": (
        lambda c, k: c[..., :, k].sum(-1) - c[..., k, k],
        lambda c, k: c.sum((-2, -1)) - c[..., k, :].sum(-1),
    ),
    "true_negative_rate": (
        lambda c, k: c.sum((-2, -1)) - c[..., k, :].sum(-1) - c[..., :, k].sum(-1) + c[..., k, k],
        lambda c, k: c.sum((-2, -1)) - c[..., k, :].sum(-1),
    ),
    "false_negative_rate": (
        lambda c, k: c[..., k, :].sum(-1) - c[..., k, k],
        lambda c, k: c[..., k, :].sum(-1),
    ),
    "positive_predictive_value": (lambda c, k: c[..., k, k], lambda c, k: c[..., :, k].sum(-1)),
    # of all classes, whichever is judged
    "accuracy": (lambda c, k: np.trace(c, axis1=-2, axis2=-1), lambda c, k: c.sum((-2, -1))),
}

RATES = tuple(_PARTS)
LOWER_IS_BETTER = ("false_positive_rate", "false_negative_rate")
_NEEDS = {
    "true_positive_rate": "no positive row",
    "false_negative_rate": "no positive row",
    "false_positive_rate": "no negative row",
    "true_negative_rate": "no negative row",
    "positive_predictive_value": "no row predicted positive",
    "roc_auc": "rows of one class only",
}


def rate_of_counts(rate, counts, positive):
    """Divide counts, of shape (..., n_classes, n_classes); NaN where 0 / 0."""
    numerator, denominator = (part(counts, positive) for part in _PARTS[rate])
    undefined = np.full(np.shape(denominator), np.nan)
    # sums of weights may leave 1e-17 where an integer count would leave 0
    return np.divide(numerator, denominator, out=undefined, where=denominator > 1e-12)


def warn_undefined(table, values, stacklevel=5):
    """Warn, once, of every NaN in `values`: {(rate, position of the class): ndarray (n_groups,)}."""
    reasons = {}
    for (rate, positive), by_group in values.items():
        about = f" of {table.classes[positive]!r}" if len(table.positives) > 1 else ""
        for group in np.flatnonzero(np.isnan(by_group)):
            reason = _NEEDS.get(rate, "no weight") + about
            reasons.setdefault(int(group), {}).setdefault(reason, []).append(rate)
    if not reasons:
        return
    sizes = table.groups.sizes
    lines = []
    for group, causes in reasons.items():
        cause = "; ".join(f"{', '.join(rates)} ({reason})" for reason, rates in causes.items())
        lines.append(f"group {table.groups.labels[group]!r} with {sizes[group]} rows: {cause}")
    shown = lines if len(lines) <= 20 else [*lines[:20], f"and {len(lines) - 20} more groups"]
    warnings.warn(
        "Undefined rates are NaN and left out of any aggregate over groups: " + " | ".join(shown) + ".",
        SmallGroupWarning,
        stacklevel=stacklevel,
    )
