"""From the values of sensitive columns to group codes, labels and names."""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Groups:
    """The groups of a table.

    Attributes
    ----------
    codes : ndarray of shape (n_rows,)
        Position in `labels` of each row's group.
    labels : list
        One entry a group, in sorted order: a scalar for one sensitive column, a tuple for several.
        A missing value is NaN, and a group of its own.
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
            return pd.Index([*self.labels, *extra], name=self.names[0], tupleize_cols=False)
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
    """
    frame = as_frame(sensitive_features)
    if len(frame) != n_rows:
        raise ValueError(
            f"sensitive_features has {len(frame)} rows, y has {n_rows}: pass the sensitive values of the "
            "very rows that are scored."
        )
    if frame.shape[1] == 0:
        raise ValueError("sensitive_features has no columns: pass at least one sensitive column.")
    columns = [_factorize(frame.iloc[:, position]) for position in range(frame.shape[1])]
    flat = np.ravel_multi_index([codes for codes, _ in columns], [len(levels) or 1 for _, levels in columns])
    occurring, codes = np.unique(flat, return_inverse=True)
    parts = np.unravel_index(occurring, [len(levels) or 1 for _, levels in columns])
    values = [[levels[i] for i in part] for part, (_, levels) in zip(parts, columns, strict=True)]
    labels = values[0] if len(columns) == 1 else list(zip(*values, strict=True))
    return Groups(codes.ravel(), labels, list(frame.columns))


def as_frame(features, argument="sensitive_features"):
    """Return whatever holds one or several columns as a DataFrame; `argument` is its name in messages.

    Raises
    ------
    ValueError
        If `features` is None or has more than two dimensions.
    """
    if features is None:
        raise ValueError(f"{argument} is None: pass the value(s) of every row.")
    if isinstance(features, pd.DataFrame):
        return features
    if isinstance(features, dict):
        return pd.DataFrame({name: np.asarray(values) for name, values in features.items()})
    if isinstance(features, (pd.Series, pd.Index)):
        name = "group" if features.name is None else features.name
        return pd.DataFrame({name: features.array})
    if hasattr(features, "dtype") and not isinstance(features, np.ndarray):
        return pd.DataFrame({"group": features})
    values = np.asarray(_keep_types(features))
    if values.ndim > 2 or values.ndim == 0:
        raise ValueError(f"{argument} has {values.ndim} dimensions: expected 1, or 2 for several columns.")
    if values.ndim == 1:
        return pd.DataFrame({"group": values})
    names = ["group"] if values.shape[1] == 1 else [f"group_{position}" for position in range(values.shape[1])]
    return pd.DataFrame(values, columns=names)


def _keep_types(values):
    # numpy would turn the None or nan of ["a", nan] into the text "nan", and 1 of ["a", 1] into "1"
    return values if isinstance(values, np.ndarray) else np.asarray(values, dtype=object)


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
        levels.append(np.nan)
    return codes, levels
