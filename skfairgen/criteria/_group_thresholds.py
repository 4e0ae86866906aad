"""Decisions by thresholds of each group, for equalized odds of a model that sees the group."""

from dataclasses import dataclass

import numpy as np
from scipy.special import logit

BLENDS = (0.0, 0.5, 1.0)
N_CUTS = 300  # thresholds tried for each group and blend
# accuracy that a miss of a whole rate is worth: a tenth of a rate costs .02
PRICE_OF_MISS = 0.2
LEAST_RATE = 0.02  # rate below which a miss no longer counts for more
TINY_SCORE = 1e-6


@dataclass(frozen=True)
class GroupThresholds:
    r"""Decide for class 1 where a blend of two logits passes the threshold of the row's group.

    .. math:: (1 - b_s) \operatorname{logit} P(y = 1 \mid x, s) + b_s \operatorname{logit} P(y = 1 \mid x, s') > t_s

    :math:`s'` is the other group; with several, the others are mixed by their shares. A blend b above 0 gives up
    accuracy within the group, which a group whose outcome is easier to tell has to.

    Attributes
    ----------
    thresholds, blends : ndarray of shape (S,)
        The numbers t, in nats, and b, in [0, 1].
    group_shares : ndarray of shape (S,)
        Share of each group.
    """

    thresholds: np.ndarray
    blends: np.ndarray
    group_shares: np.ndarray

    def fair_score(self, posteriors: np.ndarray, groups: np.ndarray) -> np.ndarray:
        """Return the blended logit less the threshold; class 1 is decided for where it is above 0.

        Parameters
        ----------
        posteriors : ndarray of shape (n, 2, S)
            P(y, s | row without its group).
        groups : ndarray of shape (n,), int
            Group of each row.

        Returns
        -------
        ndarray of shape (n,)
            In nats.
        """
        own, others = _two_logits(posteriors, groups, self.group_shares)
        blend = self.blends[groups]
        return (1 - blend) * own + blend * others - self.thresholds[groups]

    def decide(self, posteriors: np.ndarray, groups: np.ndarray) -> np.ndarray:
        """Return the decided class of each row, shape (n,); parameters as in :meth:`fair_score`."""
        return (self.fair_score(posteriors, groups) > 0).astype(np.int64)


def fit_group_thresholds(
    posteriors: np.ndarray, groups: np.ndarray, *, wanted: np.ndarray | None = None, weights: np.ndarray | None = None
) -> GroupThresholds:
    """Search the most accurate thresholds whose true and false positive rates are as far apart as wanted.

    A model that sees the group ranks the rows of a group by P(y | x, s) alone. It has one threshold a group to meet
    two rates with, so the convex problem behind :func:`fit_fair_rule` has no rule that is sure of its decisions.
    Here every threshold of the largest group is tried as the target of the others. Each takes the threshold and blend
    with the best accuracy less the price of what its rates miss: missing a tenth of a rate is worth .02.

    Parameters
    ----------
    posteriors : ndarray of shape (n, 2, S)
        P(y, s | row without its group).
    groups : ndarray of shape (n,), int
        Group of each row.
    wanted : ndarray of shape (2, 2 * S), default=None
        Wanted gaps, as one stratum of what :func:`rate_gaps` returns for "equalized_odds"; None: 0.
    weights : ndarray of shape (n,), default=None
        Weight of each row.

    Returns
    -------
    GroupThresholds

    Raises
    ------
    ValueError
        If there are more than two classes.

    References
    ----------
    .. [1] M. Hardt, E. Price, N. Srebro, "Equality of opportunity in supervised learning", NeurIPS 2016.
    """
    n_classes, n_groups = posteriors.shape[1:]
    if n_classes != 2:
        raise ValueError(f"Found {n_classes} classes; thresholds decide between two. Use fit_fair_rule.")
    weights = np.ones(len(groups)) if weights is None else weights
    weights = weights / weights.sum()
    shares = np.bincount(groups, weights=weights, minlength=n_groups)
    own, others = _two_logits(posteriors, groups, shares)
    gaps = np.zeros((2, n_groups)) if wanted is None else wanted[1].reshape(2, n_groups)
    curves = {
        group: _curves(own[rows], others[rows], weights[rows])
        for group in np.flatnonzero(shares)
        for rows in [groups == group]
    }
    largest = int(shares.argmax())
    chosen = _search(curves, largest, gaps)
    thresholds, blends = np.zeros(n_groups), np.zeros(n_groups)
    for group, place in chosen.items():
        thresholds[group], blends[group] = curves[group].thresholds[place], curves[group].blends[place]
    return GroupThresholds(thresholds, blends, shares)


@dataclass(frozen=True)
class _Curves:
    """What each threshold and blend gives within a group: rates, shape (2, m), of class 0 and 1; rows it gets right."""

    rates: np.ndarray
    correct: np.ndarray
    thresholds: np.ndarray
    blends: np.ndarray


def _curves(own, others, weights):
    chance = 1 / (1 + np.exp(-own))
    parts = []
    for blend in BLENDS:
        score = (1 - blend) * own + blend * others
        order = np.argsort(-score, kind="stable")
        ranked = score[order]
        # a threshold can only stand between two scores that differ
        ends = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
        ends = ends[np.unique(np.linspace(0, len(ends) - 1, N_CUTS).astype(int))]
        hits = np.cumsum((weights * chance)[order])
        alarms = np.cumsum((weights * (1 - chance))[order])
        below = ranked[np.minimum(ends + 1, len(ranked) - 1)]
        thresholds = np.where(ends + 1 < len(ranked), (ranked[ends] + below) / 2, ranked[ends] - 1)
        rates = np.stack([alarms[ends] / alarms[-1], hits[ends] / hits[-1]])
        correct = hits[ends] + alarms[-1] - alarms[ends]
        parts.append((rates, correct, thresholds, np.full(len(ends), blend)))
    return _Curves(*(np.concatenate(part, axis=-1) for part in zip(*parts, strict=True)))


def _search(curves, largest, gaps):
    """Return the place on its curves of each group."""
    targets = curves[largest].rates
    worth = curves[largest].correct.copy()
    answers = {largest: np.arange(len(worth))}
    for group in set(curves) - {largest}:
        aim = targets + (gaps[:, group] - gaps[:, largest])[:, None]
        off = np.abs(curves[group].rates[:, None, :] - aim[:, :, None])
        miss = (off / np.maximum(aim, LEAST_RATE)[:, :, None]).max(axis=0)
        value = curves[group].correct - PRICE_OF_MISS * miss
        answers[group] = value.argmax(axis=1)
        worth += value.max(axis=1)
    best = worth.argmax()
    return {group: answer[best] for group, answer in answers.items()}


def _two_logits(posteriors, groups, group_shares):
    """Return the logit of class 1 given the row's own group, and that given the others, shape (n,) each."""
    totals = posteriors.sum(axis=1)
    everyone = posteriors[:, 1].sum(axis=1, keepdims=True)
    by_group = np.where(totals > 0, posteriors[:, 1] / np.where(totals > 0, totals, 1), everyone)
    rows = np.arange(len(groups))
    mix = np.where(np.arange(len(group_shares)) == groups[:, None], 0.0, group_shares)
    mass = mix.sum(axis=1)
    own = by_group[rows, groups]
    others = np.where(mass > 0, (mix * by_group).sum(axis=1) / np.where(mass > 0, mass, 1), own)
    return tuple(logit(np.clip(chance, TINY_SCORE, 1 - TINY_SCORE)) for chance in (own, others))
