"""Intervals of gaps hold their estimate, and the gap of the population as often as they say."""

import numpy as np
import pytest

from skfairgen.metrics import disparity_report
from skfairgen.metrics._bootstrap import gap_interval, holding_interval
from skfairgen.report._paired_bootstrap import interval

NAMES = ["demographic_parity_difference", "demographic_parity_ratio"]


@pytest.mark.parametrize(
    ("rates", "least"),
    [((0.4, 0.4), 0.92), ((0.3, 0.32), 0.92), ((0.3, 0.4), 0.92), ((0.42, 0.4, 0.38), 0.92), ((0.4, 0.4, 0.4), 0.87)],
)
def test_intervals_cover_the_gap_of_the_population(rates, least):
    rng, covered = np.random.default_rng(0), []
    groups = np.repeat(np.arange(len(rates)), 400)
    truth = np.array([max(rates) - min(rates), min(rates) / max(rates)])
    for seed in range(200):
        said = (rng.random(len(groups)) < np.array(rates)[groups]).astype(int)
        said[:2] = [0, 1]
        report = disparity_report(said, said, sensitive_features=groups, n_bootstrap=200, random_state=seed).loc[NAMES]
        assert (report["low"] <= report["value"]).all() and (report["value"] <= report["high"]).all()
        assert (report["low"] >= 0).all() and (report["high"] <= 1).all()
        covered.append((report["low"] <= truth + 1e-9) & (truth <= report["high"] + 1e-9))
    assert (np.mean(covered, axis=0) >= least).all()
    assert (np.mean(covered, axis=0) <= 0.995).all()


def test_equal_rates_are_no_certainty():
    said = np.tile([0, 1], 100)
    report = disparity_report(said, said, sensitive_features=np.repeat(["a", "b"], 100), random_state=0).loc[NAMES]
    assert report["value"].tolist() == [0, 1]
    assert report.loc[NAMES[0], "high"] > 0.1 and report.loc[NAMES[1], "low"] < 0.9
    assert report.loc[NAMES[0], "low"] == 0 and report.loc[NAMES[1], "high"] == 1


def test_ratios_of_nothing_have_an_interval():
    assert gap_interval(np.zeros(50), 0.0, 0.95, "ratio") == (0, 0)
    assert gap_interval(np.linspace(0, 0.5, 50), 0.2, 0.95, "ratio")[1] == 1
    assert np.isnan(gap_interval(np.full(50, np.nan), 0.2, 0.95, "difference")).all()


def test_other_intervals_hold_their_estimates_too():
    draws = np.linspace(0.93, 0.99, 100)
    low, high = interval(draws, 1.0)
    assert low < 0.94 and high > 1
    low, high = holding_interval(draws, 1.0, 0.95)
    assert low < 0.94 and high == 1
