"""One frame with every rate of every group, and its interval."""

import warnings
from collections.abc import Hashable
from numbers import Integral, Real

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.utils import check_random_state, check_scalar

from skfairgen.data import RandomState, Table
from skfairgen.metrics._bootstrap import draw_counts, percentile_interval
from skfairgen.metrics._calibration_error import as_score
from skfairgen.metrics._confusion import confusion_by_group
from skfairgen.metrics._group_scores import group_score_intervals, group_scores
from skfairgen.metrics._rate_counts import RATES, rate_of_counts, warn_undefined


def group_report(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    y_score: ArrayLike | None = None,
    sensitive_features: Table,
    pos_label: Hashable = None,
    sample_weight: ArrayLike | None = None,
    confidence_level: float = 0.95,
    n_bootstrap: int = 1000,
    n_bins: int = 10,
    random_state: RandomState = None,
) -> pd.DataFrame:
    r"""Count the rows of every group, and return every rate with its bootstrap interval.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_rows,)
        True and predicted labels.
    y_score : array-like of shape (n_rows,) or (n_rows, n_classes), or None, default=None
        Score of the positive label, or ``predict_proba``'s columns, in sorted order of the labels. Adds the
        columns "roc_auc", "calibration_error" (expected calibration error; NaN with an
        ``UndefinedMetricWarning`` for scores outside [0, 1]) and "score_gap" (Wasserstein-1 distance of the
        group's scores to all scores, in units of the score).
    sensitive_features : array-like of shape (n_rows,) or (n_rows, n_columns)
        Values of the sensitive columns; several columns are crossed, a missing value is a group.
    pos_label : label or None, default=None
        The positive label. None: 1, for labels in {0, 1} or {-1, 1}; for more than two labels, each in turn.
    sample_weight : array-like of shape (n_rows,) or None, default=None
        Weight of each row, such as those of a survey; not with `y_score`. Counts are then sums of weights, and
        intervals those of Kish's effective number of rows.
    confidence_level : float, default=0.95
        Coverage of each interval, in (0, 1).
    n_bootstrap : int, default=1000
        Draws; 0 leaves the interval columns out.
    n_bins : int, default=10
        Equal-width bins of the calibration error.
    random_state : int, RandomState instance or None, default=None
        Seed of the draws.

    Returns
    -------
    DataFrame
        A row a group, and the last, "overall", for all rows. With more than two labels and no `pos_label`,
        the index begins with "pos_label", the label that is judged against the rest; nothing is averaged.
        Columns: "n_rows", "n_positive", "n_predicted_positive"; for every rate its value in [0, 1] and, as
        "<rate>_low" and "<rate>_high", its interval. "accuracy" is of all classes, whichever is judged.

    Raises
    ------
    ValueError
        If lengths differ, a label or a score is missing, or the positive label is neither given nor evident.

    Warns
    -----
    SmallGroupWarning
        If a rate is 0 / 0 in a group: it is NaN, and named with the group and its rows.

    Notes
    -----
    The intervals are percentiles over multinomial draws of the (group, y, prediction) counts, which have the
    distribution of counts of resampled rows. Draws that leave a rate undefined are left out. For scores, the
    cells also cut the score into about 100 bins, and the draws are centred on the value of the sample.

    Examples
    --------
    >>> from skfairgen.metrics import group_report
    >>> y_true, y_pred = [0, 0, 1, 1, 0, 0, 1, 1], [0, 1, 1, 1, 1, 0, 0, 1]
    >>> report = group_report(y_true, y_pred, sensitive_features=list("aaaabbbb"), random_state=0)
    >>> report[["n_rows", "selection_rate", "true_positive_rate"]]
             n_rows  selection_rate  true_positive_rate
    group
    a             4           0.750                1.00
    b             4           0.500                0.50
    overall       8           0.625                0.75
    """
    check_scalar(n_bootstrap, "n_bootstrap", Integral, min_val=0)
    check_scalar(n_bins, "n_bins", Integral, min_val=1)
    check_scalar(confidence_level, "confidence_level", Real, min_val=0, max_val=1, include_boundaries="neither")
    if sample_weight is not None and y_score is not None:
        raise ValueError("sample_weight weighs rates, and y_score was given too. Ask for the scores without weights.")
    table = confusion_by_group(y_true, y_pred, sensitive_features, pos_label=pos_label, sample_weight=sample_weight)
    scores = None if y_score is None else _score_columns(y_score, table)
    generator = check_random_state(random_state)
    draws = draw_counts(table.of_effective_rows().counts, n_bootstrap, generator) if n_bootstrap else None
    options = {"n_bootstrap": n_bootstrap, "confidence_level": confidence_level, "random_state": generator}
    frames, undefined = {}, {}
    for k in table.positives:
        columns = _counts(table, k)
        for rate in RATES:
            columns[rate] = _with_overall(rate, table.counts, k)
            undefined[rate, k] = columns[rate][:-1]
            if n_bootstrap:
                interval = percentile_interval(_with_overall(rate, draws, k), confidence_level)
                columns[f"{rate}_low"], columns[f"{rate}_high"] = interval
        if scores is not None:
            positive = table.true == k
            columns |= _score_figures(scores[k], positive, table.groups, n_bins, options)
            undefined["roc_auc", k] = columns["roc_auc"][:-1]
        frames[table.classes[k]] = pd.DataFrame(columns, index=table.groups.index("overall"))
    warn_undefined(table, undefined, stacklevel=3)
    if len(table.positives) == 1:
        return frames[table.classes[table.positives[0]]]
    return pd.concat(frames, names=["pos_label"])


def _counts(table, k):
    counts = table.counts.astype(np.int64) if table.weight is None else table.counts
    by_group = {
        "n_rows": counts.sum((1, 2)),
        "n_positive": counts[:, k, :].sum(1),
        "n_predicted_positive": counts[:, :, k].sum(1),
    }
    return {name: np.append(values, values.sum()) for name, values in by_group.items()}


def _with_overall(rate, counts, k):
    """Rate of counts (..., n_groups, n_classes, n_classes), with that of all groups together appended."""
    overall = counts.sum(-3, keepdims=True)
    return np.concatenate([rate_of_counts(rate, counts, k), rate_of_counts(rate, overall, k)], axis=-1)


def _score_columns(y_score, table):
    """Return {position of the class: its scores}."""
    n_rows = len(table.groups.codes)
    shape = np.shape(y_score)
    if len(shape) == 2 and shape[1] > 1:
        if shape[1] != len(table.classes):
            raise ValueError(
                f"y_score has {shape[1]} columns, y holds {len(table.classes)} labels {table.classes[:10]}: "
                "pass one column a label, in sorted order, or the scores of the positive label alone."
            )
        columns = np.asarray(y_score)
        return {k: as_score(columns[:, k], n_rows) for k in table.positives}
    if len(table.positives) > 1:
        raise ValueError(
            f"y_score has one column, y holds {len(table.classes)} labels: pass one column a label, or pos_label."
        )
    return {table.positives[0]: as_score(y_score, n_rows)}


def _score_figures(score, positive, groups, n_bins, options):
    point = group_scores(score, positive, groups, n_bins)
    if np.isnan(point["calibration_error"]).any():
        warnings.warn(
            f"y_score runs from {score.min():.3g} to {score.max():.3g}: calibration_error needs "
            "probabilities in [0, 1] and is NaN.",
            UndefinedMetricWarning,
            stacklevel=3,
        )
    if not options["n_bootstrap"]:
        return point
    intervals = group_score_intervals(score, positive, groups, n_bins, point, **options)
    return {
        column: values
        for name in point
        for column, values in zip((name, f"{name}_low", f"{name}_high"), (point[name], *intervals[name]), strict=True)
    }
