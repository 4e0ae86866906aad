"""The points of a tradeoff display: from a search, or from predictions."""

import numpy as np
import pandas as pd

from skfairgen.metrics import disparity_report, group_report

BEATEN = "beaten by another"


def points_of_search(search, score, fairness, fairness_kind):
    """Return a point for each candidate, with one standard error over the folds each way, and the chosen position.

    The columns are those of `TradeoffDisplay`. Candidates with a NaN mean are left out; `None` is the position of a
    chosen one among them.

    Raises
    ------
    ValueError
        If a key is not in ``scoring``.
    """
    score_mean, score_error = _mean_and_error(search, score)
    fair_mean, fair_error = _mean_and_error(search, fairness)
    if fairness_kind == "difference":
        fair_mean = np.abs(fair_mean)
    points = pd.DataFrame(
        {
            "score": score_mean,
            "score_low": score_mean - score_error,
            "score_high": score_mean + score_error,
            "fairness": fair_mean,
            "fairness_low": fair_mean - fair_error,
            "fairness_high": fair_mean + fair_error,
        }
    ).dropna(subset=["score", "fairness"])
    unbeaten = _unbeaten(points["score"], points["fairness"] * (1 if fairness_kind == "ratio" else -1))
    points["method"] = np.where(unbeaten, "not beaten in both", BEATEN)
    points = points.sort_values(["method", "fairness"], ascending=[False, True])
    best = getattr(search, "best_index_", None)
    return points, points.index.get_loc(best) if best in points.index else None


def points_of_predictions(y_true, y_pred, score, fairness, options):
    """Return a point for each array of predictions, with bootstrap intervals; `options` are those of both reports.

    Raises
    ------
    ValueError
        If `score` is no rate of `group_report`, or `fairness` no row of `disparity_report`.
    """
    rows = []
    for method, predicted in (y_pred if isinstance(y_pred, dict) else {"predictions": y_pred}).items():
        gaps = disparity_report(y_true, predicted, **options)
        rates = group_report(y_true, predicted, **options)
        for name, known, what in ((score, rates.columns, "score"), (fairness, gaps.index, "fairness")):
            if name not in known:
                raise ValueError(f"{what} is {name!r}: expected one of {list(known)}.")
        rates = rates.iloc[-1]
        value, low, high = gaps.loc[fairness, ["value", "low", "high"]]
        rows.append(
            {
                "method": method,
                "score": rates[score],
                "score_low": rates[f"{score}_low"],
                "score_high": rates[f"{score}_high"],
                "fairness": value,
                "fairness_low": low,
                "fairness_high": high,
            }
        )
    return pd.DataFrame(rows)


def _mean_and_error(search, key):
    results = search.cv_results_
    if f"mean_test_{key}" not in results:
        known = [name.removeprefix("mean_test_") for name in results if name.startswith("mean_test_")]
        raise ValueError(f"The search has no scorer {key!r}, only {known}.")
    n_splits = sum(name.startswith("split") and name.endswith(f"_test_{key}") for name in results)
    return results[f"mean_test_{key}"], results[f"std_test_{key}"] / np.sqrt(max(n_splits - 1, 1))


def _unbeaten(score, fairness):
    """Tell which points have no other that is at least as good in both and better in one; greater is better."""
    score, fairness = np.asarray(score)[:, None], np.asarray(fairness)[:, None]
    as_good = (score <= score.T) & (fairness <= fairness.T)
    better = (score < score.T) | (fairness < fairness.T)
    return ~(as_good & better).any(1)
