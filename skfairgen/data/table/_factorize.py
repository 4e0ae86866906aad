"""Columns of hashable values as codes and levels."""

from typing import Any

import numpy as np
import pandas as pd


def factorize(column: pd.Series) -> tuple[np.ndarray, Any]:
    """Return codes (-1 is missing) and the object array of levels of a Series."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        levels = column.cat.categories.to_numpy(dtype=object)
        return column.cat.codes.to_numpy().astype(np.intp), levels
    if isinstance(column.dtype, pd.SparseDtype):
        column = column.sparse.to_dense()
    try:
        codes, levels = pd.factorize(column)
    except TypeError as error:
        raise ValueError(
            f"Column {column.name!r} holds values that are not hashable ({error}). "
            "Turn lists, dicts or sets into strings or numbers, or drop the column."
        ) from error
    return codes, np.asarray(levels, dtype=object)
