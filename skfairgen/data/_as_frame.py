"""Whatever holds columns, as a DataFrame."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from skfairgen.data._native import as_pandas


def as_frame(values: Any, argument: str = "X") -> pd.DataFrame:
    """Return one column or several as a DataFrame; columns without a name are labeled 0, 1, ...

    Parameters
    ----------
    values : DataFrame, Series, Index, dict, or array-like of shape (n_rows,) or (n_rows, n_columns)
        A DataFrame is returned as it is. Columns of objects of one type get the dtype of that type.
    argument : str, default="X"
        What messages call it.

    Raises
    ------
    ValueError
        If `values` is None or has more than two dimensions.
    """
    if values is None:
        raise ValueError(f"{argument} is None: pass the value(s) of every row.")
    values = as_pandas(values, argument)
    if isinstance(values, pd.DataFrame):
        return values
    if isinstance(values, Mapping):
        return pd.DataFrame({name: np.asarray(column) for name, column in values.items()})
    if isinstance(values, pd.Series | pd.Index):
        return pd.DataFrame({0 if values.name is None else values.name: values.array})
    if hasattr(values, "dtype") and not isinstance(values, np.ndarray):
        return pd.DataFrame({0: values})
    # numpy would turn the None or nan of ["a", nan] into the text "nan", and the 1 of ["a", 1] into "1"
    array = values if isinstance(values, np.ndarray) else np.asarray(values, dtype=object)
    if array.ndim not in (1, 2):
        raise ValueError(f"{argument} has {array.ndim} dimensions: expected 1, or 2 for several columns.")
    return pd.DataFrame(array).infer_objects()
