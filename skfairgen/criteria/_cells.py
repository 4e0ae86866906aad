"""How many rows stand behind each cell, and the shares that follow from it."""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from skfairgen.criteria._allocation import equalized_shares
from skfairgen.criteria._group_pooling import pooled_class_shares
from skfairgen.data import State


@dataclass(frozen=True)
class Cells:
    """Rows of each cell, and the sensitive levels of each group.

    Attributes
    ----------
    strata_counts : ndarray of shape (n_classes, n_groups, n_strata), int
        Rows of each cell and stratum; one class without labels, one group without sensitive columns, and one stratum
        without legitimate columns.
    levels : ndarray of shape (n_groups, n_sensitive), int
        Level codes of each group.
    cardinalities : list of int
        Number of levels of each sensitive column.
    class_codes : ndarray of shape (n_classes,), int, or None
        Codes of the classes where others were left out; None for 0 to n_classes - 1.
    """

    strata_counts: np.ndarray
    levels: np.ndarray
    cardinalities: list[int]
    class_codes: np.ndarray | None = None

    @property
    def counts(self) -> np.ndarray:
        """Rows of each cell, shape (n_classes, n_groups), int."""
        return self.strata_counts.sum(axis=2)

    @property
    def n_rows(self) -> int:
        """Rows of all cells."""
        return int(self.strata_counts.sum())

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return self.strata_counts.shape[0]

    @property
    def group_shares(self) -> np.ndarray:
        """Share of each group, shape (n_groups,)."""
        return self.counts.sum(axis=0) / self.n_rows

    @property
    def group_parents(self) -> np.ndarray | None:
        """What each group shares with those it leans on if it is small: its first sensitive value, if several.

        None where that is everyone.
        """
        return self.levels[:, 0] if self.levels.shape[1] > 1 else None

    @property
    def class_shares(self) -> np.ndarray:
        """Class shares of each group, shape (n_classes, n_groups); those of small groups lean on larger ones."""
        return pooled_class_shares(self.counts, self.group_parents)

    def moved_shares(self, criterion: str | None, strength: float) -> np.ndarray:
        """Return the share of each cell that a criterion asks for, shape (n_classes, n_groups)."""
        counts = self.strata_counts if criterion == "demographic_parity" else self.counts
        return equalized_shares(counts, 0.0 if criterion is None else strength)

    def codes_of(self, classes: np.ndarray) -> np.ndarray:
        """Return the codes of classes, which are given by their place in the cells."""
        return classes if self.class_codes is None else self.class_codes[classes]

    def without_strata(self) -> "Cells":
        """Return the same cells without strata."""
        return replace(self, strata_counts=self.counts[:, :, None])

    def part(self, classes: np.ndarray, groups: np.ndarray) -> "Cells":
        """Return the cells of some classes and groups only, without strata."""
        counts = self.counts[np.ix_(classes, groups)][:, :, None]
        return Cells(counts, self.levels[groups], self.cardinalities, self.codes_of(classes))

    def to_state(self) -> dict[str, Any]:
        """Return the fitted values as plain values."""
        return {
            "strata_counts": self.strata_counts,
            "levels": self.levels,
            "cardinalities": [int(n_levels) for n_levels in self.cardinalities],
            "class_codes": self.class_codes,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any], version: int) -> Self:
        """Return the cells of a state.

        Raises
        ------
        ValueError
            If it is not what :meth:`to_state` returns.
        """
        with State(state, "Cells") as fields:
            counts = fields.array("strata_counts", "iu", (None, None, None), low=0)
            cardinalities = fields.list("cardinalities", (int,))
            levels = fields.array("levels", "iu", (counts.shape[1], len(cardinalities)), low=0)
            fields.require(counts.any(), "has no row in any cell")
            is_level = (levels < np.array(cardinalities, dtype=int)).all()
            fields.require(is_level, f"has levels up to {levels.max(initial=0)}, expected below {cardinalities}")
            codes = fields.any("class_codes", None)
            if codes is not None:
                fields.check_array("class_codes", codes, "iu", (len(counts),), low=0)
                fields.require((codes[:-1] < codes[1:]).all(), "has class codes that are not sorted")
        return cls(counts, levels, cardinalities, codes)
