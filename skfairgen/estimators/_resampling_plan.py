"""How many synthetic rows each cell gets, worked out before anything is trained."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from skfairgen.criteria import CellNames, allocate, apportion, sampling_plan, warn_about_small_cells
from skfairgen.estimators._parameters import (
    check_criterion,
    check_legitimate_columns,
    criterion_of_cells,
    uses_latent,
)
from skfairgen.estimators._row_drawer import cell_names
from skfairgen.models import REPAIRED, rows_for_odds


@dataclass(frozen=True)
class ResamplingPlan:
    """Rows to draw of each cell, and why.

    Attributes
    ----------
    counts, wanted : ndarray of shape (n_classes, n_groups), int
        Real rows of each cell, and synthetic rows it gets: an estimate where only the trained teacher knows.
    names : CellNames
        Names of the cells.
    why : dict
        ``strategy``, ``mode``, ``criterion`` and ``strength``, as resolved, and ``is_estimate``.
    """

    counts: np.ndarray
    wanted: np.ndarray
    names: CellNames
    why: dict[str, Any]

    @classmethod
    def of(cls, resampler, table):
        """Work out the plan of a resampler for a table.

        Raises
        ------
        ValueError
            If the strategy asks for what cannot be, a criterion for what is not there, or an option would do nothing;
            the message says which.
        """
        check_criterion(resampler.criterion, table.schema, resampler.label_draw)
        is_latent = uses_latent(resampler, table.schema)
        check_legitimate_columns(resampler.legitimate_columns, resampler.criterion)
        _check_idle_options(resampler)
        if is_latent:
            resampler = _resampler_of_codes(resampler)
        strategy = resampler.sampling_strategy
        if _is(strategy, "auto") and resampler.mode == "augment" and resampler.criterion is None:
            strategy = "not majority" if table.schema.groups is None else "parity"
        if _is(strategy, "equalized_odds") and (table.schema.groups is None or table.cells.n_classes != 2):
            raise ValueError(
                "sampling_strategy='equalized_odds' needs sensitive columns and two classes. Name the columns, or use "
                "another strategy."
            )
        names = cell_names(table.schema)
        follows_plan = resampler.criterion in REPAIRED and resampler.label_draw not in ("sample", "minimal")
        why = {
            "strategy": strategy,
            "mode": resampler.mode,
            "criterion": resampler.criterion,
            "strength": resampler.strength,
            "is_estimate": _is(strategy, "equalized_odds") or (_is(strategy, "auto") and follows_plan),
        }
        return cls(table.cells.counts, _rows_to_draw(resampler, strategy, table, names), names, why)

    def with_teacher(self, teacher, shares, rng):
        """Return the plan that takes the place of an estimate once the teacher is trained: itself where it is none.

        Parameters
        ----------
        teacher : FairGenerator
            Fitted.
        shares : ndarray of shape (n_classes, n_groups)
            Share of each cell in the labeled rows.
        rng : numpy.random.Generator
            Draws the rows that odds are measured on.
        """
        if not self.why["is_estimate"]:
            return self
        if _is(self.why["strategy"], "equalized_odds"):
            wanted = rows_for_odds(teacher.model_.rows, self.why["strength"], rng, teacher.n_threads)
        else:
            wanted = apportion(shares, self.wanted.sum())
        return replace(self, wanted=wanted, why={**self.why, "is_estimate": False})

    def as_drawn(self, class_codes, group_codes):
        """Return the plan with the rows that were drawn of each cell: where labels follow decisions, they fall so."""
        places = np.ravel_multi_index((class_codes, group_codes), self.wanted.shape)
        return replace(self, wanted=np.bincount(places, minlength=self.wanted.size).reshape(self.wanted.shape))

    def as_dict(self):
        """Return the synthetic rows of each cell by name, zeros left out."""
        return self.names.as_dict(self.wanted)

    def frame(self):
        """Return the plan as a frame, a row a cell."""
        return pd.DataFrame(sampling_plan(self.counts, self.wanted, self.names, **self.why))

    def warn_about_small_cells(self):
        """Warn of cells that get rows and have few to learn from."""
        warn_about_small_cells(self.wanted, self.counts, self.names)


def _resampler_of_codes(resampler):
    """Return a resampler whose criterion is what a fair code leaves of it.

    Raises
    ------
    ValueError
        If rows are to be added by odds, which takes the likelihood of rows.
    """
    if _is(resampler.sampling_strategy, "equalized_odds"):
        raise ValueError(
            "sampling_strategy='equalized_odds' needs the likelihood of rows, which a fair code does not give. Use "
            "criterion='equalized_odds', or another strategy."
        )
    made = copy(resampler)
    made.criterion = criterion_of_cells(resampler.criterion, True)
    return made


def _is(strategy, name):
    return isinstance(strategy, str) and strategy == name


def _check_idle_options(resampler):
    """Raise ValueError for an option that would do nothing."""
    has_criterion = resampler.criterion is not None
    is_repaired = resampler.criterion in REPAIRED
    is_planned = is_repaired and resampler.label_draw not in ("sample", "minimal")
    needs = {
        "strength": (1.0, has_criterion or _is(resampler.sampling_strategy, "equalized_odds"), "a criterion"),
        "label_draw": ("auto", is_repaired, "a criterion whose labels are planned"),
        "tuned_for": ("auto", is_planned, "labels that are planned: another label_draw and a criterion"),
        "sensitive_at_prediction": (True, is_repaired, "a criterion whose labels are planned"),
    }
    for name, (default, has_use, need) in needs.items():
        value = getattr(resampler, name)
        if not has_use and not (value is default or (isinstance(value, str | float | int | bool) and value == default)):
            raise ValueError(
                f"{name}={value!r} does nothing with criterion={resampler.criterion!r}: it needs {need}, such as "
                "'demographic_parity'. Set one, or leave it out."
            )
    has_strategy = not _is(resampler.sampling_strategy, "auto")
    if resampler.mode == "augment" and resampler.n_samples is not None and (has_strategy or not has_criterion):
        reason = "sampling_strategy tells the rows" if has_strategy else "there is no criterion"
        raise ValueError(
            f"n_samples={resampler.n_samples} does nothing with mode='augment' here, since {reason}. Leave it out, set "
            "a criterion and sampling_strategy='auto', or use mode='replace'."
        )
    if _is(resampler.sampling_strategy, "equalized_odds") and (has_criterion or resampler.mode != "augment"):
        raise ValueError(
            "sampling_strategy='equalized_odds' adds rows as they are to the real ones; found "
            f"criterion={resampler.criterion!r} and mode={resampler.mode!r}. Use criterion='equalized_odds', or "
            "mode='augment' without a criterion."
        )


def _rows_to_draw(resampler, strategy, table, names):
    """Return the synthetic rows of each cell, an int array of shape (n_classes, n_groups)."""
    counts = table.cells.counts
    if callable(strategy):
        strategy = _called(strategy, table.rows, names)
    if _is(strategy, "equalized_odds"):
        return np.zeros_like(counts)
    if _is(strategy, "auto"):
        is_of_odds = resampler.criterion in ("equalized_odds", "equal_opportunity")  # which keep the groups' own rates
        shares = table.cells.moved_shares(None if is_of_odds else resampler.criterion, resampler.strength)
        return apportion(shares, _n_synthetic(resampler, counts.sum()))
    if resampler.mode == "augment":
        return _rows_to_add(allocate(strategy, counts, names), counts, names)
    targets = allocate(strategy, counts, names)
    if targets.sum() == 0:
        raise ValueError(f"sampling_strategy={resampler.sampling_strategy!r} asks for no row at all. Ask for some.")
    return targets if resampler.n_samples is None else apportion(targets, resampler.n_samples)


def _n_synthetic(resampler, n_real):
    if resampler.mode == "replace":
        return resampler.n_samples or n_real
    if resampler.n_samples is None:
        return n_real
    if resampler.n_samples <= n_real:
        raise ValueError(
            f"n_samples={resampler.n_samples:,} is the rows of the output with the real ones, of which there are "
            f"{n_real:,}. Ask for more, or use mode='replace'."
        )
    return resampler.n_samples - n_real


def _called(strategy, rows, names):
    codes = zip(rows.class_codes, rows.group_codes, strict=True)
    asked = strategy([names.name(*place) for place in codes])
    if not isinstance(asked, Mapping):
        raise ValueError(
            f"The callable sampling_strategy returned {asked!r}; expected a dict of class, or "
            "(class, group) pair, to rows in the output."
        )
    return asked


def _rows_to_add(targets, counts, names):
    for place in np.argwhere(targets < counts):
        raise ValueError(
            f"sampling_strategy asks for {targets[tuple(place)]:,} rows of cell {names.name(*place)!r}, which "
            f"holds {counts[tuple(place)]:,}, and mode='augment' removes none. Ask for at least as many, or use "
            "mode='replace'."
        )
    return targets - counts
