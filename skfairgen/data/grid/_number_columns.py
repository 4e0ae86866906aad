"""Columns of numbers, of any dtype, as one array, and back."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd


def array_of_columns(columns: pd.DataFrame, names: Any = None) -> np.ndarray:
    """Return columns as one array of the dtype that holds all of them; a missing value is NaN.

    Parameters
    ----------
    columns : DataFrame
        Dtypes of numpy, pandas and pyarrow may be mixed.
    names : sequence or None
        What messages call the columns; None for their labels.

    Raises
    ------
    TypeError
        If a column does not hold real numbers.
    """
    kinds = {dtype.kind if isinstance(dtype, np.dtype) else "O" for dtype in columns.dtypes}
    if kinds == {"b"} or kinds <= set("iuf"):
        return columns.to_numpy()
    named = zip(columns.items(), columns.columns if names is None else names, strict=True)
    return np.column_stack([_numbers(column, name) for (_, column), name in named])


def columns_of_array(array: np.ndarray, labels: Sequence[Any], dtypes: Sequence[Any] | None = None) -> pd.DataFrame:
    """Return the columns of an array, each in its own dtype: integers rounded, and within what the dtype holds.

    Parameters
    ----------
    array : ndarray of shape (n_rows, n_columns)
    labels : sequence
        Labels of the columns.
    dtypes : sequence of dtype, or None
        None for that of the array.
    """
    if dtypes is None:
        return pd.DataFrame(array, columns=labels)
    made = zip(labels, array.T, dtypes, strict=True)
    return pd.DataFrame({label: pd.Series(_cast(values, dtype)) for label, values, dtype in made})


def is_real(dtype: Any) -> bool:
    """Tell whether a dtype of numpy, pandas or pyarrow is one of real numbers."""
    return pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_complex_dtype(dtype)


def _numbers(column, name):
    dtype = column.dtype
    if not is_real(dtype):
        raise TypeError(
            f"Column {name!r} holds values of dtype {dtype}; images and sequences are real numbers. Turn them into "
            "numbers, drop the column, or name it in sensitive_columns."
        )
    return column.to_numpy(dtype=float, na_value=np.nan) if column.hasnans else column.to_numpy()


def _cast(values, dtype):
    """Return numbers as an array of a dtype."""
    own = getattr(dtype, "numpy_dtype", dtype)
    if own.kind in "biu":
        held = [np.iinfo("uint8" if kind.kind == "b" else kind) for kind in (own, values.dtype) if kind.kind in "biu"]
        most = 1 if own.kind == "b" else min(info.max for info in held)
        values = np.clip(values, max(info.min for info in held), most)
        values = np.rint(values) if values.dtype.kind == "f" else values
    return pd.array(values.astype(own), dtype=dtype) if own is not dtype else values.astype(own)
