"""Columns of numbers, dates and durations as plain numbers, and back."""

from typing import Any

import numpy as np
import pandas as pd


def to_numbers(column: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return a Series as int64, uint64 or float64 numbers and its missing mask, both of shape (n_rows,)."""
    missing = column.isna().to_numpy()
    dtype = column.dtype
    if isinstance(dtype, pd.SparseDtype):
        column, dtype = column.sparse.to_dense(), dtype.subtype
    if isinstance(dtype, pd.ArrowDtype) and is_time(dtype):
        return to_numbers(column.astype(_arrow_integer(dtype)))
    if is_time(dtype):
        moments = column.dt.tz_convert(None) if getattr(dtype, "tz", None) is not None else column
        return moments.to_numpy().view(np.int64), missing
    if pd.api.types.is_integer_dtype(dtype):
        target = np.uint64 if pd.api.types.is_unsigned_integer_dtype(dtype) and dtype.itemsize == 8 else np.int64
        if not missing.any():
            return column.to_numpy(dtype=target), missing
        return column.fillna(0).to_numpy(dtype=target), missing
    numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    if np.isinf(numbers).any():
        raise ValueError(
            f"Column {column.name!r} contains infinity, or a value too large for float64. "
            "Replace infinite values by a finite bound or by a missing value (NaN)."
        )
    return numbers, missing


def numbers_dtype(dtype: Any) -> Any:
    """Return the dtype of the numbers that :func:`to_numbers` makes of a column of a dtype.

    Raises
    ------
    ValueError
        If such a column holds no numbers, dates or durations.
    """
    plain = dtype.subtype if isinstance(dtype, pd.SparseDtype) else dtype
    if not (is_time(plain) or pd.api.types.is_numeric_dtype(plain)):
        raise ValueError(f"a column of the dtype {dtype} holds no numbers")
    return to_numbers(pd.Series([], dtype=dtype))[0].dtype


def in_unit_of(dtype: Any, column: pd.Series) -> pd.Series:
    """Return a Series of dates or durations in the unit of a dtype that holds such; others as they are."""
    if column.dtype == dtype or not (is_time(dtype) and is_time(column.dtype)):
        return column
    if isinstance(dtype, pd.ArrowDtype) or isinstance(column.dtype, pd.ArrowDtype):
        return column.astype(dtype)
    return column.dt.as_unit(_unit(dtype))


def from_numbers(numbers: np.ndarray, missing: np.ndarray, dtype: Any) -> pd.Series:
    """Return numbers as a Series of `dtype`, missing where the mask says so."""
    if isinstance(dtype, pd.SparseDtype):
        return from_numbers(numbers, missing, dtype.subtype).astype(dtype)
    if isinstance(dtype, pd.ArrowDtype) and is_time(dtype):
        series = pd.Series(np.where(missing, 0, numbers)).astype(_arrow_integer(dtype)).astype(dtype)
    elif is_time(dtype):
        series = pd.Series(numbers.view(f"{dtype.kind}8[{_unit(dtype)}]"))
        if getattr(dtype, "tz", None) is not None:
            series = series.dt.tz_localize("UTC").dt.tz_convert(dtype.tz)
    else:
        series = pd.Series(numbers).astype(dtype)
    return series.mask(missing) if missing.any() else series


def is_time(dtype: Any) -> bool:
    """Tell whether a dtype holds dates or durations: numpy's, pandas' with a time zone, or Arrow's."""
    return dtype.kind in "mM"


def is_numeric(column: pd.Series) -> bool:
    """Tell whether a Series holds numbers, dates or durations (not booleans).

    Raises
    ------
    ValueError
        If it holds complex numbers.
    """
    dtype = column.dtype.subtype if isinstance(column.dtype, pd.SparseDtype) else column.dtype
    if pd.api.types.is_complex_dtype(dtype):
        raise ValueError(
            f"Complex data not supported: column {column.name!r} holds complex numbers. "
            "Split it into its real and imaginary parts."
        )
    return is_time(dtype) or (pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype))


def kind_of_numbers(dtype: Any) -> str:
    """Return what numbers of a dtype can be compared by: dates or durations of one unit, or plain numbers."""
    dtype = dtype.subtype if isinstance(dtype, pd.SparseDtype) else dtype
    return str(dtype) if is_time(dtype) else "number"


def _unit(dtype):
    return dtype.unit if hasattr(dtype, "unit") else np.datetime_data(dtype)[0]


def _arrow_integer(dtype):
    return f"int{dtype.pyarrow_dtype.bit_width}[pyarrow]"
