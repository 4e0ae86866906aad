"""What a criterion promises holds in a model that is trained on the rows, on rows that nobody has seen."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from skfairgen import FairDistillResampler, FairGenerator, distill
from skfairgen.datasets import make_biased_classification
from skfairgen.estimators._generator_fitting import drawer_of, warn_of_missed_gap
from skfairgen.exceptions import CollapseWarning

pytestmark = pytest.mark.filterwarnings("ignore::skfairgen.exceptions.SkfairgenWarning")
GROUP = "group_0"
BIAS = {"bias": 1.5, "proxy_strength": 1.0, "class_sep": 1.5, "missing_rate": 0.0}


@pytest.fixture(scope="module")
def table():
    return make_biased_classification(3_000, **BIAS, random_state=0)


@pytest.fixture(scope="module")
def fresh():
    return make_biased_classification(10_000, **BIAS, random_state=1)


@pytest.fixture(scope="module")
def copier(table):
    """A generator of faithful copies; a criterion may be asked for when it draws."""
    return FairGenerator(GROUP, tuned_for=None, max_epochs=8, random_state=0).fit(table.data, table.target)


def gap_of_model(X, y, fresh, criterion, sees_group=True):
    """Return the largest difference of a model's rates between the groups, on fresh rows."""
    columns = [name for name in X if sees_group or name != GROUP]
    model = HistGradientBoostingClassifier(categorical_features="from_dtype", max_iter=40, random_state=0)
    predicted = pd.Series(model.fit(X[columns], y).predict(fresh.data[columns]))
    groups, labels = fresh.data[GROUP].to_numpy(), fresh.target.to_numpy()
    by_class = predicted.groupby([labels, groups]).mean().unstack()
    return {
        "demographic_parity": np.ptp(predicted.groupby(groups).mean()),
        "equalized_odds": np.ptp(by_class, axis=1).max(),
        "equal_opportunity": np.ptp(by_class.loc[1]),
    }[criterion]


@pytest.mark.parametrize(
    ("criterion", "label_draw", "sees_group"),
    [
        ("demographic_parity", "sharpen", True),
        ("demographic_parity", "sharpen", False),
        ("demographic_parity", "decide", True),
        ("demographic_parity", "decide", False),
        ("equalized_odds", "sharpen", True),
        ("equal_opportunity", "sharpen", True),
    ],
)
def test_a_model_trained_on_the_rows_has_a_smaller_gap(copier, fresh, criterion, label_draw, sees_group):
    copier.set_params(label_draw=label_draw, sensitive_at_prediction=sees_group)
    gaps = []
    for asked in (None, criterion):
        X, y = copier.sample(6_000, criterion=asked, random_state=0)
        gaps.append(gap_of_model(X, y, fresh, criterion, sees_group))
    biased = 0.1 if criterion == "demographic_parity" else 0.03  # a model of the real rows has .23 and .08
    assert gaps[1] < 0.6 * gaps[0] and gaps[0] > biased


def test_the_gap_shrinks_with_strength(copier, fresh):
    copier.set_params(label_draw="decide", sensitive_at_prediction=True)
    gaps = []
    for strength in (0.0, 0.5, 1.0):
        X, y = copier.sample(6_000, criterion="demographic_parity", strength=strength, random_state=0)
        gaps.append(gap_of_model(X, y, fresh, "demographic_parity"))
    assert gaps[0] > gaps[1] + 0.05 and gaps[1] > gaps[2] + 0.05


def test_added_rows_obey_the_criterion_and_n_samples_is_the_total(table):
    options = {"criterion": "demographic_parity", "tuned_for": None, "max_epochs": 4, "random_state": 0}
    resampler = FairDistillResampler(GROUP, n_samples=7_000, **options)
    X, y = resampler.fit_resample(table.data, table.target)
    assert len(X) == 7_000 and resampler.synthetic_mask_.sum() == 4_000
    added = resampler.synthetic_mask_
    rates = [y[mask].groupby(X[GROUP][mask].to_numpy()).mean() for mask in (added, ~added)]
    assert np.ptp(rates[0]) < np.ptp(rates[1]) / 2
    assert set(y[~added].index[:3]) == {0, 1, 2} and (y[~added].to_numpy() == table.target.to_numpy()).all()


@pytest.mark.parametrize("label_draw", ["sharpen", "sample"])
def test_the_weights_of_a_drawn_row_sum_to_one_and_their_class_shares_are_expected(copier, label_draw):
    copier.set_params(label_draw=label_draw, sensitive_at_prediction=True)
    options = {"criterion": "demographic_parity", "return_sample_weight": True, "random_state": 0}
    X, y, groups, weights = copier.sample(8_000, return_sensitive_features=True, **options)
    starts = np.flatnonzero(np.diff(y, prepend=2) <= 0)  # a row comes with its labels in ascending order
    sums = np.add.reduceat(weights, starts)
    np.testing.assert_allclose(sums, 1, atol=1e-9)
    assert len(starts) == 8_000 and (weights > 0).all()
    expected = drawer_of(copier, "demographic_parity").shares
    found = pd.Series(weights).groupby([y.to_numpy(), groups.iloc[:, 0].to_numpy()]).sum().unstack() / 8_000
    np.testing.assert_allclose(found, expected, atol=0.015)


def test_a_student_of_planned_rows_keeps_their_class_shares_and_their_gap(table):
    options = {"criterion": "demographic_parity", "tuned_for": None, "max_epochs": 8, "random_state": 0}
    teacher = FairGenerator(GROUP, **options).fit(table.data, table.target)
    student = distill(teacher, random_state=0)
    X, y = student.sample(20_000, random_state=0)
    found = pd.crosstab(y, X[GROUP].to_numpy(), normalize="all")
    np.testing.assert_allclose(found, drawer_of(teacher).shares, atol=0.01)
    rates, of_teacher = (
        own.groupby(drawn[GROUP].to_numpy()).mean() for drawn, own in ((X, y), teacher.sample(20_000, random_state=0))
    )
    assert abs(np.ptp(rates) - np.ptp(of_teacher)) < 0.03


def test_a_plan_that_is_not_tuned_has_no_rounds_and_one_that_is_tells_them(table):
    options = {"criterion": "demographic_parity", "max_epochs": 1, "random_state": 0}
    few = table.data[:600].select_dtypes(["number", "category"])[[GROUP, "normal_0"]], table.target[:600]
    plain = FairGenerator(GROUP, tuned_for=None, **options)
    assert not hasattr(plain.fit(*few), "tuning_")
    numbers = few[0].assign(group_0=(few[0][GROUP] == "a").astype(int))
    tuned = FairGenerator(GROUP, tuned_for=DecisionTreeClassifier(max_depth=3, random_state=0), **options)
    rounds = tuned.fit(numbers, few[1]).tuning_
    assert {"asked", "gap", "missed", "accuracy"} <= set(rounds) and len(rounds) >= 1
    assert rounds["accuracy"].between(0.5, 1).all()
    tuned.set_params(tuned_for=None).fit(numbers, few[1])
    assert not hasattr(tuned, "tuning_")


def test_a_classifier_that_cannot_take_the_rows_is_refused_before_training(table, monkeypatch):
    monkeypatch.setattr("skfairgen.estimators._generator_fitting.learn_rows", lambda *_, **__: pytest.fail("trained"))
    options = {"criterion": "demographic_parity", "tuned_for": LogisticRegression()}
    for estimator in (FairGenerator(GROUP, **options), FairDistillResampler(GROUP, **options)):
        with pytest.raises(ValueError, match="tuned_for=LogisticRegression cannot be trained on rows of X"):
            getattr(estimator, "fit_resample", estimator.fit)(table.data, table.target)


def test_a_plan_that_loses_most_of_the_accuracy_names_a_strength():
    rng = np.random.default_rng(0)
    groups = rng.choice(["a", "b"], 1_000)
    y = (rng.random(1_000) < np.where(groups == "a", 0.9, 0.1)).astype(int)
    X = pd.DataFrame({"group": groups, "x": rng.normal(size=1_000)})
    generator = FairGenerator("group", criterion="demographic_parity", tuned_for=None, max_epochs=2, random_state=0)
    with pytest.warns(CollapseWarning, match=r"largest strength that keeps half is 0\.\d\d"):
        generator.fit(X, y)


@pytest.mark.parametrize("criterion", ["demographic_parity", "equalized_odds", "equal_opportunity", "balanced_cells"])
def test_three_classes_and_three_groups_run(criterion):
    table = make_biased_classification(600, n_classes=3, sensitive_levels=(3,), n_numeric=2, random_state=0)
    generator = FairGenerator(GROUP, criterion=criterion, tuned_for=None, max_epochs=2, random_state=0)
    X, y = generator.fit(table.data, table.target).sample(2_000, random_state=0)
    assert len(X) == len(y) == 2_000 and set(y) <= set(table.target)
    assert X[GROUP].nunique() == 3


def test_values_beside_the_rows_make_a_plan_for_a_model_that_does_not_see_them(table):
    X, groups = table.data[:600].drop(columns=GROUP), table.data[GROUP][:600]
    options = {"criterion": "demographic_parity", "tuned_for": None, "max_epochs": 2, "random_state": 0}
    drawn = []
    for sees_group in (True, False):
        generator = FairGenerator(sensitive_at_prediction=sees_group, **options)
        drawn.append(generator.fit(X, table.target[:600], sensitive_features=groups).sample(500, random_state=0))
    np.testing.assert_array_equal(drawn[0][1], drawn[1][1])


def test_a_classifier_without_a_seed_gives_the_same_plan_twice(table):
    few = table.data[:600][[GROUP, "normal_0"]].assign(group_0=(table.data[GROUP] == "a").astype(int))
    labels = table.target[:600].map({0: "no", 1: "yes"})
    tree = DecisionTreeClassifier(max_depth=3, max_features=1, splitter="random")
    options = {"criterion": "demographic_parity", "tuned_for": tree, "max_epochs": 1, "random_state": 0}
    one, other = (FairGenerator(GROUP, **options).fit(few, labels).tuning_ for _ in range(2))
    pd.testing.assert_frame_equal(one, other)


def test_every_label_of_a_row_and_rows_of_one_class_exclude_each_other(copier):
    for asked in ({"cells": {(1, "a"): 5}}, {"class_shares": {0: 0.5, 1: 0.5}}):
        with pytest.raises(ValueError, match="return_sample_weight=True gives every row each label"):
            copier.sample(5, criterion="demographic_parity", return_sample_weight=True, **asked)


def test_a_loop_that_never_comes_near_says_so():
    rounds = pd.DataFrame({"round": [0, 1, 2], "missed": [0.0, 0.2, 0.15]})
    with pytest.warns(CollapseWarning, match="off by 0.15 in a rate"):
        warn_of_missed_gap(rounds)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_missed_gap(rounds.assign(missed=0.05))


def test_the_counts_of_the_added_rows_are_those_that_were_drawn(table):
    resampler = FairDistillResampler(
        GROUP, criterion="equalized_odds", tuned_for=None, distill=False, max_epochs=2, random_state=0
    )
    X, y = resampler.fit_resample(table.data[:600], table.target[:600])
    counts = pd.Series(1, index=[y[600:], X[GROUP][600:]]).groupby(level=[0, 1], observed=True).sum()
    assert counts.to_dict() == {cell: n for cell, n in resampler.sampling_strategy_.items() if n}
