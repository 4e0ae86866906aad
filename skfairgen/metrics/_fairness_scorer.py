"""A scorer that reads the sensitive columns from X, so that no metadata has to be routed."""

from collections.abc import Callable, Hashable, Mapping
from functools import partial
from inspect import Parameter, signature
from typing import Any, Literal

import pandas as pd
from numpy.typing import ArrayLike

from skfairgen.data import Columns, Rows, as_pandas, column_positions, in_bands
from skfairgen.metrics._conditional_parity import (
    conditional_demographic_parity_difference,
    conditional_demographic_parity_ratio,
)
from skfairgen.metrics._parity import (
    demographic_parity_difference,
    demographic_parity_ratio,
    equal_opportunity_difference,
    equal_opportunity_ratio,
    equalized_odds_difference,
    equalized_odds_ratio,
    predictive_parity_difference,
    predictive_parity_ratio,
)
from skfairgen.metrics._rate_counts import LOWER_IS_BETTER
from skfairgen.metrics._rate_gaps import rate_difference, rate_ratio, worst_group

_METRICS = {
    metric.__name__: metric
    for metric in (
        conditional_demographic_parity_difference,
        conditional_demographic_parity_ratio,
        demographic_parity_difference,
        demographic_parity_ratio,
        equal_opportunity_difference,
        equal_opportunity_ratio,
        equalized_odds_difference,
        equalized_odds_ratio,
        predictive_parity_difference,
        predictive_parity_ratio,
        rate_difference,
        rate_ratio,
        worst_group,
    )
}


class FairnessScorer:
    """Score a fitted classifier by a fairness metric; greater is always better.

    A scorer for `cross_validate`, `GridSearchCV` and whatever else takes ``scoring=``, alone or in a dict of
    several. The sensitive columns must be columns of the X that is scored; the estimator may drop them.

    Parameters
    ----------
    metric : str or callable
        Name of a metric of :mod:`skfairgen.metrics`, such as "equalized_odds_ratio", or a function
        ``metric(y_true, y_pred, *, sensitive_features)`` that returns a number, such as fairlearn's.
    sensitive_columns : label, int, or list of them
        Labels (of a DataFrame) or positions of the sensitive columns of X; several are crossed. As in estimators, a
        numeric column of more than 20 values is cut at the quartiles of the rows that are scored.
    greater_is_better : bool or "auto", default="auto"
        False flips the sign, as scikit-learn's ``neg_`` scorers do. "auto": True for a name that ends in
        "_ratio" and for "worst_group" (of a rate of errors: False), False for one that ends in "_difference".
    pos_label : label or None, default=None
        The positive label, needed for two labels other than {0, 1} or {-1, 1}. None: not passed on.
    metric_params : dict or None, default=None
        Further keyword arguments of the metric, such as ``{"agg": "mean"}``.
    legitimate_columns : label, int, list of them, or None, default=None
        Columns of X that a conditional metric takes as ``legitimate_features``. None: not passed on.
    categorical_columns : "auto" or list of labels or positions, default="auto"
        Columns of X that hold categories: each number is then a group.

    Raises
    ------
    ValueError
        If `metric` is unknown, "auto" cannot tell its sign, a conditional metric lacks `legitimate_columns`, or another
        has them; when called, if X lacks a sensitive or legitimate column.

    Notes
    -----
    What is NaN where fewer than two groups can be compared stays NaN: the folds must hold every group, so
    stratify or use few folds. ``TunedThresholdClassifierCV`` scores without X, so it takes
    ``make_scorer(metric).set_score_request(sensitive_features=True)`` and routed metadata instead.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import cross_validate
    >>> from skfairgen.metrics import FairnessScorer
    >>> X = pd.DataFrame({"income": range(40), "sex": [0, 0, 1, 1] * 10})
    >>> y = [0, 1] * 10 + [1] * 20
    >>> scoring = {"accuracy": "accuracy", "parity": FairnessScorer("demographic_parity_difference", "sex")}
    >>> scores = cross_validate(LogisticRegression(), X, y, scoring=scoring, cv=2)
    >>> scores["test_parity"].shape
    (2,)
    """

    def __init__(
        self,
        metric: str | Callable[..., float],
        sensitive_columns: Columns,
        greater_is_better: bool | Literal["auto"] = "auto",
        *,
        pos_label: Hashable = None,
        metric_params: Mapping[str, Any] | None = None,
        legitimate_columns: Columns | None = None,
        categorical_columns: Columns = "auto",
    ) -> None:
        self.metric = metric
        self.sensitive_columns = sensitive_columns
        self.greater_is_better = greater_is_better
        self.pos_label = pos_label
        self.metric_params = metric_params
        self.legitimate_columns = legitimate_columns
        self.categorical_columns = categorical_columns
        # a search turns an error of its scorer into NaN, so a misspelled name has to be found here
        self._function()
        self._sign()
        self._check_legitimate_columns()

    def __call__(self, estimator: Any, X: Rows, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Return the score of `estimator`, which predicts X, against the labels y.

        Parameters
        ----------
        estimator : fitted classifier
        X : DataFrame or array-like of shape (n_rows, n_columns)
            Holds the sensitive columns.
        y : array-like of shape (n_rows,)
            True labels.
        sample_weight : array-like of shape (n_rows,) or None, default=None
            Weight of each row, passed on to the metric if given.

        Returns
        -------
        float
        """
        options = dict(self.metric_params or {})
        options |= {"pos_label": self.pos_label} if self.pos_label is not None else {}
        options |= {"sample_weight": sample_weight} if sample_weight is not None else {}
        if self.legitimate_columns is not None:
            options["legitimate_features"] = self._levels(X, self.legitimate_columns, "legitimate_columns")
        groups = self._levels(X, self.sensitive_columns, "sensitive_columns")
        value = self._function()(y, estimator.predict(X), sensitive_features=groups, **options)
        return self._sign() * float(value)

    @property
    def _score_func(self):
        # TunedThresholdClassifierCV asks every scorer for its function, by this name; others ask whether it has one
        raise AttributeError(
            f"{self!r} reads the sensitive columns from X, and what asks for its function, such as "
            "TunedThresholdClassifierCV, scores without X. Use sklearn.metrics.make_scorer(metric)"
            ".set_score_request(sensitive_features=True), turn metadata routing on, and pass sensitive_features to fit."
        )

    def _accept_sample_weight(self):
        # searches ask every scorer this, by this name, when fit is given sample_weight
        return "sample_weight" in signature(self._function()).parameters

    def __repr__(self) -> str:
        name = self.metric if isinstance(self.metric, str) else _name_of(self.metric)
        shown = [repr(name) if isinstance(self.metric, str) else name, repr(self.sensitive_columns)]
        defaults = dict.fromkeys(["greater_is_better", "pos_label", "metric_params", "legitimate_columns"])
        defaults |= {"greater_is_better": "auto", "categorical_columns": "auto"}
        for key, default in defaults.items():
            if getattr(self, key) != default:
                shown.append(f"{key}={getattr(self, key)!r}")
        return f"FairnessScorer({', '.join(shown)})"

    def _levels(self, X, columns, argument):
        table, declared = select_columns(X, columns, argument), self.categorical_columns
        if not isinstance(declared, str):
            declared = select_columns(X, declared, "categorical_columns").columns
        return in_bands(table, declared)

    def _function(self):
        if callable(self.metric):
            return self.metric
        if self.metric not in _METRICS:
            raise ValueError(f"metric is {self.metric!r}: expected a function or one of {', '.join(sorted(_METRICS))}.")
        return _METRICS[self.metric]

    def _check_legitimate_columns(self):
        parameters = signature(self._function()).parameters
        taken = parameters.get("legitimate_features")
        takes_any = any(parameter.kind is Parameter.VAR_KEYWORD for parameter in parameters.values())
        if self.legitimate_columns is not None and taken is None and not takes_any:
            raise ValueError(
                f"legitimate_columns was given, but {_name_of(self._function())} takes no legitimate_features. Use a "
                "conditional metric, or leave them out."
            )
        if self.legitimate_columns is None and taken is not None and taken.default is Parameter.empty:
            raise ValueError(
                f"{_name_of(self._function())} compares rows alike in legitimate features: name the columns of X that "
                "hold them in legitimate_columns."
            )

    def _sign(self):
        if self.greater_is_better != "auto":
            return 1 if self.greater_is_better else -1
        name = self.metric if isinstance(self.metric, str) else _name_of(self.metric)
        if name.endswith("_ratio"):
            return 1
        if name.endswith("_difference"):
            return -1
        if name == "worst_group":
            return -1 if (self.metric_params or {}).get("rate") in LOWER_IS_BETTER else 1
        raise ValueError(
            f"greater_is_better='auto' knows the sign of names that end in '_ratio' or '_difference', not of "
            f"{name!r}: pass greater_is_better=True or False."
        )


def _name_of(metric):
    while isinstance(metric, partial):
        metric = metric.func
    return getattr(metric, "__name__", type(metric).__name__)


def select_columns(X, columns, argument="sensitive_columns"):
    """Return columns of X, by label or position, as a DataFrame; `argument` is their name in messages."""
    X = as_pandas(X)
    if not isinstance(X, pd.DataFrame):
        X = pd.DataFrame(X.toarray() if hasattr(X, "toarray") else X)
    positions = column_positions(X.columns, columns, argument)
    if not positions:
        raise ValueError(f"{argument} is empty: name at least one column of X.")
    return X.iloc[:, positions]
