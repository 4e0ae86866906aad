"""Columns of text that hold numbers or dates, which are then learned as words."""

import re
import warnings
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from skfairgen._listed import short
from skfairgen.data.table._categorical_column import CategoricalColumn
from skfairgen.exceptions import TextColumnWarning

MIN_LEVELS, N_TRIED = 20, 200  # fewer levels may well be codes
CODE = re.compile(r"[+-]?0\d+$")  # a zip code, an account: the zeros would be lost


def warn_about_text(columns: Mapping[int, Any], names: Iterable[Any], declared: Collection[int]) -> None:
    """Warn of each column of text, other than those declared as categories, that reads as numbers or as dates."""
    for (position, column), name in zip(columns.items(), names, strict=True):
        if position in declared or not isinstance(column, CategoricalColumn) or len(column.levels_) <= MIN_LEVELS:
            continue
        words = [level for level in column.levels_[:N_TRIED] if isinstance(level, str)]
        reader = _reader_of(words) if len(words) == len(column.levels_[:N_TRIED]) else None
        if reader is not None:
            own = f"X[{short(name)}]"
            warnings.warn(
                f"Column {short(name)} is text that reads as {reader.holds}, such as {short(words[0])}, and is learned "
                f"as words. Turn it by {own} = {reader.line.format(own)}, or name it in categorical_columns.",
                TextColumnWarning,
                stacklevel=5,
            )


class _Reader(NamedTuple):
    holds: str
    line: str
    read: Callable[[pd.Series], Any]


READERS = (
    _Reader("numbers", "pandas.to_numeric({})", pd.to_numeric),
    _Reader("dates", "pandas.to_datetime({})", pd.to_datetime),
    _Reader("dates", "pandas.to_datetime({}, dayfirst=True)", partial(pd.to_datetime, dayfirst=True)),
)


def _reader_of(words):
    if any(CODE.match(word) for word in words) or not all(any(map(str.isdigit, word)) for word in words):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return next((reader for reader in READERS if _can_read(reader, pd.Series(words, dtype=object))), None)


def _can_read(reader, series):
    try:
        reader.read(series)
    except (ValueError, TypeError, OverflowError):  # what does not parse, or lies beyond the range
        return False
    return True
