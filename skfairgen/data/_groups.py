"""Groups: one combination of sensitive values, as integer codes."""

from collections.abc import Collection
from copy import copy
from typing import Any, Self

import numpy as np
import pandas as pd

from skfairgen._listed import listed, short
from skfairgen.data._sensitive_levels import LEVEL_KINDS, UNSEEN, _Bands, _Levels, _plain
from skfairgen.data._state import State, part_state, read_part
from skfairgen.data.table._identifiers import is_word_for_one
from skfairgen.data.table._numbers import is_numeric

MAX_LEVELS = 20


class GroupCodec:
    """Encode the sensitive columns of a table as groups.

    A group is one combination of sensitive values that the fitted rows hold. A missing sensitive value is a value
    of its own, written ``None``. A numeric column of more than 20 different values that was not declared to hold
    categories is cut at its quartiles into four bands, whose values are :class:`pandas.Interval`.

    Attributes
    ----------
    groups_ : list
        The groups, sorted: a scalar each for one sensitive column, a tuple each for several.
    level_counts_ : list of int
        Number of levels of each sensitive column.
    group_levels_ : ndarray of shape (n_groups, n_sensitive_columns), int
        Level codes of each group.
    """

    def fit(self, table: pd.DataFrame, names: Any = None, categorical: Collection[Any] = ()) -> Self:
        """Learn the levels of each column of a frame and the combinations that occur.

        `names` are for messages; every value of the columns labeled in `categorical` is a level of its own.

        Raises
        ------
        ValueError
            If a column holds infinite, complex or unhashable values; the message names it.
        """
        self.columns_: dict[Any, Any] = {}
        for position, name in zip(table.columns, table.columns if names is None else names, strict=True):
            column = table[position].rename(name)
            is_banded = position not in categorical and is_many_numbers(column)
            self.columns_[position] = _Bands.fit(column) if is_banded else _Levels.fit(column)
        self.level_counts_: list[int] = [len(column.names) for column in self.columns_.values()]
        levels = self.encode_levels(table)
        self.group_levels_: np.ndarray = np.unique(levels, axis=0)
        self.groups_: list[Any] = [self._name(row) for row in self.group_levels_]
        return self

    @property
    def banded_columns_(self) -> list[int]:
        """Positions of the numeric columns that were cut into bands."""
        return [position for position, column in self.columns_.items() if isinstance(column, _Bands)]

    @property
    def identifiers_(self) -> list[int]:
        """Places of the columns that look like identifiers: nearly every row would be a group of its own."""
        columns = enumerate(self.columns_.values())
        return [place for place, column in columns if isinstance(column, _Levels) and is_word_for_one(column.codec)]

    def encode_levels(self, table: pd.DataFrame) -> np.ndarray:
        """Return the level codes of each row, an int array of shape (n_rows, n_sensitive_columns)."""
        codes = [column.encode(table[position]) for position, column in self.columns_.items()]
        return np.column_stack(codes) if codes else np.zeros((len(table), 0), dtype=int)

    def encode(self, table: pd.DataFrame) -> np.ndarray:
        """Return the group code of each row, an int array of shape (n_rows,).

        Raises
        ------
        ValueError
            If a row's group was not seen in ``fit``; the message names it.
        """
        codes = self.find(table)
        if (codes == UNSEEN).any():
            values = tuple(_plain(value) for value in table.iloc[int((codes == UNSEEN).argmax())])
            raise ValueError(
                f"The group {short(values[0] if len(values) == 1 else values)} was not seen in fit. "
                f"The groups are: {listed(self.groups_)}."
            )
        return codes

    def find(self, table: pd.DataFrame) -> np.ndarray:
        """Return codes as :meth:`encode` does, -1 where ``fit`` did not see the group."""
        lookup = {tuple(row): code for code, row in enumerate(self.group_levels_.tolist())}
        unique, inverse = np.unique(self.encode_levels(table), axis=0, return_inverse=True)
        return np.array([lookup.get(tuple(row), UNSEEN) for row in unique.tolist()], dtype=int)[inverse.ravel()]

    def decode(self, groups: np.ndarray) -> pd.DataFrame:
        """Return the sensitive values of group codes as a frame; banded columns are left out."""
        levels = self.group_levels_[groups]
        return pd.DataFrame(
            {
                position: column.values.iloc[levels[:, place]].reset_index(drop=True)
                for place, (position, column) in enumerate(self.columns_.items())
                if isinstance(column, _Levels)
            },
            index=range(len(groups)),
        )

    def draw(self, groups: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
        """Return a frame like :meth:`decode`, with a value drawn from its band in each banded column."""
        table = self.decode(groups)
        levels = self.group_levels_[groups]
        for place, (position, column) in enumerate(self.columns_.items()):
            if isinstance(column, _Bands):
                table[position] = column.draw(levels[:, place], rng)
        return table[list(self.columns_)]

    def confine(self, table: pd.DataFrame, groups: np.ndarray) -> pd.DataFrame:
        """Move the banded columns of a decoded table into the bands of its rows' groups, in place.

        A value outside is clipped; where the band and the value disagree on whether it is missing, the band wins,
        and its median stands in for the missing value.
        """
        levels = self.group_levels_[groups]
        for place, (position, column) in enumerate(self.columns_.items()):
            if isinstance(column, _Bands):
                table[position] = column.confine(table[position], levels[:, place])
        return table

    def without_records(self, kept: np.ndarray) -> Self:
        """Return a copy for decoding only, with the groups of some codes, and without what few rows held.

        Levels that no kept group has are blanked, and bands end where several rows lie beyond.
        """
        made = copy(self)
        made.group_levels_ = self.group_levels_[kept]
        made.columns_ = {
            position: column.without_records(set(made.group_levels_[:, place].tolist()))
            for place, (position, column) in enumerate(self.columns_.items())
        }
        made.groups_ = [made._name(row) for row in made.group_levels_]
        return made

    def to_state(self) -> dict[str, Any]:
        """Return what a file holds of it: plain values, arrays and states of its parts."""
        return {
            "positions": [int(position) for position in self.columns_],
            "columns": [part_state(column) for column in self.columns_.values()],
            "group_levels": self.group_levels_,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any], version: int) -> Self:
        """Return the part of a state that :meth:`to_state` gave.

        Raises
        ------
        ValueError
            If a field is missing, or is not what the part expects; the message names it.
        """
        made = cls()
        with State(state, "GroupCodec") as fields:
            positions = fields.list("positions", (int,))
            columns = [read_part(own, LEVEL_KINDS, version) for own in fields.list("columns", length=len(positions))]
            made.columns_ = dict(zip(positions, columns, strict=True))
            fields.require(len(made.columns_) == len(positions), f"names a column twice: {positions!r:.80}")
            made.level_counts_ = [len(column.names) for column in columns]
            made.group_levels_ = levels = fields.array("group_levels", "i", (None, len(columns)), low=0)
            fields.require((levels < made.level_counts_).all(), "has groups of levels that its columns lack")
            n_different = len(np.unique(levels, axis=0))
            fields.require(n_different == len(levels) > 0, "has no groups, or one of them twice")
            made.groups_ = [made._name(row) for row in levels]
            fields.require(len(set(made.groups_)) == len(levels), "has two groups of one name")
        return made

    def _name(self, levels):
        names = tuple(column.names[level] for column, level in zip(self.columns_.values(), levels, strict=True))
        return names[0] if len(names) == 1 else names


def is_many_numbers(column: pd.Series) -> bool:
    """Tell whether a sensitive column is cut into bands where it is not declared to hold categories."""
    return is_numeric(column) and column.nunique() > MAX_LEVELS


def in_bands(table: pd.DataFrame, categorical: Collection[Any] = "auto", n_rows: int | None = None) -> pd.DataFrame:
    """Return sensitive columns with the bands of :class:`GroupCodec` in the place of many numbers.

    Parameters
    ----------
    table : DataFrame
        The sensitive columns.
    categorical : "auto" or list of labels
        Columns, of this table or others, whose every value is a level of its own; "auto" names none.
    n_rows : int or None
        First rows, whose quartiles are taken; None for all.

    Returns
    -------
    DataFrame
        Bands are :class:`pandas.Interval`, missing ones None, in columns of objects; declared columns are categories.
    """
    declared = [] if isinstance(categorical, str) else list(categorical)
    columns = [table.iloc[:, place] for place in range(table.shape[1])]
    levels = [own.astype("category") if own.name in declared else _banded(own, n_rows) for own in columns]
    return pd.concat(levels, axis=1)


def _banded(column, n_rows):
    if not is_many_numbers(column[:n_rows]):
        return column
    bands = _Bands.fit(column[:n_rows])
    names = np.empty(len(bands.names) + 1, dtype=object)
    names[:-1] = bands.names  # the last is None: a missing value
    return pd.Series(names[bands.encode(column)], column.index, dtype=object, name=column.name)
