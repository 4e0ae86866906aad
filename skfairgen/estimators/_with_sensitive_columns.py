"""Hand columns of X to an estimator that wants them as ``sensitive_features=``."""

from copy import deepcopy
from inspect import Parameter, signature
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, MetaEstimatorMixin, clone
from sklearn.utils import Tags, check_array, get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data

from skfairgen.data import Columns, Native, Rows, column_positions
from skfairgen.estimators._documented import Documented

MISSING_GROUP = "missing"


def _wrapped_has(method):
    def check(self):
        getattr(getattr(self, "estimator_", self.estimator), method)
        return True

    return check


class WithSensitiveColumns(Documented, MetaEstimatorMixin, BaseEstimator):
    """Give an estimator its ``sensitive_features=`` from columns of X.

    The sensitive columns travel inside X, so they stay aligned with the rows through pipelines that resample,
    cross-validation and grid search. This wrapper takes them out at the last step, for estimators such as
    those of fairlearn that want them as a separate argument.

    Parameters
    ----------
    estimator : estimator
        Its ``fit`` takes ``sensitive_features=`` (or ``**kwargs``). It is cloned, never changed.
    columns : str, int or sequence of them
        Labels of the sensitive columns; positions, from 0, for arrays, and for frames that have no such
        label.
    keep : bool, default=True
        Whether the estimator also sees the sensitive columns as features. False drops them from its X.

    Attributes
    ----------
    estimator_ : estimator
        The fitted clone.
    n_features_in_ : int
        Number of columns of the X given to ``fit``, the sensitive ones included.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, when X had only string names.
    classes_ : ndarray of shape (n_classes,)
        The wrapped estimator's.

    See Also
    --------
    skfairgen.FairDistillResampler : Repairs the rows before such an estimator is fitted.

    Notes
    -----
    One column is handed on as a Series (1-D array for arrays), several as a DataFrame (2-D array).
    ``predict``, ``predict_proba``, ``predict_log_proba``, ``decision_function`` and ``score`` exist where
    the wrapped estimator has them, and pass ``sensitive_features=`` where its method names that argument.

    Missing sensitive values: in a categorical, string or object column they form a group of their own, named
    ``"missing"``. In a numeric or boolean column they raise a ValueError, because no number stands for them.

    fairlearn's reductions accept numeric features only: encode the other columns in the step before, let the
    sensitive columns pass through it, and use ``keep=False``. Their predictions are random unless ``predict``
    gets a ``random_state``, and they are not tagged as classifiers, so cross-validation does not stratify.

    Examples
    --------
    >>> from sklearn.base import BaseEstimator, ClassifierMixin
    >>> from skfairgen.datasets import make_biased_classification
    >>> from skfairgen import WithSensitiveColumns
    >>> class MajorityOfGroup(ClassifierMixin, BaseEstimator):
    ...     def fit(self, X, y, *, sensitive_features):
    ...         self.rates_ = y.groupby(sensitive_features).mean()
    ...         return self
    ...     def predict(self, X, *, sensitive_features):
    ...         return (self.rates_.loc[sensitive_features] > 0.5).astype(int).to_numpy()
    >>> made = make_biased_classification(weights=(1, 2), bias=3.0, random_state=0)
    >>> model = WithSensitiveColumns(MajorityOfGroup(), "group_0").fit(made.data, made.target)
    >>> one_of_each = made.data.drop_duplicates("group_0")
    >>> dict(zip(one_of_each["group_0"], model.predict(one_of_each).tolist()))
    {'a': 1, 'b': 0}
    """

    def __init__(self, estimator: Any, columns: Columns, keep: bool = True) -> None:
        self.estimator = estimator
        self.columns = columns
        self.keep = keep

    def fit(self, X: Rows, y: ArrayLike | None = None, **fit_params: Any) -> Self:
        """Fit a clone of the estimator, with the sensitive columns as ``sensitive_features=``.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
            Holds the sensitive columns.
        y : array-like of shape (n_samples,), default=None
            Target.
        **fit_params
            Passed on to the estimator's ``fit``.

        Returns
        -------
        WithSensitiveColumns
            The fitted meta-estimator itself.

        Raises
        ------
        TypeError
            If the estimator's ``fit`` takes no ``sensitive_features``.
        ValueError
            If a sensitive column is not in X, holds missing numbers, or if no feature is left without them.
        """
        if not _takes_sensitive_features(self.estimator.fit, through_kwargs=True):
            raise TypeError(
                f"{type(self.estimator).__name__}.fit takes no sensitive_features; it is "
                f"fit{signature(self.estimator.fit)}. Wrap an estimator that takes them, or fit it bare."
            )
        native, X = _as_table(X)
        sensitive_features, rows = self._take_out(X, native)
        validate_data(self, X, skip_check_array=True)
        self.estimator_: Any = clone(self.estimator)
        self.estimator_.fit(rows, y, sensitive_features=sensitive_features, **fit_params)
        return self

    @available_if(_wrapped_has("predict"))
    def predict(self, X: Rows, **params: Any) -> np.ndarray:
        """Predict with the fitted estimator.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
            The columns of ``fit``.
        **params
            Passed on to the estimator's ``predict``, such as fairlearn's ``random_state``.

        Returns
        -------
        ndarray of shape (n_samples,)
            Predicted targets.
        """
        return self._delegate("predict", X, **params)

    @available_if(_wrapped_has("predict_proba"))
    def predict_proba(self, X: Rows, **params: Any) -> np.ndarray:
        """Predict class probabilities with the fitted estimator.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
            The columns of ``fit``.
        **params
            Passed on to the estimator's ``predict_proba``.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Probabilities, in the order of ``classes_``.
        """
        return self._delegate("predict_proba", X, **params)

    @available_if(_wrapped_has("predict_log_proba"))
    def predict_log_proba(self, X: Rows, **params: Any) -> np.ndarray:
        """Predict logarithms of class probabilities with the fitted estimator.

        Its arguments are those of `predict_proba`.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Log probabilities, in the order of ``classes_``.
        """
        return self._delegate("predict_log_proba", X, **params)

    @available_if(_wrapped_has("decision_function"))
    def decision_function(self, X: Rows, **params: Any) -> np.ndarray:
        """Score rows with the fitted estimator.

        Its arguments are those of `predict_proba`.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes)
            Decision values.
        """
        return self._delegate("decision_function", X, **params)

    @available_if(_wrapped_has("score"))
    def score(self, X: Rows, y: ArrayLike | None = None, **params: Any) -> float:
        """Score the fitted estimator by its own ``score``.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
            The columns of ``fit``.
        y : array-like of shape (n_samples,), default=None
            Target.
        **params
            Passed on to the estimator's ``score``.

        Returns
        -------
        float
            The estimator's score.
        """
        return self._delegate("score", X, y, **params)

    @property
    def classes_(self) -> np.ndarray:
        """The classes of the fitted estimator."""
        return self.estimator_.classes_

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        wrapped = deepcopy(get_tags(self.estimator))
        tags.estimator_type = wrapped.estimator_type
        tags.classifier_tags = wrapped.classifier_tags
        tags.regressor_tags = wrapped.regressor_tags
        tags.target_tags = wrapped.target_tags
        tags.input_tags = wrapped.input_tags
        tags.input_tags.sparse = False
        tags.non_deterministic = wrapped.non_deterministic
        return tags

    def _delegate(self, method, X, *args, **params):
        check_is_fitted(self)
        native, X = _as_table(X)
        validate_data(self, X, skip_check_array=True, reset=False)
        call = getattr(self.estimator_, method)
        if not _takes_sensitive_features(call, through_kwargs=False):
            return call(self._features(X, self._positions(X), native), *args, **params)
        sensitive_features, rows = self._take_out(X, native)
        return call(rows, *args, sensitive_features=sensitive_features, **params)

    def _take_out(self, X, native):
        positions = self._positions(X)
        return _sensitive_features(X, positions), self._features(X, positions, native)

    def _positions(self, X):
        labels = X.columns if isinstance(X, pd.DataFrame) else pd.RangeIndex(X.shape[1])
        positions = column_positions(labels, self.columns, "columns")
        if not positions:
            raise ValueError("columns is empty; name at least one sensitive column of X.")
        return positions

    def _features(self, X, positions, native):
        left = np.setdiff1d(np.arange(X.shape[1]), [] if self.keep else positions)
        if len(left) == 0:
            raise ValueError(
                f"keep=False drops all {X.shape[1]} columns of X, and leaves the estimator no feature. "
                "Use keep=True, or add features to X."
            )
        if self.keep and native is None:
            return X
        rows = X.iloc[:, left] if isinstance(X, pd.DataFrame) else X[:, left]
        return rows if native is None else native.part(left.tolist()).restore(rows)


def _takes_sensitive_features(method, *, through_kwargs):
    # fairlearn's reductions take the argument through **kwargs of fit; elsewhere **kwargs promises nothing
    parameters = signature(method).parameters
    if "sensitive_features" in parameters:
        return True
    return through_kwargs and any(p.kind is Parameter.VAR_KEYWORD for p in parameters.values())


def _as_table(X):
    native, X = Native.of(X)
    return native, X if isinstance(X, pd.DataFrame) else check_array(X, dtype=None, ensure_all_finite=False)


def _sensitive_features(X, positions):
    if not isinstance(X, pd.DataFrame):
        taken = pd.DataFrame(X[:, positions], columns=positions).apply(_without_missing)
        return (taken.iloc[:, 0] if len(positions) == 1 else taken).to_numpy()
    taken = pd.concat([_without_missing(X.iloc[:, position]) for position in positions], axis=1)
    return taken.iloc[:, 0] if len(positions) == 1 else taken


def _without_missing(column):
    # a category's unused levels would become empty groups downstream
    categorical = isinstance(column.dtype, pd.CategoricalDtype)
    values = column.astype(column.cat.categories.dtype if not column.hasnans else object) if categorical else column
    if not values.hasnans:
        return values
    if pd.api.types.is_numeric_dtype(values.dtype):
        raise ValueError(
            f"The sensitive column {column.name!r} has {column.isna().sum()} missing values (NaN) and holds "
            "numbers. Fill them, or turn the column into strings or categories: there, missing values form "
            f"a group of their own, {MISSING_GROUP!r}."
        )
    return values.fillna(MISSING_GROUP)
