"""Mixed tables as arrays the fidelity figures share: one code book for all tables, levels as integers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from pandas.api import types

from skfairgen._listed import listed
from skfairgen.data import as_frame, is_numeric

_MAX_TREE_LEVELS = 254
Features: TypeAlias = Callable[[Any], Any]
"""From rows, images or sequences to numbers of shape (n, p)."""


@dataclass(frozen=True)
class EncodedTable:
    """One table as one array per column.

    Attributes
    ----------
    numeric : dict of label -> ndarray of shape (n_rows,), float64
        NaN is missing. Datetimes are nanoseconds.
    categorical : dict of label -> ndarray of shape (n_rows,), int64
        Level numbers, the same for every table encoded together; -1 is missing.
    n_levels : dict of label -> int
        Number of levels of each categorical column over all the tables.
    n_rows : int
        Number of rows.
    """

    numeric: dict
    categorical: dict
    n_levels: dict
    n_rows: int

    @property
    def columns(self):
        """Labels of all columns, the numeric ones first."""
        return [*self.numeric, *self.categorical]

    def take(self, rows):
        """Return the table of some rows, given as a mask or as positions."""
        numeric = {label: values[rows] for label, values in self.numeric.items()}
        categorical = {label: codes[rows] for label, codes in self.categorical.items()}
        n_rows = len(np.arange(self.n_rows)[rows])
        return EncodedTable(numeric, categorical, self.n_levels, n_rows)


def encode_tables(*tables, categorical_columns="auto", features=None):
    """Encode tables with the same columns; the first one decides the order and the kind of each column.

    Parameters
    ----------
    *tables : DataFrames or array-likes of shape (n_rows, n_columns)
        The tables; the row numbers may differ, the columns may not.
    categorical_columns : "auto" or list of labels, default="auto"
        Columns whose values have no order. "auto": every column of the first table that is neither a
        number nor a date, and booleans.
    features : callable or None
        Takes what was given as a table, and returns the table.

    Returns
    -------
    list of EncodedTable
        One for each table.

    Raises
    ------
    ValueError
        If a table is empty, its columns differ from the first one's, or a numeric column holds an
        infinite value.
    """
    frames = [as_frame(_features_of(features, table)) for table in tables]
    first = frames[0]
    for frame in frames:
        _check_columns(first, frame)
    chosen = _categorical_labels(first, categorical_columns)
    numeric = [{} for _ in frames]
    categorical = [{} for _ in frames]
    n_levels = {}
    for label in first.columns:
        parts = [frame[label] for frame in frames]
        if label in chosen:
            arrays, n_levels[label] = _shared_codes(parts)
            kind = categorical
        else:
            arrays = [_as_numbers(part, label) for part in parts]
            kind = numeric
        for store, array in zip(kind, arrays, strict=True):
            store[label] = array
    return [
        EncodedTable(numbers, words, n_levels, len(frame))
        for numbers, words, frame in zip(numeric, categorical, frames, strict=True)
    ]


def shared_row_ids(*tables):
    """Number the distinct rows of tables that were encoded together: equal rows get the same number.

    Returns
    -------
    list of ndarray of shape (n_rows,), int64
        One for each table, numbers from 0 without gaps over all the tables.
    """
    ids = np.zeros(sum(table.n_rows for table in tables), dtype=np.int64)
    for label in tables[0].columns:
        parts = [table.numeric[label] if label in table.numeric else table.categorical[label] for table in tables]
        codes, levels = pd.factorize(np.concatenate(parts), use_na_sentinel=False)
        ids, _ = pd.factorize(ids * len(levels) + codes)
    return np.split(ids, np.cumsum([table.n_rows for table in tables])[:-1])


def tree_features(*tables):
    """Return what ``HistGradientBoostingClassifier`` takes: numbers, then level numbers, NaN for missing.

    Of a column with more than 254 levels the most frequent 253 keep their own, the others share one. A column that
    is empty in a table, which the classifier would refuse, is 0 in it.

    Returns
    -------
    (list of ndarray of shape (n_rows, n_columns), float64; ndarray of shape (n_columns,), bool)
        One matrix for each table; which columns are categorical.
    """
    columns = [[table.numeric[label] for table in tables] for label in tables[0].numeric]
    for label in tables[0].categorical:
        codes = [table.categorical[label] for table in tables]
        rank = _frequency_ranks(np.concatenate(codes), tables[0].n_levels[label])
        columns.append([np.where(part < 0, np.nan, rank[part]) for part in codes])
    is_categorical = np.repeat([False, True], [len(tables[0].numeric), len(tables[0].categorical)])
    columns = [[np.zeros(len(part)) if np.isnan(part).all() else part for part in parts] for parts in columns]
    return [np.column_stack(parts) for parts in zip(*columns, strict=True)], is_categorical


def _frequency_ranks(codes, n_levels):
    counts = np.bincount(codes[codes >= 0], minlength=max(n_levels, 1))
    ranks = np.empty(len(counts))
    ranks[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    return np.minimum(ranks, _MAX_TREE_LEVELS - 1)


def _check_columns(first, frame):
    if len(frame) == 0:
        raise ValueError("Found a table with 0 rows, expected at least 1: nothing can be compared with it.")
    if not first.columns.is_unique:
        raise ValueError(f"Column labels must be unique, found {listed(first.columns)}: rename the columns.")
    missing = [label for label in first.columns if label not in frame.columns]
    extra = [label for label in frame.columns if label not in first.columns]
    if missing or extra:
        raise ValueError(
            f"The tables must have the same columns; against the first one, one lacks {listed(missing)} and adds "
            f"{listed(extra)}: select the same columns from both."
        )


def _categorical_labels(frame, categorical_columns):
    if isinstance(categorical_columns, str) and categorical_columns == "auto":
        return {label for label in frame.columns if not is_numeric(frame[label])}
    unknown = [label for label in categorical_columns if label not in frame.columns]
    if unknown:
        raise ValueError(
            f"categorical_columns names {listed(unknown)}, which the table does not have: use labels from "
            f"{listed(frame.columns)}."
        )
    return set(categorical_columns)


def _shared_codes(parts):
    joined = pd.concat([part.astype(object) for part in parts], ignore_index=True)
    codes, levels = pd.factorize(joined.to_numpy(dtype=object))
    ends = np.cumsum([len(part) for part in parts])[:-1]
    return np.split(codes.astype(np.int64), ends), len(levels)


def _as_numbers(column, label):
    dtype = column.dtype
    if types.is_datetime64_any_dtype(dtype) or types.is_timedelta64_dtype(dtype):
        missing = column.isna().to_numpy()
        ticks = column.astype("int64") if not missing.any() else column.fillna(column.min()).astype("int64")
        return np.where(missing, np.nan, ticks.to_numpy(dtype=np.float64))
    try:
        values = pd.to_numeric(column).to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"Column {label!r} is numeric in the first table and {dtype} here: give both the same dtype, or "
            "name the column in categorical_columns."
        ) from error
    if np.isinf(values).any():
        raise ValueError(
            f"Column {label!r} holds {int(np.isinf(values).sum())} infinite values, expected finite numbers "
            "or missing values: clip or drop them."
        )
    return values


def _features_of(features, rows):
    if features is None:
        if getattr(rows, "ndim", 0) > 2:
            raise ValueError(
                f"Found an array of shape {rows.shape}, of images or sequences; expected a table. Pass features=, a "
                "callable that takes them and returns numbers of shape (n, p)."
            )
        return rows
    if not callable(features):
        raise TypeError(f"features is {features!r}; expected a callable that returns numbers of shape (n, p).")
    found = np.asarray(features(rows))
    if found.ndim != 2 or len(found) != len(rows):
        raise ValueError(
            f"features returned an array of shape {found.shape} for {len(rows):,} rows; expected numbers of shape "
            "(n, p), one row for each."
        )
    return found
