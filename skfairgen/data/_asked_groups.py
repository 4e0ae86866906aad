"""The groups that a user asks for: one for all rows, one a row, or a table of sensitive values."""

from typing import Any

import numpy as np
import pandas as pd

from skfairgen._listed import listed, short
from skfairgen.data._group_name import group_name
from skfairgen.data._native import as_pandas
from skfairgen.data._schema import Schema
from skfairgen.data._table_format import TableFormat


def group_codes_of(groups: Any, n_rows: int, schema: Schema) -> np.ndarray:
    """Return the group code of each row, from one group for all, one a row, or a table of sensitive values.

    Parameters
    ----------
    groups : group, or list or table with one a row
        What the user gave.
    n_rows : int
        Rows to find a group for.
    schema : Schema
        Knows the groups.

    Returns
    -------
    ndarray of shape (n_rows,), int

    Raises
    ------
    ValueError
        If there are no groups, a group was not seen in ``fit``, or there is not one group a row.
    """
    if schema.groups is None:
        raise ValueError("There are no groups: the encoder was fitted without sensitive columns.")
    groups = as_pandas(groups, "groups")
    if isinstance(groups, pd.DataFrame | pd.Series) or _is_table(groups):
        table = pd.DataFrame(groups).infer_objects()
        schema.check_sensitive_columns(TableFormat.of(table)[0], "groups", is_named=isinstance(groups, pd.DataFrame))
        codes = schema.groups.encode(table.set_axis(list(schema.groups.columns_), axis=1).reset_index(drop=True))
    elif groups is None or isinstance(groups, str | tuple) or not np.iterable(groups):  # one for all
        codes = _codes_of_names([groups], schema.groups).repeat(n_rows)
    else:
        codes = _codes_of_names(groups, schema.groups)
    if len(codes) != n_rows:
        raise ValueError(f"Found groups of {len(codes):,} rows for {n_rows:,} rows; expected one group a row, or one.")
    return codes


def _codes_of_names(groups, codec):
    lookup = {name: code for code, name in enumerate(codec.groups_)}
    names = [group_name(name) for name in groups]
    is_banded = len(codec.columns_) == 1 and codec.banded_columns_
    if is_banded and not set(names) <= set(lookup):  # numbers, in the place of their bands
        return codec.encode(pd.DataFrame({codec.banded_columns_[0]: names}))
    unknown = [name for name in dict.fromkeys(names) if name not in lookup]
    if unknown:
        raise ValueError(f"The group {short(unknown[0])} was not seen in fit. The groups are: {listed(codec.groups_)}.")
    return np.array([lookup[name] for name in names], dtype=int)


def _is_table(groups):
    """Tell a table of sensitive values from a list of groups: those of several columns are tuples."""
    is_table = isinstance(groups, list | np.ndarray) and np.ndim(groups) == 2
    return is_table and not any(isinstance(group, tuple) for group in groups)
