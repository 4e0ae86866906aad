"""Rates of one array of predictions, with fairlearn's names and arguments."""

from collections.abc import Hashable

import numpy as np
from numpy.typing import ArrayLike

from skfairgen.metrics._confusion import confusion_by_group
from skfairgen.metrics._rate_counts import rate_of_counts, warn_undefined


def selection_rate(
    y_true: ArrayLike, y_pred: ArrayLike, *, pos_label: Hashable = None, sample_weight: ArrayLike | None = None
) -> float:
    r"""Share of the rows predicted positive, :math:`P(\hat y = 1)`, in [0, 1].

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_rows,)
        True and predicted labels.
    pos_label : label or None, default=None
        The positive label. None: 1, for labels in {0, 1} or {-1, 1}.
    sample_weight : array-like of shape (n_rows,) or None, default=None
        Weight of each row, not negative.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If lengths differ, a label is missing, or the positive label is neither given nor evident.

    Examples
    --------
    >>> from skfairgen.metrics import selection_rate
    >>> selection_rate([0, 1, 1, 0], [1, 1, 1, 0])
    0.75
    """
    return _overall_rate("selection_rate", y_true, y_pred, pos_label, sample_weight)


def true_positive_rate(
    y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None, pos_label: Hashable = None
) -> float:
    r"""Share of the positive rows predicted positive, :math:`P(\hat y = 1 \mid y = 1)`, in [0, 1].

    Parameters and errors are those of :func:`selection_rate`.

    Returns
    -------
    float
        NaN, with a ``SmallGroupWarning``, without positive rows.

    Examples
    --------
    >>> from skfairgen.metrics import true_positive_rate
    >>> true_positive_rate([0, 1, 1, 0], [1, 1, 0, 0])
    0.5
    """
    return _overall_rate("true_positive_rate", y_true, y_pred, pos_label, sample_weight)


def false_positive_rate(
    y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None, pos_label: Hashable = None
) -> float:
    r"""Share of the negative rows predicted positive, :math:`P(\hat y = 1 \mid y = 0)`, in [0, 1].

    Parameters and errors are those of :func:`selection_rate`.

    Returns
    -------
    float
        NaN, with a ``SmallGroupWarning``, without negative rows.

    Examples
    --------
    >>> from skfairgen.metrics import false_positive_rate
    >>> false_positive_rate([0, 1, 1, 0], [1, 1, 0, 0])
    0.5
    """
    return _overall_rate("false_positive_rate", y_true, y_pred, pos_label, sample_weight)


def true_negative_rate(
    y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None, pos_label: Hashable = None
) -> float:
    r"""Share of the negative rows predicted negative, :math:`P(\hat y = 0 \mid y = 0)`, in [0, 1].

    Parameters and errors are those of :func:`selection_rate`.

    Returns
    -------
    float
        NaN, with a ``SmallGroupWarning``, without negative rows.

    Examples
    --------
    >>> from skfairgen.metrics import true_negative_rate
    >>> true_negative_rate([0, 1, 1, 0], [1, 1, 0, 0])
    0.5
    """
    return _overall_rate("true_negative_rate", y_true, y_pred, pos_label, sample_weight)


def false_negative_rate(
    y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None, pos_label: Hashable = None
) -> float:
    r"""Share of the positive rows predicted negative, :math:`P(\hat y = 0 \mid y = 1)`, in [0, 1].

    Parameters and errors are those of :func:`selection_rate`.

    Returns
    -------
    float
        NaN, with a ``SmallGroupWarning``, without positive rows.

    Examples
    --------
    >>> from skfairgen.metrics import false_negative_rate
    >>> false_negative_rate([0, 1, 1, 0], [1, 1, 0, 0])
    0.5
    """
    return _overall_rate("false_negative_rate", y_true, y_pred, pos_label, sample_weight)


def positive_predictive_value(
    y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None, pos_label: Hashable = None
) -> float:
    r"""Share of the rows predicted positive that are positive, :math:`P(y = 1 \mid \hat y = 1)`, in [0, 1].

    Parameters and errors are those of :func:`selection_rate`.

    Returns
    -------
    float
        NaN, with a ``SmallGroupWarning``, when no row is predicted positive
        (scikit-learn's ``precision_score`` is 0 there).

    Examples
    --------
    >>> from skfairgen.metrics import positive_predictive_value
    >>> positive_predictive_value([0, 1, 1, 0], [1, 1, 0, 0])
    0.5
    """
    return _overall_rate("positive_predictive_value", y_true, y_pred, pos_label, sample_weight)


def _overall_rate(rate, y_true, y_pred, pos_label, sample_weight):
    everyone = np.full(len(y_true), "overall")
    table = confusion_by_group(y_true, y_pred, everyone, pos_label=pos_label, sample_weight=sample_weight)
    if len(table.positives) > 1:
        raise ValueError(f"y holds {len(table.classes)} labels: pass the one to judge as pos_label.")
    values = rate_of_counts(rate, table.counts, table.positives[0])
    warn_undefined(table, {(rate, table.positives[0]): values})
    return float(values[0])
