"""Figures of several models on the same rows, and the paired intervals of their changes."""

import numpy as np
import pytest
from scipy.stats import chi2, chi2_contingency

from skfairgen.metrics import demographic_parity_ratio, equal_opportunity_ratio, equalized_odds_ratio
from skfairgen.report._inequality import inequality_p_value
from skfairgen.report._paired_bootstrap import interval, paired_draws, simultaneous_lows

OF_METRICS = {
    "demographic_parity_ratio": demographic_parity_ratio,
    "equalized_odds_ratio": equalized_odds_ratio,
    "equal_opportunity_ratio": equal_opportunity_ratio,
}
RATES = {"before": (0.5, 0.3), "after": (0.5, 0.45)}  # how often either model accepts, by group
TRUTH = 0.9 - 0.6


def decisions(n_rows, seed, n_classes=2):
    rng = np.random.default_rng(seed)
    groups, truth = rng.integers(0, 3, n_rows), rng.integers(0, n_classes, n_rows)
    codes = [np.where(rng.random(n_rows) < 0.6, truth, rng.integers(0, n_classes, n_rows)) for _ in range(2)]
    return groups, truth, {"a": codes[0][np.newaxis], "b": codes[1][np.newaxis]}


@pytest.mark.parametrize("figure", OF_METRICS)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_ratio_is_that_of_the_metrics(figure, n_classes):
    groups, truth, codes = decisions(400, 0, n_classes)
    positives = [1] if n_classes == 2 else [0, 1, 2]
    paired = paired_draws(codes, truth, groups, positives, n_classes, n_bootstrap=2, random_state=0)
    for name, said in codes.items():
        expected = OF_METRICS[figure](truth, said[0], sensitive_features=groups)
        assert paired.values[name][figure] == pytest.approx(expected)


def test_rows_of_no_group_count_in_the_accuracy_alone():
    groups, truth, codes = decisions(400, 0)
    some = np.where(groups == 2, -1, groups)
    values = paired_draws(codes, truth, some, [1], 2, n_bootstrap=2, random_state=0).values["a"]
    kept = groups < 2
    ratio = demographic_parity_ratio(truth[kept], codes["a"][0, kept], sensitive_features=groups[kept])
    assert values["demographic_parity_ratio"] == pytest.approx(ratio)
    assert values["accuracy"] == pytest.approx((truth == codes["a"][0]).mean())


def test_the_interval_agrees_with_resampling_rows():
    groups, truth, codes = decisions(600, 1)
    change, drawn = paired_draws(codes, truth, groups, [1], 2, n_bootstrap=2_000, random_state=0).change(
        "a", "b", "demographic_parity_ratio"
    )
    rng, changes = np.random.default_rng(0), []
    for _ in range(400):
        rows = rng.integers(0, 600, 600)
        ratios = [
            demographic_parity_ratio(truth[rows], said[0, rows], sensitive_features=groups[rows])
            for said in codes.values()
        ]
        changes.append(ratios[1] - ratios[0])
    low, high = np.quantile(changes, [0.025, 0.975])
    expected = min(low, 2 * change - high), max(high, 2 * change - low)
    assert interval(drawn, change) == pytest.approx(expected, abs=0.03)


def test_the_interval_covers_the_truth_at_its_rate():
    """Two models accept at known rates; three quarters of their decisions are the same, as of models of one table."""
    rng, n_rows, covered = np.random.default_rng(0), 1_000, []
    for seed in range(200):
        groups, shared = rng.integers(0, 2, n_rows), rng.random(n_rows) < 0.75
        common, own = rng.random(n_rows), rng.random((2, n_rows))
        luck = np.where(shared, common, own)
        codes = {
            name: (luck[[place]] < np.array(rates)[groups]).astype(int)
            for place, (name, rates) in enumerate(RATES.items())
        }
        paired = paired_draws(codes, np.zeros(n_rows, int), groups, [1], 2, n_bootstrap=400, random_state=seed)
        low, high = interval(*paired.change("before", "after", "demographic_parity_ratio")[::-1])
        covered.append(low <= TRUTH <= high)
    assert 0.91 <= np.mean(covered) <= 0.985


def test_equal_predictions_change_nothing():
    groups, truth, codes = decisions(300, 0)
    paired = paired_draws({"a": codes["a"], "b": codes["a"]}, truth, groups, [1], 2, n_bootstrap=50, random_state=0)
    change, drawn = paired.change("a", "b", "equalized_odds_ratio")
    assert change == 0
    assert (drawn == 0).all()


def test_pooled_repeats_are_the_mean_of_the_counts():
    groups, truth, codes = decisions(300, 0)
    both = {"pooled": np.vstack([codes["a"], codes["b"]])}
    value = paired_draws(both, truth, groups, [1], 2, n_bootstrap=2, random_state=0).values["pooled"]
    rates = [np.mean([said[0, groups == g].mean() for said in codes.values()]) for g in range(3)]
    assert value["demographic_parity_ratio"] == pytest.approx(min(rates) / max(rates))


def test_bounds_of_many_changes_hold_at_once():
    """Of ten independent changes whose truth is 0, some lower bound lies above it in one of 40 draws."""
    rng, found = np.random.default_rng(0), []
    for _ in range(400):
        values = rng.normal(size=10)
        found.append((simultaneous_lows(values, values[:, np.newaxis] + rng.normal(size=(10, 300))) > 0).any())
    assert np.mean(found) < 0.05


def test_the_test_of_inequality_is_pearsons_with_room_for_training():
    groups, _, codes = decisions(500, 3)
    table = np.zeros((3, 2))
    np.add.at(table, (groups, codes["a"][0]), 1)
    statistic = chi2_contingency(table, correction=False).statistic
    found = inequality_p_value(codes["a"], np.zeros(500, int), groups, [1], "demographic_parity_ratio", 5)
    assert found == pytest.approx(chi2.sf(statistic / 2.25, 2))


def test_odds_are_compared_within_the_true_classes():
    """A perfect model of unequal classes breaks parity, not odds."""
    groups = np.repeat([0, 1], 500)
    truth = (np.random.default_rng(0).random(1_000) < np.where(groups == 0, 0.7, 0.2)).astype(int)
    p_values = {
        scoring: inequality_p_value(truth[np.newaxis], truth, groups, [1], scoring, 5)
        for scoring in ("demographic_parity_ratio", "equalized_odds_ratio", "equal_opportunity_ratio")
    }
    assert p_values["demographic_parity_ratio"] < 1e-6
    assert p_values["equalized_odds_ratio"] == p_values["equal_opportunity_ratio"] == 1
