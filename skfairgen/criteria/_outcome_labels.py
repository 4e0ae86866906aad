"""Labels drawn from outcome scores, afresh or with as few changes as the scores allow."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from skfairgen.criteria._allocation import apportion
from skfairgen.criteria._score_checks import checked_codes


def draw_labels(scores: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw one label per row from its scores.

    Parameters
    ----------
    scores : array-like of shape (n,) or (n, C)
        Probability of class 1, or of every class (rows are normalized).
    rng : numpy Generator or RandomState
        Source of the draws; one uniform per row, so the same numbers give the same label where scores agree.

    Returns
    -------
    ndarray of shape (n,), int64
        Class codes 0, 1, ..., C - 1.

    Raises
    ------
    ValueError
        If scores are negative, not finite, or a row has none above 0.

    Examples
    --------
    >>> import numpy as np
    >>> draw_labels([0.0, 1.0, 1.0], np.random.default_rng(0))
    array([0, 1, 1])
    """
    scores = _class_scores(scores)
    return _inverse_draw(scores, rng.uniform(size=len(scores)))


def minimal_flip_labels(
    labels: ArrayLike, scores_before: ArrayLike, scores_after: ArrayLike, rng: np.random.Generator
) -> np.ndarray:
    r"""Turn labels drawn from one set of scores into labels of another, with the fewest flips.

    A label y is kept with probability :math:`\min(1, q_y / p_y)`, else redrawn from the classes that
    gained, in proportion to :math:`\max(q - p, 0)`: the maximal coupling of p (before) and q (after). When
    y follows p the result follows q exactly, and a row flips with probability :math:`\frac12 \sum_c |p_c -
    q_c|`, the least that any way of drawing from q allows.

    Parameters
    ----------
    labels : array-like of shape (n,), int
        Class codes 0, 1, ..., C - 1, drawn from ``scores_before``.
    scores_before, scores_after : array-like of shape (n,) or (n, C)
        Probabilities p and q, as in :func:`draw_labels`.
    rng : numpy Generator or RandomState
        Source of the draws.

    Returns
    -------
    ndarray of shape (n,), int64
        Labels that follow ``scores_after``.

    Raises
    ------
    ValueError
        If the shapes differ, scores are no probabilities, or a label is no class code.

    References
    ----------
    .. [1] T. Lindvall, "Lectures on the Coupling Method", Wiley 1992, section I.5.

    Examples
    --------
    >>> import numpy as np
    >>> minimal_flip_labels([0, 1, 1], [0.5, 0.5, 0.5], [0.5, 0.5, 0.0], np.random.default_rng(0))
    array([0, 1, 0])
    """
    before, after = _class_scores(scores_before), _class_scores(scores_after)
    if before.shape != after.shape:
        raise ValueError(f"Found scores of shapes {before.shape} and {after.shape} (rows, classes); expected the same.")
    labels = _class_labels(labels, before)
    keep, redraw = rng.uniform(size=(2, len(labels)))
    rows = np.arange(len(labels))
    own_before, own_after = before[rows, labels], after[rows, labels]
    is_flipped = (own_before > own_after) & (keep * own_before >= own_after)
    flipped = labels.copy()
    gained = np.maximum(after - before, 0)[is_flipped]
    flipped[is_flipped] = _inverse_draw(gained, redraw[is_flipped])
    return flipped


def outcome_information(scores: np.ndarray, labels: np.ndarray) -> float:
    r"""Return what scores tell of labels, in nats a row: the labels' entropy less the scores' log loss.

    .. math:: H(y) - \frac1n \sum_i -\log q_i(y_i)

    Parameters
    ----------
    scores : array-like of shape (n, C)
        Probability of every class.
    labels : array-like of shape (n,), int
        Class codes 0, 1, ..., C - 1.

    Returns
    -------
    float
        0 for scores no better than the base rates, the entropy for scores that are sure and right; negative for
        worse ones.

    Examples
    --------
    >>> import numpy as np
    >>> round(outcome_information(np.array([[0.9, 0.1], [0.1, 0.9]]), np.array([0, 1])), 3)
    0.588
    """
    labels = np.asarray(labels)
    shares = np.bincount(labels) / len(labels)
    shares = shares[shares > 0]
    told = np.asarray(scores)[np.arange(len(labels)), labels]
    return float(-(shares * np.log(shares)).sum() + np.log(np.maximum(told, 1e-12)).mean())


def match_class_counts(
    labels: np.ndarray,
    scores: np.ndarray,
    groups: np.ndarray,
    rng: np.random.Generator,
    *,
    shares: Mapping[int, np.ndarray] | None = None,
) -> np.ndarray:
    """Change the fewest labels that give every group exactly the class counts its scores stand for.

    Labels drawn row by row miss their group's expected share by chance: by 2 % (one standard deviation) for a
    share of 0.3 among 500 rows. Rows are moved
    from each class with too many labels to one with too few, drawn in proportion to their score of the new
    class: a move from c to k is then as likely as one from k to c, and each row's chances stay near its scores.

    Parameters
    ----------
    labels : array-like of shape (n,), int
        Class codes 0, 1, ..., C - 1.
    scores : array-like of shape (n,) or (n, C)
        Probabilities the labels were drawn from, as in :func:`draw_labels`.
    groups : array-like of shape (n,), int
        Group of each row; any integer codes.
    rng : numpy Generator or RandomState
        Source of the draws.
    shares : mapping of int to array-like of shape (C,), default=None
        Class shares per group code. None: the mean scores of the group's rows.

    Returns
    -------
    ndarray of shape (n,), int64
        Labels; in each group every class has its share times the group's rows, rounded so that they sum up.

    Raises
    ------
    ValueError
        If the shapes differ, scores are no probabilities, a label is no class code, or ``shares`` lacks a group.

    Examples
    --------
    >>> import numpy as np
    >>> labels = match_class_counts([0, 0, 0, 0], [0.5] * 4, [1, 1, 1, 1], np.random.default_rng(0))
    >>> np.bincount(labels)
    array([2, 2])
    """
    scores = _class_scores(scores)
    labels = _class_labels(labels, scores)
    groups = checked_codes(groups, len(scores), "groups")
    unknown = [] if shares is None else sorted(set(np.unique(groups).tolist()) - set(shares))
    if unknown:
        raise ValueError(f"Found no shares for groups {unknown}; expected one entry per group, got {sorted(shares)}.")
    # the largest of log weight + Gumbel noise are a draw without replacement in proportion to the weights
    with np.errstate(divide="ignore"):
        preference = np.log(scores) + rng.gumbel(size=scores.shape)
    for group in np.unique(groups):
        rows = np.flatnonzero(groups == group)
        expected = scores[rows].sum(axis=0) if shares is None else len(rows) * np.asarray(shares[int(group)])
        labels[rows] = _with_counts(labels[rows], preference[rows], apportion(expected, round(expected.sum())))
    return labels


def _with_counts(labels, preference, counts):
    excess = np.bincount(labels, minlength=len(counts)) - counts
    for old in np.flatnonzero(excess > 0):
        for new in np.flatnonzero(excess < 0):
            n_moved = min(excess[old], -excess[new])
            rows = np.flatnonzero(labels == old)
            first = np.argsort(-preference[rows, new], kind="stable")[:n_moved]
            labels[rows[first]] = new
            excess[[old, new]] += [-n_moved, n_moved]
    return labels


def _class_labels(labels, scores):
    labels = np.asarray(labels)
    if labels.shape != (len(scores),):
        raise ValueError(
            f"Found labels of shape {labels.shape} for {len(scores)} rows of scores; expected the same number of rows."
        )
    is_code = np.isin(labels, np.arange(scores.shape[1]))
    if not is_code.all():
        raise ValueError(
            f"Found labels {np.unique(labels[~is_code]).tolist()}; expected class codes 0 .. {scores.shape[1] - 1}."
        )
    return labels.astype(np.int64)


def _inverse_draw(scores, uniforms):
    above = np.cumsum(scores, axis=1)
    # strictly below the total, so that no class of probability 0 can be drawn at the end
    return (uniforms[:, None] * above[:, -1:] >= above[:, :-1]).sum(axis=1)


def _class_scores(scores):
    scores = np.asarray(scores, dtype=np.float64)
    if scores.ndim == 1 and not (scores > 1).any():
        scores = np.column_stack([1 - scores, scores])
    is_usable = scores.ndim == 2 and np.isfinite(scores).all() and (scores >= 0).all()
    if not is_usable or not (scores.sum(axis=1) > 0).all():
        raise ValueError(
            f"Found scores of shape {scores.shape}, some negative, above 1, not finite or without any mass; "
            "expected probabilities of shape (n,) or (n, C)."
        )
    return scores / scores.sum(axis=1, keepdims=True)
