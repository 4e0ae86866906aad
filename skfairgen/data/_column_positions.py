"""From labels of columns to their positions."""

from collections.abc import Hashable
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from skfairgen._listed import short
from skfairgen.data._native import as_pandas
from skfairgen.data._typing import Columns


def column_positions(columns: pd.Index, labels: Columns, parameter: str) -> list[int]:
    """Return the positions of columns given by label or, failing that, by position.

    Parameters
    ----------
    columns : Index
        Labels of all columns, in order.
    labels : label, int, or iterable of them; or a mask of booleans, one a column
        The columns that are meant; a negative position counts from the end.
    parameter : str
        Whose value `labels` is, for messages.

    Returns
    -------
    list of int

    Raises
    ------
    ValueError
        If a label names no column or several (the message names the nearest), or values are given for names; or if two
        labels name the same column.

    Examples
    --------
    >>> import pandas as pd
    >>> from skfairgen.data import column_positions
    >>> column_positions(pd.Index(["age", "sex", "race"]), ["sex", -1], "sensitive_columns")
    [1, 2]
    """
    labels = as_pandas(labels, parameter)
    if isinstance(labels, str) or not np.iterable(labels):
        return [_position(columns, labels, parameter)]
    name, labels = getattr(labels, "name", None), list(labels)
    if labels and all(isinstance(label, bool | np.bool_) for label in labels) and not any(columns.isin([True, False])):
        return _positions_of_mask(columns, labels, parameter)
    known = [label in columns for label in labels if isinstance(label, Hashable)]
    if not all(known) and (len(labels) > len(columns) or (name is not None and name in columns)):
        named = f"the name of the column: [{name!r}]" if name is not None and name in columns else "its name"
        raise ValueError(
            f"{parameter} holds {len(labels):,} entries such as {short(labels[0])}: these look like the values of a "
            f"column, and names of columns are expected. Pass {named}."
        )
    positions = [_position(columns, label, parameter) for label in labels]
    for place, position in enumerate(positions):
        if position in positions[:place]:
            raise ValueError(f"{parameter} names column {short(columns[position])} twice. Name it once.")
    return positions


def _position(columns, label, parameter):
    is_label = isinstance(label, Hashable) and label in columns
    places: Any = np.flatnonzero(columns == label) if is_label else []
    if len(places) == 1:
        return int(places[0])
    n_columns = len(columns)
    is_position = isinstance(label, int | np.integer) and not isinstance(label, bool)
    if len(places) == 0 and is_position and -n_columns <= label < n_columns:
        return int(label) % n_columns
    if isinstance(label, str) and isinstance(columns, pd.RangeIndex):
        raise ValueError(
            f"{parameter}: {short(label)} names a column, and X is an array here, whose columns have no names. Give "
            f"positions, 0 to {n_columns - 1}."
        )
    found = "names several columns" if len(places) else "is not a column of X"
    near = [] if len(places) else _nearest(columns, label)
    meant = f" Did you mean {short(near[0])}?" if near else ""
    listed = ", ".join(map(short, columns[:30]))
    more = f" and {n_columns - 30:,} more" if n_columns > 30 else ""
    raise ValueError(f"{parameter}: {short(label)} {found}.{meant} The columns are: {listed}{more}.")


def _positions_of_mask(columns, mask, parameter):
    if len(mask) != len(columns):
        raise ValueError(
            f"{parameter} is a mask of {len(mask):,} booleans, and X has {len(columns):,} columns. Give one a column, "
            "or names."
        )
    return np.flatnonzero(mask).tolist()


def _nearest(columns, label):
    """Return the column whose name is the nearest to a label, in a list that is empty where none is near."""
    names = {str(column).casefold().strip(): column for column in columns}
    return [names[name] for name in get_close_matches(str(label).casefold().strip(), list(names), n=1)]
