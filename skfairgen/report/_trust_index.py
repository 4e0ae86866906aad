"""trust_index: rank synthetic tables under the user's weights of the four axes."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.stats import rankdata
from sklearn.utils import check_random_state

from skfairgen.data import RandomState
from skfairgen.report._evaluation import Evaluation
from skfairgen.report._paired_bootstrap import RATIOS

AXES = ("fairness", "utility", "fidelity", "privacy")
_WIDTH_IN_ERRORS = 3.92  # width of a 95 % interval in standard errors


def trust_index(
    evaluations: Mapping[str, Evaluation],
    *,
    weights: Mapping[str, float] | None = None,
    n_bootstrap: int = 1_000,
    random_state: RandomState = 0,
) -> pd.DataFrame:
    r"""Rank synthetic tables under your weights of fairness, utility, fidelity and privacy.

    Each figure :math:`f` of candidate c becomes its rank among the candidates, :math:`u_{cf} = r_{cf} / m`, so that
    figures of different scales can be put together. An axis is the geometric mean of its figures, the index the
    weighted geometric mean of the axes [1]_:

    .. math:: T_c = \exp \sum_a w_a \, \frac{1}{|a|} \sum_{f \in a} \log u_{cf}, \qquad \sum_a w_a = 1

    The index is relative to the candidates: it says which is best of these, never that one is good.

    Parameters
    ----------
    evaluations : dict of str to Evaluation
        Two candidates or more, evaluated on the same real rows.
    weights : dict of str to float or None, default=None
        Weight, at least 0, of "fairness", "utility", "fidelity" and "privacy"; an axis that is not named has weight 0.
        None: all alike.
    n_bootstrap : int, default=1_000
        Draws of the figures, each from a normal distribution of its own standard error: that of its interval, and of
        a share among the rows it was measured on where it has none.
    random_state : int, RandomState instance or None, default=0
        Seed of the draws.

    Returns
    -------
    DataFrame
        A row a candidate, best first. Columns: the four axes and "index", in (0, 1]; "rank"; "rank_low" and
        "rank_high", which hold its rank in 95 % of the draws; "first", the share of the draws in which it is first.

    Raises
    ------
    ValueError
        If there are fewer than two candidates, or a weight is unknown or negative, or all are 0.

    References
    ----------
    .. [1] B. Belgodere et al., "Auditing and Generating Synthetic Data with Controllable Trust Trade-offs",
       arXiv:2304.10819, 2023.

    Examples
    --------
    >>> from skfairgen import evaluate
    >>> from skfairgen.datasets import make_biased_classification
    >>> from skfairgen.report import trust_index
    >>> made = make_biased_classification(900, n_categorical=0, n_boolean=0, missing_rate=0, random_state=0)
    >>> X, y = made.data, made.target
    >>> rows = (X[:300], y[:300], X[600:], y[600:])
    >>> candidates = {
    ...     "fresh": evaluate((X[300:600], y[300:600]), *rows, sensitive_columns=["group_0"]),
    ...     "copy": evaluate((X[:300], y[:300]), *rows, sensitive_columns=["group_0"]),
    ... }
    >>> trust_index(candidates, weights={"privacy": 1}).index[0]
    'fresh'
    """
    if len(evaluations) < 2:
        raise ValueError(f"Found {len(evaluations)} candidates, expected at least 2: the index compares them.")
    shares = _checked_weights(weights)
    figures = [_figures(evaluation) for evaluation in evaluations.values()]
    names = [key for key in figures[0] if all(np.isfinite(found.get(key, (np.nan,))[0]) for found in figures)]
    values, errors = (np.array([[found[key][part] for key in names] for found in figures]) for part in (0, 1))
    rng = check_random_state(random_state)
    drawn = values + errors * rng.standard_normal((n_bootstrap, *values.shape))
    axes, index = _index(values[np.newaxis], names, shares)
    ranks = rankdata(-_index(drawn, names, shares)[1], axis=1, method="min")
    frame = pd.DataFrame(axes[0], index=list(evaluations), columns=AXES).rename_axis("candidate")
    frame["index"] = index[0]
    frame["rank"] = rankdata(-index[0], method="min").astype(int)
    low, high = np.quantile(ranks, [0.025, 0.975], axis=0, method="inverted_cdf")
    frame["rank_low"], frame["rank_high"] = low.astype(int), high.astype(int)
    frame["first"] = (ranks == 1).mean(axis=0)
    return frame.sort_values("rank", kind="stable")


def _checked_weights(weights):
    weights = dict.fromkeys(AXES, 1.0) if weights is None else weights
    unknown = [axis for axis in weights if axis not in AXES]
    given = np.array([weights.get(axis, 0.0) for axis in AXES], dtype=float)
    if unknown or (given < 0).any() or not given.sum() > 0:
        raise ValueError(f"weights must be numbers of at least 0 of some of {', '.join(AXES)}, not all 0: {weights}.")
    return given / given.sum()


def _index(values, names, shares):
    """Return the axes (n_draws, n_candidates, 4) and the index (n_draws, n_candidates)."""
    logs = np.log(rankdata(values, axis=1) / values.shape[1])
    of_axis = [[place for place, (axis, _) in enumerate(names) if axis == name] for name in AXES]
    axes = np.stack([logs[:, :, places].mean(axis=2) for places in of_axis], axis=2)
    return np.exp(axes), np.exp(axes @ shares)


def _figures(evaluation):
    """Return {(axis, figure): (value, standard error)}, more is better."""
    sizes = evaluation.sizes_
    found = {}
    for (features, figure), row in evaluation.fairness_.iterrows():
        if figure in RATIOS:
            error = (row["high"] - row["low"]) / _WIDTH_IN_ERRORS
            found["fairness", (features, figure)] = row["change"], error  # from the same real rows for all
    for features, row in evaluation.utility_.loc[("synthetic", "real")].iterrows():
        for figure in ("roc_auc", "accuracy"):
            found["utility", (features, figure)] = _share(row[figure], sizes["held-out"])
    overall = evaluation.fidelity_.iloc[0]
    n_rows = min(sizes["training"], sizes["synthetic"])
    for figure in ("column_shapes", "column_pair_trends", "coverage"):
        found["fidelity", figure] = _share(overall[figure], n_rows)
    found["fidelity", "c2st_auc"] = -abs(overall["c2st_auc"] - 0.5), _share(overall["c2st_auc"], 2 * n_rows)[1]
    for attack, row in evaluation.privacy_.loc["everyone"].iterrows():
        error = (row["high"] - row["low"]) / _WIDTH_IN_ERRORS
        found["privacy", attack] = -max(row["excess"], 0.0) if np.isfinite(row["excess"]) else np.nan, error
    return found


def _share(value, n_rows):
    return value, np.sqrt(max(value * (1 - value), 0.0) / n_rows)
