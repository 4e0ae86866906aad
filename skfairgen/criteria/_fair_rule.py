"""The most accurate decisions whose gaps between groups are those wanted."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import logit

from skfairgen.criteria._constraints import (
    constrained_pairs,
    constraint_functions,
    mean_shares,
    n_constraints,
    rate_gaps,
    stratum_rows,
)

# widths of the softened decision, each solved from the last; the narrowest is the rule's own error in a score
SOFTNESS = (0.2, 0.05, 0.01, 0.001, 0.0001)
RIDGE = 1e-6  # makes multipliers unique where constraints imply each other, and finite where gaps cannot be had
TINY_SCORE, TINY_THRESHOLD = 1e-6, 1e-7  # logits stay finite, and no score passes a threshold at the end of the scale


@dataclass(frozen=True)
class FairRule:
    r"""Decide the class of the largest moved score.

    .. math:: \hat y = \arg\max_y P_y - \sum_j c_{yj} g_j

    Of two classes, this is :math:`1[2 P_1 - 1 - c \cdot g > 0]`.

    Attributes
    ----------
    criterion : str
        The criterion, as in :func:`constraint_functions`.
    shares : ndarray of shape (n_strata, C, S)
        Share of each cell within each stratum.
    multipliers : ndarray of shape (n_strata, C, J)
        The numbers c: what one unit of each gap is worth in accuracy.
    """

    criterion: str
    shares: np.ndarray
    multipliers: np.ndarray

    def moved_scores(self, posteriors: np.ndarray, strata: np.ndarray | None = None) -> np.ndarray:
        """Return the scores whose largest is decided for.

        Parameters
        ----------
        posteriors : ndarray of shape (n, C, S)
            P(y, s | row).
        strata : ndarray of shape (n,), int, default=None
            Stratum of each row; None: the first.

        Returns
        -------
        ndarray of shape (n, C)
            Not probabilities: they may lie outside [0, 1].
        """
        return posteriors.sum(axis=2) - self._penalties(posteriors, strata)

    def decide(self, posteriors: np.ndarray, strata: np.ndarray | None = None) -> np.ndarray:
        """Return the decided class of each row, shape (n,); parameters as in :meth:`moved_scores`."""
        return self.moved_scores(posteriors, strata).argmax(axis=1)

    def fair_score(self, posteriors: np.ndarray, strata: np.ndarray | None = None) -> np.ndarray:
        r"""Return the score of class 1 of two, moved on the logit scale, where the ranking of rows survives.

        .. math:: z = \operatorname{logit} P_1 - 2 \operatorname{artanh}(c \cdot g)

        Parameters
        ----------
        posteriors, strata
            As in :meth:`moved_scores`.

        Returns
        -------
        ndarray of shape (n,)
            In nats; above 0 exactly where class 1 is decided for.

        Raises
        ------
        ValueError
            If there are more than two classes.
        """
        if posteriors.shape[1] != 2:
            raise ValueError(
                f"Found {posteriors.shape[1]} classes; the fair score is that of class 1 of two. Use moved_scores."
            )
        penalties = self._penalties(posteriors, strata)
        score = np.clip(posteriors[:, 1].sum(axis=1), TINY_SCORE, 1 - TINY_SCORE)
        threshold = np.clip(penalties[:, 1] - penalties[:, 0], TINY_THRESHOLD - 1, 1 - TINY_THRESHOLD)
        is_decided = self.decide(posteriors, strata) == 1
        distance = np.maximum(np.abs(logit(score) - 2 * np.arctanh(threshold)), np.finfo(float).tiny)
        return np.where(is_decided, distance, -distance)

    def _penalties(self, posteriors, strata):
        penalties = np.zeros(posteriors.shape[:2])
        for stratum, rows, _ in stratum_rows(len(posteriors), None, strata, len(self.shares)):
            functions = constraint_functions(posteriors[rows], self.shares[stratum], self.criterion)
            penalties[rows] = functions @ self.multipliers[stratum].T
        return penalties


def fit_fair_rule(
    posteriors: np.ndarray,
    criterion: str,
    *,
    wanted: np.ndarray | None = None,
    weights: np.ndarray | None = None,
    strata: np.ndarray | None = None,
    n_strata: int = 1,
) -> FairRule:
    r"""Find the multipliers of the most accurate rule with wanted gaps.

    They solve the convex dual, softened and annealed, by L-BFGS, in each stratum on its own:

    .. math:: \min_c \; \mathbb E \max_y \Bigl(P_y - \sum_j c_{yj} g_j\Bigr) + \sum_{yj} c_{yj} w_{yj}

    Parameters
    ----------
    posteriors : ndarray of shape (n, C, S)
        P(y, s | row) of rows drawn from the population. A model that sees the group has :func:`sighted_posteriors`.
    criterion : {"demographic_parity", "equalized_odds", "equal_opportunity"}
        The criterion.
    wanted : ndarray of shape (n_strata, C, J), default=None
        Wanted gaps w, as :func:`rate_gaps` returns them; None: 0. Gaps that no rule has are approached.
    weights : ndarray of shape (n,), default=None
        Weight of each row.
    strata : ndarray of shape (n,), int, default=None
        Stratum of each row: gaps are those within each stratum. None: one stratum.
    n_strata : int, default=1
        Number of strata. One without rows keeps the most accurate rule.

    Returns
    -------
    FairRule

    Raises
    ------
    ValueError
        If there is no row, or the posteriors are not finite.

    References
    ----------
    .. [1] R. Xian, L. Yin, H. Zhao, "Fair and optimal classification via post-processing", ICML 2023.

    Examples
    --------
    >>> import numpy as np
    >>> P = np.array([[[0.2, 0.0], [0.8, 0.0]], [[0.0, 0.7], [0.0, 0.3]]] * 50)  # two kinds of row, one a group
    >>> fit_fair_rule(P, "demographic_parity").decide(P[:2])
    array([1, 1])
    """
    if len(posteriors) == 0 or not np.isfinite(posteriors).all():
        raise ValueError(f"Found {len(posteriors)} rows of posteriors, or some not finite; expected P(y, s | row).")
    n_classes, n_groups = posteriors.shape[1:]
    shares = np.zeros((n_strata, n_classes, n_groups))
    multipliers = np.zeros((n_strata, n_classes, n_constraints((n_classes, n_groups), criterion)))
    wanted = multipliers if wanted is None else wanted
    for stratum, rows, own in stratum_rows(len(posteriors), weights, strata, n_strata):
        shares[stratum] = mean_shares(posteriors[rows], own)
        functions = constraint_functions(posteriors[rows], shares[stratum], criterion)
        pairs = constrained_pairs(shares[stratum], criterion)
        scores = posteriors[rows].sum(axis=2)
        centered = _centered(wanted[stratum], shares[stratum])
        multipliers[stratum] = _solve_dual(scores, functions, pairs, centered, own)
    return FairRule(criterion, shares, multipliers)


def unconstrained_gaps(
    posteriors: np.ndarray,
    criterion: str,
    *,
    weights: np.ndarray | None = None,
    strata: np.ndarray | None = None,
    n_strata: int = 1,
) -> np.ndarray:
    """Return the gaps of the most accurate rule, (n_strata, C, J); parameters as in :func:`fit_fair_rule`."""
    decisions = posteriors.sum(axis=2).argmax(axis=1)
    return rate_gaps(decisions, posteriors, criterion, weights=weights, strata=strata, n_strata=n_strata)


def sighted_posteriors(posteriors: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return the posteriors of a model that sees the group: P(y | row, s) for the row's own group, else 0.

    Parameters
    ----------
    posteriors : ndarray of shape (n, C, S)
        P(y, s | row without its group).
    groups : ndarray of shape (n,), int
        Group of each row.

    Returns
    -------
    ndarray of shape (n, C, S)
    """
    rows = np.arange(len(groups))
    own = posteriors[rows, :, groups]
    totals = own.sum(axis=1, keepdims=True)
    everyone = posteriors.sum(axis=2)
    sighted = np.zeros(posteriors.shape)
    sighted[rows, :, groups] = np.where(totals > 0, own / np.where(totals > 0, totals, 1), everyone)
    return sighted


def _centered(wanted, shares):
    """Take the mean over groups off the gaps: gaps to everyone's rate have none, and measured ones nearly none."""
    n_groups = shares.shape[1]
    by_group = wanted.reshape(len(wanted), -1, n_groups)
    weights = shares if by_group.shape[1] == len(shares) else shares.sum(axis=0, keepdims=True)
    totals = np.maximum(weights.sum(axis=1), np.finfo(float).tiny)
    means = (by_group * weights).sum(axis=2) / totals
    return (by_group - means[:, :, None]).reshape(wanted.shape)


def _solve_dual(scores, functions, pairs, wanted, weights):
    # unit root mean squares, so that a group of 1 % of the rows is as easy to move along as one of half of them
    scale = np.sqrt(weights @ functions**2)
    scale[scale < 1e-9] = np.inf  # the same in every row: no rule can change this gap
    functions, wanted = functions / scale, (wanted / scale)[pairs]

    def dual(free, softness):
        multipliers = np.zeros(pairs.shape)
        multipliers[pairs] = free
        moved = (scores - functions @ multipliers.T) / softness
        top = moved.max(axis=1)
        decided = np.exp(moved - top[:, None])
        total = decided.sum(axis=1)
        value = softness * weights @ (top + np.log(total)) + wanted @ free + RIDGE * free @ free
        slope = -(decided * (weights / total)[:, None]).T @ functions
        return value, slope[pairs] + wanted + 2 * RIDGE * free

    free = np.zeros(pairs.sum())
    for softness in SOFTNESS if len(free) else ():
        free = minimize(dual, free, args=(softness,), jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    multipliers = np.zeros(pairs.shape)
    multipliers[pairs] = free
    return multipliers / scale
