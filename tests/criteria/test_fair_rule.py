"""No rule with the same gaps is more accurate, and the gaps hold on rows never seen."""

import numpy as np
import pytest
from made_populations import best_accuracy, draw_rows, population, seen_rows

from skfairgen.criteria import fit_fair_rule, joint_indicator, largest_gap, rate_gaps, unconstrained_gaps

CRITERIA = ["demographic_parity", "equalized_odds", "equal_opportunity"]
SHAPES = [(2, 2), (2, 4), (3, 2), (4, 3)]


def accuracy_of(decisions, joint, weights):
    return weights @ joint.sum(axis=2)[np.arange(len(joint)), decisions]


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize(("n_classes", "n_groups"), SHAPES)
@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_no_rule_with_these_gaps_is_more_accurate(criterion, n_classes, n_groups, strength):
    joint, shares = population(n_classes, n_groups)
    gaps = unconstrained_gaps(joint, criterion, weights=shares)
    wanted = (1 - strength) * gaps
    rule = fit_fair_rule(joint, criterion, wanted=wanted, weights=shares)
    decisions = rule.decide(joint)
    best, _ = best_accuracy(joint, shares, criterion, wanted[0])
    # what the rule's own gaps may buy or cost on kinds that a rule with chance would split
    measured = rate_gaps(decisions, joint, criterion, weights=shares)
    assert np.abs(measured - wanted).max() < 0.03
    assert np.abs(gaps).max() > 0.01
    bought = (rule.multipliers * (measured - wanted)).sum()
    assert accuracy_of(decisions, joint, shares) == pytest.approx(best + bought, abs=1e-3)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_multipliers_are_the_prices_of_the_linear_program(criterion):
    joint, shares = population(n_kinds=2_000)
    rule = fit_fair_rule(joint, criterion, weights=shares)
    _, prices = best_accuracy(joint, shares, criterion, rule.multipliers[0] * 0)
    penalties = joint.sum(axis=2) - rule.moved_scores(joint)
    by_prices = type(rule)(criterion, rule.shares, prices[None])
    np.testing.assert_allclose(penalties, joint.sum(axis=2) - by_prices.moved_scores(joint), atol=0.01)
    assert np.abs(penalties).max() > 0.03


@pytest.mark.parametrize("n_groups", [2, 5])
def test_parity_holds_on_fresh_rows_of_models_that_see_the_group_and_that_do_not(n_groups):
    joint, shares = population(n_groups=n_groups, n_kinds=3_000)
    rows, sighted, groups, weights = seen_rows(joint, shares)
    kinds, drawn_classes, drawn_groups = draw_rows(joint, shares, 200_000)
    known = joint_indicator(drawn_classes, drawn_groups, joint.shape[1:])
    fresh = {"blind": kinds, "sighted": kinds * n_groups + drawn_groups}
    accuracies = {}
    for view, posteriors in (("blind", rows), ("sighted", sighted)):
        decisions = fit_fair_rule(posteriors, "demographic_parity", weights=weights).decide(posteriors)[
            fresh[view] if view == "sighted" else kinds * n_groups
        ]
        assert largest_gap(rate_gaps(decisions, known, "demographic_parity"), n_groups) < 0.015
        accuracies[view] = np.mean(decisions == drawn_classes)
    assert accuracies["sighted"] > accuracies["blind"] + 0.01


@pytest.mark.parametrize("criterion", CRITERIA)
def test_more_strength_leaves_less_gap_and_less_accuracy(criterion):
    joint, shares = population(n_kinds=2_000)
    gaps = unconstrained_gaps(joint, criterion, weights=shares)
    measured, accuracies = [], []
    for strength in (0, 0.25, 0.5, 0.75, 1):
        decisions = fit_fair_rule(joint, criterion, wanted=(1 - strength) * gaps, weights=shares).decide(joint)
        measured.append(largest_gap(rate_gaps(decisions, joint, criterion, weights=shares), 2))
        accuracies.append(accuracy_of(decisions, joint, shares))
    assert (np.diff(measured) < 0).all()
    assert (np.diff(accuracies) < 0).all()
    np.testing.assert_allclose(measured, measured[0] * np.linspace(1, 0, 5), atol=0.01)
    assert accuracies[0] == pytest.approx(accuracy_of(joint.sum(axis=2).argmax(axis=1), joint, shares))


def test_parity_within_strata_leaves_what_the_strata_explain():
    joint, shares = population(n_kinds=2_000)
    strata = (joint[:, :, 1].sum(axis=1) > 0.55).astype(int)
    rule = fit_fair_rule(joint, "demographic_parity", weights=shares, strata=strata, n_strata=3)
    decisions = rule.decide(joint, strata)
    within = rate_gaps(decisions, joint, "demographic_parity", weights=shares, strata=strata, n_strata=3)
    assert np.abs(within).max() < 0.01
    assert largest_gap(rate_gaps(decisions, joint, "demographic_parity", weights=shares), 2) > 0.05
    for stratum in (0, 1):
        own = strata == stratum
        alone = fit_fair_rule(joint[own], "demographic_parity", weights=shares[own])
        np.testing.assert_array_equal(alone.decide(joint[own]), decisions[own])


def test_weighted_rows_count_as_repeated_rows():
    joint, _ = population()
    weights = 1 + np.arange(len(joint)) % 3
    weighted = fit_fair_rule(joint, "equalized_odds", weights=weights)
    repeated = fit_fair_rule(np.repeat(joint, weights, axis=0), "equalized_odds")
    np.testing.assert_allclose(weighted.moved_scores(joint), repeated.moved_scores(joint), atol=1e-3)


def test_the_fair_score_has_the_sign_of_the_decision_and_keeps_the_ranking():
    joint, shares = population()
    rule = fit_fair_rule(joint, "demographic_parity", weights=shares)
    score = rule.fair_score(joint)
    np.testing.assert_array_equal(score > 0, rule.decide(joint) == 1)
    # rows alike in their group: moved by the same amount, so ranked as before
    chances = np.linspace(0, 1, 101)
    alike = np.stack([np.outer(1 - chances, [0.5, 0.5]), np.outer(chances, [0.5, 0.5])], axis=1)
    assert (np.diff(rule.fair_score(alike)[1:-1]) > 0).all()


@pytest.mark.parametrize("size", [0.5, 1.0, 50.0])
def test_the_fair_score_is_finite_and_obeys_any_multiplier(size):
    rng = np.random.default_rng(0)
    cells = rng.dirichlet(np.full(4, 0.02), 2_000).reshape(-1, 2, 2)
    rule = fit_fair_rule(cells, "demographic_parity")
    rule = type(rule)(rule.criterion, rule.shares, np.array([[[0.0, 0.0], [size, -size]]]))
    score = rule.fair_score(cells)
    assert np.isfinite(score).all()
    np.testing.assert_array_equal(score > 0, rule.decide(cells) == 1)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_groups_and_classes_without_rows_leave_the_others_their_rule(criterion):
    joint, shares = population()
    padded = np.pad(joint, ((0, 0), (0, 0), (0, 1)))  # a third group, without rows
    plain, wider = (fit_fair_rule(P, criterion, weights=shares) for P in (joint, padded))
    np.testing.assert_allclose(plain.moved_scores(joint), wider.moved_scores(padded), atol=1e-3)
    joint[:, 1, 1] = 0  # class 1 is absent in group 1
    joint /= joint.sum(axis=(1, 2), keepdims=True)
    rule = fit_fair_rule(joint, criterion, weights=shares)
    assert np.isfinite(rule.moved_scores(joint)).all()
    measured = rate_gaps(rule.decide(joint), joint, criterion, weights=shares)
    assert np.abs(measured).max() < 0.03


def test_one_group_keeps_the_most_accurate_rule():
    joint, shares = population(n_classes=3, n_groups=1)
    for criterion in CRITERIA:
        decisions = fit_fair_rule(joint, criterion, weights=shares).decide(joint)
        np.testing.assert_array_equal(decisions, joint.sum(axis=2).argmax(axis=1))


def test_rows_that_are_all_alike_get_one_decision():
    alike = np.broadcast_to([[0.3, 0.1], [0.2, 0.4]], (100, 2, 2))
    for criterion in CRITERIA:
        assert (fit_fair_rule(alike, criterion).decide(alike) == 1).all()


def test_gaps_that_no_rule_has_are_approached():
    joint, shares = population()
    wanted = np.zeros((1, 2, 2))
    wanted[0, 1] = [-3.0, 3.0]
    rule = fit_fair_rule(joint, "demographic_parity", wanted=wanted, weights=shares)
    assert np.isfinite(rule.multipliers).all()
    apart = rate_gaps(rule.decide(joint), joint, "demographic_parity", weights=shares)
    assert largest_gap(apart, 2) > 0.9 * np.abs(apart[0, 1]).sum() > 0.2


def test_wanted_gaps_measured_on_rows_of_other_shares_leave_the_multipliers_small():
    joint, shares = population(n_groups=3)
    for criterion in CRITERIA:
        wanted = unconstrained_gaps(joint, criterion, weights=shares) / 2
        plain, shifted = (
            fit_fair_rule(joint, criterion, wanted=wanted + shift * (wanted != 0), weights=shares)
            for shift in (0, 0.01)
        )
        np.testing.assert_allclose(plain.multipliers, shifted.multipliers, atol=1e-3)
        assert np.abs(plain.multipliers).max() < 2


def test_posteriors_that_cannot_be_used_are_refused():
    with pytest.raises(ValueError, match="Found 0 rows of posteriors"):
        fit_fair_rule(np.empty((0, 2, 2)), "demographic_parity")
    with pytest.raises(ValueError, match="not finite"):
        fit_fair_rule(np.full((3, 2, 2), np.nan), "demographic_parity")
    with pytest.raises(ValueError, match="Found 3 classes"):
        fit_fair_rule(np.full((3, 3, 2), 1 / 6), "demographic_parity").fair_score(np.full((3, 3, 2), 1 / 6))
