"""Numeric columns that equal others in some rows, or nearly do: such rows have tokens of their own."""

from copy import copy
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd

from skfairgen.data._state import State
from skfairgen.data.table._derived_column import DerivedColumn
from skfairgen.data.table._numbers import from_numbers
from skfairgen.data.table._numeric_column import NumericColumn
from skfairgen.data.table._relation import form_of


class Link(NamedTuple):
    """Where a column is at most `reach` from what `column`, a relation to one earlier column, says."""

    column: DerivedColumn
    reach: float


class CopiedColumn:
    """Encode a column as its own tokens, or as those of its distance from a column that it copies in some rows.

    A payment often equals the bill, and the bill of a month is mostly near the one before. Bins blur both: two values
    drawn within one bin are never equal. So a row within the reach of a link has the token of its distance from there,
    and what is drawn for it follows from the drawn value of the other column. Spikes keep their own tokens.

    Parameters
    ----------
    own : NumericColumn
        The fitted codec of the column itself: its tokens come first.
    links : list of Link
        What it copies; the first whose reach holds a row gives its token.

    Attributes
    ----------
    cardinality_, generable_
        As in :class:`NumericColumn`.
    """

    def __init__(self, own: NumericColumn, links: list[Link]) -> None:
        self.own = own
        self.links = links
        self.dtype_: Any = own.dtype_
        self.n_own: int = own.cardinality_
        sizes = [link.column.cardinality_ - 1 for link in links]  # without their missing token
        self.starts: list[int] = [self.n_own + sum(sizes[:k]) for k in range(len(links) + 1)]
        self.cardinality_: int = self.starts[-1]
        self.generable_: np.ndarray = np.concatenate([own.generable_, *(link.column.generable_[1:] for link in links)])

    def fit(self, column: pd.Series, table: Any) -> Self:
        """Learn which tokens rows hold."""
        is_held = np.bincount(self.encode(column, table), minlength=self.cardinality_) > 0
        self.generable_ = is_held if is_held.any() else self.generable_
        return self

    def to_state(self) -> dict[str, Any]:
        """Return what a file holds of it: plain values, arrays and states of its parts."""
        links = [{**link.column.to_state(), "reach": float(link.reach)} for link in self.links]
        for link in links:
            del link["own"]
        return {"own": self.own.to_state(), "links": links, "generable": self.generable_}

    @classmethod
    def from_state(cls, state: dict[str, Any], version: int) -> Self:
        """Return the part of a state that :meth:`to_state` gave.

        Raises
        ------
        ValueError
            If a field is missing, or is not what the part expects; the message names it.
        """
        with State(state, "CopiedColumn") as fields:
            own = fields.any("own")
            links = []
            for held in fields.list("links", (dict,)):
                reach = held.get("reach")
                fields.require(type(reach) is float and reach >= 0, f"has a link of the reach {reach!r}")
                part = {name: value for name, value in held.items() if name != "reach"}
                links.append(Link(DerivedColumn.from_state({**part, "own": own}, version), reach))
            fields.require(all(len(link.column.sources) == 1 for link in links), "has a link to several columns")
            made = cls(NumericColumn.from_state(own, version), links)
            made.generable_ = fields.array("generable", "b", (made.cardinality_,))
            fields.require(made.generable_.any(), "has no token to draw")
        return made

    @property
    def sources(self) -> list[int]:
        """Positions of the columns that it copies."""
        return [source for link in self.links for source in link.column.sources]

    def encode(self, column: pd.Series, table: Any) -> np.ndarray:
        """Return the tokens of a Series whose sources are columns of `table`, shape (n_rows,)."""
        tokens = self.own.encode(column)
        for link, start in zip(self.links, self.starts, strict=False):
            distances, coded = link.column.distances(column, table), link.column.encode(column, table)
            first = 1 if link.column.is_native else 1 + len(self.own.spikes_)  # an equal spike is equal
            is_near = (np.abs(distances) <= link.reach) & (tokens >= first) & (tokens < self.n_own)
            tokens = np.where(is_near, start + coded - 1, tokens)
        return tokens.astype(np.int32)

    def decode(self, tokens: np.ndarray, rng: np.random.Generator, table: Any) -> pd.Series:
        """Draw a value for each token, given the decoded sources, as a Series of the fitted dtype."""
        return from_numbers(self.decode_numbers(tokens, rng, table), self.is_missing(tokens), self.dtype_)

    def is_missing(self, tokens: np.ndarray) -> np.ndarray:
        """Tell which tokens are decoded as a missing value."""
        is_own = tokens < self.n_own
        return is_own & self.own.is_missing(np.where(is_own, tokens, 0))

    def decode_numbers(self, tokens: np.ndarray, rng: np.random.Generator, table: Any) -> np.ndarray:
        """Draw a number for each token, given the decoded sources, an array of shape (n_rows,)."""
        numbers = self.own.decode_numbers(np.where(tokens < self.n_own, tokens, 0), rng)
        for link, start, end in zip(self.links, self.starts, self.starts[1:], strict=False):
            rows = np.flatnonzero((tokens >= start) & (tokens < end))
            sources = {place: table[place].iloc[rows] for place in link.column.sources}
            numbers[rows] = link.column.decode_numbers(tokens[rows] - start + 1, rng, sources)
        return numbers

    def bins_of(self, link: Link, source: NumericColumn) -> np.ndarray:
        """Return the own token that each token of a link stands for at each own token of its source.

        Shape (n_tokens_of_the_link, n_tokens_of_the_source); 0 where the source is missing.
        """
        middles, distances = (codec.grid_.astype(np.float64).mean(axis=1) for codec in (source, link.column.residual_))
        table = {link.column.sources[0]: pd.Series(middles)}
        bins = [self.own.tokens_of(link.column.at_distance(table, distance)) for distance in distances[1:]]
        is_known = np.isfinite(form_of(middles, link.column.relation.forms[0])) & (np.arange(len(middles)) > 0)
        return np.where(is_known, np.stack(bins), 0)

    def without_records(self) -> Self:
        """Return a copy for decoding only, without the numbers of the outermost rows at either end."""
        made = copy(self)
        made.own = self.own.without_records()
        made.links = [Link(link.column.without_records(), link.reach) for link in self.links]
        return made
