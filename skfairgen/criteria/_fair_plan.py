"""The plan of a criterion: which rule decides, seeing the group or not, and what it will cost."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from skfairgen.criteria._constraints import CRITERIA, joint_indicator, largest_gap, n_constraints, rate_gaps
from skfairgen.criteria._decided_labels import decided_scores
from skfairgen.criteria._fair_rule import FairRule, fit_fair_rule, sighted_posteriors, unconstrained_gaps
from skfairgen.criteria._group_thresholds import GroupThresholds, fit_group_thresholds
from skfairgen.data import State

# accuracy that a whole gap is worth between two views: under equalized odds thresholds may leave more of it
PRICE_OF_GAP = 0.2
LEAST_KEPT = 0.5  # share of the accuracy gained over the constant under which a plan collapses
LEAST_LOSS = 0.01  # accuracy under which a loss is no collapse, however little there was to gain
VIEWS = ("blind", "sighted", "thresholds")
STRENGTH_STEPS = 6  # halvings in the search of the strength that keeps half


@dataclass(frozen=True)
class PlanForecast:
    """What the teacher expects of the decisions of a plan.

    Attributes
    ----------
    accuracy, unconstrained_accuracy, constant_accuracy : float
        Of the plan, of the most accurate rule without a criterion, and of the most frequent class alone; in [0, 1].
    class_rates : ndarray of shape (C,)
        Share of rows decided for each class; the last of two is the selection rate.
    group_rates : ndarray of shape (S, C)
        The same within each group; NaN in a group without rows.
    gap : float
        Largest difference between two groups in a rate that the criterion names.
    strength_that_keeps_half : float or None
        Largest strength whose plan keeps half of the accuracy gained over the constant, where this one does not and
        loses .01 of accuracy or more; None elsewhere.
    """

    accuracy: float
    unconstrained_accuracy: float
    constant_accuracy: float
    class_rates: np.ndarray
    group_rates: np.ndarray
    gap: float
    strength_that_keeps_half: float | None = None

    @property
    def kept(self) -> float:
        """Share of the accuracy gained over the constant that the plan keeps; 1 where there is none to lose."""
        gained = self.unconstrained_accuracy - self.constant_accuracy
        return (self.accuracy - self.constant_accuracy) / gained if gained > 1e-9 else 1.0


@dataclass(frozen=True)
class FairPlan:
    """Decisions that obey a criterion, and the labels that teach them.

    Attributes
    ----------
    criterion : str
        As in :func:`fit_fair_rule`.
    view : {"blind", "sighted", "thresholds"}
        A :class:`FairRule` on rows without their group, one on rows with it, or :class:`GroupThresholds`.
    rule : FairRule or GroupThresholds
        The rule.
    wanted : ndarray of shape (n_strata, C, J)
        The gaps that the rule was fitted to.
    """

    criterion: str
    view: str
    rule: FairRule | GroupThresholds
    wanted: np.ndarray

    def decide(self, posteriors: np.ndarray, groups: np.ndarray, strata: np.ndarray | None = None) -> np.ndarray:
        """Return the decided class of rows.

        Parameters
        ----------
        posteriors : ndarray of shape (n, C, S)
            P(y, s | row without its group).
        groups : ndarray of shape (n,), int
            Group of each row.
        strata : ndarray of shape (n,), int, default=None
            Stratum of each row; None: one for all.

        Returns
        -------
        ndarray of shape (n,), int64
        """
        if self.view == "thresholds":
            return self.rule.decide(posteriors, groups)
        return self.rule.decide(_as_seen(posteriors, groups, self.view), strata)

    def label_scores(
        self, posteriors: np.ndarray, groups: np.ndarray, strata: np.ndarray | None = None, *, label_draw: str
    ) -> np.ndarray:
        """Return the chance of each label, (n, C), as :func:`decided_scores`; parameters as in :meth:`decide`."""
        scores = _as_seen(posteriors, groups, self.view).sum(axis=2)
        return decided_scores(scores, self.decide(posteriors, groups, strata), label_draw)

    def to_state(self) -> dict[str, Any]:
        """Return the plan as plain values and arrays."""
        rule = {name: value for name, value in vars(self.rule).items() if name != "criterion"}
        return {"criterion": self.criterion, "view": self.view, "wanted": self.wanted, "rule": rule}

    @classmethod
    def from_state(cls, state: dict[str, Any], version: int) -> Self:
        """Return the plan of a state that :meth:`to_state` gave.

        Raises
        ------
        ValueError
            If a field is missing, or is not what a plan expects.
        """
        with State(state, "FairPlan") as fields:
            criterion, view = fields.choice("criterion", CRITERIA), fields.choice("view", VIEWS)
            wanted = fields.array("wanted", "f", (None, None, None))
            own = State(fields.take("rule", dict), "rule")
        with own as fields:
            if view == "thresholds":
                thresholds = fields.array("thresholds", "f", (None,))
                others = (fields.array(name, "f", thresholds.shape) for name in ("blends", "group_shares"))
                rule = GroupThresholds(thresholds, *others)
            else:
                shares = fields.array("shares", "f", (len(wanted), wanted.shape[1], None))
                rule = FairRule(criterion, shares, fields.array("multipliers", "f", wanted.shape))
        made = cls(criterion, view, rule, wanted)
        expected = (made.shape[0], n_constraints(made.shape, criterion))
        if wanted.shape[1:] != expected:
            raise ValueError(f"a FairPlan has wanted gaps of shape {wanted.shape}, expected (strata, {expected})")
        return made

    @property
    def shape(self) -> tuple[int, int]:
        """Number of classes and of groups."""
        return (2, len(self.rule.thresholds)) if self.view == "thresholds" else self.rule.shares.shape[1:]


def fit_plan(
    posteriors: np.ndarray,
    groups: np.ndarray,
    criterion: str,
    wanted: np.ndarray,
    view: str,
    *,
    weights: np.ndarray | None = None,
    strata: np.ndarray | None = None,
) -> FairPlan:
    """Fit the rule of one view to wanted gaps.

    Parameters
    ----------
    posteriors : ndarray of shape (n, C, S)
        P(y, s | row without its group) of rows drawn from the population.
    groups : ndarray of shape (n,), int
        Group of each row.
    criterion : {"demographic_parity", "equalized_odds", "equal_opportunity"}
        The criterion.
    wanted : ndarray of shape (n_strata, C, J)
        Wanted gaps, as :func:`rate_gaps` returns them.
    view : {"blind", "sighted", "thresholds"}
        As in :class:`FairPlan`.
    weights, strata : ndarray of shape (n,), default=None
        Weight and stratum of each row.

    Returns
    -------
    FairPlan
    """
    if view == "thresholds":
        rule = fit_group_thresholds(posteriors, groups, wanted=wanted[0], weights=weights)
    else:
        seen = _as_seen(posteriors, groups, view)
        rule = fit_fair_rule(seen, criterion, wanted=wanted, weights=weights, strata=strata, n_strata=len(wanted))
    return FairPlan(criterion, view, rule, wanted)


def choose_plan(
    posteriors: np.ndarray,
    groups: np.ndarray,
    criterion: str,
    *,
    strength: float = 1.0,
    sees_group: bool = True,
    weights: np.ndarray | None = None,
    strata: np.ndarray | None = None,
    n_strata: int = 1,
) -> tuple[FairPlan, PlanForecast]:
    """Plan decisions that remove a share of the gap, by the view that the teacher expects to do better.

    Better is accuracy less a fifth of the gap that is left.

    Parameters
    ----------
    posteriors, groups, criterion, weights, strata
        As in :func:`fit_plan`.
    strength : float in [0, 1], default=1.0
        Share of the gap of the most accurate rule that is removed.
    sees_group : bool, default=True
        Whether the model to be trained sees the group.
    n_strata : int, default=1
        Number of strata.

    Returns
    -------
    FairPlan
    PlanForecast
    """

    def plan_at(strength, view):
        kind = "blind" if view == "blind" else "sighted"
        own = {"weights": weights, "strata": strata}
        gaps = unconstrained_gaps(_as_seen(posteriors, groups, kind), criterion, n_strata=n_strata, **own)
        return fit_plan(posteriors, groups, criterion, (1 - strength) * gaps, view, **own)

    def expected_of(plan):
        return forecast(plan, posteriors, groups, weights=weights, strata=strata)

    plans = [plan_at(strength, view) for view in _views(posteriors, criterion, sees_group, strata)]
    forecasts = [expected_of(plan) for plan in plans]
    best = np.argmax([expected.accuracy - PRICE_OF_GAP * expected.gap for expected in forecasts])
    plan, expected = plans[best], forecasts[best]
    lost = expected.unconstrained_accuracy - expected.accuracy
    if expected.kept >= LEAST_KEPT or lost < LEAST_LOSS:
        return plan, expected
    gained = expected.unconstrained_accuracy - expected.constant_accuracy
    least = expected.constant_accuracy + LEAST_KEPT * gained
    low, high = 0.0, strength
    for _ in range(STRENGTH_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if expected_of(plan_at(middle, plan.view)).accuracy >= least else (low, middle)
    return plan, PlanForecast(**{**vars(expected), "strength_that_keeps_half": low})


def forecast(
    plan: FairPlan,
    posteriors: np.ndarray,
    groups: np.ndarray,
    *,
    weights: np.ndarray | None = None,
    strata: np.ndarray | None = None,
) -> PlanForecast:
    """Return what the teacher expects of a plan, as :class:`PlanForecast`; parameters as in :func:`fit_plan`."""
    weights = np.ones(len(groups)) if weights is None else weights
    weights = weights / weights.sum()
    n_classes, n_groups = posteriors.shape[1:]
    known = sighted_posteriors(posteriors, groups).sum(axis=2)
    decisions = plan.decide(posteriors, groups, strata)
    seen = _as_seen(posteriors, groups, plan.view)
    decided = weights @ joint_indicator(decisions, groups, (n_classes, n_groups)).reshape(len(groups), -1)
    decided = decided.reshape(n_classes, n_groups)
    sizes = decided.sum(axis=0)
    n_strata = len(plan.wanted)
    gaps = rate_gaps(decisions, seen, plan.criterion, weights=weights, strata=strata, n_strata=n_strata)
    rows = np.arange(len(groups))
    return PlanForecast(
        accuracy=float(weights @ known[rows, decisions]),
        unconstrained_accuracy=float(weights @ known[rows, seen.sum(axis=2).argmax(axis=1)]),
        constant_accuracy=float((weights @ known).max()),
        class_rates=decided.sum(axis=1),
        group_rates=np.divide(decided, sizes, out=np.full(decided.shape, np.nan), where=sizes > 0).T,
        gap=largest_gap(gaps, n_groups),
    )


def _views(posteriors, criterion, sees_group, strata):
    if not sees_group:
        return ["blind"]
    if criterion != "equalized_odds":
        return ["sighted"]  # at least as accurate as blind: what it may decide includes all that blind may
    return ["blind", "thresholds"] if posteriors.shape[1] == 2 and strata is None else ["blind"]


def _as_seen(posteriors, groups, view):
    return posteriors if view == "blind" else sighted_posteriors(posteriors, groups)
