"""Conditional demographic parity: are the groups selected at the same rate among rows alike in what may matter?"""

from collections.abc import Hashable
from dataclasses import replace

from numpy.typing import ArrayLike

from skfairgen.data import Table
from skfairgen.metrics._confusion import confusion_by_group
from skfairgen.metrics._disparity import CRITERIA, disparity_of_table
from skfairgen.metrics._strata import count_by_stratum, standardize


def conditional_demographic_parity_difference(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Table,
    legitimate_features: Table,
    sample_weight: ArrayLike | None = None,
    pos_label: Hashable = None,
) -> float:
    r"""Largest difference between groups of the standardized selection rate, in [0, 1]; 0 is parity.

    .. math::

        \max_g r_g - \min_g r_g, \qquad r_g = \sum_l P(l) \, P(\hat y = 1 \mid g, l)

    where a stratum :math:`l` is a combination of values of the legitimate features, and :math:`P(l)` its share of
    all rows.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_rows,)
        True and predicted labels.
    sensitive_features : array-like of shape (n_rows,) or (n_rows, n_columns)
        Values of the sensitive columns; several columns are crossed, a missing value is a group.
    legitimate_features : array-like of shape (n_rows,) or (n_rows, n_columns)
        Values that may explain a difference, such as the department applied to. Several columns are crossed, a
        missing value is a value, a numeric column of more than 20 values is cut at its quartiles.
    sample_weight : array-like of shape (n_rows,) or None, default=None
        Weight of each row, not negative.
    pos_label : label or None, default=None
        The positive label. None: 1, for labels in {0, 1} or {-1, 1}; for more than two labels,
        the worst class.

    Returns
    -------
    float
        NaN, with a ``SmallGroupWarning``, when fewer than two groups can be compared or no stratum has rows of
        every group.

    Raises
    ------
    ValueError
        If lengths differ, a label is missing, or the positive label is neither given nor evident.

    Warns
    -----
    SmallGroupWarning
        If strata lack rows of a group: they are left out, counted with their share of the rows.

    See Also
    --------
    demographic_parity_difference : The same without legitimate features.

    Notes
    -----
    The gap that remains between applicants of the same stratum, averaged by direct standardization: as if every
    group had the strata of all rows. What the strata explain is gone from it, so a feature must be legitimate by
    argument, not by correlation: given a proxy of the group, any gap is explained. Gaps of opposite signs in two
    strata cancel.

    References
    ----------
    .. [1] F. Kamiran, I. Zliobaite, T. Calders, "Quantifying explainable discrimination and removing illegal
       discrimination in automated decision making", Knowledge and Information Systems 35, 2013.
    .. [2] S. Corbett-Davies, E. Pierson, A. Feller, S. Goel, A. Huq, "Algorithmic Decision Making and the Cost
       of Fairness", KDD 2017 (conditional statistical parity).

    Examples
    --------
    >>> from skfairgen.metrics import conditional_demographic_parity_difference, demographic_parity_difference
    >>> admitted = [1, 1, 1, 0, 0, 1, 0, 0]
    >>> options = {"sensitive_features": list("mmmmffff"), "legitimate_features": list("aaabbabb")}
    >>> demographic_parity_difference(admitted, admitted, sensitive_features=list("mmmmffff"))
    0.5
    >>> conditional_demographic_parity_difference(admitted, admitted, **options)
    0.0
    """
    return _conditional("difference", y_true, y_pred, sensitive_features, legitimate_features, sample_weight, pos_label)


def conditional_demographic_parity_ratio(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Table,
    legitimate_features: Table,
    sample_weight: ArrayLike | None = None,
    pos_label: Hashable = None,
) -> float:
    r"""Smallest ratio between groups of the standardized selection rate, in [0, 1]; 1 is parity.

    .. math::

        \min_g r_g / \max_g r_g, \qquad r_g = \sum_l P(l) \, P(\hat y = 1 \mid g, l)

    Parameters, errors and warnings are those of :func:`conditional_demographic_parity_difference`.

    Returns
    -------
    float
        NaN when fewer than two groups can be compared or no stratum has rows of every group
        (``SmallGroupWarning``), or when the rate is 0 in every group (``UndefinedMetricWarning``).

    Examples
    --------
    >>> from skfairgen.metrics import conditional_demographic_parity_ratio, demographic_parity_ratio
    >>> admitted = [1, 1, 1, 0, 0, 1, 0, 0]
    >>> options = {"sensitive_features": list("mmmmffff"), "legitimate_features": list("aaabbabb")}
    >>> round(demographic_parity_ratio(admitted, admitted, sensitive_features=list("mmmmffff")), 2)
    0.33
    >>> conditional_demographic_parity_ratio(admitted, admitted, **options)
    1.0
    """
    return _conditional("ratio", y_true, y_pred, sensitive_features, legitimate_features, sample_weight, pos_label)


def _conditional(kind, y_true, y_pred, sensitive_features, legitimate_features, sample_weight, pos_label):
    table = confusion_by_group(y_true, y_pred, sensitive_features, pos_label=pos_label, sample_weight=sample_weight)
    table = replace(table, counts=standardize(count_by_stratum(table, legitimate_features)))
    if not table.counts.any():
        return float("nan")
    return disparity_of_table(table, CRITERIA["conditional_demographic_parity"], kind)
