"""Columns that tell one row from another and nothing else: numbers of customers, e-mail addresses."""

from typing import Any

import numpy as np
import pandas as pd

from skfairgen.data.table._categorical_column import CategoricalColumn
from skfairgen.data.table._numbers import is_time, to_numbers

MIN_ROWS = 10
MAX_GAP = 0.1  # between the distribution of numbers and an even one
N_TRIED = 1_000


def find_identifiers(columns: dict[int, Any], table: pd.DataFrame) -> list[int]:
    """Return the positions of columns that look like identifiers, judged by the rows where they are not missing.

    Categories do where more than half of their values differ. Whole numbers do where nine in ten differ, and they are
    handed out in the order of the rows, leave few numbers out, or (100 rows or more) are spread evenly.

    Parameters
    ----------
    columns : dict of int to NumericColumn, CategoricalColumn or DerivedColumn
        Fitted codecs.
    table : DataFrame
        The columns themselves.
    """
    return [position for position, codec in columns.items() if _is_identifier(codec, table[position])]


def is_word_for_one(codec: CategoricalColumn) -> bool:
    """Tell whether more than half of the known values of a column of categories differ."""
    n_rows = codec.level_counts_.sum()
    return bool(n_rows >= MIN_ROWS and 2 * len(codec.levels_) > n_rows)


def _is_identifier(codec, column):
    if isinstance(codec, CategoricalColumn):
        return is_word_for_one(codec)
    codec = getattr(codec, "own", codec)
    if is_time(codec.dtype_) or len(codec.spikes_) or not codec.has_bins_:
        return False
    known = column[column.notna()]
    tried = known.iloc[:: max(len(known) // N_TRIED, 1)]  # a million rows are sorted only where these differ
    if len(known) < MIN_ROWS or tried.nunique() < 0.9 * len(tried):
        return False
    numbers = to_numbers(known)[0]
    if (numbers != np.round(numbers)).any():
        return False
    levels = np.unique(numbers)
    if len(levels) < 0.9 * len(numbers):
        return False
    place = (levels - levels[0]).astype(np.float64)
    n_between = place[-1] + 1
    is_even = np.abs(place / place[-1] - np.linspace(0, 1, len(place))).max() < MAX_GAP
    is_in_order = (numbers[1:] > numbers[:-1]).all() or (numbers[1:] < numbers[:-1]).all()
    return bool(is_in_order or 2 * len(levels) > n_between or (is_even and len(levels) >= 100))
