"""Strata: combinations of the values of legitimate columns, small ones pooled."""

from collections.abc import Collection
from typing import Any, Self

import numpy as np
import pandas as pd

from skfairgen.data._groups import GroupCodec
from skfairgen.data._state import State

MIN_ROWS = 100
MIN_SHARE = 0.02


class StrataCodec:
    """Encode the legitimate columns of a table as strata.

    A stratum is one combination of values; a numeric column of more than 20 different values is cut at its quartiles,
    and a missing value is a value of its own. Combinations of fewer rows than a 50th of the table, and than 100, are
    pooled with those that share all columns but the last; pools that are small still, with those that share all but
    the last two, and so on.

    Attributes
    ----------
    n_strata_ : int
        Number of strata.
    """

    def fit(self, table: pd.DataFrame, names: Any = None, categorical: Collection[Any] = ()) -> Self:
        """Learn the strata of a frame with integer labels; `names` and `categorical` as :class:`GroupCodec` takes them.

        Raises
        ------
        ValueError
            If a column holds infinite, complex or unhashable values; the message names it.
        """
        self.levels_: GroupCodec = GroupCodec().fit(table, names, categorical)
        left = self.levels_.encode_levels(table)
        least = max(MIN_ROWS, MIN_SHARE * len(table))
        self.strata_: dict[tuple[int, ...], int] = {}
        for n_columns in range(left.shape[1], 0, -1):
            kinds, place, counts = np.unique(left[:, :n_columns], axis=0, return_inverse=True, return_counts=True)
            for kind in kinds[counts >= least].tolist():
                self.strata_[tuple(kind)] = len(self.strata_)
            left = left[(counts < least)[place.ravel()]]
        if len(left) or not self.strata_:
            self.strata_[()] = len(self.strata_)
        self.n_strata_: int = len(self.strata_)
        return self

    def encode(self, table: pd.DataFrame) -> np.ndarray:
        """Return the stratum code of each row, an int array of shape (n_rows,).

        A combination that ``fit`` did not meet is encoded by as many of its first columns as it did; stratum 0 takes
        what is left.
        """
        levels = self.levels_.encode_levels(table)
        kinds, place = np.unique(levels, axis=0, return_inverse=True)
        return np.array([self._stratum(tuple(kind)) for kind in kinds.tolist()], dtype=int)[place.ravel()]

    def to_state(self) -> dict[str, Any]:
        """Return what a file holds of it: plain values, arrays and states of its parts."""
        return {"levels": self.levels_.to_state(), "strata": [list(kind) for kind in self.strata_]}

    @classmethod
    def from_state(cls, state: dict[str, Any], version: int) -> Self:
        """Return the part of a state that :meth:`to_state` gave.

        Raises
        ------
        ValueError
            If a field is missing, or is not what the part expects; the message names it.
        """
        made = cls()
        with State(state, "StrataCodec") as fields:
            made.levels_ = GroupCodec.from_state(fields.any("levels"), version)
            kinds = fields.list("strata", (list,))
            counts = made.levels_.level_counts_
            for kind in kinds:
                is_known = len(kind) <= len(counts) and all(type(level) is int for level in kind)
                is_known = is_known and all(0 <= level < n for level, n in zip(kind, counts, strict=False))
                fields.require(is_known, f"has the stratum {kind!r:.80} of levels that its columns lack")
            made.strata_ = {tuple(kind): place for place, kind in enumerate(kinds)}
            made.n_strata_ = len(kinds)
            fields.require(len(made.strata_) == len(kinds) > 0, "has no strata, or one of them twice")
        return made

    def _stratum(self, kind):
        for n_columns in range(len(kind), -1, -1):
            if kind[:n_columns] in self.strata_:
                return self.strata_[kind[:n_columns]]
        return 0
