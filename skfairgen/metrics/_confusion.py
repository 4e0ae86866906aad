"""Counts of rows by (group, true label, predicted label): all that the rates need to know."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from sklearn.utils.validation import column_or_1d

from skfairgen._listed import listed, short
from skfairgen.data import as_pandas
from skfairgen.metrics._groups import Groups, encode_groups


@dataclass(frozen=True)
class Confusion:
    """One confusion matrix a group.

    Attributes
    ----------
    counts : ndarray of shape (n_groups, n_classes, n_classes)
        Rows, or summed sample weights, by (group, true label, predicted label).
    classes : list
        The labels, in sorted order.
    true, predicted : ndarray of shape (n_rows,)
        Position in `classes` of each row's true and predicted label.
    weight : ndarray of shape (n_rows,) or None
        Weight of each row.
    positives : list of int
        Positions in `classes` of the labels to judge: one for two classes or a given ``pos_label``, else all.
    groups : Groups
    """

    counts: np.ndarray
    classes: list
    true: np.ndarray
    predicted: np.ndarray
    weight: np.ndarray | None
    positives: list
    groups: Groups

    def of_effective_rows(self):
        r"""Return it with counts that sum to Kish's effective number of rows, :math:`(\sum w)^2 / \sum w^2`.

        So many rows without weights say as much: what intervals are drawn from.
        """
        if self.weight is None:
            return self
        n_rows = self.weight.sum() ** 2 / (self.weight**2).sum()
        return replace(self, counts=self.counts * (n_rows / self.counts.sum()))


def confusion_by_group(y_true, y_pred, sensitive_features, *, pos_label=None, sample_weight=None):
    """Count the rows of every (group, true label, predicted label).

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_rows,)
    sensitive_features : array-like of shape (n_rows,) or (n_rows, n_columns)
    pos_label : label or None, default=None
        None: 1 for labels in {0, 1} or {-1, 1}; every label in turn for more than two.
    sample_weight : array-like of shape (n_rows,) or None, default=None

    Returns
    -------
    Confusion

    Raises
    ------
    ValueError
        If lengths differ, a label is missing, or the positive label is neither given nor evident.
    """
    labels = [_as_labels(y_true, "y_true"), _as_labels(y_pred, "y_pred")]
    true, predicted, classes, positives = _encode(*labels, pos_label)
    groups = encode_groups(sensitive_features, len(true))
    shape = (len(groups.labels), len(classes), len(classes))
    weight = _as_weight(sample_weight, len(true))
    flat = np.ravel_multi_index((groups.codes, true, predicted), shape)
    counts = np.bincount(flat, weights=weight, minlength=int(np.prod(shape))).reshape(shape)
    return Confusion(counts.astype(np.float64), classes, true, predicted, weight, positives, groups)


def encode_positive(y_true, pos_label=None):
    """Return which rows are positive (bool ndarray of shape (n_rows,)), for two classes or a given label."""
    true, _, classes, positives = _encode(_as_labels(y_true, "y_true"), None, pos_label)
    if len(positives) > 1:
        raise ValueError(f"y_true holds the labels {listed(classes, 10)}: pass the one to judge as pos_label.")
    return true == positives[0]


def _encode(y_true, y_pred, pos_label):
    both = y_true if y_pred is None else _concatenate(y_true, y_pred)
    codes, seen = pd.factorize(both)
    classes, positives = _resolve_positives(_sorted(seen.tolist()), pos_label)
    position = np.array([classes.index(label) for label in seen.tolist()], dtype=np.intp)[codes]
    return position[: len(y_true)], position[len(y_true) :], classes, positives


def _as_labels(y, name):
    labels = column_or_1d([y] if np.isscalar(y) else as_pandas(y, name))
    if len(labels) == 0:
        raise ValueError(f"{name} has no rows: at least one is needed.")
    n_missing = int(pd.isna(labels).sum())
    if n_missing:
        raise ValueError(f"{name} has {n_missing} missing labels of {len(labels)}: drop or fill those rows.")
    if labels.dtype.kind == "f" and (labels != np.round(labels)).any():
        raise ValueError(f"{name} holds fractions like {labels[labels != np.round(labels)][0]:.3g}: pass labels.")
    return labels


def _concatenate(y_true, y_pred):
    if len(y_true) != len(y_pred):
        raise ValueError(f"y_true has {len(y_true)} rows, y_pred has {len(y_pred)}: they must be the same rows.")
    if _is_numeric(y_true) != _is_numeric(y_pred):
        found = f"y_true holds labels like {short(y_true[0])}, y_pred like {short(y_pred[0])}"
        raise ValueError(f"{found}: use the same labels in both.")
    return np.concatenate([y_true, y_pred])


def _is_numeric(labels):
    return pd.Series(labels).infer_objects().dtype.kind in "biuf"


def _resolve_positives(classes, pos_label):
    """Complete a lone label to two classes, and say which positions are judged."""
    if pos_label is None and set(classes) <= {0, 1}:
        return [0, 1], [1]
    if pos_label is None and set(classes) <= {-1, 1}:
        return [-1, 1], [1]
    if pos_label is None and len(classes) <= 2:
        raise ValueError(
            f"y holds the labels {listed(classes, 10)}: say which of them is the positive one with pos_label."
        )
    if pos_label is None:
        return classes, list(range(len(classes)))
    if pos_label not in classes and len(classes) > 1:
        raise ValueError(f"pos_label={short(pos_label)} is not among the labels {listed(classes, 10)}.")
    if pos_label not in classes:
        classes = _sorted([*classes, pos_label])
    return classes, [classes.index(pos_label)]


def _sorted(labels):
    try:
        return sorted(labels)
    except TypeError:
        raise ValueError(f"the labels {listed(labels, 10)} are of several types: use one type.") from None


def _as_weight(sample_weight, n_rows):
    if sample_weight is None:
        return None
    weight = column_or_1d(np.atleast_1d(np.asarray(sample_weight, dtype=np.float64)))
    if len(weight) != n_rows:
        raise ValueError(f"sample_weight has {len(weight)} rows, y has {n_rows}: one weight a row is needed.")
    if not np.isfinite(weight).all() or (weight < 0).any():
        raise ValueError("sample_weight must be finite and not negative.")
    return weight
