"""From what a user asks for to rows, labels and sensitive values in the kind that came in."""

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.utils import check_scalar

from skfairgen.criteria import CellNames, allocate, drawn_counts, moved_margins, warn_about_small_cells
from skfairgen.data import ItemReader
from skfairgen.models import DensityModel, RepairedDraws, draw_repaired
from skfairgen.training import random_generator


@dataclass(frozen=True)
class RowDrawer:
    """Draw rows of a fitted model, by share or by cell.

    Attributes
    ----------
    reader : ItemReader
        Turns items into rows.
    model : DensityModel
        Draws items.
    shares : ndarray of shape (n_classes, n_groups)
        Share of each cell in the rows.
    repair : BarycenterRepair or None
        What labels the items; None leaves the labels they are drawn with.
    n_threads : int
        Threads of torch.
    """

    reader: ItemReader
    model: DensityModel
    shares: np.ndarray
    repair: Any = None
    n_threads: int = 1

    @property
    def names(self):
        """Names of the classes, groups and cells."""
        return cell_names(self.reader.schema)

    def sample(
        self,
        n_samples,
        *,
        cells=None,
        group_shares=None,
        class_shares=None,
        return_sensitive_features=False,
        return_sample_weight=False,
        random_state=None,
    ):
        """Draw rows: see :meth:`FairGenerator.sample`."""
        if return_sample_weight and (cells is not None or class_shares is not None):
            raise ValueError(
                "return_sample_weight=True gives every row each label that it may have, so no class can be asked for. "
                "Leave out cells and class_shares, or draw labels."
            )
        rng = random_generator(random_state)
        schema = self.reader.schema
        wanted = self._wanted(n_samples, cells, group_shares, class_shares, rng)
        drawn = self._drawn(wanted, rng)
        draws, frame = drawn.draws, self.reader.frame(drawn.draws.items, drawn.draws.group_codes, rng)
        class_codes, group_codes, weights = draws.class_codes, draws.group_codes, ()
        if return_sample_weight:
            if schema.target is None:
                raise ValueError("return_sample_weight=True weighs labels, and y was None in fit. Leave it out.")
            places, class_codes, own = _every_label(drawn)
            if drawn.after is not None:
                frame, group_codes = frame.iloc[places].reset_index(drop=True), group_codes[places]
            weights = (own,)
        X = schema.format.restore(frame)
        y = None if schema.target is None else schema.target.decode(class_codes)
        values = (schema.sensitive_values(group_codes, frame, rng),) if return_sensitive_features else ()
        return X, y, *values, *weights

    def draw(self, wanted, rng):
        """Draw `wanted` rows of each cell in random order: rows under integer labels, class codes and group codes."""
        draws = self._drawn(wanted, rng).draws
        return self.reader.frame(draws.items, draws.group_codes, rng), draws.class_codes, draws.group_codes

    def _drawn(self, wanted, rng):
        if self.repair is None:
            return RepairedDraws(self.model.draw(wanted, rng, self.n_threads), None, None)
        return draw_repaired(self.model, self.repair, wanted, rng, self.n_threads)

    def _wanted(self, n_samples, cells, group_shares, class_shares, rng):
        counts = self.model.cells.counts
        if cells is None:
            check_scalar(n_samples, "n_samples", Integral, min_val=1)
            shares = moved_margins(self.shares, self.names, class_shares, group_shares)
            wanted = drawn_counts(shares, n_samples, rng)
            if not np.allclose(shares, counts / counts.sum()):  # a faithful copy asks for nothing beyond its rows
                warn_about_small_cells(wanted, counts, self.names)
            return wanted
        if group_shares is not None or class_shares is not None:
            raise ValueError("cells fixes the rows of each cell; give either cells, or group_shares and class_shares.")
        if not isinstance(cells, Mapping):
            raise ValueError(f"cells is {cells!r}; expected a dict of class, or (class, group) pair, to rows to draw.")
        wanted = allocate(cells, counts, self.names, unnamed=0)
        warn_about_small_cells(wanted, counts, self.names)
        return wanted


def _every_label(drawn):
    """Return rows with each label that they may have: their places, the labels and the weights."""
    if drawn.after is None:  # labels that rows are drawn with: one each
        n_rows = len(drawn.draws.class_codes)
        return np.arange(n_rows), drawn.draws.class_codes, np.ones(n_rows)
    places, class_codes = np.nonzero(drawn.after > 0)
    return places, class_codes, drawn.after[places, class_codes]


def cell_names(schema):
    """Return the names of the cells that a schema has."""
    return CellNames([None] if schema.classes is None else schema.classes.tolist(), schema.group_names)
