"""Thresholds of each group meet both rates of equalized odds with decisions that are sure."""

import numpy as np
import pytest
from made_populations import draw_rows, population, seen_rows

from skfairgen.criteria import fit_group_thresholds, joint_indicator, largest_gap, rate_gaps, unconstrained_gaps
from skfairgen.criteria._group_thresholds import PRICE_OF_MISS


def made_rows(n_groups=2, seed=0, n_kinds=3_000):
    joint, shares = population(n_groups=n_groups, n_kinds=n_kinds, seed=seed)
    rows, sighted, groups, weights = seen_rows(joint, shares)
    return joint, shares, rows, sighted, groups, weights


@pytest.mark.parametrize("n_groups", [2, 5])
def test_both_rates_meet_on_fresh_rows(n_groups):
    joint, shares, rows, sighted, groups, weights = made_rows(n_groups)
    decisions = fit_group_thresholds(rows, groups, weights=weights).decide(rows, groups)
    kinds, classes, drawn_groups = draw_rows(joint, shares, 200_000)
    known = joint_indicator(classes, drawn_groups, (2, n_groups))
    fresh = decisions[kinds * n_groups + drawn_groups]
    before = largest_gap(unconstrained_gaps(sighted, "equalized_odds", weights=weights), n_groups)
    assert largest_gap(rate_gaps(fresh, known, "equalized_odds"), n_groups) < 0.05 < 0.15 < before


def test_no_pair_of_thresholds_is_better_in_accuracy_less_the_price_of_a_miss():
    joint, shares, rows, sighted, groups, weights = made_rows(seed=3, n_kinds=1_000)
    chosen = fit_group_thresholds(rows, groups, weights=weights)

    def worth(decisions):
        accuracy = weights @ sighted.sum(axis=2)[np.arange(len(rows)), decisions]
        mass = np.stack([weights * sighted[:, y].sum(axis=1) for y in (0, 1)])
        rates = np.array([[(m * decisions)[groups == s].sum() / m[groups == s].sum() for s in (0, 1)] for m in mass])
        largest = int(weights[groups == 1].sum() > weights[groups == 0].sum())
        miss = np.abs(np.diff(rates, axis=1)).ravel() / rates[:, largest]
        return accuracy - PRICE_OF_MISS * miss.max()

    best = worth(chosen.decide(rows, groups))
    own = np.log(rows[np.arange(len(rows)), 1, groups] / rows[np.arange(len(rows)), 0, groups])
    grid = np.quantile(own, np.linspace(0.02, 0.98, 25))
    others = [worth((own > np.where(groups == 1, cut, other)).astype(int)) for cut in grid for other in grid]
    assert best > max(others) - 1e-3


def test_wanted_gaps_are_left():
    _, _, rows, sighted, groups, weights = made_rows()
    gaps = unconstrained_gaps(sighted, "equalized_odds", weights=weights)[0]
    left = fit_group_thresholds(rows, groups, wanted=gaps / 2, weights=weights).decide(rows, groups)
    measured = rate_gaps(left, sighted, "equalized_odds", weights=weights)[0]
    assert np.abs(gaps).max() > 0.1
    np.testing.assert_allclose(measured, gaps / 2, atol=0.03)


def test_the_score_is_above_zero_where_class_1_is_decided_for_and_finite_for_sure_rows():
    _, _, rows, _, groups, weights = made_rows()
    rows = np.concatenate([rows, np.eye(4).reshape(4, 2, 2)])
    groups, weights = np.append(groups, [0, 1, 0, 1]), np.append(weights, np.zeros(4))
    thresholds = fit_group_thresholds(rows, groups, weights=weights)
    score = thresholds.fair_score(rows, groups)
    assert np.isfinite(score).all()
    np.testing.assert_array_equal(score > 0, thresholds.decide(rows, groups) == 1)


def test_a_group_without_rows_and_one_group_alone_do_no_harm():
    _, _, rows, _, groups, weights = made_rows()
    plain = fit_group_thresholds(rows, groups, weights=weights)
    padded = np.pad(rows, ((0, 0), (0, 0), (0, 1)))
    wider = fit_group_thresholds(padded, groups, weights=weights)
    np.testing.assert_array_equal(plain.decide(rows, groups), wider.decide(padded, groups))
    alone = rows[:, :, :1] / rows[:, :, :1].sum(axis=1, keepdims=True)
    decisions = fit_group_thresholds(alone, np.zeros_like(groups)).decide(alone, np.zeros_like(groups))
    agreement = np.mean(decisions == alone[:, :, 0].argmax(axis=1))
    assert agreement > 0.99


def test_a_class_absent_in_a_group_gives_decisions_all_the_same():
    _, _, rows, _, groups, weights = made_rows()
    rows[:, 1, 1] = 0
    decisions = fit_group_thresholds(rows, groups, weights=weights).decide(rows, groups)
    assert set(np.unique(decisions)) <= {0, 1}


def test_more_than_two_classes_are_refused():
    with pytest.raises(ValueError, match="Found 3 classes; thresholds decide between two"):
        fit_group_thresholds(np.full((4, 3, 2), 1 / 6), np.array([0, 1, 0, 1]))
