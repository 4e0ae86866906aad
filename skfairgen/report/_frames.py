"""Tables and targets of any kind as frames and series with fresh row numbers."""

import numpy as np
import pandas as pd
from pandas.api.types import infer_dtype

from skfairgen._listed import listed
from skfairgen.data import as_frame, as_pandas


def as_table(X):
    """Return a frame with a RangeIndex; the columns of an array are numbered."""
    return as_frame(X).reset_index(drop=True)


def as_series(y, name=None):
    """Return a target as a Series with a RangeIndex."""
    y = as_pandas(y, "y")
    values = y.to_numpy() if hasattr(y, "to_numpy") else np.asarray(y)
    series = pd.Series(values, name=getattr(y, "name", None) if name is None else name)
    plain = series.infer_objects()  # nullable integers come as objects, which no classifier takes
    return plain if plain.dtype.kind in "biuf" else series


def checked_pair(X, y, what="X"):
    """Return features and classes of the same rows.

    Raises
    ------
    ValueError
        If the lengths differ, or a class is missing.
    """
    X, y = as_table(X), as_series(y)
    if len(X) != len(y):
        raise ValueError(f"{what} has {len(X):,} rows, its target has {len(y):,}: pass one class a row.")
    if y.isna().any():
        raise ValueError(f"The target of {what} is missing in {int(y.isna().sum()):,} rows: drop them.")
    return X, y


def check_like(X, like, what):
    """Check that a table has the columns of another, and numbers or text where that has them.

    Raises
    ------
    ValueError
        If a column is missing, or of another kind.
    """
    missing = [label for label in like if label not in X]
    if missing:
        raise ValueError(f"{what} lacks the columns {listed(missing)} of X_train.")
    for label in like:
        column = X[label].dropna()
        if is_number_column(like[label]) and not is_number_column(column):
            texts = column[pd.to_numeric(column, errors="coerce").isna()].unique().tolist()
            if texts:
                raise ValueError(f"Column {label!r} of {what} holds {listed(texts)}, that of X_train numbers alone.")
        if len(column) and is_number_column(column) and infer_dtype(like[label], skipna=True) == "string":
            raise ValueError(f"Column {label!r} of {what} holds numbers, that of X_train text: read both as text.")


def is_number_column(column):
    """Tell whether a column holds numbers; booleans are none."""
    return pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)


def checked_columns(X, sensitive_columns):
    """Return the sensitive columns as a list of labels of X.

    Raises
    ------
    ValueError
        If one is unknown, or no other column is left.
    """
    columns = (
        list(sensitive_columns) if isinstance(sensitive_columns, list | pd.Index | np.ndarray) else [sensitive_columns]
    )
    unknown = [label for label in columns if label not in X.columns]
    if unknown or not columns:
        raise ValueError(
            f"sensitive_columns names {listed(unknown)}, which X does not have: use labels from {listed(X.columns)}."
        )
    if len(set(columns)) == X.shape[1]:
        raise ValueError("Every column of X is sensitive: no feature is left to predict with.")
    return columns


def positive_positions(classes, pos_label):
    """Return the positions, among the sorted classes, of those that are judged.

    Raises
    ------
    ValueError
        If `pos_label` is not a class, or neither given nor evident.
    """
    if pos_label is not None:
        if pos_label not in classes:
            raise ValueError(f"pos_label={pos_label!r} is not among the classes {listed(classes.tolist())}.")
        return [int(np.flatnonzero(classes == pos_label)[0])]
    if len(classes) > 2:
        return list(range(len(classes)))
    if set(classes.tolist()) <= {-1, 0, 1} and classes[-1] == 1:
        return [len(classes) - 1]
    raise ValueError(f"y holds the classes {listed(classes.tolist())}: name the favorable one with pos_label.")
