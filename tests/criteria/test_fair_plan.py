"""The plan takes the view that costs less, and foretells what its decisions do."""

import numpy as np
import pytest
from made_populations import draw_rows, population, seen_rows

from skfairgen.criteria import FairPlan, choose_plan, fit_plan, forecast, unconstrained_gaps
from skfairgen.criteria._fair_plan import PRICE_OF_GAP

CRITERIA = ["demographic_parity", "equalized_odds", "equal_opportunity"]


def made_rows(seed=0, **shape):
    joint, shares = population(n_kinds=2_000, seed=seed, **shape)
    return joint, shares, *seen_rows(joint, shares)


@pytest.mark.parametrize("sees_group", [True, False])
@pytest.mark.parametrize("criterion", CRITERIA)
def test_the_forecast_holds_on_fresh_rows(criterion, sees_group):
    joint, shares, rows, _, groups, weights = made_rows()
    plan, expected = choose_plan(rows, groups, criterion, sees_group=sees_group, weights=weights)
    kinds, classes, drawn_groups = draw_rows(joint, shares, 200_000)
    decisions = plan.decide(joint[kinds], drawn_groups)
    assert np.mean(decisions == classes) == pytest.approx(expected.accuracy, abs=0.005)
    assert decisions.mean() == pytest.approx(expected.class_rates[1], abs=0.005)
    for group in (0, 1):
        rate = decisions[drawn_groups == group].mean()
        assert rate == pytest.approx(expected.group_rates[group, 1], abs=0.008)
    assert expected.constant_accuracy < expected.accuracy < expected.unconstrained_accuracy
    assert expected.gap < 0.05


def test_a_model_that_does_not_see_the_group_gets_a_plan_that_does_not_either():
    _, _, rows, _, groups, weights = made_rows()
    plan, _ = choose_plan(rows, groups, "demographic_parity", sees_group=False, weights=weights)
    assert plan.view == "blind"
    np.testing.assert_array_equal(plan.decide(rows, groups), plan.decide(rows, 1 - groups))


def test_seeing_the_group_is_more_accurate_under_parity():
    _, _, rows, _, groups, weights = made_rows()
    accuracies = {}
    for sees_group in (True, False):
        plan, expected = choose_plan(rows, groups, "demographic_parity", sees_group=sees_group, weights=weights)
        accuracies[plan.view] = expected.accuracy
    assert accuracies["sighted"] > accuracies["blind"]


@pytest.mark.parametrize("seed", range(3))
def test_under_equalized_odds_the_view_is_the_one_foretold_to_do_better(seed):
    _, _, rows, _, groups, weights = made_rows(seed)
    plan, expected = choose_plan(rows, groups, "equalized_odds", weights=weights)
    both = {}
    for view in ("blind", "thresholds"):
        other = fit_plan(rows, groups, "equalized_odds", np.zeros_like(plan.wanted), view, weights=weights)
        both[view] = forecast(other, rows, groups, weights=weights)
    worth = {view: other.accuracy - PRICE_OF_GAP * other.gap for view, other in both.items()}
    assert plan.view == max(worth, key=worth.get)
    assert expected.accuracy == both[plan.view].accuracy


def test_a_plan_that_collapses_names_the_strength_that_keeps_half():
    # the group tells nearly all of the outcome, and the row nearly all of the group
    rng = np.random.default_rng(0)
    of_group_1 = rng.beta(0.3, 0.3, (2_000, 1))
    chance = 1 / (1 + np.exp(-(np.array([-2.0, 2.0]) + rng.normal(0, 0.5, (2_000, 1)))))
    joint = np.hstack([1 - of_group_1, of_group_1])[:, None] * np.stack([1 - chance, chance], axis=1)
    rows, _, groups, weights = seen_rows(joint, np.full(2_000, 1 / 2_000))
    _, expected = choose_plan(rows, groups, "demographic_parity", sees_group=False, weights=weights)
    assert expected.kept < 0.5
    least = expected.strength_that_keeps_half
    assert 0 < least < 1

    def kept(strength):
        return choose_plan(rows, groups, "demographic_parity", strength=strength, sees_group=False, weights=weights)[
            1
        ].kept

    assert kept(least) >= 0.5 > kept(min(least + 0.05, 1))


def test_a_plan_that_keeps_enough_names_no_strength():
    _, _, rows, _, groups, weights = made_rows()
    _, expected = choose_plan(rows, groups, "demographic_parity", weights=weights)
    assert expected.kept > 0.5
    assert expected.strength_that_keeps_half is None


def test_no_strength_is_the_most_accurate_rule():
    _, _, rows, sighted, groups, weights = made_rows()
    for criterion in ("demographic_parity", "equal_opportunity"):
        plan, expected = choose_plan(rows, groups, criterion, strength=0.0, weights=weights)
        assert expected.accuracy == pytest.approx(expected.unconstrained_accuracy, abs=1e-4)
        np.testing.assert_array_equal(plan.wanted, unconstrained_gaps(sighted, criterion, weights=weights))


def test_several_classes_and_strata_are_planned_for():
    _, _, rows, _, groups, weights = made_rows(n_classes=3)
    strata = np.arange(len(rows)) // 2 % 2
    plan, expected = choose_plan(rows, groups, "demographic_parity", weights=weights, strata=strata, n_strata=2)
    assert expected.gap < 0.02
    assert plan.wanted.shape == (2, 3, 2)
    labels = plan.label_scores(rows, groups, strata, label_draw="sharpen")
    np.testing.assert_array_equal(labels.argmax(axis=1), plan.decide(rows, groups, strata))


def test_one_group_has_nothing_to_give_up():
    _, _, rows, _, groups, weights = made_rows(n_groups=1)
    for criterion in CRITERIA:
        _, expected = choose_plan(rows, groups, criterion, weights=weights)
        assert expected.gap == 0
        assert expected.kept == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_a_plan_comes_back_from_its_state(criterion):
    _, _, rows, _, groups, weights = made_rows()
    plan, _ = choose_plan(rows, groups, criterion, weights=weights)
    again = FairPlan.from_state(plan.to_state(), version=1)
    np.testing.assert_array_equal(plan.decide(rows, groups), again.decide(rows, groups))
    np.testing.assert_array_equal(plan.wanted, again.wanted)
