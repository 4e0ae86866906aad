"""The parity criteria: the largest gap between groups in the rates that ``CRITERIA`` lists for each."""

from collections.abc import Hashable

from numpy.typing import ArrayLike

from skfairgen.data import Table
from skfairgen.metrics._disparity import CRITERIA, Aggregate, Method, disparity


def demographic_parity_difference(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Table,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
    pos_label: Hashable = None,
) -> float:
    r"""Largest difference of the selection rate between groups, in [0, 1]; 0 is parity.

    .. math:: \max_g P(\hat y = 1 \mid g) - \min_g P(\hat y = 1 \mid g)

    Parameters, errors and undefined rates are those of :func:`rate_difference`.

    It agrees with fairlearn's function of the same name, but for undefined rates: fairlearn counts them as 0.

    Returns
    -------
    float
        NaN, with a ``SmallGroupWarning``, when fewer than two groups can be compared.

    References
    ----------
    .. [1] T. Calders, F. Kamiran, M. Pechenizkiy, "Building Classifiers with Independency Constraints",
       ICDMW 2009.

    Examples
    --------
    >>> from skfairgen.metrics import demographic_parity_difference
    >>> y_true, y_pred = [0, 0, 1, 1, 0, 0, 1, 1], [0, 1, 1, 1, 1, 0, 0, 1]
    >>> round(demographic_parity_difference(y_true, y_pred, sensitive_features=list("aaaabbbb")), 3)
    0.25
    """
    rates = CRITERIA["demographic_parity"]
    return disparity(rates, "difference", y_true, y_pred, sensitive_features, method, sample_weight, pos_label)


def demographic_parity_ratio(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Table,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
    pos_label: Hashable = None,
) -> float:
    r"""Smallest ratio of the selection rate between groups, in [0, 1]; 1 is parity.

    .. math:: \min_g P(\hat y = 1 \mid g) / \max_g P(\hat y = 1 \mid g)

    Parameters, errors and undefined rates are those of :func:`rate_ratio`.

    Returns
    -------
    float
        NaN when fewer than two groups can be compared (``SmallGroupWarning``), or when the rate is 0 in every
        group (``UndefinedMetricWarning``).

    Examples
    --------
    >>> from skfairgen.metrics import demographic_parity_ratio
    >>> y_true, y_pred = [0, 0, 1, 1, 0, 0, 1, 1], [0, 1, 1, 1, 1, 0, 0, 1]
    >>> round(demographic_parity_ratio(y_true, y_pred, sensitive_features=list("aaaabbbb")), 3)
    0.667
    """
    rates = CRITERIA["demographic_parity"]
    return disparity(rates, "ratio", y_true, y_pred, sensitive_features, method, sample_weight, pos_label)


def equalized_odds_difference(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Table,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
    agg: Aggregate = "worst_case",
    pos_label: Hashable = None,
) -> float:
    r"""Largest difference of the true or false positive rate between groups, in [0, 1]; 0 is parity.

    .. math:: \max_{y \in \{0, 1\}} \bigl( \max_g P(\hat y = 1 \mid y, g) - \min_g P(\hat y = 1 \mid y, g) \bigr)

    Parameters, errors and undefined rates are those of :func:`rate_difference`. `agg` takes the worse of the two
    rates ("worst_case"), or their mean ("mean").

    It agrees with fairlearn's function of the same name, but for undefined rates: fairlearn counts them as 0.

    Returns
    -------
    float
        NaN, with a ``SmallGroupWarning``, when fewer than two groups can be compared.

    References
    ----------
    .. [1] M. Hardt, E. Price, N. Srebro, "Equality of Opportunity in Supervised Learning", NeurIPS 2016.

    Examples
    --------
    >>> from skfairgen.metrics import equalized_odds_difference
    >>> y_true, y_pred = [0, 0, 1, 1, 0, 0, 1, 1], [0, 1, 1, 1, 1, 0, 0, 1]
    >>> round(equalized_odds_difference(y_true, y_pred, sensitive_features=list("aaaabbbb")), 3)
    0.5
    """
    rates = CRITERIA["equalized_odds"]
    return disparity(rates, "difference", y_true, y_pred, sensitive_features, method, sample_weight, pos_label, agg)


def equalized_odds_ratio(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Table,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
    agg: Aggregate = "worst_case",
    pos_label: Hashable = None,
) -> float:
    r"""Smallest ratio of the true or false positive rate between groups, in [0, 1]; 1 is parity.

    .. math:: \min_{y \in \{0, 1\}} \min_g P(\hat y = 1 \mid y, g) / \max_g P(\hat y = 1 \mid y, g)

    Parameters, errors and undefined rates are those of :func:`rate_ratio`. `agg` takes the worse of the two
    rates ("worst_case"), or their mean ("mean").

    Returns
    -------
    float
        NaN when fewer than two groups can be compared (``SmallGroupWarning``), or when the rate is 0 in every
        group (``UndefinedMetricWarning``).

    Examples
    --------
    >>> from skfairgen.metrics import equalized_odds_ratio
    >>> y_true, y_pred = [0, 0, 1, 1, 0, 0, 1, 1], [0, 1, 1, 1, 1, 0, 0, 1]
    >>> round(equalized_odds_ratio(y_true, y_pred, sensitive_features=list("aaaabbbb")), 3)
    0.5
    """
    rates = CRITERIA["equalized_odds"]
    return disparity(rates, "ratio", y_true, y_pred, sensitive_features, method, sample_weight, pos_label, agg)


def equal_opportunity_difference(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Table,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
    pos_label: Hashable = None,
) -> float:
    r"""Largest difference of the true positive rate between groups, in [0, 1]; 0 is parity.

    .. math:: \max_g P(\hat y = 1 \mid y = 1, g) - \min_g P(\hat y = 1 \mid y = 1, g)

    Parameters, errors and undefined rates are those of :func:`rate_difference`.

    It agrees with fairlearn's function of the same name, but for undefined rates: fairlearn counts them as 0.

    Returns
    -------
    float
        NaN, with a ``SmallGroupWarning``, when fewer than two groups can be compared.

    References
    ----------
    .. [1] M. Hardt, E. Price, N. Srebro, "Equality of Opportunity in Supervised Learning", NeurIPS 2016.

    Examples
    --------
    >>> from skfairgen.metrics import equal_opportunity_difference
    >>> y_true, y_pred = [0, 0, 1, 1, 0, 0, 1, 1], [0, 1, 1, 1, 1, 0, 0, 1]
    >>> round(equal_opportunity_difference(y_true, y_pred, sensitive_features=list("aaaabbbb")), 3)
    0.5
    """
    rates = CRITERIA["equal_opportunity"]
    return disparity(rates, "difference", y_true, y_pred, sensitive_features, method, sample_weight, pos_label)


def equal_opportunity_ratio(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Table,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
    pos_label: Hashable = None,
) -> float:
    r"""Smallest ratio of the true positive rate between groups, in [0, 1]; 1 is parity.

    .. math:: \min_g P(\hat y = 1 \mid y = 1, g) / \max_g P(\hat y = 1 \mid y = 1, g)

    Parameters, errors and undefined rates are those of :func:`rate_ratio`.

    Returns
    -------
    float
        NaN when fewer than two groups can be compared (``SmallGroupWarning``), or when the rate is 0 in every
        group (``UndefinedMetricWarning``).

    Examples
    --------
    >>> from skfairgen.metrics import equal_opportunity_ratio
    >>> y_true, y_pred = [0, 0, 1, 1, 0, 0, 1, 1], [0, 1, 1, 1, 1, 0, 0, 1]
    >>> round(equal_opportunity_ratio(y_true, y_pred, sensitive_features=list("aaaabbbb")), 3)
    0.5
    """
    rates = CRITERIA["equal_opportunity"]
    return disparity(rates, "ratio", y_true, y_pred, sensitive_features, method, sample_weight, pos_label)


def predictive_parity_difference(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Table,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
    pos_label: Hashable = None,
) -> float:
    r"""Largest difference of the positive predictive value between groups, in [0, 1]; 0 is parity.

    .. math:: \max_g P(y = 1 \mid \hat y = 1, g) - \min_g P(y = 1 \mid \hat y = 1, g)

    Parameters, errors and undefined rates are those of :func:`rate_difference`.

    Returns
    -------
    float
        NaN, with a ``SmallGroupWarning``, when fewer than two groups can be compared.

    References
    ----------
    .. [1] A. Chouldechova, "Fair Prediction with Disparate Impact", Big Data 5(2), 2017.

    Examples
    --------
    >>> from skfairgen.metrics import predictive_parity_difference
    >>> y_true, y_pred = [0, 0, 1, 1, 0, 0, 1, 1], [0, 1, 1, 1, 1, 0, 0, 1]
    >>> round(predictive_parity_difference(y_true, y_pred, sensitive_features=list("aaaabbbb")), 3)
    0.167
    """
    rates = CRITERIA["predictive_parity"]
    return disparity(rates, "difference", y_true, y_pred, sensitive_features, method, sample_weight, pos_label)


def predictive_parity_ratio(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Table,
    method: Method = "between_groups",
    sample_weight: ArrayLike | None = None,
    pos_label: Hashable = None,
) -> float:
    r"""Smallest ratio of the positive predictive value between groups, in [0, 1]; 1 is parity.

    .. math:: \min_g P(y = 1 \mid \hat y = 1, g) / \max_g P(y = 1 \mid \hat y = 1, g)

    Parameters, errors and undefined rates are those of :func:`rate_ratio`.

    Returns
    -------
    float
        NaN when fewer than two groups can be compared (``SmallGroupWarning``), or when the rate is 0 in every
        group (``UndefinedMetricWarning``).

    Examples
    --------
    >>> from skfairgen.metrics import predictive_parity_ratio
    >>> y_true, y_pred = [0, 0, 1, 1, 0, 0, 1, 1], [0, 1, 1, 1, 1, 0, 0, 1]
    >>> round(predictive_parity_ratio(y_true, y_pred, sensitive_features=list("aaaabbbb")), 3)
    0.75
    """
    rates = CRITERIA["predictive_parity"]
    return disparity(rates, "ratio", y_true, y_pred, sensitive_features, method, sample_weight, pos_label)
