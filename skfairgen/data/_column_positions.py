"""From labels of columns to their positions."""

from typing import Any

import numpy as np
import pandas as pd

from skfairgen.data._typing import Columns


def column_positions(columns: pd.Index, labels: Columns, parameter: str) -> list[int]:
    """Return the positions of columns given by label or, failing that, by position.

    Parameters
    ----------
    columns : Index
        Labels of all columns, in order.
    labels : label, int, or iterable of them
        The columns that are meant; a negative position counts from the end.
    parameter : str
        Whose value `labels` is, for messages.

    Returns
    -------
    list of int

    Raises
    ------
    ValueError
        If a label names no column or several, and the message lists the columns there are; or if two labels name the
        same column.

    Examples
    --------
    >>> import pandas as pd
    >>> from skfairgen.data import column_positions
    >>> column_positions(pd.Index(["age", "sex", "race"]), ["sex", -1], "sensitive_columns")
    [1, 2]
    """
    if isinstance(labels, str) or not np.iterable(labels):
        labels = [labels]
    positions = [_position(columns, label, parameter) for label in labels]
    for place, position in enumerate(positions):
        if position in positions[:place]:
            raise ValueError(f"{parameter} names column {columns[position]!r} twice. Name it once.")
    return positions


def _position(columns, label, parameter):
    places: Any = np.flatnonzero(columns == label) if label in columns else []
    if len(places) == 1:
        return int(places[0])
    n_columns = len(columns)
    is_position = isinstance(label, int | np.integer) and not isinstance(label, bool)
    if len(places) == 0 and is_position and -n_columns <= label < n_columns:
        return int(label) % n_columns
    found = "names several columns" if len(places) else "is not a column of X"
    listed = ", ".join(repr(column) for column in columns[:30])
    more = f" and {n_columns - 30} more" if n_columns > 30 else ""
    raise ValueError(f"{parameter}: {label!r} {found}. The columns are: {listed}{more}.")
