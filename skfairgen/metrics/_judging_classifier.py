"""Any scikit-learn classifier as the judge of mixed tables, and its scores on the rows it is tested on."""

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.metrics import accuracy_score, f1_score, roc_auc_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skfairgen._listed import listed, short
from skfairgen.data import as_frame
from skfairgen.metrics._calibration_error import calibration_error
from skfairgen.metrics._table_features import encode_tables, tree_features

FIGURES = ["roc_auc", "f1", "accuracy", "brier", "calibration_error"]


def judging_classifier(classifier, tables, categorical_columns, random_state):
    """Return an unfitted classifier and what it takes of each table.

    Parameters
    ----------
    classifier : classifier, Pipeline or None
        None: ``HistGradientBoostingClassifier`` with its native categories and missing values. A Pipeline is
        given the tables as they are. Anything else stands behind a one-hot encoding of the categories, and
        median imputation and scaling of the numbers.
    tables : list of DataFrames or array-likes
        Tables with the same columns.
    categorical_columns : "auto" or list of labels
        Columns without an order.
    random_state : int
        Seed of the default classifier.

    Returns
    -------
    (classifier, list)
    """
    if isinstance(classifier, Pipeline):
        return clone(classifier), [as_frame(table) for table in tables]
    encoded = encode_tables(*tables, categorical_columns=categorical_columns)
    features, is_categorical = tree_features(*encoded)
    if classifier is None:
        return (
            HistGradientBoostingClassifier(categorical_features=is_categorical, random_state=random_state),
            features,
        )
    words, numbers = np.flatnonzero(is_categorical), np.flatnonzero(~is_categorical)
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    scale = make_pipeline(SimpleImputer(keep_empty_features=True, strategy="median"), StandardScaler())
    encode = ColumnTransformer([("numbers", scale, numbers), ("words", one_hot, words)])
    return make_pipeline(encode, clone(classifier)), features


def check_target(y, n_rows, what):
    """Return a target as a one-dimensional array of classes.

    Raises
    ------
    ValueError
        If its length is not `n_rows`, or a value is missing.
    """
    y = y.to_numpy() if hasattr(y, "to_numpy") else np.asarray(y)
    if y.ndim != 1 or len(y) != n_rows:
        raise ValueError(f"The target of the {what} rows has shape {y.shape}, expected ({n_rows},).")
    n_missing = int(pd.isna(y).sum())
    if n_missing:
        raise ValueError(f"The target of the {what} rows has {n_missing} missing values: drop those rows.")
    return y


def fit_judge(classifier, X, y, what):
    """Fit the classifier in place, after checking that there is something to learn."""
    found = pd.unique(y)
    if len(found) < 2:
        raise ValueError(
            f"The {what} training rows hold the class {found.tolist()} alone, expected at least 2 classes: a "
            "classifier cannot be trained on them."
        )
    return classifier.fit(X, y)


def judge_scores(fitted, X, y, pos_label):
    """Score the predictions of a fitted classifier.

    Parameters
    ----------
    fitted : classifier
        With ``predict`` and ``predict_proba``.
    X, y : features and true classes of the tested rows
    pos_label : label or None
        Positive class of a two-class target; None: the last in sorted order.

    Returns
    -------
    dict
        The `FIGURES`. A figure that the classes of `y` leave undefined is NaN.
    """
    classes = np.unique(np.concatenate([np.asarray(fitted.classes_, dtype=y.dtype), y]))
    probabilities = np.zeros((len(y), len(classes)))
    probabilities[:, np.searchsorted(classes, np.asarray(fitted.classes_, dtype=y.dtype))] = fitted.predict_proba(X)
    predicted = np.asarray(fitted.predict(X), dtype=y.dtype)
    is_class = y[:, np.newaxis] == classes
    accuracy = accuracy_score(is_class.argmax(axis=1), np.searchsorted(classes, predicted))
    if len(classes) > 2:
        return _several_classes(is_class, probabilities, predicted, classes) | {"accuracy": accuracy}
    positive = len(classes) - 1 if pos_label is None else _position(classes, pos_label)
    truth, score = is_class[:, positive], probabilities[:, positive]
    return {
        "roc_auc": roc_auc_score(truth, score) if 0 < truth.sum() < len(truth) else np.nan,
        "f1": f1_score(truth, predicted == classes[positive], zero_division=0.0),
        "accuracy": accuracy,
        "brier": np.mean((score - truth) ** 2),
        "calibration_error": calibration_error(truth.astype(int), score),
    }


def _several_classes(is_class, probabilities, predicted, classes):
    seen = np.flatnonzero(is_class.any(axis=0) & ~is_class.all(axis=0))
    aucs = [roc_auc_score(is_class[:, k], probabilities[:, k]) for k in seen]
    f1s = [f1_score(is_class[:, k], predicted == classes[k], zero_division=0.0) for k in seen]
    errors = [calibration_error(is_class[:, k].astype(int), probabilities[:, k]) for k in range(len(classes))]
    return {
        "roc_auc": np.mean(aucs) if aucs else np.nan,
        "f1": np.mean(f1s) if f1s else np.nan,
        "brier": np.mean(np.sum((probabilities - is_class) ** 2, axis=1)) / 2,
        "calibration_error": np.mean(errors),
    }


def _position(classes, pos_label):
    found = np.flatnonzero(classes == pos_label)
    if len(found) == 0:
        raise ValueError(f"pos_label={short(pos_label)} is not a class; the classes are {listed(classes)}.")
    return found[0]
