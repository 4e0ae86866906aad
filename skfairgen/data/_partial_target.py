"""Labels that are known for some rows only."""

import numpy as np
import pandas as pd
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d

from skfairgen.data._target import check_number_of_classes
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
    if isinstance(y, list | tuple):  # as an array of strings, NaN would be a word
        y = pd.Series(y, dtype=object) if np.ndim(y) == 1 else y
    labels = column_or_1d(y.to_numpy(dtype=object) if isinstance(y, pd.Series) else y, warn=True)
    codes = np.full(len(labels), UNLABELED)
    known = ~pd.isna(labels)
    values = np.array(labels[known].tolist())
    if values.dtype.kind in "iuf" and len(np.unique(values)) > 2 and (values == UNLABELED).any():
        known[known] = values != UNLABELED
        values = values[values != UNLABELED]
    if len(values) == 0:
        return values, codes
    check_number_of_classes(values)
    check_classification_targets(values)
    classes, codes[known] = np.unique(values, return_inverse=True)
    return classes, codes
