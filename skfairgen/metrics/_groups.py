"""From the values of sensitive columns to group codes, labels and names."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skfairgen.data import as_frame, as_pandas, is_many_numbers
from skfairgen.exceptions import SmallGroupWarning


@dataclass(frozen=True)
class Groups:
    """The groups of a table.

    Attributes
    ----------
    codes : ndarray of shape (n_rows,)
        Position in `labels` of each row's group.
    labels : list
        One entry a group, in sorted order: a scalar for one sensitive column, a tuple for several.
        A missing value is None, and a group of its own: the names of ``groups_``.
    names : list
        Names of the sensitive columns.
    """

    codes: np.ndarray
    labels: list
    names: list

    @property
    def sizes(self):
        """Rows in each group, ndarray of shape (n_groups,)."""
        return np.bincount(self.codes, minlength=len(self.labels))

    def index(self, *extra):
        """Return the labels, then `extra` ones, as the index of a frame: a MultiIndex for several columns."""
        if len(self.names) == 1:
            labels = [*self.labels, *extra]
            dtype = object if None in labels else None  # pandas would turn None into NaN
            return pd.Index(labels, name=self.names[0], dtype=dtype, tupleize_cols=False)
        padded = [(label, *[""] * (len(self.names) - 1)) for label in extra]
        return pd.MultiIndex.from_tuples([*self.labels, *padded], names=self.names)


def encode_groups(sensitive_features, n_rows):
    """Give every row the code of its group.

    Parameters
    ----------
    sensitive_features : array-like of shape (n_rows,) or (n_rows, n_columns), Series, DataFrame or dict
        Values of the sensitive columns, matched to the rows by position, never by index. Several columns
        are crossed: a group is a combination of values that occurs.
    n_rows : int
        Rows of the labels they belong to.

    Returns
    -------
    Groups

    Raises
    ------
    ValueError
        If `sensitive_features` is None, has another number of rows or more than two dimensions.

    Warns
    -----
    SmallGroupWarning
        If a column holds more numbers than estimators take for groups of their own.
    """
    frame = _read(sensitive_features)
    if len(frame) != n_rows:
        raise ValueError(
            f"sensitive_features has {len(frame)} rows, y has {n_rows}: pass the sensitive values of the "
            "very rows that are scored."
        )
    if frame.shape[1] == 0:
        raise ValueError("sensitive_features has no columns: pass at least one sensitive column.")
    _warn_of_many_numbers(frame)
    columns = [_factorize(frame.iloc[:, position]) for position in range(frame.shape[1])]
    flat = np.ravel_multi_index([codes for codes, _ in columns], [len(levels) or 1 for _, levels in columns])
    occurring, codes = np.unique(flat, return_inverse=True)
    parts = np.unravel_index(occurring, [len(levels) or 1 for _, levels in columns])
    values = [[levels[i] for i in part] for part, (_, levels) in zip(parts, columns, strict=True)]
    labels = values[0] if len(columns) == 1 else list(zip(*values, strict=True))
    return Groups(codes.ravel(), labels, list(frame.columns))


def _read(sensitive_features):
    sensitive_features = [sensitive_features] if np.isscalar(sensitive_features) else sensitive_features
    sensitive_features = as_pandas(sensitive_features, "sensitive_features")
    frame = as_frame(sensitive_features, "sensitive_features")
    is_named = isinstance(sensitive_features, pd.DataFrame | Mapping)
    if is_named or getattr(sensitive_features, "name", None) is not None:
        return frame
    names = ["group"] if frame.shape[1] == 1 else [f"group_{position}" for position in range(frame.shape[1])]
    return frame.set_axis(names, axis=1)


def _warn_of_many_numbers(frame):
    for position, name in enumerate(frame.columns):
        column = frame.iloc[:, position]
        if is_many_numbers(column):
            warnings.warn(
                f"Sensitive column {name!r} holds {column.nunique():,} different numbers, and each is a group here, "
                "while estimators cut such columns into four bands at the quartiles. Pass pandas.qcut(column, 4) for "
                "bands, or column.astype('category') if each number is a group.",
                SmallGroupWarning,
                stacklevel=5,
            )


def _factorize(column):
    if isinstance(column.dtype, pd.CategoricalDtype):
        values = column.array.remove_unused_categories()
        levels, codes = values.categories.tolist(), values.codes.astype(np.intp)
    else:
        try:
            codes, uniques = pd.factorize(column, sort=True)
        except TypeError:  # values of several types have no order
            codes, uniques = pd.factorize(column)
        levels = uniques.tolist()
    if (codes < 0).any():
        codes = np.where(codes < 0, len(levels), codes)
        levels.append(None)
    return codes, levels
