"""How far a rate differs between groups: the rules every difference and ratio of this room follows.

* A rate that is 0 / 0 in a group is NaN. It is named, with the group and its rows, in a
  ``SmallGroupWarning``; the aggregate is taken over the groups where the rate is defined. (A NaN aggregate
  would let one 3-row group in one fold erase a whole grid search, a 0 would invent a gap of 1; to be strict,
  turn the warning into an error.)
* A rate defined in fewer than two groups cannot be compared: the aggregate is NaN, and so is any aggregate
  of several rates or classes that needs it.
* A ratio between groups whose rates are all 0 says nothing: it is skipped where other rates of the same
  aggregate can be compared, as fairlearn does (a perfect classifier has no false positives in any group, and
  an equalized odds ratio of 1), else NaN with an ``UndefinedMetricWarning`` (a model that selects nobody
  earns no 1).
* With more than two classes and no ``pos_label``, each class in turn is the positive one, and the worst class
  counts.
"""

import warnings
from typing import Literal, TypeAlias

import numpy as np
from sklearn.exceptions import UndefinedMetricWarning

from skfairgen.exceptions import SmallGroupWarning
from skfairgen.metrics._confusion import confusion_by_group
from skfairgen.metrics._rate_counts import RATES, rate_of_counts, warn_undefined

Method: TypeAlias = Literal["between_groups", "to_overall"]
Aggregate: TypeAlias = Literal["worst_case", "mean"]

# the rates that each criterion compares; of several, the worst counts unless `agg` says "mean"
CRITERIA = {
    "demographic_parity": ["selection_rate"],
    "conditional_demographic_parity": ["selection_rate"],  # standardized over strata
    "equalized_odds": ["true_positive_rate", "false_positive_rate"],
    "equal_opportunity": ["true_positive_rate"],
    "predictive_parity": ["positive_predictive_value"],
}


def disparity(rates, kind, y_true, y_pred, sensitive_features, method, sample_weight, pos_label, agg="worst_case"):
    """Compare `rates` between groups, as a "difference" or a "ratio", with the warnings of the module's rules."""
    table = confusion_by_group(y_true, y_pred, sensitive_features, pos_label=pos_label, sample_weight=sample_weight)
    return disparity_of_table(table, rates, kind, method, agg)


def disparity_of_table(table, rates, kind, method="between_groups", agg="worst_case"):
    """Compare `rates` over the groups of a `Confusion` table."""
    for rate in rates:
        check_choice(rate, RATES, "rate")
    check_choice(method, ("between_groups", "to_overall"), "method")
    check_choice(agg, ("worst_case", "mean"), "agg")
    keys = [(rate, k) for rate in rates for k in table.positives]
    warn_undefined(table, {(rate, k): rate_of_counts(rate, table.counts, k) for rate, k in keys})
    value = disparity_of_counts(table.counts, table.positives, rates, kind, method, agg)
    if np.isnan(value):
        _warn_incomparable(table, rates)
    if np.isinf(value):
        warnings.warn(
            f"The ratio of {', '.join(rates)} is 0 / 0: the rate is 0 in every group; the result is NaN.",
            UndefinedMetricWarning,
            stacklevel=4,
        )
        return float("nan")
    return float(value)


def disparity_of_counts(counts, positives, rates, kind, method="between_groups", agg="worst_case"):
    """Compare rates over groups, for counts of shape (..., n_groups, n_classes, n_classes).

    Returns an array of shape (...): NaN where fewer than two groups can be compared, inf where a ratio
    is 0 / 0.
    """
    compare = _difference if kind == "difference" else _ratio
    overall = counts.sum(-3, keepdims=True)
    by_rate = []
    for rate in rates:
        gaps = [compare(rate_of_counts(rate, counts, k), rate_of_counts(rate, overall, k), method) for k in positives]
        by_rate.append(_combine(gaps, kind, "worst_case"))
    return _combine(by_rate, kind, agg)


def _difference(by_group, overall, method):
    if method == "between_groups":
        gap = np.fmax.reduce(by_group, -1) - np.fmin.reduce(by_group, -1)
    else:
        gap = np.fmax.reduce(np.abs(by_group - overall), -1)
    return np.where(_comparable(by_group), gap, np.nan)


def _ratio(by_group, overall, method):
    highest = np.fmax.reduce(by_group, -1)
    # inf: all rates are 0, see the rules
    vacuous = np.where(_comparable(by_group), np.inf, np.nan)
    if method == "between_groups":
        smallest = np.fmin.reduce(by_group, -1)
        return np.divide(smallest, highest, out=vacuous, where=_comparable(by_group) & (highest > 0))
    low, high = np.minimum(by_group, overall), np.maximum(by_group, overall)
    ratios = np.divide(low, high, out=np.full(high.shape, np.nan), where=high > 0)
    return np.where(_comparable(by_group) & (highest > 0), np.fmin.reduce(ratios, -1), vacuous)


def _comparable(by_group):
    return (~np.isnan(by_group)).sum(-1) >= 2


def _combine(gaps, kind, agg):
    """Worst or mean over a list of arrays: NaN wins, a vacuous ratio (inf) is left out unless all are."""
    gaps = np.stack([np.asarray(gap, dtype=np.float64) for gap in gaps])
    if agg == "worst_case":
        return gaps.max(0) if kind == "difference" else gaps.min(0)
    said = ~np.isinf(gaps)
    total = np.where(said, gaps, 0.0).sum(0)
    return np.divide(total, said.sum(0), out=np.full(total.shape, np.inf), where=said.any(0))


def check_choice(value, choices, name):
    """Raise a ValueError, which lists the choices, if `value` is none of them."""
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}.")


def _warn_incomparable(table, rates):
    warnings.warn(
        f"{', '.join(rates)}: fewer than two of the {len(table.groups.labels)} groups "
        f"({', '.join(map(repr, table.groups.labels[:10]))}) have a defined rate, so there is nothing "
        "to compare; the result is NaN.",
        SmallGroupWarning,
        stacklevel=5,
    )
