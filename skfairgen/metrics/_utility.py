"""What a classifier learns from synthetic rows, measured on real ones."""

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.model_selection import train_test_split

from skfairgen._listed import listed
from skfairgen.data import Columns, Rows, as_frame
from skfairgen.metrics._judging_classifier import (
    FIGURES,
    check_target,
    fit_judge,
    judge_scores,
    judging_classifier,
)


def train_synthetic_test_real(
    synthetic_X: Rows,
    synthetic_y: ArrayLike,
    test_X: Rows,
    test_y: ArrayLike,
    *,
    classifier: Any = None,
    sensitive_columns: Columns | None = None,
    pos_label: Hashable = None,
    categorical_columns: Columns = "auto",
    random_state: int = 0,
) -> pd.DataFrame:
    """Train on synthetic rows, test on real rows, with the sensitive columns as features and without them.

    Parameters
    ----------
    synthetic_X : DataFrame or array-like of shape (n_synthetic, n_features)
        Rows to train on; any rows will do, pass real ones for the reference.
    synthetic_y : array-like of shape (n_synthetic,)
        Their classes.
    test_X : DataFrame or array-like of shape (n_test, n_features)
        Held-out real rows.
    test_y : array-like of shape (n_test,)
        Their classes.
    classifier : classifier, Pipeline or None, default=None
        Any scikit-learn classifier with ``predict_proba``. None: ``HistGradientBoostingClassifier``, which
        takes categories and missing values as they are. A Pipeline is given the tables as they are; for any
        other classifier categories are one-hot encoded, numbers imputed by their median and scaled.
    sensitive_columns : label or list of labels, default=None
        Columns to leave out in the second row; None: there is no second row.
    pos_label : label or None, default=None
        Positive class of a two-class target, for F1 and calibration; None: the last class in sorted order.
    categorical_columns : "auto" or list of labels, default="auto"
        Columns without an order; "auto": all that are neither numbers nor dates, and booleans.
    random_state : int, default=0
        Seed of the default classifier.

    Returns
    -------
    DataFrame
        Index ``features``: "with sensitive", and "without sensitive" if there are sensitive columns. Columns
        ``roc_auc``, ``f1``, ``accuracy`` (1 is best), ``brier``, ``calibration_error`` (0 is best), all in
        [0, 1]. For several classes: means over the classes, one against the rest; the Brier score is half the
        squared distance of the probabilities from the truth. A figure that one tested class leaves undefined
        is NaN.

    Raises
    ------
    ValueError
        If the columns differ, a column or `pos_label` is unknown, lengths differ, or the rows to train on
        hold a single class.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skfairgen.metrics import train_synthetic_test_real
    >>> X, y = make_classification(600, class_sep=3, random_state=0)
    >>> figures = train_synthetic_test_real(X[:300], y[:300], X[300:], y[300:], sensitive_columns=[0])
    >>> figures.index.to_list()
    ['with sensitive', 'without sensitive']
    >>> bool((figures["roc_auc"] > 0.9).all())
    True
    """
    trained_on = {"synthetic": (synthetic_X, synthetic_y)}
    tested_on = {"real": (test_X, test_y)}
    options = (classifier, sensitive_columns, pos_label, categorical_columns, random_state)
    return _train_and_test(trained_on, tested_on, *options).xs(("synthetic", "real"))


def utility_matrix(
    real_X: Rows,
    real_y: ArrayLike,
    synthetic_X: Rows,
    synthetic_y: ArrayLike,
    test_X: Rows,
    test_y: ArrayLike,
    *,
    classifier: Any = None,
    sensitive_columns: Columns | None = None,
    pos_label: Hashable = None,
    categorical_columns: Columns = "auto",
    test_size: float = 0.3,
    random_state: int = 0,
) -> pd.DataFrame:
    """Train on {real, synthetic} rows and test on {real, synthetic} ones.

    Synthetic rows are split, so that none is trained on and tested on. "synthetic" -> "real" is what the rows
    are worth; a figure that is better on "synthetic" -> "synthetic" than on "real" -> "real" says that the
    synthetic labels are too easy. The other parameters, and the errors, are those of
    :func:`train_synthetic_test_real`.

    Parameters
    ----------
    real_X, real_y : table of shape (n_real, n_features), array-like of shape (n_real,)
        Real rows to train on.
    synthetic_X, synthetic_y : table of shape (n_synthetic, n_features), array-like of shape (n_synthetic,)
        Synthetic rows; a share of `test_size` of them is tested on, the others are trained on.
    test_size : float, default=0.3
        Share of the synthetic rows that are tested on, in (0, 1).
    random_state : int, default=0
        Seed of the default classifier and of the split.

    Returns
    -------
    DataFrame
        Index levels ``train``, ``test`` ("real", "synthetic") and ``features``; the columns of
        `train_synthetic_test_real`.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skfairgen.metrics import utility_matrix
    >>> X, y = make_classification(900, class_sep=3, random_state=0)
    >>> matrix = utility_matrix(X[:300], y[:300], X[300:600], y[300:600], X[600:], y[600:])
    >>> matrix.index.droplevel("features").to_list()
    [('real', 'real'), ('real', 'synthetic'), ('synthetic', 'real'), ('synthetic', 'synthetic')]
    """
    synthetic_X = as_frame(synthetic_X)
    synthetic_y = check_target(synthetic_y, len(synthetic_X), "synthetic")
    kept, tested = train_test_split(np.arange(len(synthetic_y)), test_size=test_size, random_state=random_state)
    trained_on = {"real": (real_X, real_y), "synthetic": (synthetic_X.iloc[kept], synthetic_y[kept])}
    tested_on = {"real": (test_X, test_y), "synthetic": (synthetic_X.iloc[tested], synthetic_y[tested])}
    options = (classifier, sensitive_columns, pos_label, categorical_columns, random_state)
    return _train_and_test(trained_on, tested_on, *options)


def augmentation_gain(
    real_X: Rows,
    real_y: ArrayLike,
    synthetic_X: Rows,
    synthetic_y: ArrayLike,
    test_X: Rows,
    test_y: ArrayLike,
    *,
    classifier: Any = None,
    sensitive_columns: Columns | None = None,
    pos_label: Hashable = None,
    categorical_columns: Columns = "auto",
    random_state: int = 0,
) -> pd.DataFrame:
    """Compare training on real rows with training on real and synthetic rows together.

    The other parameters, and the errors, are those of :func:`train_synthetic_test_real`.

    Parameters
    ----------
    real_X, real_y : table of shape (n_real, n_features), array-like of shape (n_real,)
        Real rows.
    synthetic_X, synthetic_y : table of shape (n_synthetic, n_features), array-like of shape (n_synthetic,)
        Synthetic rows to add to them (the added rows alone).

    Returns
    -------
    DataFrame
        Index levels ``train`` ("real", "augmented", "gain") and ``features``; the columns of
        `train_synthetic_test_real`. The gain is augmented minus real: positive is better for ``roc_auc``,
        ``f1`` and ``accuracy``, negative for ``brier`` and ``calibration_error``.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skfairgen.metrics import augmentation_gain
    >>> X, y = make_classification(900, class_sep=2, flip_y=0.1, random_state=0)
    >>> gain = augmentation_gain(X[:100], y[:100], X[100:600], y[100:600], X[600:], y[600:]).loc["gain"]
    >>> bool(gain["roc_auc"].item() > 0)
    True
    """
    real_X, synthetic_X = as_frame(real_X), as_frame(synthetic_X)
    targets = [
        check_target(real_y, len(real_X), "real"),
        check_target(synthetic_y, len(synthetic_X), "synthetic"),
    ]
    augmented = pd.concat([real_X, synthetic_X[list(real_X.columns)]], ignore_index=True)
    trained_on = {"real": (real_X, real_y), "augmented": (augmented, np.concatenate(targets))}
    tested_on = {"real": (test_X, test_y)}
    options = (classifier, sensitive_columns, pos_label, categorical_columns, random_state)
    figures = _train_and_test(trained_on, tested_on, *options).droplevel("test")
    gain = figures.loc["augmented"] - figures.loc["real"]
    return pd.concat([figures, pd.concat({"gain": gain}, names=["train"])])


def _train_and_test(trained_on, tested_on, classifier, sensitive_columns, pos_label, categorical_columns, random_state):
    tables = [as_frame(X) for X, _ in (*trained_on.values(), *tested_on.values())]
    targets = [
        check_target(y, len(X), what)
        for X, (what, (_, y)) in zip(tables, (*trained_on.items(), *tested_on.items()), strict=True)
    ]
    rows = {}
    for features, dropped in _feature_sets(tables[0], sensitive_columns).items():
        kept = [table.drop(columns=dropped) for table in tables]
        names = (
            categorical_columns
            if isinstance(categorical_columns, str)
            else [label for label in categorical_columns if label not in dropped]
        )
        model, inputs = judging_classifier(classifier, kept, names, random_state)
        test_inputs = list(zip(tested_on, inputs[len(trained_on) :], targets[len(trained_on) :], strict=True))
        for train, X, y in zip(trained_on, inputs, targets, strict=False):
            fit_judge(model, X, y, train)
            for test, X_test, y_test in test_inputs:
                rows[train, test, features] = judge_scores(model, X_test, y_test, pos_label)
    order = [
        (train, test, name)
        for train in trained_on
        for test in tested_on
        for name in dict.fromkeys(key[2] for key in rows)
    ]
    index = pd.MultiIndex.from_tuples(order, names=["train", "test", "features"])
    return pd.DataFrame([rows[key] for key in order], index=index, columns=FIGURES)


def _feature_sets(table, sensitive_columns):
    if sensitive_columns is None:
        return {"with sensitive": []}
    is_list = isinstance(sensitive_columns, (list, tuple, np.ndarray, pd.Index))
    labels = list(sensitive_columns) if is_list else [sensitive_columns]
    unknown = [label for label in labels if label not in table.columns]
    if unknown:
        raise ValueError(
            f"sensitive_columns names {listed(unknown)}, which X does not have: use labels from "
            f"{listed(table.columns)}."
        )
    return {"with sensitive": [], "without sensitive": labels}
