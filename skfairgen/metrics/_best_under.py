"""Choose the best candidate of a search among those that are fair enough."""

import warnings
from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any, Literal

import numpy as np
from sklearn.utils import check_scalar

from skfairgen.exceptions import SkfairgenWarning


def best_under(
    score: str, gap: str, max_gap: float, *, kind: Literal["difference", "ratio"] = "difference"
) -> Callable[[Mapping[str, Any]], int]:
    """Make ``refit=`` of a search with several metrics keep the best score whose gap is small enough.

    Parameters
    ----------
    score : str
        Key, in ``scoring``, of the score to maximize.
    gap : str
        Key, in ``scoring``, of the fairness scorer.
    max_gap : float
        Largest mean gap over the folds that is allowed, at least 0.
    kind : {"difference", "ratio"}, default="difference"
        What the scorer `gap` returns. "difference": a difference with its sign flipped, as scikit-learn wants
        scores to grow, and `FairnessScorer` does by itself; the gap is minus the score. "ratio": the gap is
        1 minus the score.

    Returns
    -------
    callable
        ``refit(cv_results_) -> best_index_``: the highest mean test score among the candidates whose mean
        gap is at most `max_gap` (of equal ones, the smallest gap). If there is none, the smallest gap, with
        a ``SkfairgenWarning``. Candidates with a NaN mean, of either metric, are passed over.

    Raises
    ------
    ValueError
        If an argument is out of range; during the search, if a key is missing from ``scoring``, the sign of
        the gap contradicts `kind`, or every candidate has a NaN mean.

    Notes
    -----
    With a callable, scikit-learn sets `best_index_`, `best_params_` and `best_estimator_`, but not
    `best_score_`: read ``search.cv_results_["mean_test_<score>"][search.best_index_]``. With an ordinary
    callable ``search.score`` fails too, because it looks up ``scoring[refit]``. What is returned here is also
    the text `score`, so that look-up, and with it ``search.score``, works.

    The folds that choose the candidate flatter its gap: report it on rows the search has not seen.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import GridSearchCV
    >>> from skfairgen.metrics import FairnessScorer, best_under
    >>> X = pd.DataFrame({"income": range(40), "sex": [0, 0, 1, 1] * 10})
    >>> y = [0, 1] * 10 + [1] * 20
    >>> search = GridSearchCV(
    ...     LogisticRegression(),
    ...     {"C": [0.01, 1.0]},
    ...     scoring={"auc": "roc_auc", "gap": FairnessScorer("demographic_parity_difference", "sex")},
    ...     refit=best_under("auc", "gap", max_gap=0.5),
    ...     cv=2,
    ... ).fit(X, y)
    >>> search.refit
    best_under('auc', 'gap', max_gap=0.5)
    >>> 0 <= search.score(X, y) <= 1
    True
    """
    check_scalar(max_gap, "max_gap", Real, min_val=0)
    if kind not in ("difference", "ratio"):
        raise ValueError(f"kind must be 'difference' or 'ratio', got {kind!r}.")
    chosen = _BestUnder(score)
    chosen.gap, chosen.max_gap, chosen.kind = gap, max_gap, kind
    return chosen


class _BestUnder(str):
    """The text `score`, that can be called with ``cv_results_``; what :func:`best_under` returns."""

    def __call__(self, cv_results):
        score = _mean_of(cv_results, str(self))
        gap = self._as_gap(_mean_of(cv_results, self.gap))
        known = ~np.isnan(score) & ~np.isnan(gap)
        if not known.any():
            raise ValueError(
                f"No candidate has both a mean {str(self)!r} and a mean {self.gap!r}, all are NaN: the "
                "scorers failed, or a fold lacks a group; see the warnings of the search."
            )
        allowed = known & (gap <= self.max_gap)
        if allowed.any():
            return int(np.lexsort((gap, -score, ~allowed))[0])
        best = int(np.lexsort((-score, gap, ~known))[0])
        warnings.warn(
            f"No candidate has a mean gap {self.gap!r} of at most {self.max_gap:.3g}: the smallest, "
            f"{gap[best]:.3g}, is taken. Allow a larger max_gap, or widen the search.",
            SkfairgenWarning,
            stacklevel=2,
        )
        return best

    def __repr__(self):
        kind = "" if self.kind == "difference" else f", kind={self.kind!r}"
        return f"best_under({str(self)!r}, {self.gap!r}, max_gap={self.max_gap!r}{kind})"

    def _as_gap(self, mean):
        if self.kind == "ratio" and np.nanmin(mean, initial=0.0) < 0:
            raise ValueError(
                f"kind='ratio', but {self.gap!r} has negative means: pass kind='difference', or a scorer of a ratio."
            )
        if self.kind == "difference" and np.nanmax(mean, initial=0.0) > 0:
            raise ValueError(
                f"kind='difference', but {self.gap!r} has positive means: pass kind='ratio' if it is a "
                "ratio, else a scorer with greater_is_better=False, which flips the sign."
            )
        return 1 - mean if self.kind == "ratio" else -mean


def _mean_of(cv_results, key):
    try:
        return np.asarray(cv_results[f"mean_test_{key}"], dtype=np.float64)
    except KeyError:
        known = [name.removeprefix("mean_test_") for name in cv_results if name.startswith("mean_test_")]
        raise ValueError(f"The search has no scorer {key!r}, only {known}: add it to scoring.") from None
