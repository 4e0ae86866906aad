"""Scores without the group whose mean is the same in every group, by the smallest change."""

import numpy as np

from skfairgen.criteria._constraints import constraint_functions

N_ROUNDS = 20


def fit_parity_scores(posteriors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""Find the multipliers of the scores nearest to P(y | x) whose mean is the same in every group.

    .. math:: q_y = P_y - \sum_s c_{ys} g_s, \qquad \mathbb E[q_y g_s] = 0

    Without clipping this is the orthogonal projection, :math:`c_y = \mathbb E[g g^\top]^{-1} \mathbb E[P_y g]`; scores
    are clipped to [0, 1] and normalized, so the equation is solved in rounds.

    Parameters
    ----------
    posteriors : ndarray of shape (n, C, S)
        P(y, s | row without its group).

    Returns
    -------
    multipliers : ndarray of shape (C, S)
        For :func:`parity_scores`.
    shares : ndarray of shape (C, S)
        Mean of the posteriors, which the functions g refer to.
    """
    shares = posteriors.mean(axis=0)
    functions = constraint_functions(posteriors, shares, "demographic_parity")
    gram = np.linalg.pinv(functions.T @ functions / len(functions), rcond=1e-6)
    multipliers = np.zeros(shares.shape)
    for _ in range(N_ROUNDS):
        moved = parity_scores(posteriors, multipliers, shares)
        multipliers = multipliers + (moved.T @ functions / len(functions)) @ gram
    return multipliers, shares


def parity_scores(
    posteriors: np.ndarray, multipliers: np.ndarray, shares: np.ndarray, strength: float = 1.0
) -> np.ndarray:
    """Return the moved probability of each class, shape (n, C); 0 of `strength` leaves P(y | x)."""
    functions = constraint_functions(posteriors, shares, "demographic_parity")
    moved = posteriors.sum(axis=2) - strength * functions @ np.asarray(multipliers).T
    moved = np.clip(moved, 1e-6, 1.0)
    return moved / moved.sum(axis=1, keepdims=True)
