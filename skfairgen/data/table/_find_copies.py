"""Which numeric columns equal an earlier one in some rows, or are near it more often than bins can tell."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from skfairgen.data.table._copied_column import CopiedColumn, Link
from skfairgen.data.table._derived_column import DerivedColumn
from skfairgen.data.table._numeric_column import NumericColumn
from skfairgen.data.table._relation import Relation, floats, form_of

MAX_ROWS = 5_000
MAX_LINKS = 3
EQUAL_SHARE, EQUAL_ROWS = 0.01, 20  # least share of the rows, and least number, that are equal
TIMES_CHANCE = 5  # as many are equal as are one or two steps apart
NEAR_SHARE = 0.05  # of the rows, that are near and are so no more when drawn within their bins
REACHES = np.array([float(f"{reach:.2g}") for reach in np.geomspace(1e-4, 0.6, 100)])  # of logarithms: nobody's own
N_DISTANCES = 20  # bins of the distances of near ones


def find_copies(
    columns: dict[int, Any], table: pd.DataFrame, kinds: dict[int, Any], hidden: frozenset[int] = frozenset()
) -> dict[int, CopiedColumn]:
    """Find the numeric columns of a table that copy earlier ones in some of the rows.

    They are equal where that holds, off the spikes, for a hundredth of the rows and five times more often than to be
    one or two steps apart. They are near where so many ratios are narrow that values drawn within their bins would
    lose a twentieth of the rows from there.

    Parameters
    ----------
    columns : dict of int to column codec
        By position, in the order of the tokens. A NumericColumn with bins may copy such columns, and be copied.
    table : DataFrame
        The columns themselves.
    kinds : dict of int to str
        What each can be compared by.
    hidden : set of int
        Columns that no other copies.
    """
    plain = {place: own for place, own in columns.items() if isinstance(own, NumericColumn) and own.has_bins_}
    if len(plain) < 2:
        return {}
    rows = np.unique(np.linspace(0, len(table) - 1, min(len(table), MAX_ROWS)).astype(int))
    search = _Search(plain, table.iloc[rows], len(table))
    found = {}
    for k, (place, own) in enumerate(plain.items()):
        earlier = [one for one in list(plain)[:k] if kinds[one] == kinds[place] and one not in hidden]
        links = []
        for relation, reach in search(place, earlier):
            column = DerivedColumn(relation, own, is_native=not relation.is_log)
            column.fit(table[place], table, max(reach, 1e-9), N_DISTANCES)
            links.append(Link(column, max(reach, column.quantum_)))
        if links:
            found[place] = CopiedColumn(own, links).fit(table[place], table)
    return found


class _Search:
    def __init__(self, columns, table, n_rows):
        rng = np.random.default_rng(0)
        self.columns, self.least = columns, max(EQUAL_SHARE, EQUAL_ROWS / n_rows)
        tokens = {place: own.encode(table[place]) for place, own in columns.items()}
        self.is_free = {place: tokens[place] > len(own.spikes_) for place, own in columns.items()}
        self.values = {place: floats(table[place]) for place in columns}
        drawn = {place: floats(own.decode(tokens[place], rng)) for place, own in columns.items()}
        self.logs, self.drawn_logs = (
            {place: _finite(form_of(own, "log")) for place, own in kind.items()} for kind in (self.values, drawn)
        )

    def __call__(self, place: int, earlier: list[int]) -> Iterator[tuple[Relation, float]]:
        """Yield the relations by which a column copies earlier ones, and how far each reaches."""
        is_free = self.is_free[place].copy()
        for _ in range(MAX_LINKS):
            found = self._equal(place, earlier, is_free) or self._near(place, earlier, is_free)
            if found is None:
                return
            source, reach, is_log = found
            kind = self.logs if is_log else self.values
            is_free &= ~(np.abs(kind[place] - kind[source]) <= reach)
            middle = np.array([_rounded(np.nanmedian(self.logs[source])) if is_log else 0.0])
            form = ["log" if is_log else "value"]
            yield Relation([source], np.ones(1), middle, np.zeros(1), float(middle[0]), is_log, form), reach

    def _equal(self, place, earlier, is_free):
        """Return the source that most of the free rows equal, beyond chance; None where there is none."""
        own, unit = self.values[place][is_free], self.columns[place].unit
        n_least, best = self.least * len(is_free), None
        for source in earlier:
            gaps = own - self.values[source][is_free]
            n_equal = (gaps == 0).sum()
            if n_equal < n_least:
                continue
            steps = np.round(gaps / unit) if unit else gaps[:0]
            if n_equal >= TIMES_CHANCE * max((steps == step).sum() for step in (-2, -1, 1, 2)):
                n_least, best = n_equal + 1, (source, 0.0, False)
        return best

    def _near(self, place, earlier, is_free):
        """Return the source that the free rows are near most more often than when drawn within bins, and how near."""
        n_rows = len(is_free)
        gain, best = NEAR_SHARE + 2 / np.sqrt(n_rows), None
        own, drawn = self.logs[place][is_free], self.drawn_logs[place][is_free]
        for source in earlier:
            gaps = np.abs(own - self.logs[source][is_free])
            drawn_gaps = np.abs(drawn - self.drawn_logs[source][is_free])
            more = (_ranks(gaps) - _ranks(drawn_gaps)) / n_rows
            if more.max() > gain:
                widest = min(more.argmax() + 2, len(REACHES) - 1)  # a little more, for those at the edge
                gain, best = more.max(), (source, float(REACHES[widest]), True)
        return best


def _ranks(gaps):
    """Return how many gaps are within each reach."""
    places = np.searchsorted(REACHES, gaps[gaps <= REACHES[-1]])
    return np.bincount(places, minlength=len(REACHES)).cumsum()


def _rounded(log):
    """Return the logarithm of a number of two digits, near that of a median: of nobody's own."""
    return np.log(float(f"{np.exp(log):.2g}"))


def _finite(values):
    return np.where(np.isfinite(values), values, np.nan)
