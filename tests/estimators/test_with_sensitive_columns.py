import pickle

import numpy as np
import pandas as pd
import pytest
from fairlearn.postprocessing import ThresholdOptimizer
from fairlearn.reductions import DemographicParity, ExponentiatedGradient
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import make_pipeline as imblearn_pipeline
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone, is_classifier, is_regressor
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from skfairgen.datasets import make_biased_classification
from skfairgen.estimators._with_sensitive_columns import WithSensitiveColumns

# fairlearn 0.15 enlarges a Series by assignment, which pandas 3 deprecates
fairlearn_on_pandas_3 = pytest.mark.filterwarnings("ignore:Setting a:DeprecationWarning")


class Recorder(ClassifierMixin, BaseEstimator):
    """A logistic regression that notes the sensitive features it was fitted with."""

    def __init__(self, C=1.0):
        self.C = C

    def fit(self, X, y, sample_weight=None, *, sensitive_features=None):
        self.model_ = LogisticRegression(C=self.C, max_iter=500).fit(X, y, sample_weight)
        self.classes_, self.n_features_in_ = self.model_.classes_, self.model_.n_features_in_
        self.sensitive_features_, self.X_, self.sample_weight_ = sensitive_features, X, sample_weight
        return self

    def predict(self, X):
        return self.model_.predict(X)

    def predict_proba(self, X):
        return self.model_.predict_proba(X)

    def predict_log_proba(self, X):
        return self.model_.predict_log_proba(X)

    def decision_function(self, X):
        return self.model_.decision_function(X)


class EchoRegressor(RegressorMixin, BaseEstimator):
    """Predicts the sensitive feature itself, so what reaches ``predict`` and ``score`` can be seen."""

    def fit(self, X, y, *, sensitive_features):
        self.seen_ = sensitive_features
        return self

    def predict(self, X, *, sensitive_features, scale=1.0):
        return scale * np.asarray(sensitive_features, dtype=float)

    def score(self, X, y, *, sensitive_features):
        return float(np.mean(np.asarray(sensitive_features, dtype=float) == y))


class Regressor(LinearRegression):
    def fit(self, X, y, *, sensitive_features=None):
        return super().fit(X, y)


@parametrize_with_checks([WithSensitiveColumns(Recorder(), [0]), WithSensitiveColumns(Regressor(), 0)])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def made():
    return make_biased_classification(
        1500,
        n_categorical=0,
        n_boolean=0,
        missing_rate=0,
        weights=(1, 1),
        bias=2.0,
        sensitive_levels=(2, 3),
        random_state=0,
    )


@pytest.fixture(name="X")
def numeric_table(made):
    codes = {name: made.data[name].cat.codes.astype(int) for name in made.sensitive_columns}
    return made.data.assign(**codes)


def test_one_column_of_a_frame_arrives_as_a_series(X, made):
    for columns in ("group_0", ["group_0"], 0, -X.shape[1]):
        seen = WithSensitiveColumns(Recorder(), columns).fit(X, made.target).estimator_.sensitive_features_
        pd.testing.assert_series_equal(seen, X["group_0"])


def test_several_columns_of_a_frame_arrive_as_a_frame_in_the_order_asked_for(X, made):
    wrapper = WithSensitiveColumns(Recorder(), ["group_1", "group_0"]).fit(X, made.target)
    pd.testing.assert_frame_equal(wrapper.estimator_.sensitive_features_, X[["group_1", "group_0"]])


def test_columns_of_an_array_arrive_as_arrays(X, made):
    values = X.to_numpy()
    one = WithSensitiveColumns(Recorder(), 1).fit(values, made.target).estimator_.sensitive_features_
    two = WithSensitiveColumns(Recorder(), [1, 0]).fit(values, made.target).estimator_.sensitive_features_
    np.testing.assert_array_equal(one, values[:, 1])
    np.testing.assert_array_equal(two, values[:, [1, 0]])


def test_integer_labels_of_a_frame_are_labels_before_they_are_positions(X, made):
    relabeled = X.set_axis(range(len(X.columns))[::-1], axis=1)
    seen = WithSensitiveColumns(Recorder(), 0).fit(relabeled, made.target).estimator_.sensitive_features_
    pd.testing.assert_series_equal(seen, relabeled.iloc[:, -1])


@pytest.mark.parametrize("as_array", [False, True])
def test_keep_decides_whether_the_estimator_sees_the_columns(X, made, as_array):
    table = X.to_numpy() if as_array else X
    for keep, width in ((True, X.shape[1]), (False, X.shape[1] - 2)):
        wrapper = WithSensitiveColumns(Recorder(), [0, 1], keep=keep).fit(table, made.target)
        assert wrapper.estimator_.n_features_in_ == width
        assert wrapper.n_features_in_ == X.shape[1]
        assert wrapper.predict(table).shape == made.target.shape
    np.testing.assert_array_equal(wrapper.estimator_.X_, X.iloc[:, 2:])


def test_dropping_every_feature_is_refused(X, made):
    with pytest.raises(ValueError, match="keep=False drops all 1 columns"):
        WithSensitiveColumns(Recorder(), 0, keep=False).fit(X[["group_0"]], made.target)


def test_an_unknown_column_is_named_beside_what_exists(X, made):
    with pytest.raises(ValueError, match=r"'rase' is not a column of X.*'group_0'"):
        WithSensitiveColumns(Recorder(), "rase").fit(X, made.target)
    with pytest.raises(ValueError, match=r"9 is not a column of X.*0, 1, 2, 3, 4, 5, 6"):
        WithSensitiveColumns(Recorder(), 9).fit(X.to_numpy(), made.target)
    with pytest.raises(ValueError, match="'group_0' names a column, and X is an array here"):
        WithSensitiveColumns(Recorder(), "group_0").fit(X.to_numpy(), made.target)
    with pytest.raises(ValueError, match="columns is empty"):
        WithSensitiveColumns(Recorder(), []).fit(X, made.target)


def test_a_column_that_stands_twice_is_refused(X, made):
    twice = pd.concat([X, X[["group_0"]]], axis=1)
    with pytest.raises(ValueError, match="'group_0' names several columns"):
        WithSensitiveColumns(Recorder(), "group_0").fit(twice, made.target)


def test_an_estimator_that_takes_no_sensitive_features_is_refused(X, made):
    with pytest.raises(TypeError, match=r"LogisticRegression.fit takes no sensitive_features"):
        WithSensitiveColumns(LogisticRegression(), "group_0").fit(X, made.target)


def test_missing_categories_are_a_group_and_unused_levels_are_not(X, made):
    race = pd.Series(pd.Categorical(["x", None, "y"] * 500, categories=["x", "y", "unused"]), name="race")
    table = pd.concat([race, X], axis=1)
    recorder = WithSensitiveColumns(Recorder(), "race", keep=False).fit(table, made.target).estimator_
    assert set(recorder.sensitive_features_) == {"x", "y", "missing"}
    assert recorder.sensitive_features_[1] == "missing"
    assert not isinstance(recorder.sensitive_features_.dtype, pd.CategoricalDtype)


@pytest.mark.parametrize("dtype", ["object", "str", "string"])
def test_missing_strings_are_a_group(X, made, dtype):
    table = X.assign(race=pd.Series(["x", None, "y"] * 500, dtype=dtype))
    recorder = WithSensitiveColumns(Recorder(), "race", keep=False).fit(table, made.target).estimator_
    assert recorder.sensitive_features_[:3].tolist() == ["x", "missing", "y"]


@pytest.mark.parametrize("dtype", ["float64", "Int64", "boolean"])
def test_missing_numbers_are_refused_by_column_name(X, made, dtype):
    table = X.assign(flag=pd.Series([1, 0, None] * 500, dtype=dtype))
    with pytest.raises(ValueError, match="'flag' has 500 missing values"):
        WithSensitiveColumns(Recorder(), "flag", keep=False).fit(table, made.target)


def test_missing_values_do_not_matter_where_a_method_takes_no_sensitive_features(X, made):
    wrapper = WithSensitiveColumns(Recorder(), "group_0", keep=False).fit(X, made.target)
    expected = wrapper.predict(X)
    np.testing.assert_array_equal(wrapper.predict(X.assign(group_0=np.nan)), expected)


def test_predict_and_score_get_the_sensitive_features_and_other_arguments(X, made):
    wrapper = WithSensitiveColumns(EchoRegressor(), "group_1").fit(X, made.target)
    np.testing.assert_array_equal(wrapper.predict(X, scale=2.0), 2 * X["group_1"])
    assert wrapper.score(X, X["group_1"]) == 1.0


def test_methods_are_those_of_the_wrapped_estimator(X, made):
    wrapper = WithSensitiveColumns(Recorder(), "group_0").fit(X, made.target)
    model = wrapper.estimator_
    for method in ("predict", "predict_proba", "predict_log_proba", "decision_function"):
        np.testing.assert_array_equal(getattr(wrapper, method)(X), getattr(model, method)(X))
    assert wrapper.score(X, made.target) == model.score(X, made.target)
    np.testing.assert_array_equal(wrapper.classes_, [0, 1])
    assert list(wrapper.feature_names_in_) == list(X)
    assert not hasattr(WithSensitiveColumns(EchoRegressor(), 0), "predict_proba")
    assert is_classifier(wrapper)
    assert is_regressor(WithSensitiveColumns(EchoRegressor(), 0))


def test_fit_arguments_are_passed_on(X, made):
    weights = np.arange(len(X)) % 3
    wrapper = WithSensitiveColumns(Recorder(), "group_0").fit(X, made.target, sample_weight=weights)
    assert wrapper.estimator_.sample_weight_ is weights


def test_the_given_estimator_and_table_are_not_changed(X, made):
    before, recorder = X.copy(), Recorder()
    WithSensitiveColumns(recorder, "group_0", keep=False).fit(X, made.target)
    assert not hasattr(recorder, "classes_")
    pd.testing.assert_frame_equal(X, before)


def test_clone_and_pickle_keep_settings_and_predictions(X, made):
    wrapper = WithSensitiveColumns(Recorder(C=0.1), ["group_0"], keep=False).fit(X, made.target)
    assert clone(wrapper).get_params()["estimator__C"] == 0.1
    restored = pickle.loads(pickle.dumps(wrapper))
    np.testing.assert_array_equal(restored.predict_proba(X), wrapper.predict_proba(X))


def test_grid_search_reaches_the_wrapped_parameters_in_a_pipeline(X, made):
    pipeline = make_pipeline(FunctionTransformer(), WithSensitiveColumns(Recorder(), "group_0"))
    grid = {"withsensitivecolumns__estimator__C": [1e-6, 1.0], "withsensitivecolumns__keep": [True, False]}
    search = GridSearchCV(pipeline, grid, n_jobs=2, cv=3, scoring="roc_auc").fit(X, made.target)
    assert search.best_params_["withsensitivecolumns__estimator__C"] == 1.0
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


@fairlearn_on_pandas_3
def test_exponentiated_gradient_is_what_fairlearn_gives_by_hand(X, made):
    tree = DecisionTreeClassifier(max_depth=4, random_state=0)
    reduction = ExponentiatedGradient(tree, DemographicParity(), eps=0.02)
    predicted = WithSensitiveColumns(reduction, "group_0").fit(X, made.target).predict(X, random_state=0)
    by_hand = clone(reduction).fit(X, made.target, sensitive_features=X["group_0"])
    np.testing.assert_array_equal(predicted, by_hand.predict(X, random_state=0))

    other_groups = clone(reduction).fit(X, made.target, sensitive_features=X["group_1"])
    assert (predicted != other_groups.predict(X, random_state=0)).any()


@fairlearn_on_pandas_3
def test_exponentiated_gradient_takes_a_categorical_column_it_may_not_see(made):
    reduction = ExponentiatedGradient(DecisionTreeClassifier(max_depth=3), DemographicParity(), max_iter=5)
    table = made.data.drop(columns="group_1")
    wrapper = WithSensitiveColumns(reduction, "group_0", keep=False).fit(table, made.target)
    assert set(wrapper.predict(table, random_state=0)) == {0, 1}


@fairlearn_on_pandas_3
def test_exponentiated_gradient_runs_in_cross_validation_with_two_columns(X, made):
    reduction = ExponentiatedGradient(DecisionTreeClassifier(max_depth=3), DemographicParity(), max_iter=5)
    wrapper = WithSensitiveColumns(reduction, ["group_0", "group_1"])
    scores = cross_validate(wrapper, X, made.target, cv=3, scoring="accuracy", error_score="raise")
    assert (scores["test_score"] > 0.5).all()


@fairlearn_on_pandas_3
def test_a_resampled_mixed_table_reaches_fairlearn_with_its_groups_inside_a_grid_search():
    made = make_biased_classification(400, random_state=0)
    encoder = make_column_transformer(
        ("passthrough", ["group_0"]),
        (OneHotEncoder(sparse_output=False), make_column_selector("category_")),
        remainder=make_pipeline(FunctionTransformer(_as_floats, feature_names_out="one-to-one"), SimpleImputer()),
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")
    reduction = ExponentiatedGradient(DecisionTreeClassifier(max_depth=3), DemographicParity(), max_iter=3)
    pipeline = imblearn_pipeline(
        RandomOverSampler(random_state=0), encoder, WithSensitiveColumns(reduction, "group_0", keep=False)
    )
    grid = {"withsensitivecolumns__estimator__eps": [0.01, 0.1]}
    search = GridSearchCV(pipeline, grid, cv=2, n_jobs=2, scoring="balanced_accuracy", error_score="raise")
    assert search.fit(made.data, made.target).best_score_ > 0.55


def _as_floats(X):
    return X.astype("float64")


@pytest.mark.parametrize("missing", [None, np.nan])
def test_missing_values_of_an_object_array_are_a_group(missing):
    rows = np.array([[g, v] for g, v in zip(["a", missing] * 10, range(20), strict=True)], dtype=object)
    recorder = WithSensitiveColumns(Recorder(), 0, keep=False).fit(rows, [0, 1] * 10).estimator_
    assert recorder.sensitive_features_.tolist() == ["a", "missing"] * 10


@fairlearn_on_pandas_3
def test_threshold_optimizer_gets_the_groups_at_prediction_too(X, made):
    optimizer = ThresholdOptimizer(
        estimator=DecisionTreeClassifier(max_depth=4, random_state=0),
        constraints="demographic_parity",
        predict_method="predict_proba",
    )
    wrapper = WithSensitiveColumns(optimizer, "group_0", keep=False).fit(X, made.target)
    predicted = wrapper.predict(X, random_state=0)
    features = X.drop(columns="group_0")
    by_hand = clone(optimizer).fit(features, made.target, sensitive_features=X["group_0"])
    expected = by_hand.predict(features, sensitive_features=X["group_0"], random_state=0)
    np.testing.assert_array_equal(predicted, expected)
    swapped = wrapper.predict(X.assign(group_0=1 - X["group_0"]), random_state=0)
    assert (swapped != predicted).any()
