"""One frame with every fairness criterion, as difference and ratio, and its interval."""

from collections.abc import Hashable
from numbers import Integral, Real

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.utils import check_random_state, check_scalar

from skfairgen.data import RandomState, Table
from skfairgen.metrics._bootstrap import draw_counts, gap_interval
from skfairgen.metrics._confusion import confusion_by_group
from skfairgen.metrics._disparity import CRITERIA, Method, check_choice, disparity_of_counts
from skfairgen.metrics._rate_counts import RATES, rate_of_counts, warn_undefined
from skfairgen.metrics._strata import count_by_stratum, standardize


def disparity_report(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sensitive_features: Table,
    legitimate_features: Table | None = None,
    method: Method = "between_groups",
    pos_label: Hashable = None,
    sample_weight: ArrayLike | None = None,
    confidence_level: float = 0.95,
    n_bootstrap: int = 1000,
    random_state: RandomState = None,
) -> pd.DataFrame:
    """Return every fairness criterion, as a difference and as a ratio, with its bootstrap interval.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_rows,)
        True and predicted labels.
    sensitive_features : array-like of shape (n_rows,) or (n_rows, n_columns)
        Values of the sensitive columns; several columns are crossed, a missing value is a group.
    legitimate_features : array-like of shape (n_rows,) or (n_rows, n_columns), or None, default=None
        Values that may explain a difference. Given, the report also has conditional demographic parity, for the
        plain gap and the one that is left to stand side by side.
    method : {"between_groups", "to_overall"}, default="between_groups"
        Compare groups with each other, or each with all rows.
    pos_label : label or None, default=None
        The positive label. None: 1, for labels in {0, 1} or {-1, 1}; for more than two labels,
        the worst class.
    sample_weight : array-like of shape (n_rows,) or None, default=None
        Weight of each row, such as those of a survey. Intervals are those of Kish's effective number of rows.
    confidence_level : float, default=0.95
        Coverage of each interval, in (0, 1).
    n_bootstrap : int, default=1000
        Draws of the (group, y, prediction) counts.
    random_state : int, RandomState instance or None, default=None
        Seed of the draws.

    Returns
    -------
    DataFrame
        A row a criterion, "<criterion>_difference" (0 is parity) and "<criterion>_ratio" (1 is parity);
        columns "value", "low" and "high". NaN where fewer than two groups can be
        compared, or a ratio is 0 / 0.

    Raises
    ------
    ValueError
        If `method` is unknown, or "to_overall" with legitimate features; if lengths differ, a label is missing, or
        the positive label is neither given nor evident.

    Warns
    -----
    SmallGroupWarning
        If a rate is 0 / 0 in a group: it is named with the group and its rows, and left out. If strata of the
        legitimate features lack rows of a group: they are left out, counted with their share of the rows.

    See Also
    --------
    conditional_demographic_parity_difference : What legitimate features are, and what is left of a gap.

    Notes
    -----
    The largest gap of resampled rows is larger, on average, than that of the rows. The intervals are corrected for it,
    and hold the estimate: they join the percentiles of the draws and those mirrored at the estimate. They cover the
    gap of the population at least about as often as asked for where groups differ, and some percent less often where
    three or more groups are exactly equal.

    Examples
    --------
    >>> from skfairgen.metrics import disparity_report
    >>> y_true, y_pred = [0, 0, 1, 1, 0, 0, 1, 1], [0, 1, 1, 1, 1, 0, 0, 1]
    >>> report = disparity_report(y_true, y_pred, sensitive_features=list("aaaabbbb"), random_state=0)
    >>> report["value"].round(2).to_dict()["equalized_odds_ratio"]
    0.5
    """
    check_scalar(n_bootstrap, "n_bootstrap", Integral, min_val=1)
    check_scalar(confidence_level, "confidence_level", Real, min_val=0, max_val=1, include_boundaries="neither")
    check_choice(method, ("between_groups", "to_overall"), "method")
    if method == "to_overall" and legitimate_features is not None:
        raise ValueError(
            "method='to_overall' has no conditional demographic parity, which compares groups with each other: "
            "leave out legitimate_features, or use method='between_groups'."
        )
    table = confusion_by_group(y_true, y_pred, sensitive_features, pos_label=pos_label, sample_weight=sample_weight)
    table = table.of_effective_rows()
    judged = [rate for rate in RATES if any(rate in rates for rates in CRITERIA.values())]
    warn_undefined(
        table,
        {(rate, k): rate_of_counts(rate, table.counts, k) for rate in judged for k in table.positives},
        3,
    )
    rng = check_random_state(random_state)
    samples = dict.fromkeys(CRITERIA, (table.counts, draw_counts(table.counts, n_bootstrap, rng)))
    if legitimate_features is None:
        del samples["conditional_demographic_parity"]
    else:
        samples["conditional_demographic_parity"] = _standardized(table, legitimate_features, n_bootstrap, rng)
    rows = {}
    for criterion, counts in samples.items():
        for kind in ("difference", "ratio"):
            value, drawn = (_gap(some, table.positives, CRITERIA[criterion], kind, method) for some in counts)
            rows[f"{criterion}_{kind}"] = (float(value), *gap_interval(drawn, value, confidence_level, kind))
    return pd.DataFrame.from_dict(rows, orient="index", columns=["value", "low", "high"])


def _standardized(table, legitimate_features, n_bootstrap, rng):
    strata = count_by_stratum(table, legitimate_features)
    return [standardize(counts) for counts in (strata, draw_counts(strata, n_bootstrap, rng))]


def _gap(counts, positives, rates, kind, method):
    gap = disparity_of_counts(counts, positives, rates, kind, method)
    return np.where(np.isinf(gap), np.nan, gap)
