"""Membership inference: can it be told who was in the training table?"""

from collections.abc import Callable
from numbers import Integral, Real

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.utils import check_random_state, check_scalar

from skfairgen.data import Columns, RandomState, Rows
from skfairgen.metrics._attack_rates import auc
from skfairgen.metrics._bootstrap import holding_interval
from skfairgen.metrics._neighbor_features import neighbor_features
from skfairgen.metrics._neighbor_search import distance_to_nearest
from skfairgen.metrics._table_features import as_frame, encode_tables

_FALSE_POSITIVE_RATE = 0.01


def membership_inference(
    real: Rows,
    synthetic: Rows,
    holdout: Rows,
    *,
    log_likelihood: Callable[[pd.DataFrame], ArrayLike] | None = None,
    categorical_columns: Columns = "auto",
    confidence_level: float = 0.95,
    n_bootstrap: int = 500,
    max_rows: int = 5_000,
    random_state: RandomState = 0,
) -> pd.DataFrame:
    """Tell training rows from held-out rows by how near a synthetic row is, and by their likelihood.

    The black-box attack holds a row for a member when a synthetic row lies near to it. The white-box attack
    has the generator, and holds a row for a member when its likelihood is high. Both are scored on as many
    members as held-out rows.

    Parameters
    ----------
    real : DataFrame or array-like of shape (n_real, n_columns)
        Real rows the generator has seen.
    synthetic : DataFrame or array-like of shape (n_synthetic, n_columns)
        Synthetic rows, the same columns.
    holdout : DataFrame or array-like of shape (n_holdout, n_columns)
        Real rows the generator has not seen.
    log_likelihood : callable or None, default=None
        ``log_likelihood(rows) -> array of shape (n_rows,)``, in nats, of rows in the columns of `real`. None: no
        white-box attack.
    categorical_columns : "auto" or list of labels, default="auto"
        Columns without an order; "auto": all that are neither numbers nor dates, and booleans.
    confidence_level : float, default=0.95
        Coverage of each interval, in (0, 1).
    n_bootstrap : int, default=500
        Resamples of the rows.
    max_rows : int, default=5_000
        Rows of each of the real tables that are attacked at most.
    random_state : int, RandomState instance or None, default=0
        Seed of the draws.

    Returns
    -------
    DataFrame
        Index levels "attack" ("by distance", "by likelihood") and "figure": "roc_auc" (0.5 is guessing) and
        "true_positive_rate", of the members, where 1 % of the held-out rows are taken for members (0.01 is
        guessing). Columns "value", "low", "high" and "guessing".

    Raises
    ------
    ValueError
        If the columns differ, a table is empty, or a numeric column holds infinite values.

    References
    ----------
    .. [1] N. Carlini et al., "Membership Inference Attacks From First Principles", IEEE S&P 2022.

    Examples
    --------
    >>> import numpy as np
    >>> from skfairgen.metrics import membership_inference
    >>> real, fresh = np.random.RandomState(0).normal(size=(2, 200, 3))
    >>> membership_inference(real, real, fresh)["value"].to_list()
    [1.0, 1.0]
    """
    check_scalar(n_bootstrap, "n_bootstrap", Integral, min_val=1)
    check_scalar(confidence_level, "confidence_level", Real, min_val=0, max_val=1, include_boundaries="neither")
    rng = check_random_state(random_state)
    real, holdout = as_frame(real), as_frame(holdout)
    size = min(len(real), len(holdout), max_rows)
    real, holdout = (table.iloc[rng.choice(len(table), size, replace=False)] for table in (real, holdout))
    encoded = encode_tables(real, synthetic, holdout, categorical_columns=categorical_columns)
    members, made, others = neighbor_features(*encoded)
    scores = {"by distance": [-distance_to_nearest(rows, made)[0] for rows in (members, others)]}
    if log_likelihood is not None:
        scores["by likelihood"] = [np.asarray(log_likelihood(rows), dtype=float) for rows in (real, holdout)]
    rows = {}
    for attack, (of_members, of_others) in scores.items():
        drawn = [_figures(rng.choice(of_members, size), rng.choice(of_others, size)) for _ in range(n_bootstrap)]
        values = _figures(of_members, of_others)
        lows, highs = holding_interval(np.array(drawn), values, confidence_level)
        for place, (figure, guessing) in enumerate(_GUESSING.items()):
            rows[attack, figure] = {
                "value": values[place],
                "low": float(lows[place]),
                "high": float(highs[place]),
                "guessing": guessing,
            }
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index = frame.index.set_names(["attack", "figure"])
    return frame


_GUESSING = {"roc_auc": 0.5, "true_positive_rate": _FALSE_POSITIVE_RATE}


def _figures(of_members, of_others):
    is_member = np.repeat([1, 0], [len(of_members), len(of_others)])
    area = auc(is_member, np.concatenate([of_members, of_others]))
    return float(area), _true_positive_rate(of_members, of_others)


def _true_positive_rate(of_members, of_others):
    """Share of the members above the score that 1 % of the others reach; ties are split by chance."""
    ordered = np.sort(of_others)[::-1]
    allowed = _FALSE_POSITIVE_RATE * len(ordered)
    threshold = ordered[min(int(allowed), len(ordered) - 1)]
    above, at = (of_others > threshold).sum(), (of_others == threshold).sum()
    lottery = (allowed - above) / at
    return float((of_members > threshold).mean() + lottery * (of_members == threshold).mean())
