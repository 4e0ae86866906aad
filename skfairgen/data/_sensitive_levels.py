"""The values of one sensitive column as level codes: its own few, or bands of its many numbers."""

from copy import copy
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skfairgen.data._group_name import group_name
from skfairgen.data._state import State
from skfairgen.data.table._binning import N_KNOTS, shared_quantiles
from skfairgen.data.table._categorical_column import CategoricalColumn
from skfairgen.data.table._numbers import from_numbers, in_unit_of, numbers_dtype, to_numbers
from skfairgen.data.table._numeric_column import NumericColumn

N_BANDS = 4
UNSEEN = -1


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
        return cls(codec, codec.decode(tokens, np.random.default_rng(0)), names)

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
            told = [group_name(_plain(value)) for value in values]
            is_blanked = all(level is None for level in codec.levels_)  # a private file: some names are too
            is_named = [name == own or (is_blanked and name is None) for name, own in zip(names, told, strict=True)]
            is_known = is_blanked or told[: len(codec.levels_)] == list(map(_plain, codec.levels_))
            fields.require(all(is_named) and is_known, f"has names {names!r:.80} that are not those of its values")
        return cls(codec, values, names)

    def without_records(self, kept):
        codec = copy(self.codec)
        blank = [level not in kept for level in range(len(self.names))]
        codec.levels_ = np.array([None] * len(codec.levels_), dtype=object)
        codec.level_counts_ = codec.level_counts_[:0]
        names = [None if is_blank else name for name, is_blank in zip(self.names, blank, strict=True)]
        known = self.values[~np.array(blank)]
        if isinstance(known.dtype, pd.CategoricalDtype):
            known = known.cat.remove_unused_categories()
        stand_in = known.iloc[0]  # never drawn, in the place of what must not be written
        filled = [stand_in if is_blank else value for value, is_blank in zip(self.values, blank, strict=True)]
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
        has_missing, column = bool(column.isna().any()), column[column.notna()]
        numbers = np.sort(to_numbers(column)[0])
        places = np.round(np.linspace(0, len(numbers) - 1, N_BANDS + 1)).astype(int)
        whole = NumericColumn().fit(column)
        inner = shared_quantiles(numbers, places[1:-1], whole.unit, whole.min_count)  # of nobody, as they name groups
        inner = inner[(inner > numbers[0]) & (inner < numbers[-1])]
        edges = np.unique([numbers[0], *inner, numbers[-1]]).astype(numbers.dtype)
        names = _band_names(edges, column.dtype)
        starts = np.append(0, np.searchsorted(numbers, edges[1:-1], side="right"))
        bands = cls(edges, numbers[starts], edges[1:].copy(), names, [], [], column.dtype)
        codes = bands.encode(column)
        for band in range(len(names)):
            own = column[codes == band]
            codec = NumericColumn().fit(own)
            shares = np.bincount(codec.encode(own), minlength=codec.cardinality_) / len(own)
            bands.median[band] = codec.grid_[np.searchsorted(np.cumsum(shares), 0.5), N_KNOTS // 2]
            bands.codecs.append(codec)
            bands.shares.append(shares)
        bands.names += [None] * has_missing
        return bands

    def to_state(self):
        return {
            "edges": self.edges,
            "lowest": self.lowest,
            "median": self.median,
            "names": self.names,
            "codecs": [codec.to_state() for codec in self.codecs],
            "shares": self.shares,
            "dtype": self.dtype,
        }

    @classmethod
    def from_state(cls, state, version):
        with State(state, "Bands") as fields:
            codecs = [NumericColumn.from_state(own, version) for own in fields.list("codecs")]
            fields.require(len(codecs) > 0, "has no bands")
            dtype, edges = fields.dtype("dtype"), fields.array("edges", "iuf", (len(codecs) + 1,))
            lowest, median = (fields.array(name, "iuf", (len(codecs),)) for name in ("lowest", "median"))
            kinds = {array.dtype for array in (edges, lowest, median)} | {numbers_dtype(own.dtype_) for own in codecs}
            fields.require(kinds == {numbers_dtype(dtype)}, f"has numbers of {kinds} for the dtype {dtype}")
            fields.require((edges[:-1] <= edges[1:]).all(), "has edges that are not sorted")
            names = fields.list("names", (pd.Interval, type(None)))
            expected = _band_names(edges, dtype)
            fields.require(
                names in (expected, [*expected, None]), f"has names {names!r:.80}, expected {expected!r:.80}"
            )
            shares = fields.list("shares", length=len(codecs))
            for own, codec in zip(shares, codecs, strict=True):
                fields.check_shares("shares", own, codec.cardinality_)
        return cls(edges, lowest, median, names, codecs, shares, dtype)

    def without_records(self, kept):
        counts = np.array([codec.token_counts_.sum() for codec in self.codecs])
        sources = np.where(counts < self.codecs[0].min_count, counts.argmax(), np.arange(len(counts)))
        codecs = [self.codecs[source].without_records() for source in sources]  # no row is drawn for those of few
        edges, lowest = self.edges.copy(), np.array([self.codecs[source].held_.min() for source in sources])
        edges[0] = lowest[0] = min(codecs[0].held_.min(), *edges[1:])
        edges[-1] = max(codecs[-1].held_.max(), *edges[:-1])
        names = _band_names(edges, self.dtype) + self.names[len(codecs) :]
        median, shares = np.clip(self.median[sources], edges[0], edges[-1]), [self.shares[source] for source in sources]
        return _Bands(edges, lowest, median, names, codecs, shares, self.dtype)

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


def _band_names(edges, dtype):
    ticks = from_numbers(edges, np.zeros(len(edges), dtype=bool), dtype).tolist()
    if isinstance(dtype, pd.ArrowDtype) and dtype.kind in "mM":  # Arrow gives dates, which are no ends of an Interval
        ticks = [pd.Timestamp(tick) if dtype.kind == "M" else pd.Timedelta(tick) for tick in ticks]
    return [pd.Interval(low, high, "right") for low, high in zip(ticks[:-1], ticks[1:], strict=True)]


def _plain(value):
    return value.item() if isinstance(value, np.generic) else value
