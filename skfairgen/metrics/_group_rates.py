"""Every rate of every group, without intervals."""

from collections.abc import Hashable

import pandas as pd
from numpy.typing import ArrayLike

from skfairgen.data import Table
from skfairgen.metrics._confusion import confusion_by_group
from skfairgen.metrics._rate_counts import RATES, rate_of_counts, warn_undefined


def group_rates(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Table,
    pos_label: Hashable = None,
    sample_weight: ArrayLike | None = None,
) -> pd.DataFrame:
    """Return every rate of every group, without intervals: fast, for loops.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_rows,)
        True and predicted labels.
    sensitive_features : array-like of shape (n_rows,) or (n_rows, n_columns)
        Values of the sensitive columns; several columns are crossed, a missing value is a group.
    pos_label : label or None, default=None
        The positive label. None: 1, for labels in {0, 1} or {-1, 1}; with more than two labels it is needed.
    sample_weight : array-like of shape (n_rows,) or None, default=None
        Weight of each row.

    Returns
    -------
    DataFrame
        A row a group, a column a rate, in [0, 1]; NaN, with a ``SmallGroupWarning``, where undefined.

    Raises
    ------
    ValueError
        If lengths differ, a label is missing, or the positive label is neither given nor evident.

    See Also
    --------
    group_report : The same with counts, intervals, scores and several classes.

    Examples
    --------
    >>> from skfairgen.metrics import group_rates
    >>> rates = group_rates([0, 1, 0, 1], [0, 1, 1, 1], sensitive_features=["a", "a", "b", "b"])
    >>> rates["selection_rate"].to_dict()
    {'a': 0.5, 'b': 1.0}
    """
    table = confusion_by_group(y_true, y_pred, sensitive_features, pos_label=pos_label, sample_weight=sample_weight)
    if len(table.positives) > 1:
        raise ValueError(f"y holds {len(table.classes)} labels: pass the one to judge as pos_label.")
    positive = table.positives[0]
    values = {(rate, positive): rate_of_counts(rate, table.counts, positive) for rate in RATES}
    warn_undefined(table, values, stacklevel=3)
    return pd.DataFrame({rate: by_group for (rate, _), by_group in values.items()}, index=table.groups.index())
