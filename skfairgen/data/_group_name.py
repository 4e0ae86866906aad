"""How a group is called, in every room."""

from typing import Any

import pandas as pd


def group_name(name: Any) -> Any:
    """Return a group's name as ``groups_`` lists it: None in the place of NaN, NaT and NA.

    Examples
    --------
    >>> from skfairgen.data import group_name
    >>> group_name(("f", float("nan")))
    ('f', None)
    """
    if isinstance(name, tuple):
        return tuple(map(group_name, name))
    return None if pd.api.types.is_scalar(name) and pd.isna(name) else name
