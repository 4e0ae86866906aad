"""Categories, strings and booleans as integer tokens: missing, one a level, and one that rare levels share."""

from collections.abc import Iterable
from copy import copy
from typing import Any, Self

import numpy as np
import pandas as pd

from skfairgen.data._state import State
from skfairgen.data.table._crowded_levels import MAX_LEVELS, OWN_TOKENS, share_tokens
from skfairgen.data.table._factorize import factorize
from skfairgen.data.table._rare_levels import pool_rare_levels, stand_in_shares

MISSING = 0
ANONYMOUS_TABLE = 1_500  # rows under which no level that few of them hold is drawn


class CategoricalColumn:
    """Encode one column of hashable values as integer tokens, and draw values back from tokens.

    Token 0 is a missing value, then comes a token for each level seen at least `min_count` times, the most
    frequent first, then tokens that rarer levels share: those that met the same classes and groups have one together.
    Decoding it draws among them by their frequency or, where no few rows' level may be drawn, among the frequent
    levels of these classes and groups. A level not seen in ``fit`` is encoded as rare, or as missing when no level was.

    Parameters
    ----------
    min_count : int
        Levels seen fewer times than this share a token.

    Attributes
    ----------
    cardinality_ : int
        Number of tokens, the missing one included.
    generable_ : ndarray of shape (cardinality_,), bool
        Tokens that the fitted column held; the others must not be drawn.
    """

    sources: tuple[int, ...] = ()

    def __init__(self, min_count: int = 5) -> None:
        self.min_count = min_count
        self.draws_rare_from_kept_: bool = False

    def fit(
        self, column: pd.Series, contexts: np.ndarray | None = None, features: Iterable[np.ndarray] | None = None
    ) -> Self:
        """Learn the levels of a Series.

        `contexts` are the class and group of each row, as one code; `features`, shape (n_rows,) each, say which of
        very many levels are alike: without them every level keeps a token.
        """
        self.dtype_: Any = column.dtype
        codes, levels = factorize(column)
        counts = np.bincount(codes[codes >= 0], minlength=len(levels))
        order = np.argsort(-counts, kind="stable")
        order = order[counts[order] > 0]
        levels, counts = levels[order], counts[order]
        n_kept = int((counts >= self.min_count).sum())
        if n_kept < 2:  # nothing to pool them with: keep every level
            n_kept = len(levels)
        if n_kept <= MAX_LEVELS or len(codes) < ANONYMOUS_TABLE:
            features = None  # every level keeps its token
        if features is not None:
            n_kept = OWN_TOKENS if counts[OWN_TOKENS - 1] >= self.min_count else int((counts >= self.min_count).sum())
        self.levels_: np.ndarray = levels
        self.n_kept_: int = n_kept
        self.level_counts_: np.ndarray = counts
        self.rare_shares_: np.ndarray = counts[n_kept:] / max(counts[n_kept:].sum(), 1)
        ranks = np.full(max(int(codes.max(initial=-1)), int(order.max(initial=-1))) + 2, -1)
        ranks[order] = np.arange(len(order))
        contexts = np.zeros(len(codes), dtype=np.int64) if contexts is None else contexts
        self.token_of_: np.ndarray
        self.stand_ins_: np.ndarray
        if features is not None:
            self.token_of_ = np.arange(1, len(levels) + 1)
            shared = share_tokens(ranks[codes] - n_kept, len(levels) - n_kept, contexts, features)
            self.token_of_[n_kept:] = 1 + n_kept + shared
            self.stand_ins_ = stand_in_shares(np.append(self.token_of_, 0)[ranks[codes]] - 1, n_kept, contexts)
        else:
            self.token_of_, self.stand_ins_ = pool_rare_levels(
                ranks[codes], len(levels), n_kept, contexts, self.min_count
            )
        self.cardinality_: int = 1 + n_kept + len(self.stand_ins_)
        self.draws_rare_from_kept_ = len(codes) < ANONYMOUS_TABLE
        self.generable_: np.ndarray = np.ones(self.cardinality_, dtype=bool)
        self.generable_[MISSING] = (codes < 0).any() or len(levels) == 0
        self.missing_: Any = _missing_value(column)
        return self

    def to_state(self) -> dict[str, Any]:
        """Return what a file holds of it: plain values, arrays and states of its parts."""
        return {
            "min_count": int(self.min_count),
            "dtype": self.dtype_,
            "levels": self.levels_,
            "n_kept": self.n_kept_,
            "level_counts": self.level_counts_,
            "rare_shares": self.rare_shares_,
            "generable": self.generable_,
            "missing": self.missing_,
            "draws_rare_from_kept": self.draws_rare_from_kept_,
            "token_of": self.token_of_,
            "stand_ins": self.stand_ins_,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any], version: int) -> Self:
        """Return the part of a state that :meth:`to_state` gave.

        Raises
        ------
        ValueError
            If a field is missing, or is not what the part expects; the message names it.
        """
        with State(state, "CategoricalColumn") as fields:
            made = cls(fields.take("min_count", int, 5, low=0))
            made.dtype_ = fields.dtype("dtype")
            made.levels_ = levels = fields.array("levels", "O", (None,))
            made.n_kept_ = n_kept = fields.take("n_kept", int, low=0, high=len(levels))
            made.draws_rare_from_kept_ = fields.take("draws_rare_from_kept", bool, False)
            stand_ins = fields.any("stand_ins", None)
            is_old = stand_ins is None  # files of before: one token for all rare levels
            n_rare = n_kept if made.draws_rare_from_kept_ and is_old else len(levels) - n_kept
            made.rare_shares_ = fields.shares("rare_shares", n_rare)
            made.level_counts_ = counts = fields.array("level_counts", "i", (None,), low=0)
            fields.require(len(counts) in (0, len(levels)), f"has {len(counts)} counts of {len(levels)} levels")
            made.generable_ = fields.array("generable", "b", (None,))
            made.cardinality_ = n_tokens = len(made.generable_)
            if is_old:
                expected = 1 + n_kept + (n_kept < len(levels))
                n_shared = n_tokens - 1 - n_kept if made.draws_rare_from_kept_ else expected - 1 - n_kept
                fields.require(n_shared >= 0, f"has {n_tokens} tokens for {n_kept} levels")
                token_of = np.minimum(np.arange(len(levels)), n_kept) + 1
                stand_ins = np.zeros((n_shared, n_kept))
                stand_ins[:] = made.rare_shares_ if made.draws_rare_from_kept_ else 1 / max(n_kept, 1)
            else:
                token_of = fields.any("token_of")
            made.token_of_ = fields.check_array("token_of", token_of, "i", (len(levels),), low=1, high=n_tokens - 1)
            made.stand_ins_ = fields.check_array("stand_ins", stand_ins, "f", (None, n_kept), low=0)
            for own in made.stand_ins_:
                fields.check_shares("stand_ins", own, n_kept)
            expected = 1 + n_kept + len(made.stand_ins_)
            is_own = np.array_equal(made.token_of_[:n_kept], np.arange(1, n_kept + 1))
            fields.require(is_own, "has levels with tokens of others")
            fields.require(
                n_tokens == expected and made.generable_.any(),
                f"has {n_tokens} tokens, expected {expected} and one to draw",
            )
            is_blank = all(level is None for level in levels)
            fields.require(is_blank or len(set(levels)) == len(levels), "has a level twice")
            made.missing_ = fields.any("missing")
            is_missing = pd.api.types.is_scalar(made.missing_) and pd.isna(made.missing_)
            fields.require(is_missing, f"has the missing value {made.missing_!r:.80}")
            if not is_blank:  # blank levels are never decoded: another part holds the values
                made.decode(np.flatnonzero(made.generable_), np.random.default_rng(0))
        return made

    @property
    def is_of_few(self) -> bool:
        """Whether there are levels, each of which fewer than `min_count` rows hold."""
        return bool(0 < self.level_counts_.max(initial=0) < self.min_count)

    def encode(self, column: pd.Series) -> np.ndarray:
        """Return the tokens of a Series, an int array of shape (n_rows,)."""
        codes, levels = factorize(column)
        known = pd.Index(self.levels_).get_indexer(pd.Index(levels))
        unseen = MISSING
        if self.n_kept_ < len(self.levels_):
            unseen = self.n_kept_ + 1 if len(self.stand_ins_) else self.token_of_[-1]
        tokens = np.append(self.token_of_, unseen)[known]
        return np.append(tokens, MISSING)[codes].astype(np.int32)

    def decode(self, tokens: np.ndarray, rng: np.random.Generator) -> pd.Series:
        """Draw a value for each token and return a Series of the fitted dtype."""
        index = tokens.astype(np.intp) - 1
        for shared in range(len(self.stand_ins_)):
            rare = np.flatnonzero(tokens == 1 + self.n_kept_ + shared)
            if len(rare):
                index[rare] = self._draw_rare(shared, len(rare), rng)
        if isinstance(self.dtype_, pd.CategoricalDtype):
            places = np.append(self.dtype_.categories.get_indexer(pd.Index(self.levels_)), -1)
            return pd.Series(pd.Categorical.from_codes(places[index], dtype=self.dtype_))
        values = np.empty(len(self.levels_) + 1, dtype=object)
        values[:-1] = self.levels_
        values[-1] = self.missing_
        if (index >= 0).all():  # a dtype such as bool cannot hold a missing value
            values = values[:-1]
        if isinstance(self.dtype_, pd.SparseDtype):
            return pd.Series(values[index]).astype(self.dtype_.subtype).astype(self.dtype_)
        return pd.Series(pd.Series(values, dtype=object).astype(self.dtype_).array.take(index), dtype=self.dtype_)

    def without_records(self) -> Self:
        """Return a copy for decoding only, without the levels seen fewer than `min_count` times.

        Their tokens draw among the other levels, by how frequent these are; without any other they give a missing
        value. The categories of the dtype are those that are left.
        """
        made = copy(self)
        n_frequent = int((self.level_counts_ >= self.min_count).sum())
        made.n_kept_ = min(n_frequent, self.n_kept_)
        made.levels_, made.level_counts_ = self.levels_[:n_frequent], self.level_counts_[:n_frequent]
        made.token_of_ = self.token_of_[:n_frequent]
        shared = made.level_counts_[made.n_kept_ :]
        made.rare_shares_ = shared / max(shared.sum(), 1)
        if n_frequent < self.n_kept_:
            shares = made.level_counts_ / max(made.level_counts_.sum(), 1)
            made.stand_ins_ = np.tile(shares, (self.cardinality_ - 1 - n_frequent, 1))
        made.draws_rare_from_kept_ = True
        if isinstance(self.dtype_, pd.CategoricalDtype):
            categories = self.dtype_.categories
            kept = categories[categories.isin(pd.Index(made.levels_))]
            made.dtype_ = pd.CategoricalDtype(kept, self.dtype_.ordered)
        if n_frequent == 0 and self.dtype_ == np.dtype(bool):  # which cannot hold a missing value
            made.dtype_ = np.dtype(object)
        return made

    def _draw_rare(self, shared, n_rows, rng):
        members = np.flatnonzero(self.token_of_ == 1 + self.n_kept_ + shared)
        if self.draws_rare_from_kept_:
            members = members[self.level_counts_[members] >= self.min_count] if len(self.level_counts_) else members[:0]
            if not len(members):
                return rng.choice(self.n_kept_, size=n_rows, p=self.stand_ins_[shared]) if self.n_kept_ else -1
        shares = self.rare_shares_[members - self.n_kept_]
        return rng.choice(members, size=n_rows, p=shares / shares.sum())


def _missing_value(column):
    """Return the way an object column writes a missing value: None, NaN, NaT or pandas' NA."""
    if column.dtype != object:
        return None
    missing = column[column.isna()]
    return missing.iloc[0] if len(missing) else np.nan
