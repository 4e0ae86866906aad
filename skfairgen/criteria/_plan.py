"""What each cell has, gets, and why."""

from typing import Any

import numpy as np

from skfairgen.criteria._allocation import CellNames

_REASONS = {
    "parity": "makes the class rates of every group equal",
    "equalized_odds": "moves the threshold of equal odds in the group to one half",
    "minority": "raises the smallest cell to the largest",
    "not minority": "raises every cell but the smallest to the largest",
    "not majority": "raises every cell to the largest",
    "all": "raises every cell to the largest",
}


def sampling_plan(
    counts: np.ndarray,
    synthetic: np.ndarray,
    cells: CellNames,
    *,
    strategy: Any,
    mode: str,
    criterion: str | None,
    strength: float,
    is_estimate: bool = False,
) -> list[dict[str, Any]]:
    """Lay out a sampling plan.

    Parameters
    ----------
    counts, synthetic : ndarray of shape (n_classes, n_groups), int
        Real rows of each cell, and synthetic rows it gets.
    cells : CellNames
        Names of the cells.
    strategy : str, float, dict or callable
        The resolved sampling strategy.
    mode : {"augment", "replace"}
        Whether the real rows stay.
    criterion : str or None
        What the synthetic labels obey.
    strength : float
        How far, in [0, 1].
    is_estimate : bool
        Whether only the trained teacher knows how many rows each cell gets.

    Returns
    -------
    list of dict
        One dict for each cell: ``class``, ``group`` (None without groups), ``n_real``, ``n_synthetic``, ``n_output``
        (rows), ``rate_real``, ``rate_output`` (share of the class within the group, NaN where the group has no row)
        and ``reason``.
    """
    output = synthetic + (counts if mode == "augment" else 0)
    reason = _reason(strategy, criterion, strength)
    idle = "needs no row"
    if is_estimate:
        reason, idle = (f"{text}; an estimate until the teacher is trained" for text in (reason, "unknown"))
    rows = []
    for place in np.ndindex(counts.shape):
        rows.append(
            {
                "class": cells.classes[place[0]],
                "group": None if cells.groups is None else cells.groups[place[1]],
                "n_real": int(counts[place]),
                "n_synthetic": int(synthetic[place]),
                "n_output": int(output[place]),
                "rate_real": _rate(counts, place),
                "rate_output": _rate(output, place),
                "reason": reason if synthetic[place] else idle,
            }
        )
    return rows


def _reason(strategy, criterion, strength):
    if isinstance(strategy, str) and strategy in _REASONS:
        return f"{strategy}: {_REASONS[strategy]}"
    if isinstance(strategy, int | float):
        return f"{strategy:g}: raises every cell to this share of the largest"
    if strategy != "auto":
        return "asked for"
    if criterion is None:
        return "auto: the share it has in the data"
    return f"auto: its share in the data, moved by {criterion} at strength {strength:g}"


def _rate(counts, place):
    total = counts[:, place[1]].sum()
    return counts[place] / total if total else np.nan
