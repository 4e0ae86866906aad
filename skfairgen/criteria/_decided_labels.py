"""Labels that follow a fair decision, as the chance of each class."""

import numpy as np

LEAST_AGREEMENT = 0.88  # chance that a sharpened label is the decision: a row of logit 1, doubled
DECIDED_DRAWS = ("sharpen", "decide")


def decided_scores(scores: np.ndarray, decisions: np.ndarray, label_draw: str) -> np.ndarray:
    r"""Return the chance of each label: of the decided class, and of the others by what the teacher knows.

    "sharpen" squares the scores, :math:`q_y \propto P_y^2`, so that a label is surer than a drawn one, and raises the
    decided class to 0.88 where it has less. Rows far from the decision keep their order in the chance of the label.
    "decide" gives the decided class 1.

    Parameters
    ----------
    scores : ndarray of shape (n, C)
        P(y | row) of the teacher.
    decisions : ndarray of shape (n,), int
        Decided class of each row.
    label_draw : {"sharpen", "decide"}
        How labels follow the decision.

    Returns
    -------
    ndarray of shape (n, C)
        Rows sum to 1. :func:`draw_labels` draws from them. Rows taken once with each label, weighted by it, say the
        same without chance.

    Raises
    ------
    ValueError
        If `label_draw` is neither.

    Examples
    --------
    >>> import numpy as np
    >>> scores = np.array([[0.1, 0.9], [0.45, 0.55], [0.2, 0.8]])
    >>> decided_scores(scores, np.array([1, 1, 0]), "sharpen").round(2)
    array([[0.01, 0.99],
           [0.12, 0.88],
           [0.88, 0.12]])
    """
    if label_draw not in DECIDED_DRAWS:
        raise ValueError(f"Found label_draw {label_draw!r}; expected one of {', '.join(DECIDED_DRAWS)}.")
    is_decided = np.eye(scores.shape[1], dtype=bool)[decisions]
    if label_draw == "decide":
        return is_decided.astype(np.float64)
    sharp = np.maximum(scores, 1e-9) ** 2
    own = sharp[is_decided]
    others = np.where(is_decided, 0.0, sharp).sum(axis=1)
    agreement = np.maximum(own / (own + others), LEAST_AGREEMENT)
    return np.where(is_decided, agreement[:, None], sharp * ((1 - agreement) / others)[:, None])
