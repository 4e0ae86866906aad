"""The mean of decision times constraint function is the difference of rates that a criterion names."""

import numpy as np
import pytest

from skfairgen.criteria import (
    constrained_pairs,
    constraint_functions,
    joint_indicator,
    largest_gap,
    rate_gaps,
)

CRITERIA = ["demographic_parity", "equalized_odds", "equal_opportunity"]


def labelled_rows(n_classes=2, n_groups=3, n_rows=600, seed=0):
    rng = np.random.default_rng(seed)
    sizes = (n_classes, n_groups, n_classes)
    return tuple(rng.integers(0, size, n_rows) for size in sizes)  # classes, groups, decisions


@pytest.mark.parametrize("n_classes", [2, 4])
def test_parity_gaps_are_differences_of_selection_rates(n_classes):
    classes, groups, decisions = labelled_rows(n_classes)
    known = joint_indicator(classes, groups, (n_classes, 3))
    gaps = rate_gaps(decisions, known, "demographic_parity")[0]
    for decided in range(1, n_classes):
        chosen = decisions == decided
        expected = [chosen[groups == group].mean() - chosen.mean() for group in range(3)]
        np.testing.assert_allclose(gaps[decided], expected, atol=1e-12)
    assert not gaps[0].any()


def test_odds_gaps_are_differences_of_true_and_false_positive_rates():
    classes, groups, decisions = labelled_rows()
    known = joint_indicator(classes, groups, (2, 3))
    gaps = rate_gaps(decisions, known, "equalized_odds")[0]
    expected = [
        decisions[(classes == y) & (groups == s)].mean() - decisions[classes == y].mean()
        for y in (0, 1)
        for s in range(3)
    ]
    np.testing.assert_allclose(gaps[1], expected, atol=1e-12)
    assert largest_gap(gaps, 3) == pytest.approx(max(np.ptp(expected[:3]), np.ptp(expected[3:])))


@pytest.mark.parametrize(("n_classes", "asked"), [(2, [(1, 1)]), (3, [(0, 0), (1, 1), (2, 2)])])
def test_equal_opportunity_asks_for_true_positive_rates_alone(n_classes, asked):
    pairs = constrained_pairs(np.full((n_classes, 2), 1 / (2 * n_classes)), "equal_opportunity")
    assert set(zip(*np.nonzero(pairs.reshape(n_classes, n_classes, 2).all(axis=2)), strict=True)) == set(asked)
    assert pairs.sum() == 2 * len(asked)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_soft_posteriors_give_the_gaps_expected_of_labels_drawn_from_them(criterion):
    rng = np.random.default_rng(0)
    soft = rng.dirichlet(np.ones(4), 200_000).reshape(-1, 2, 2)
    drawn = (rng.random((len(soft), 1)) > soft.reshape(-1, 4).cumsum(axis=1)[:, :-1]).sum(axis=1)
    decisions = (soft[:, 1, 1] > 0.3).astype(int)
    known = joint_indicator(*np.unravel_index(drawn, (2, 2)), (2, 2))
    gaps = rate_gaps(decisions, soft, criterion)
    np.testing.assert_allclose(gaps, rate_gaps(decisions, known, criterion), atol=0.01)
    assert np.abs(gaps).max() > 0.05


@pytest.mark.parametrize("criterion", CRITERIA)
def test_weights_count_as_repeated_rows_and_strata_as_tables_of_their_own(criterion):
    classes, groups, decisions = labelled_rows()
    known = joint_indicator(classes, groups, (2, 3))
    weights = 1 + np.arange(len(classes)) % 3
    weighted = rate_gaps(decisions, known, criterion, weights=weights)
    np.testing.assert_allclose(
        weighted, rate_gaps(*(np.repeat(v, weights, axis=0) for v in (decisions, known)), criterion)
    )
    strata = np.arange(len(classes)) % 2
    both = rate_gaps(decisions, known, criterion, strata=strata, n_strata=3)
    np.testing.assert_allclose(both[1], rate_gaps(decisions[1::2], known[1::2], criterion)[0])
    assert not both[2].any()  # a stratum without rows


@pytest.mark.parametrize("criterion", CRITERIA)
def test_a_rate_without_rows_asks_nothing(criterion):
    classes, groups, decisions = labelled_rows()
    classes[groups == 1] = 0  # class 1 is absent in group 1
    groups[groups == 2] = 0  # group 2 has no rows
    known = joint_indicator(classes, groups, (2, 3))
    shares = known.mean(axis=0)
    functions = constraint_functions(known, shares, criterion)
    undefined = np.array([False, False, True]) if criterion == "demographic_parity" else (shares == 0).ravel()
    assert not functions[:, undefined].any()
    assert not constrained_pairs(shares, criterion)[:, undefined].any()
    np.testing.assert_allclose(functions.mean(axis=0), 0, atol=1e-12)


def test_an_unknown_criterion_is_named_with_those_there_are():
    with pytest.raises(ValueError, match="'parity'; expected one of demographic_parity, equalized_odds"):
        rate_gaps(np.zeros(2, dtype=int), np.full((2, 2, 2), 0.25), "parity")
