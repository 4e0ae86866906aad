"""One factor per class that brings the rows of a group to given class shares."""

import numpy as np

# a class ruled out for a row must stay reachable for the factors
_FLOOR = 1e-9


def proportional_factors(
    scores: np.ndarray, shares: np.ndarray, max_iterations: int = 1000, tolerance: float = 1e-6
) -> np.ndarray:
    """Factors after which the renormalized rows have given class shares, by iterative proportional fitting.

    Parameters
    ----------
    scores : ndarray of shape (n, C)
        Nonnegative scores of one group's rows.
    shares : ndarray of shape (C,)
        Class shares to reach; they sum to 1.
    max_iterations : int, default=1000
        Rounds after which the factors are taken as they are.
    tolerance : float, default=1e-6
        Largest gap to the shares at which the rounds end.

    Returns
    -------
    ndarray of shape (C,)
        Factors in (0, 1], for :func:`with_class_factors`.

    References
    ----------
    .. [1] R. Sinkhorn, "Diagonal equivalence to matrices with prescribed row and column sums",
       Am. Math. Mon. 74, 1967.

    Examples
    --------
    >>> import numpy as np
    >>> scores = np.array([[0.8, 0.2], [0.6, 0.4]])
    >>> factors = proportional_factors(scores, np.array([0.5, 0.5]))
    >>> with_class_factors(scores, factors).mean(axis=0).round(4)
    array([0.5, 0.5])
    """
    scores = np.maximum(scores, _FLOOR)
    shares = np.maximum(shares, _FLOOR)
    factors = np.ones(scores.shape[1])
    for _ in range(max_iterations):
        means = (scores / (scores @ factors)[:, None]).mean(axis=0) * factors
        if np.abs(means - shares).max() < tolerance:
            break
        factors *= shares / means
        factors /= factors.max()
    return factors


def with_class_factors(scores: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Multiply each class's scores by its factor and renormalize the rows.

    Parameters
    ----------
    scores : ndarray of shape (n, C)
        Nonnegative scores.
    factors : ndarray of shape (C,) or (n, C)
        Positive factors.

    Returns
    -------
    ndarray of shape (n, C)
        Probabilities; rows sum to 1.

    Examples
    --------
    >>> import numpy as np
    >>> with_class_factors(np.array([[0.5, 0.5]]), np.array([1.0, 3.0]))
    array([[0.25, 0.75]])
    """
    scaled = np.maximum(scores, _FLOOR) * factors
    return scaled / scaled.sum(axis=1, keepdims=True)
