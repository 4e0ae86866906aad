"""Columns of text that hold numbers or dates, which are then learned as words."""

import re
import warnings
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from skfairgen._listed import short
from skfairgen.data.table._categorical_column import CategoricalColumn
from skfairgen.data.table._numbers import is_time
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


def text_as_fitted(table: pd.DataFrame, dtypes: Mapping[int, Any], names: Mapping[int, Any]) -> pd.DataFrame:
    """Return a table with numbers and dates in the place of text, where the dtypes of ``fit`` are such; with a warning.

    Raises
    ------
    ValueError
        If the text holds something else; the message names the column.
    """
    for position, dtype in dtypes.items():
        column = table[position]
        is_text = not (is_time(column.dtype) or pd.api.types.is_numeric_dtype(column.dtype)) and column.notna().any()
        if not is_text or not (is_time(dtype) or pd.api.types.is_numeric_dtype(dtype)):
            continue
        name, example = short(names[position]), short(column[column.notna()].iloc[0])
        read = {"M": pd.to_datetime, "m": pd.to_timedelta}.get(dtype.kind, pd.to_numeric)
        options = {"utc": True} if getattr(dtype, "tz", None) is not None else {}
        try:
            columns = dict(table.items()) | {position: read(column.astype(object), **options)}
            table = pd.DataFrame(columns, index=table.index)
        except (ValueError, TypeError, OverflowError) as error:
            raise ValueError(
                f"Column {name} holds values such as {example}, where fit held {dtype}. Turn it by pandas."
                f"{read.__name__}, or mend what cannot be turned: {error!s:.200}."
            ) from error
        warnings.warn(
            f"Column {name} holds text such as {example}, where fit held {dtype}: it was read by pandas."
            f"{read.__name__}. Turn it before.",
            TextColumnWarning,
            stacklevel=5,
        )
    return table


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
