"""fairlearn's ThresholdOptimizer, as an estimator that reads the groups from X."""

from importlib import import_module

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin, clone

from skfairgen.report._groups import group_codes

_CONSTRAINTS = {
    "demographic_parity": "demographic_parity",
    "equalized_odds": "equalized_odds",
    "equal_opportunity": "true_positive_rate_parity",
}


class GroupThresholds(ClassifierMixin, BaseEstimator):
    """Fit an estimator of two classes, then choose thresholds of its score for each group [1]_.

    It needs the group of a row to predict, and draws some decisions at random.

    Parameters
    ----------
    estimator : classifier
        With ``predict_proba``.
    sensitive_columns : list of labels
    criterion : {"demographic_parity", "equalized_odds", "equal_opportunity"}
    random_state : int
        Seed of the decisions.

    References
    ----------
    .. [1] M. Hardt, E. Price, N. Srebro, "Equality of Opportunity in Supervised Learning", NeurIPS 2016.
    """

    def __init__(self, estimator, sensitive_columns, criterion="demographic_parity", random_state=0):
        self.estimator = estimator
        self.sensitive_columns = sensitive_columns
        self.criterion = criterion
        self.random_state = random_state

    def fit(self, X, y):
        """Fit the estimator, then the thresholds, on the same rows."""
        optimizer = import_module("fairlearn.postprocessing").ThresholdOptimizer
        self.classes_ = np.unique(y)
        if len(self.classes_) != 2:
            raise ValueError(f"ThresholdOptimizer takes two classes, y holds {len(self.classes_)}.")
        if not hasattr(self.estimator, "predict_proba"):
            raise ValueError("ThresholdOptimizer takes an estimator with predict_proba.")
        self.estimator_ = clone(self.estimator).fit(X, y)
        # fairlearn 0.15 refuses mixed frames, and float32 scores on pandas 3: it gets the scores as a float64 column
        self.optimizer_ = optimizer(
            estimator=_GivenScores(),
            constraints=_CONSTRAINTS[self.criterion],
            prefit=True,
            predict_method="predict_proba",
        )
        self.optimizer_.fit(
            self._scores(X), (np.asarray(y) == self.classes_[1]).astype(int), sensitive_features=self._groups(X)
        )
        return self

    def predict(self, X):
        """Decide with the thresholds of each row's group."""
        decided = self.optimizer_.predict(
            self._scores(X), sensitive_features=self._groups(X), random_state=self.random_state
        )
        return self.classes_[np.asarray(decided, dtype=int)]

    def _scores(self, X):
        return self.estimator_.predict_proba(X)[:, 1:].astype(np.float64)

    def _groups(self, X):
        codes, names = group_codes(X, self.sensitive_columns)
        return pd.Series(np.array(names, dtype=object)[codes], name="group")


class _GivenScores(BaseEstimator):
    """A classifier whose scores are its only feature."""

    def fit(self, X, y):
        return self

    def __sklearn_is_fitted__(self):
        return True

    def predict_proba(self, X):
        return np.column_stack([1 - X, X])
