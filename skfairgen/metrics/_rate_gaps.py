"""Gaps between groups, and the worst group, of any rate."""

from collections.abc import Hashable
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from skfairgen.data import Table
from skfairgen.metrics._confusion import confusion_by_group
from skfairgen.metrics._disparity import Method, check_choice, disparity
from skfairgen.metrics._rate_counts import LOWER_IS_BETTER, RATES, rate_of_counts, warn_undefined

Rate: TypeAlias = Literal[
    "selection_rate",
    "true_positive_rate",
    "false_positive_rate",
    "true_negative_rate",
    "false_negative_rate",
    "positive_predictive_value",
    "accuracy",
]


def rate_difference(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    rate: Rate,
    sensitive_features: Table,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
    pos_label: Hashable = None,
) -> float:
    r"""Largest difference of one rate between groups, in [0, 1]; 0 is parity.

    .. math:: \max_g r_g - \min_g r_g \quad\text{or, to overall,}\quad \max_g |r_g - r|

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_rows,)
        True and predicted labels.
    rate : str
        What is compared: "selection_rate", "true_positive_rate", "false_positive_rate", "true_negative_rate",
        "false_negative_rate", "positive_predictive_value" or "accuracy".
    sensitive_features : array-like of shape (n_rows,) or (n_rows, n_columns)
        Values of the sensitive columns; several columns are crossed, a missing value is a group.
    method : {"between_groups", "to_overall"}, default="between_groups"
        Compare groups with each other, or each with all rows.
    sample_weight : array-like of shape (n_rows,) or None, default=None
        Weight of each row, not negative.
    pos_label : label or None, default=None
        The positive label. None: 1, for labels in {0, 1} or {-1, 1}; for more than two labels,
        the worst class.

    Returns
    -------
    float
        NaN, with a ``SmallGroupWarning``, when fewer than two groups can be compared.

    Raises
    ------
    ValueError
        If `rate` or `method` is unknown, lengths differ, a label is missing, or the positive label is neither
        given nor evident.

    Notes
    -----
    A group where the rate is undefined is named in a ``SmallGroupWarning`` and left out of the aggregate.

    Examples
    --------
    >>> from skfairgen.metrics import rate_difference
    >>> rate_difference([0, 1, 0, 1], [0, 1, 1, 1], rate="accuracy", sensitive_features=["a", "a", "b", "b"])
    0.5
    """
    return disparity([rate], "difference", y_true, y_pred, sensitive_features, method, sample_weight, pos_label)


def rate_ratio(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    rate: Rate,
    sensitive_features: Table,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
    pos_label: Hashable = None,
) -> float:
    r"""Smallest ratio of one rate between groups, in [0, 1]; 1 is parity.

    .. math:: \min_g r_g / \max_g r_g \quad\text{or, to overall,}\quad \min_g \min(r_g / r,\; r / r_g)

    Parameters and errors are those of :func:`rate_difference`.

    Returns
    -------
    float
        NaN when fewer than two groups can be compared (``SmallGroupWarning``), or when the rate is 0 in every
        group (``UndefinedMetricWarning``).

    Examples
    --------
    >>> from skfairgen.metrics import rate_ratio
    >>> rate_ratio([0, 1, 0, 1], [0, 1, 1, 1], rate="accuracy", sensitive_features=["a", "a", "b", "b"])
    0.5
    """
    return disparity([rate], "ratio", y_true, y_pred, sensitive_features, method, sample_weight, pos_label)


def worst_group(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    rate: Rate = "accuracy",
    sensitive_features: Table,
    sample_weight: ArrayLike | None = None,
    pos_label: Hashable = None,
) -> float:
    """Rate of the group served worst: the lowest rate, or the highest of a rate of errors; in [0, 1].

    Parameters and errors are those of :func:`rate_difference`.

    Returns
    -------
    float
        Over the groups where the rate is defined; NaN, with a ``SmallGroupWarning``, if it is in none.

    Examples
    --------
    >>> from skfairgen.metrics import worst_group
    >>> worst_group([0, 1, 0, 1], [0, 1, 1, 1], sensitive_features=["a", "a", "b", "b"])
    0.5
    """
    check_choice(rate, RATES, "rate")
    table = confusion_by_group(y_true, y_pred, sensitive_features, pos_label=pos_label, sample_weight=sample_weight)
    values = {(rate, k): rate_of_counts(rate, table.counts, k) for k in table.positives}
    warn_undefined(table, values, stacklevel=3)
    stacked = np.stack(list(values.values()))
    if np.isnan(stacked).all():
        return float("nan")
    return float(np.nanmax(stacked) if rate in LOWER_IS_BETTER else np.nanmin(stacked))
