"""Labels that are known for some rows only."""

import numpy as np

from skfairgen.data._column_forms import plain_column
from skfairgen.data._target import column_labels, label_table
from skfairgen.data._typing import Rows

UNLABELED = -1


def read_partial_target(y: Rows | None) -> tuple[np.ndarray, np.ndarray]:
    """Return the classes, sorted, and the class code of each row, -1 where it has no label.

    A row has no label where y is missing (NaN, None, NaT, NA), or -1 beside two or more other numbers: -1 beside one
    other number is a class, as in (-1, 1).

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Class labels.

    Returns
    -------
    classes : ndarray of shape (n_classes,)
    codes : ndarray of shape (n_samples,), int

    Raises
    ------
    ValueError
        If the labels are continuous, cannot be sorted, or hold more than 50 different whole numbers.
    """
    table, _ = label_table(y)
    if table.shape[1] != 1:
        raise ValueError(f"y has {table.shape[1]} columns; expected one label a row. Pass one column.")
    known = table.iloc[:, 0].notna().to_numpy(copy=True)
    codes = np.full(len(known), UNLABELED)
    if not known.any():
        return np.array([]), codes
    values = column_labels(plain_column(table.iloc[:, 0][known].rename("y"))[1])
    if values.dtype.kind in "iuf" and len(np.unique(values)) > 2 and (values == UNLABELED).any():
        known[known] = values != UNLABELED
        values = values[values != UNLABELED]
    classes, codes[known] = np.unique(values, return_inverse=True)
    return classes, codes
