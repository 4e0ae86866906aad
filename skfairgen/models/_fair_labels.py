"""Labels that follow a fair decision: the plan behind them, and its tuning on a trained model."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from skfairgen.criteria import FairPlan, LoopRows, choose_plan, draw_labels, tune_plan
from skfairgen.models._density_model import DensityModel
from skfairgen.models._draws import Draws
from skfairgen.models._label_repair import StrataReader

# rows of the teacher that a plan is made on; fewer where a pass for each cell makes them dear
MIN_POOL_ROWS, MAX_POOL_ROWS, MAX_POOL_PASSES = 20_000, 40_000, 1_000_000


@dataclass(frozen=True)
class Tuning:
    """What a plan is tuned with: a classifier and the rows that it is measured on.

    Attributes
    ----------
    classifier : scikit-learn classifier
        Stands for the model that users train on the rows.
    features : callable
        Takes draws and a numpy Generator, and returns what the classifier is given of them.
    audit : callable
        Takes fresh draws of the teacher, or None, and a numpy Generator; returns the LoopRows to measure on: the
        training rows where they are at hand, and the draws.
    has_training_rows : bool
        Whether they are at hand.
    track : callable
        Takes the rounds and passes them on: shows how far the tuning is.
    """

    classifier: Any
    features: Callable[[Draws, np.random.Generator], Any]
    audit: Callable[[Draws | None, np.random.Generator], LoopRows]
    has_training_rows: bool
    track: Callable[[Iterable[int]], Iterable[int]] = iter


@dataclass(frozen=True)
class FairLabels:
    """Labels by a plan.

    Attributes
    ----------
    plan : FairPlan
        Decides rows.
    shares : ndarray of shape (n_classes, n_groups)
        Share of each cell in the labeled rows, as the plan expects it.
    label_draw : {"sharpen", "decide"}
        How labels follow the decision.
    strata : callable
        Reads the strata of items.
    forecast : PlanForecast or None
        What the plan expects; None for one read from a file.
    records : list of dict
        The rounds of its tuning.
    """

    plan: FairPlan
    shares: np.ndarray
    label_draw: str
    strata: StrataReader
    forecast: Any = None
    records: tuple[dict[str, Any], ...] = ()

    #: class counts fall as the decisions do
    is_exact = False

    def scores(
        self, model: DensityModel, draws: Draws, rng: np.random.Generator, n_threads: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the probability of each class before and after the repair, (n_items, n_classes) each."""
        joint = posteriors(model, draws, self.plan.view, n_threads)
        before = class_posteriors(model, draws, joint, n_threads)
        own = self.strata(draws.items, rng) if len(self.plan.wanted) > 1 else None
        return before, self.plan.label_scores(joint, draws.group_codes, own, label_draw=self.label_draw)

    def labels(
        self, drawn_with: np.ndarray, before: np.ndarray, after: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Return a label for each row, shape (n_items,), int."""
        return draw_labels(after, rng)


def make_fair_labels(
    model: DensityModel,
    criterion: str,
    strength: float,
    label_draw: str,
    *,
    sees_group: bool,
    strata: StrataReader,
    tuning: Tuning | None,
    rng: np.random.Generator,
    n_threads: int = 1,
) -> FairLabels:
    """Make the plan of a criterion on rows of a model, and tune it.

    Parameters
    ----------
    model : DensityModel
        The teacher.
    criterion : {"demographic_parity", "equalized_odds", "equal_opportunity"}
        What decisions obey.
    strength : float in [0, 1]
        Share of the gap that is removed.
    label_draw : {"sharpen", "decide"}
        How labels follow the decision.
    sees_group : bool
        Whether models trained on the rows see the group.
    strata : callable
        Reads the strata of items.
    tuning : Tuning or None
        None leaves the plan as it is.
    rng : numpy.random.Generator
        All chance.
    n_threads : int
        Threads of torch.

    Returns
    -------
    FairLabels
    """
    cells = model.cells
    needs_joint = not sees_group or criterion == "equalized_odds"
    n_passes = cells.n_classes * (len(cells.levels) if needs_joint else 1)
    n_rows = min(np.clip(cells.n_rows, MIN_POOL_ROWS, MAX_POOL_ROWS), MAX_POOL_PASSES // n_passes)
    view = "blind" if needs_joint else "sighted"
    pool, joint = _pool(model, n_rows, view, rng, n_threads)
    n_strata = cells.strata_counts.shape[2]
    own = strata(pool.items, rng) if n_strata > 1 else None
    options = {"strata": own, "n_strata": n_strata}
    options |= {"strength": strength, "sees_group": sees_group}
    plan, forecast = choose_plan(joint, pool.group_codes, criterion, **options)
    records: list[dict[str, Any]] = []
    if tuning is not None:
        rows = LoopRows(tuning.features(pool, rng), pool.class_codes, pool.group_codes, own, joint)
        fresh = None
        if not tuning.has_training_rows or criterion != "demographic_parity":  # odds need the labels of many rows
            fresh = model.draw_as_learned(rng.multinomial(n_rows, cells.group_shares), rng, n_threads)
        audit = tuning.audit(fresh, rng)
        options = {"label_draw": label_draw, "strength": strength, "track": tuning.track, "rng": rng}
        plan, records = tune_plan(plan, rows, audit, tuning.classifier, **options)
    labels = plan.label_scores(joint, pool.group_codes, own, label_draw=label_draw)
    return FairLabels(plan, _cell_shares(labels, pool, cells), label_draw, strata, forecast, tuple(records))


def posteriors(model: DensityModel, draws: Draws, view: str, n_threads: int = 1) -> np.ndarray:
    """Return P(y, s | row), shape (n_items, n_classes, n_groups); for a sighted view, the own group's part only."""
    if view != "sighted":
        return model.joint_scores(draws.items, n_threads)
    scores = model.class_scores(draws.items, draws.group_codes, n_threads)
    joint = np.zeros((*scores.shape, len(model.cells.levels)))
    joint[np.arange(len(scores)), :, draws.group_codes] = scores
    return joint


def class_posteriors(model: DensityModel, draws: Draws, joint: np.ndarray, n_threads: int = 1) -> np.ndarray:
    """Return P(y | row, s) of each row's own group, shape (n_items, n_classes)."""
    if model.blind_terms is not None:
        return model.class_scores(draws.items, draws.group_codes, n_threads)
    own = joint[np.arange(len(joint)), :, draws.group_codes]
    totals = own.sum(axis=1, keepdims=True)
    learned = model.cells.class_shares.T[draws.group_codes]
    return np.where(totals > 0, own / np.where(totals > 0, totals, 1), learned)


def _pool(model, n_rows, view, rng, n_threads):
    group_sizes = rng.multinomial(n_rows, model.cells.group_shares)
    pool = model.draw_as_learned(group_sizes, rng, n_threads)
    return pool, posteriors(model, pool, view, n_threads)


def _cell_shares(labels, pool, cells):
    """Return the share of each cell among labeled rows; the groups keep theirs."""
    n_groups = len(cells.levels)
    within = np.tile(labels.mean(axis=0)[:, None], n_groups)
    for group in range(n_groups):
        own = labels[pool.group_codes == group]
        if len(own):
            within[:, group] = own.mean(axis=0)
    return within * cells.group_shares
