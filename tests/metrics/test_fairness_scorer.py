"""The scorer in scikit-learn's tools, with and without routing, against the metric by hand."""

import pickle
from functools import partial

import fairlearn.metrics
import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import make_scorer
from sklearn.model_selection import (
    GridSearchCV,
    StratifiedKFold,
    TunedThresholdClassifierCV,
    cross_val_score,
    cross_validate,
)
from sklearn.pipeline import make_pipeline

from skfairgen.metrics import (
    FairnessScorer,
    conditional_demographic_parity_ratio,
    demographic_parity_ratio,
    equalized_odds_difference,
    equalized_odds_ratio,
    worst_group,
)


@pytest.fixture
def table():
    generator = np.random.default_rng(0)
    X = pd.DataFrame({"a": generator.normal(size=400), "sex": generator.integers(0, 2, 400), "old": 0})
    X["old"] = generator.integers(0, 2, 400)
    y = (X["a"] + X["sex"] + generator.normal(size=400) > 0.5).astype(int)
    return X, y


def test_it_returns_the_metric_of_the_predictions(table):
    X, y = table
    model = LogisticRegression().fit(X, y)
    options = {"sensitive_features": X["sex"]}
    ratio = FairnessScorer("equalized_odds_ratio", "sex")(model, X, y)
    assert ratio == equalized_odds_ratio(y, model.predict(X), **options)
    difference = FairnessScorer("equalized_odds_difference", "sex")(model, X, y)
    assert difference == -equalized_odds_difference(y, model.predict(X), **options)
    mean = FairnessScorer("equalized_odds_ratio", 1, metric_params={"agg": "mean"})(model, X, y)
    assert mean == equalized_odds_ratio(y, model.predict(X), agg="mean", **options)
    crossed = FairnessScorer("demographic_parity_ratio", ["sex", "old"])(model, X, y)
    assert crossed == demographic_parity_ratio(y, model.predict(X), sensitive_features=X[["sex", "old"]])
    unsigned = FairnessScorer("equalized_odds_difference", "sex", greater_is_better=True)(model, X, y)
    assert unsigned == -difference
    weight = np.arange(1, 401)
    weighted = FairnessScorer("demographic_parity_ratio", "sex")(model, X, y, sample_weight=weight)
    assert weighted == demographic_parity_ratio(y, model.predict(X), sample_weight=weight, **options)


def test_it_takes_functions_such_as_fairlearns(table):
    X, y = table
    model = LogisticRegression().fit(X, y)
    named = FairnessScorer("equalized_odds_difference", "sex")(model, X, y)
    theirs = FairnessScorer(fairlearn.metrics.equalized_odds_difference, "sex")(model, X, y)
    assert theirs == pytest.approx(named)
    halved = FairnessScorer(partial(equalized_odds_difference, agg="mean"), "sex")
    assert halved(model, X, y) > named


def test_the_sign_of_a_worst_group_depends_on_its_rate(table):
    X, y = table
    model = LogisticRegression().fit(X, y)
    assert FairnessScorer("worst_group", "sex")(model, X, y) > 0
    errors = FairnessScorer("worst_group", "sex", metric_params={"rate": "false_negative_rate"})(model, X, y)
    expected = worst_group(y, model.predict(X), rate="false_negative_rate", sensitive_features=X["sex"])
    assert errors == -expected < 0


def test_a_conditional_metric_reads_its_legitimate_columns(table):
    X, y = table
    model = LogisticRegression().fit(X, y)
    scorer = FairnessScorer("conditional_demographic_parity_ratio", "sex", legitimate_columns=["a", "old"])
    expected = conditional_demographic_parity_ratio(
        y, model.predict(X), sensitive_features=X["sex"], legitimate_features=X[["a", "old"]]
    )
    assert scorer(model, X, y) == expected
    assert repr(scorer).endswith("'sex', legitimate_columns=['a', 'old'])")
    with pytest.raises(ValueError, match="conditional_demographic_parity_ratio .* legitimate_columns"):
        FairnessScorer("conditional_demographic_parity_ratio", "sex")
    with pytest.raises(ValueError, match="takes no legitimate_features"):
        FairnessScorer("demographic_parity_ratio", "sex", legitimate_columns=["a"])
    with pytest.raises(ValueError, match="legitimate_columns is empty"):
        FairnessScorer("conditional_demographic_parity_ratio", "sex", legitimate_columns=[])(model, X, y)


def test_arrays_are_read_by_position(table):
    X, y = table
    model = LogisticRegression().fit(X.to_numpy(), y)
    by_position = FairnessScorer("demographic_parity_ratio", 1)(model, X.to_numpy(), y)
    assert by_position == demographic_parity_ratio(y, model.predict(X.to_numpy()), sensitive_features=X["sex"])


@pytest.mark.parametrize("routing", [False, True])
def test_cross_validation_needs_no_routing_and_survives_it(table, routing):
    X, y = table
    scorer = FairnessScorer("demographic_parity_ratio", "sex")
    blind = make_pipeline(make_column_transformer(("drop", ["sex"]), remainder="passthrough"), LogisticRegression())
    folds = StratifiedKFold(3)
    with sklearn.config_context(enable_metadata_routing=routing):
        several = cross_validate(blind, X, y, scoring={"acc": "accuracy", "dpr": scorer}, cv=folds)
        alone = cross_val_score(blind, X, y, scoring=scorer, cv=folds)
    by_hand = []
    for train, test in folds.split(X, y):
        predicted = clone(blind).fit(X.iloc[train], y.iloc[train]).predict(X.iloc[test])
        by_hand.append(demographic_parity_ratio(y.iloc[test], predicted, sensitive_features=X["sex"].iloc[test]))
    np.testing.assert_array_equal(alone, by_hand)
    np.testing.assert_array_equal(several["test_dpr"], by_hand)


@pytest.mark.parametrize("routing", [False, True])
def test_grid_search_in_two_processes(table, routing):
    X, y = table
    scorer = FairnessScorer("equalized_odds_difference", "sex")
    with sklearn.config_context(enable_metadata_routing=routing):
        search = GridSearchCV(
            LogisticRegression(), {"C": [1e-4, 1.0]}, scoring={"gap": scorer}, refit="gap", n_jobs=2, cv=3
        ).fit(X, y)
        assert search.score(X, y) == scorer(search, X, y)
    assert search.cv_results_["mean_test_gap"][search.best_index_] == search.best_score_ <= 0
    assert clone(search).get_params()["scoring"]["gap"].metric == "equalized_odds_difference"


def test_a_search_may_weigh_its_rows(table):
    X, y = table
    scorer = FairnessScorer("equalized_odds_difference", "sex")
    search = GridSearchCV(
        LogisticRegression(),
        {"C": [1e-4, 1.0]},
        scoring={"acc": "accuracy", "gap": scorer},
        refit="gap",
        cv=3,
    )
    search.fit(X, y, sample_weight=np.ones(400))
    assert np.isfinite(search.best_score_)


def test_the_functions_work_with_make_scorer_and_routing(table):
    X, y = table
    with sklearn.config_context(enable_metadata_routing=True):
        scorer = make_scorer(equalized_odds_ratio).set_score_request(sensitive_features=True)
        routed = cross_validate(
            LogisticRegression(), X, y, scoring=scorer, cv=3, params={"sensitive_features": X["sex"]}
        )
        tuned = TunedThresholdClassifierCV(LogisticRegression(), scoring=scorer, cv=3, thresholds=9)
        tuned.fit(X, y, sensitive_features=X["sex"])
    unrouted = cross_validate(LogisticRegression(), X, y, scoring=FairnessScorer("equalized_odds_ratio", "sex"), cv=3)
    np.testing.assert_array_equal(routed["test_score"], unrouted["test_score"])
    assert 0 <= tuned.best_score_ <= 1


def test_string_labels_take_a_pos_label(table):
    X, y = table
    labels = y.map({0: "no", 1: "yes"})
    scores = cross_val_score(
        LogisticRegression(),
        X,
        labels,
        scoring=FairnessScorer("demographic_parity_ratio", "sex", pos_label="yes"),
    )
    numbers = cross_val_score(LogisticRegression(), X, y, scoring=FairnessScorer("demographic_parity_ratio", "sex"))
    np.testing.assert_array_equal(scores, numbers)


def test_it_survives_a_pickle_and_shows_how_it_was_made():
    scorer = FairnessScorer("equalized_odds_ratio", ["sex"], pos_label="yes")
    assert repr(pickle.loads(pickle.dumps(scorer))) == repr(scorer)
    assert repr(scorer) == "FairnessScorer('equalized_odds_ratio', ['sex'], pos_label='yes')"
    assert repr(FairnessScorer(worst_group, 0)) == "FairnessScorer(worst_group, 0)"


def test_wrong_names_are_refused_with_the_choices(table):
    X, y = table
    with pytest.raises(ValueError, match="'equal_odds'.*equalized_odds_ratio"):
        FairnessScorer("equal_odds", "sex")
    with pytest.raises(ValueError, match="'fairness'.*greater_is_better=True or False"):

        def fairness(y_true, y_pred, *, sensitive_features):
            return 0.0

        FairnessScorer(fairness, "sex")
    with pytest.raises(ValueError, match="'race' is not a column of X. The columns are: 'a', 'sex', 'old'"):
        FairnessScorer("equalized_odds_ratio", "race")(LogisticRegression().fit(X, y), X, y)
    with pytest.raises(ValueError, match="empty"):
        FairnessScorer("equalized_odds_ratio", [])(LogisticRegression().fit(X, y), X, y)


def test_a_search_that_scores_without_x_is_told_the_routed_form(table):
    tuned = TunedThresholdClassifierCV(LogisticRegression(), scoring=FairnessScorer("equalized_odds_ratio", "sex"))
    with pytest.raises(AttributeError, match=r"scores without X. Use .*make_scorer\(metric\).set_score_request"):
        tuned.fit(*table)
    assert not hasattr(FairnessScorer("equalized_odds_ratio", "sex"), "_score_func")
