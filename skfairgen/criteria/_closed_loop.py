"""The closed loop: ask the plan for what makes a model trained on its labels fair, not the plan itself."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone

from skfairgen.criteria._constraints import joint_indicator, largest_gap, mean_shares, rate_gaps, stratum_rows
from skfairgen.criteria._fair_plan import FairPlan, fit_plan
from skfairgen.criteria._fair_rule import sighted_posteriors
from skfairgen.criteria._outcome_labels import draw_labels

ROUNDS = {"demographic_parity": 5, "equalized_odds": 8, "equal_opportunity": 8}
GAIN = 0.8
SHRINKAGE_ROWS = 300  # rows at which half of a measured gap is taken to be chance
TOLERANCE = 0.003  # gap within which a round counts as having met the target


@dataclass(frozen=True)
class LoopRows:
    """Rows that a loop trains or measures a model on.

    Attributes
    ----------
    features : indexable of shape (n, ...)
        What the classifier is given.
    classes, groups : ndarray of shape (n,), int
        Class and group codes: of the pool, as drawn by the teacher.
    strata : ndarray of shape (n,), int, or None
        Stratum of each row.
    posteriors : ndarray of shape (n, C, S) or None
        P(y, s | row without its group); only of the pool.
    """

    features: object
    classes: np.ndarray
    groups: np.ndarray
    strata: np.ndarray | None = None
    posteriors: np.ndarray | None = None


def tune_plan(
    plan: FairPlan,
    pool: LoopRows,
    audit: LoopRows,
    classifier: Any,
    *,
    label_draw: str,
    strength: float = 1.0,
    rounds: int | None = None,
    gain: float = GAIN,
    tolerance: float = TOLERANCE,
    track: Callable[[Iterable[int]], Iterable[int]] = iter,
    rng: np.random.Generator,
) -> tuple[FairPlan, list[dict[str, Any]]]:
    """Correct what a plan is asked for until a classifier trained on its labels has the gaps wanted.

    Each round labels the pool, trains the classifier, measures its gaps on the audit rows, and moves the wanted gaps
    by `gain` times what was missed. Gaps of n audit rows count n / (n + 300): those of small groups are mostly chance.

    Parameters
    ----------
    plan : FairPlan
        The first plan; its view stays.
    pool : LoopRows
        Rows of the teacher.
    audit : LoopRows
        Rows with known labels, none of them held out for a later test.
    classifier : scikit-learn classifier
        The proxy of the user's model. It is cloned.
    label_draw : {"sharpen", "decide"}
        As in :func:`decided_scores`.
    strength : float in [0, 1], default=1.0
        Share of the gap to remove: the gap of the classifier trained on the pool's own classes.
    rounds : int, default=None
        Number of rounds; None: 5 for demographic parity, else 8.
    gain : float in (0, 1], default=0.8
        Share of what was missed that the next round corrects.
    tolerance : float, default=0.003
        Largest gap to the target, in rate, of a round that counts as having met it.
    track : callable, default=iter
        Takes the rounds and passes them on, such as a progress bar.
    rng : numpy Generator
        Source of the labels' uniforms, the same in every round.

    Returns
    -------
    plan : FairPlan
        Of the most accurate round that met the target, or else of the round nearest to it.
    tuning : list of dict
        A row a round: ``round`` (0: the pool's own classes, only with strength below 1), ``asked`` and ``gap``
        (largest differences between two groups, in rate, as asked of the plan and as measured), ``missed`` (largest
        distance of the shrunken gaps from the target) and ``accuracy`` on the audit rows.
    """
    shape = pool.posteriors.shape[1:]
    uniforms = rng.random(len(pool.classes))
    support = _support(audit, plan, shape)
    trust = support / (support + SHRINKAGE_ROWS)

    def measure(labels):
        model = clone(classifier).fit(pool.features, labels)
        decisions = np.asarray(model.predict(audit.features)).astype(np.int64)
        known = joint_indicator(audit.classes, audit.groups, shape)
        gaps = rate_gaps(decisions, known, plan.criterion, strata=audit.strata, n_strata=len(plan.wanted))
        return gaps, float(np.mean(decisions == audit.classes))

    left = _left_on_purpose(plan, pool)
    target, tuning, plans = left, [], []
    if strength < 1:
        gaps, accuracy = measure(pool.classes)
        target = (1 - strength) * gaps + left
        plan = _replan(plan, np.where(trust > 0, target - left, plan.wanted), pool)
        tuning.append(_record(0, gaps, gaps, trust * (gaps - target), accuracy, shape))
    for number in track(range(1, 1 + (ROUNDS[plan.criterion] if rounds is None else rounds))):
        scores = plan.label_scores(pool.posteriors, pool.groups, pool.strata, label_draw=label_draw)
        gaps, accuracy = measure(draw_labels(scores, _Replay(uniforms)))
        missed = trust * (gaps - target)
        tuning.append(_record(number, plan.wanted, gaps, missed, accuracy, shape))
        plans.append(plan)
        plan = _replan(plan, plan.wanted - gain * missed, pool)
    return plans[_best_round(tuning[-len(plans) :], tolerance)], tuning


def _replan(plan, wanted, pool):
    return fit_plan(pool.posteriors, pool.groups, plan.criterion, wanted, plan.view, strata=pool.strata)


def _left_on_purpose(plan, pool):
    """Return the gaps that thresholds leave beside the wanted ones, because closing them costs too much accuracy."""
    if plan.view != "thresholds":
        return np.zeros_like(plan.wanted)
    decisions = plan.decide(pool.posteriors, pool.groups)
    return rate_gaps(decisions, sighted_posteriors(pool.posteriors, pool.groups), plan.criterion) - plan.wanted


def _best_round(records, tolerance):
    met = [place for place, record in enumerate(records) if record["missed"] <= tolerance]
    if met:
        return max(met, key=lambda place: records[place]["accuracy"])
    return min(range(len(records)), key=lambda place: records[place]["missed"])


def _record(number, asked, gaps, missed, accuracy, shape):
    return {
        "round": number,
        "asked": largest_gap(asked, shape[1]),
        "gap": largest_gap(gaps, shape[1]),
        "missed": float(np.abs(missed).max()),
        "accuracy": accuracy,
    }


def _support(audit, plan, shape):
    """Return the audit rows behind each gap, shape (n_strata, 1, J)."""
    n_strata = len(plan.wanted)
    support = np.zeros((n_strata, 1, plan.wanted.shape[2]))
    known = joint_indicator(audit.classes, audit.groups, shape)
    for stratum, rows, own in stratum_rows(len(audit.classes), None, audit.strata, n_strata):
        counts = mean_shares(known[rows], own) * len(rows)
        counts = counts.sum(axis=0) if plan.criterion == "demographic_parity" else counts
        support[stratum, 0] = counts.ravel()
    return support


class _Replay:
    """Hand out the same uniforms again, so that rounds differ by their plan and not by chance."""

    def __init__(self, uniforms):
        self._uniforms = uniforms

    def uniform(self, size):
        return self._uniforms[:size]
