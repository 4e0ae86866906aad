"""What is asked of outcome scores and of group codes before anything is learned from them."""

import numpy as np
from numpy.typing import ArrayLike


def checked_scores(scores: ArrayLike) -> np.ndarray:
    """Scores as an (n, C) array of probabilities.

    Parameters
    ----------
    scores : array-like of shape (n,) or (n, C)
        Probability of the positive class, or of every class.

    Returns
    -------
    ndarray of shape (n, C)
        Of (n,), the two columns 1 - p and p.

    Raises
    ------
    ValueError
        If there is no row, or they are no probabilities.

    Examples
    --------
    >>> checked_scores([0.25])
    array([[0.75, 0.25]])
    """
    scores = np.asarray(scores, dtype=np.float64)
    if scores.ndim not in (1, 2) or len(scores) == 0 or (scores.ndim == 2 and scores.shape[1] < 2):
        raise ValueError(
            f"Found scores of shape {scores.shape}; expected (n,) for the positive class, or (n, C) with C >= 2."
        )
    if not (np.isfinite(scores).all() and (scores >= 0).all() and (scores <= 1).all()):
        raise ValueError("Found scores outside [0, 1] or not finite; expected probabilities.")
    if scores.ndim == 1:
        return np.column_stack([1 - scores, scores])
    totals = scores.sum(axis=1, keepdims=True)
    if np.abs(totals - 1).max() > 1e-3:
        raise ValueError(
            f"Found rows of scores that sum to {totals.min():.3f} .. {totals.max():.3f}; expected 1 (within "
            "0.001). Apply a softmax first."
        )
    return scores


def checked_codes(codes: ArrayLike, n_rows: int, name: str) -> np.ndarray:
    """Integer codes, one per row.

    Parameters
    ----------
    codes : array-like of shape (n_rows,), int
        The codes.
    n_rows : int
        Rows expected.
    name : str
        What the message calls them.

    Returns
    -------
    ndarray of shape (n_rows,), int64
        The codes.

    Raises
    ------
    ValueError
        If their number or type is another.

    Examples
    --------
    >>> checked_codes([2, 0], 2, "groups")
    array([2, 0])
    """
    codes = np.asarray(codes)
    if codes.shape != (n_rows,) or not np.issubdtype(codes.dtype, np.integer):
        raise ValueError(
            f"Found {name} of shape {codes.shape} and type {codes.dtype}; expected one integer code for each "
            f"of the {n_rows} rows."
        )
    return codes.astype(np.int64)


def group_parents(parents: np.ndarray, index: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return the one parent of each group, of those of its rows."""
    of_group = np.empty(len(groups), dtype=np.int64)
    for group in range(len(groups)):
        found = np.unique(parents[index == group])
        if len(found) > 1:
            raise ValueError(
                f"Found parents {found.tolist()} for group {groups[group]}; expected one: a parent pools whole groups."
            )
        of_group[group] = found[0]
    return of_group


def checked_shares(shares: ArrayLike | None, sizes: np.ndarray) -> np.ndarray:
    """Return positive shares of the groups, scaled to a sum of 1; without any, as many as each has rows."""
    shares = np.asarray(sizes if shares is None else shares, dtype=np.float64)
    if shares.shape != sizes.shape or not (np.isfinite(shares).all() and (shares > 0).all()):
        raise ValueError(
            f"Found group_shares {shares.tolist()}; expected a positive number for each of the {len(sizes)} "
            "groups, in the order of their sorted codes."
        )
    return shares / shares.sum()


def group_index(groups: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return the places of group codes among the sorted known ones."""
    index = np.searchsorted(known, groups).clip(max=len(known) - 1)
    unknown = np.unique(groups[known[index] != groups])
    if len(unknown):
        raise ValueError(f"Found groups {unknown.tolist()} that fit has not seen; expected some of {known.tolist()}.")
    return index
