"""Groups: one combination of sensitive values, as integer codes."""

from copy import copy
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skfairgen.data._state import State, part_state, read_part
from skfairgen.data.table._categorical_column import CategoricalColumn
from skfairgen.data.table._numeric_column import NumericColumn, from_numbers, in_unit_of, numbers_dtype, to_numbers
from skfairgen.data.table._table_codec import is_numeric

MAX_LEVELS = 20
N_BANDS = 4
UNSEEN = -1


class GroupCodec:
    """Encode the sensitive columns of a table as groups.

    A group is one combination of sensitive values that the fitted rows hold. A missing sensitive value is a value
    of its own, written ``None``. A numeric column of more than 20 different values is cut at its quartiles into four
    bands, whose values are :class:`pandas.Interval`.

    Attributes
    ----------
    groups_ : list
        The groups, sorted: a scalar each for one sensitive column, a tuple each for several.
    level_counts_ : list of int
        Number of levels of each sensitive column.
    group_levels_ : ndarray of shape (n_groups, n_sensitive_columns), int
        Level codes of each group.
    """

    def fit(self, table, names=None):
        """Learn the levels of each column of a frame and the combinations that occur; `names` are for messages.

        Raises
        ------
        ValueError
            If a column holds infinite, complex or unhashable values; the message names it.
        """
        self.columns_ = {}
        for position, name in zip(table.columns, table.columns if names is None else names, strict=True):
            column = table[position].rename(name)
            is_banded = is_numeric(column) and column.nunique() > MAX_LEVELS
            self.columns_[position] = _Bands.fit(column) if is_banded else _Levels.fit(column)
            if is_banded and column.isna().any():
                self.columns_[position].names.append(None)
        self.level_counts_ = [len(column.names) for column in self.columns_.values()]
        levels = self.encode_levels(table)
        self.group_levels_ = np.unique(levels, axis=0)
        self.groups_ = [self._name(row) for row in self.group_levels_]
        return self

    @property
    def banded_columns_(self):
        """Positions of the numeric columns that were cut into bands."""
        return [position for position, column in self.columns_.items() if isinstance(column, _Bands)]

    def encode_levels(self, table):
        """Return the level codes of each row, an int array of shape (n_rows, n_sensitive_columns)."""
        codes = [column.encode(table[position]) for position, column in self.columns_.items()]
        return np.column_stack(codes) if codes else np.zeros((len(table), 0), dtype=int)

    def encode(self, table):
        """Return the group code of each row, an int array of shape (n_rows,).

        Raises
        ------
        ValueError
            If a row's group was not seen in ``fit``; the message names it.
        """
        lookup = {tuple(row): code for code, row in enumerate(self.group_levels_.tolist())}
        unique, first, inverse = np.unique(self.encode_levels(table), axis=0, return_index=True, return_inverse=True)
        codes = np.array([lookup.get(tuple(row), UNSEEN) for row in unique.tolist()])
        for row in first[codes == UNSEEN]:
            values = tuple(_plain(value) for value in table.iloc[row])
            raise ValueError(
                f"The group {values[0] if len(values) == 1 else values!r} was not seen in fit. "
                f"The groups are: {self.groups_}."
            )
        return codes[inverse.ravel()]

    def decode(self, groups):
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

    def draw(self, groups, rng):
        """Return a frame like :meth:`decode`, with a value drawn from its band in each banded column."""
        table = self.decode(groups)
        levels = self.group_levels_[groups]
        for place, (position, column) in enumerate(self.columns_.items()):
            if isinstance(column, _Bands):
                table[position] = column.draw(levels[:, place], rng)
        return table[list(self.columns_)]

    def confine(self, table, groups):
        """Move the banded columns of a decoded table into the bands of its rows' groups, in place.

        A value outside is clipped; where the band and the value disagree on whether it is missing, the band wins,
        and its median stands in for the missing value.
        """
        levels = self.group_levels_[groups]
        for place, (position, column) in enumerate(self.columns_.items()):
            if isinstance(column, _Bands):
                table[position] = column.confine(table[position], levels[:, place])
        return table

    def without_records(self, kept):
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

    def to_state(self):
        """Return what a file holds of it: plain values, arrays and states of its parts."""
        return {
            "positions": [int(position) for position in self.columns_],
            "columns": [part_state(column) for column in self.columns_.values()],
            "group_levels": self.group_levels_,
        }

    @classmethod
    def from_state(cls, state, version):
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
        return made

    def _name(self, levels):
        names = tuple(column.names[level] for column, level in zip(self.columns_.values(), levels, strict=True))
        return names[0] if len(names) == 1 else names


@dataclass
class _Levels:
    """The levels of one sensitive column of a few values, and their names in keys."""

    codec: CategoricalColumn
    values: pd.Series
    names: list

    @classmethod
    def fit(cls, column):
        codec = CategoricalColumn(min_count=1).fit(column)
        codec.levels_ = codec.levels_[_sort_order(codec.levels_)]
        tokens = np.arange(1, len(codec.levels_) + 1)
        names = [_plain(level) for level in codec.levels_]
        if column.isna().any():
            tokens = np.append(tokens, 0)
            names.append(None)
        return cls(codec, codec.decode(tokens, None), names)

    def to_state(self):
        return {"codec": self.codec.to_state(), "values": self.values, "names": self.names}

    @classmethod
    def from_state(cls, state, version):
        with State(state, "Levels") as fields:
            codec = CategoricalColumn.from_state(fields.any("codec"), version)
            values, names = fields.take("values", pd.Series), fields.list("names", length=None)
            fields.require(len(names) - len(codec.levels_) in (0, 1), f"has {len(names)} names for its levels")
            fields.require(len(values) == len(names) > 0, f"has {len(values)} values of {len(names)} levels")
            hash(tuple(names))
        return cls(codec, values, names)

    def without_records(self, kept):
        codec = copy(self.codec)
        blank = [level not in kept for level in range(len(self.names))]
        codec.levels_ = np.array([None] * len(codec.levels_), dtype=object)
        codec.level_counts_ = codec.level_counts_[:0]
        names = [None if is_blank else name for name, is_blank in zip(self.names, blank, strict=True)]
        values = self.values
        if any(blank):
            known = values[~np.array(blank)]
            if isinstance(values.dtype, pd.CategoricalDtype):
                known = known.cat.remove_unused_categories()
            stand_in = known.iloc[0]  # never drawn, in the place of what must not be written
            filled = [stand_in if is_blank else value for value, is_blank in zip(values, blank, strict=True)]
            values = pd.Series(filled, dtype=known.dtype)
        codec.dtype_ = values.dtype
        return _Levels(codec, values, names)

    def encode(self, column):
        levels = self.codec.encode(column) - 1  # missing and unseen values are -1
        if len(self.names) > len(self.codec.levels_):
            levels[column.isna().to_numpy()] = len(self.names) - 1
        return levels


@dataclass
class _Bands:
    """The quartile bands of one sensitive column of many numbers.

    `edges` holds n_bands + 1 numbers; `lowest` and `median` are the least and the middle number of each band,
    `codecs` and `shares` the codec of its numbers and how frequent each of their tokens is; `dtype` is the column's.
    """

    edges: np.ndarray
    lowest: np.ndarray
    median: np.ndarray
    names: list
    codecs: list
    shares: list
    dtype: object

    @classmethod
    def fit(cls, column):
        column = column[column.notna()]
        numbers = np.sort(to_numbers(column)[0])
        places = np.round(np.linspace(0, len(numbers) - 1, N_BANDS + 1)).astype(int)
        edges = np.unique(numbers[places])
        starts = np.append(0, np.searchsorted(numbers, edges[1:], side="right"))
        ticks = from_numbers(edges, np.zeros(len(edges), dtype=bool), column.dtype)
        names = [pd.Interval(low, high, "right") for low, high in zip(ticks[:-1], ticks[1:], strict=True)]
        bands = cls(edges, numbers[starts[:-1]], numbers[(starts[:-1] + starts[1:]) // 2], names, [], [], column.dtype)
        codes = bands.encode(column)
        for band in range(len(names)):
            own = column[codes == band]
            codec = NumericColumn().fit(own)
            bands.codecs.append(codec)
            bands.shares.append(np.bincount(codec.encode(own), minlength=codec.cardinality_) / len(own))
        return bands

    def to_state(self):
        return {**vars(self), "codecs": [codec.to_state() for codec in self.codecs]}

    @classmethod
    def from_state(cls, state, version):
        with State(state, "Bands") as fields:
            codecs = [NumericColumn.from_state(own, version) for own in fields.list("codecs")]
            fields.require(len(codecs) > 0, "has no bands")
            dtype, edges = fields.dtype("dtype"), fields.array("edges", "iuf", (len(codecs) + 1,))
            lowest, median = (fields.array(name, "iuf", (len(codecs),)) for name in ("lowest", "median"))
            kinds = {array.dtype for array in (edges, lowest, median, *(codec.grid_ for codec in codecs))}
            fields.require(kinds == {numbers_dtype(dtype)}, f"has numbers of {kinds} for the dtype {dtype}")
            fields.require((edges[:-1] <= edges[1:]).all(), "has edges that are not sorted")
            names = fields.list("names", (pd.Interval, type(None)))
            has_missing = len(names) == len(codecs) + 1 and names[-1] is None
            fields.require(has_missing or len(names) == len(codecs), f"has {len(names)} names for its bands")
            shares = fields.list("shares", length=len(codecs))
            for own, codec in zip(shares, codecs, strict=True):
                fields.check_shares("shares", own, codec.cardinality_)
        return cls(edges, lowest, median, names, codecs, shares, dtype)

    def without_records(self, kept):
        codecs = [codec.without_records() for codec in self.codecs]
        low, high = (codecs[place].grid_[1:][codecs[place].token_counts_[1:] > 0] for place in (0, -1))
        edges, lowest = self.edges.copy(), self.lowest.copy()
        edges[0] = lowest[0] = low.min()
        edges[-1] = high.max()
        ticks = from_numbers(edges, np.zeros(len(edges), dtype=bool), self.dtype)
        names = [pd.Interval(*ends, "right") for ends in zip(ticks[:-1], ticks[1:], strict=True)]
        names += self.names[len(names) :]
        return _Bands(edges, lowest, np.clip(self.median, edges[0], edges[-1]), names, codecs, self.shares, self.dtype)

    def encode(self, column):
        numbers, missing = to_numbers(in_unit_of(self.dtype, column))
        bands = np.searchsorted(self.edges[1:-1], numbers, side="left")
        return np.where(missing, len(self.names) - 1 if self.names[-1] is None else UNSEEN, bands)

    def draw(self, bands, rng):
        numbers = np.zeros(len(bands), dtype=self.edges.dtype)
        for band, (codec, shares) in enumerate(zip(self.codecs, self.shares, strict=True)):
            own = np.flatnonzero(bands == band)
            numbers[own] = codec.decode_numbers(rng.choice(len(shares), size=len(own), p=shares), rng)
        return from_numbers(numbers, bands == len(self.codecs), self.dtype)

    def confine(self, column, bands):
        numbers, missing = to_numbers(column)
        is_missing = bands == len(self.edges) - 1
        bands = np.minimum(bands, len(self.edges) - 2)
        numbers = np.where(missing, self.median[bands], numbers)
        confined = np.clip(numbers, self.lowest[bands], self.edges[bands + 1])
        return from_numbers(confined, is_missing, column.dtype)


LEVEL_KINDS = {"Levels": _Levels, "Bands": _Bands}


def _sort_order(levels):
    try:
        return np.argsort(levels, kind="stable")
    except TypeError:
        return np.argsort([str(level) for level in levels], kind="stable")


def _plain(value):
    return value.item() if isinstance(value, np.generic) else value
