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

KINDS = {"n": "numbers", "M": "dates", "m": "durations"}
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
                f"as words. Turn it by {own} = {reader.line.format(own, SIGNS)}, or name it in categorical_columns.",
                TextColumnWarning,
                stacklevel=5,
            )


def text_as_fitted(table: pd.DataFrame, dtypes: Mapping[int, Any], names: Mapping[int, Any]) -> pd.DataFrame:
    """Return a table with numbers and dates in the place of text, where the dtypes of ``fit`` are such; with a warning.

    Raises
    ------
    ValueError
        If the text holds something else, or there are dates in the place of numbers, numbers in that of dates; the
        message names the column.
    """
    for position, dtype in dtypes.items():
        column = table[position]
        kind, fitted = _kind(column.dtype), _kind(dtype)
        if kind == fitted or not fitted or not column.notna().any():
            continue
        name, example = short(names[position]), short(column[column.notna()].iloc[0])
        if kind:
            raise ValueError(
                f"Column {name} holds {KINDS[kind]} such as {example}, where fit held {KINDS[fitted]} ({dtype}). Turn "
                "them into what fit held."
            )
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


def warn_of_new_levels(columns: Mapping[int, Any], table: pd.DataFrame, names: Mapping[int, Any]) -> None:
    """Warn of each column of categories of which no row holds one that ``fit`` met."""
    for position, column in columns.items():
        if not isinstance(column, CategoricalColumn):
            continue
        known = table[position].dropna()
        if len(known) and not pd.Index(known.astype(object)).isin(column.levels_).any():
            warnings.warn(
                f"Column {short(names[position])} holds no category that fit met, but such as {short(known.iloc[0])}: "
                "all are read as rare, or as missing where none was rare. Turn them into those of fit: 1 is no '1'.",
                TextColumnWarning,
                stacklevel=5,
            )


def _kind(dtype):
    if is_time(dtype):
        return dtype.kind
    return "n" if pd.api.types.is_numeric_dtype(dtype) else ""


class _Reader(NamedTuple):
    holds: str
    line: str
    read: Callable[[pd.Series], Any]


def _without_signs(words):
    return pd.to_numeric(words.str.replace(SIGNS, "", regex=True))


def _with_a_point(words):
    return pd.to_numeric(words.str.replace(",", "."))


SIGNS = r"[$€£¥%]|,(?=\d{3}(?:\D|$))"  # of money, of shares, between thousands
READERS = (
    _Reader("numbers", "pandas.to_numeric({0})", pd.to_numeric),
    _Reader("numbers", "pandas.to_numeric({0}.str.replace(r'{1}', '', regex=True))", _without_signs),
    _Reader("numbers", "pandas.to_numeric({0}.str.replace(',', '.'))", _with_a_point),
    _Reader("dates", "pandas.to_datetime({0})", pd.to_datetime),
    _Reader("dates", "pandas.to_datetime({0}, dayfirst=True)", partial(pd.to_datetime, dayfirst=True)),
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
