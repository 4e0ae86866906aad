"""The frame of groups: its figures, its intervals, and what they cost."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import wasserstein_distance
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import roc_auc_score

from skfairgen.exceptions import SmallGroupWarning
from skfairgen.metrics import calibration_error, disparity_report, group_rates, group_report, score_gap


def scored_table(n_rows, n_groups, seed=0):
    generator = np.random.default_rng(seed)
    groups = generator.choice(n_groups, n_rows, p=np.arange(1, n_groups + 1) / sum(range(n_groups + 1)))
    logit = generator.normal(size=n_rows) + 0.1 * groups - 1
    y_true = (generator.random(n_rows) < 1 / (1 + np.exp(-1.5 * logit))).astype(int)
    score = 1 / (1 + np.exp(-logit))
    return y_true, (score > 0.5).astype(int), score, groups


def test_the_report_lists_counts_and_rates_of_each_group_and_overall():
    y_true, y_pred, score, groups = scored_table(600, 3)
    report = group_report(y_true, y_pred, y_score=score, sensitive_features=groups, n_bootstrap=50, random_state=0)
    assert report.index.tolist() == [0, 1, 2, "overall"]
    assert report.loc["overall", "n_rows"] == 600
    assert report["n_rows"].tolist()[:3] == np.bincount(groups).tolist()
    assert report.loc[1, "n_positive"] == y_true[groups == 1].sum()
    rates = group_rates(y_true, y_pred, sensitive_features=groups)
    pd.testing.assert_frame_equal(report.iloc[:3][rates.columns], rates, check_names=False, check_index_type=False)
    for group in range(3):
        rows = groups == group
        assert report.loc[group, "roc_auc"] == pytest.approx(roc_auc_score(y_true[rows], score[rows]))
        assert report.loc[group, "calibration_error"] == calibration_error(y_true[rows], score[rows])
        distance = wasserstein_distance(score[rows], score)
        assert report.loc[group, "score_gap"] == pytest.approx(distance)


def test_every_interval_holds_its_value():
    y_true, y_pred, score, groups = scored_table(2000, 4)
    report = group_report(y_true, y_pred, y_score=score, sensitive_features=groups, random_state=0)
    for low in report.columns[report.columns.str.endswith("_low")]:
        name = low.removesuffix("_low")
        defined = report[name].notna()
        assert (report[low] <= report[name] + 1e-12)[defined].all()
        assert (report[name] <= report[f"{name}_high"] + 1e-12)[defined].all()


def row_bootstrap(statistic, n_rows, n_bootstrap, seed):
    generator = np.random.default_rng(seed)
    draws = [statistic(generator.integers(0, n_rows, n_rows)) for _ in range(n_bootstrap)]
    return np.nanquantile(draws, [0.025, 0.975], axis=0)


def test_intervals_of_rates_equal_a_row_bootstrap():
    y_true, y_pred, _, groups = scored_table(20_000, 4)

    def rates_of(rows):
        return group_rates(y_true[rows], y_pred[rows], sensitive_features=groups[rows]).to_numpy()

    expected = row_bootstrap(rates_of, len(groups), 2000, seed=1)
    report = group_report(y_true, y_pred, sensitive_features=groups, n_bootstrap=4000, random_state=0).iloc[:-1]
    names = group_rates(y_true, y_pred, sensitive_features=groups).columns
    for bound, reference in zip(("low", "high"), expected, strict=True):
        found = report[[f"{name}_{bound}" for name in names]].to_numpy()
        np.testing.assert_allclose(found, reference, atol=0.005)


def test_intervals_of_scores_are_those_of_a_row_bootstrap_centred_on_the_sample():
    y_true, _, score, _ = scored_table(4000, 2)
    groups = np.repeat([0, 1], [1000, 3000])

    def figures_of(rows):
        first = rows[groups[rows] == 0]
        return [
            roc_auc_score(y_true[first], score[first]),
            calibration_error(y_true[first], score[first]),
            wasserstein_distance(score[first], score[rows]),
        ]

    report = group_report(
        y_true, score > 0.5, y_score=score, sensitive_features=groups, n_bootstrap=4000, random_state=0
    )
    names = ["roc_auc", "calibration_error", "score_gap"]
    generator = np.random.default_rng(2)
    draws = np.array([figures_of(generator.integers(0, 4000, 4000)) for _ in range(800)])
    centred = draws - draws.mean(0) + report.loc[0, names].to_numpy(dtype=float)
    for bound, q in (("low", 0.025), ("high", 0.975)):
        found = report.loc[0, [f"{name}_{bound}" for name in names]].to_numpy(dtype=float)
        np.testing.assert_allclose(found, np.maximum(np.quantile(centred, q, axis=0), 0), atol=0.005)


def test_intervals_cover_the_truth_as_often_as_they_say():
    generator = np.random.default_rng(3)
    covered = []
    for seed in range(200):
        y_true = generator.random(800) < 0.5
        y_pred = generator.random(800) < 0.3
        report = group_report(
            y_true, y_pred, sensitive_features=np.repeat(["a", "b"], 400), n_bootstrap=400, random_state=seed
        )
        covered.append((report["selection_rate_low"] <= 0.3) & (report["selection_rate_high"] >= 0.3))
    assert 0.92 < np.mean(covered) < 0.98


def test_a_group_of_one_class_has_no_roc_auc_and_is_named():
    y_true, y_pred, score, groups = scored_table(200, 2)
    y_true[groups == 0] = 0
    with pytest.warns(SmallGroupWarning, match="roc_auc .rows of one class only"):
        report = group_report(y_true, y_pred, y_score=score, sensitive_features=groups, random_state=0)
    assert report.loc[0, ["roc_auc", "roc_auc_low", "roc_auc_high", "true_positive_rate_low"]].isna().all()
    assert report.loc[1, ["roc_auc", "roc_auc_low", "roc_auc_high"]].notna().all()


def test_several_classes_are_reported_one_against_the_rest():
    generator = np.random.default_rng(0)
    y_true, y_pred = generator.choice(list("pqr"), (2, 400))
    groups = generator.choice(["a", "b"], 400)
    score = generator.dirichlet([1, 1, 1], 400)
    report = group_report(y_true, y_pred, y_score=score, sensitive_features=groups, n_bootstrap=20, random_state=0)
    assert report.index.names == ["pos_label", "group"]
    assert report.loc[("q", "a"), "n_positive"] == ((y_true == "q") & (groups == "a")).sum()
    assert report.loc[("q", "overall"), "roc_auc"] == pytest.approx(roc_auc_score(y_true == "q", score[:, 1]))
    assert report.loc[("q", "a"), "accuracy"] == (y_true == y_pred)[groups == "a"].mean()
    one = group_report(y_true, y_pred, y_score=score, sensitive_features=groups, pos_label="q", n_bootstrap=0)
    pd.testing.assert_frame_equal(one, report.loc["q"][one.columns])


def test_several_sensitive_columns_make_a_multi_index():
    y_true, y_pred, _, groups = scored_table(400, 4)
    crossed = pd.DataFrame({"sex": groups % 2, "old": groups // 2})
    report = group_report(y_true, y_pred, sensitive_features=crossed, random_state=0)
    assert report.index.names == ["sex", "old"]
    assert report.loc[(1, 0), "n_rows"].item() == (groups == 1).sum()
    assert report.loc[("overall", ""), "n_rows"].item() == 400


def test_scores_that_are_no_probabilities_have_no_calibration():
    y_true, y_pred, score, groups = scored_table(300, 2)
    with pytest.warns(UndefinedMetricWarning, match="calibration_error needs probabilities"):
        report = group_report(y_true, y_pred, y_score=10 * score, sensitive_features=groups, random_state=0)
    assert report[["calibration_error", "calibration_error_low"]].isna().all(axis=None)
    assert report["roc_auc_low"].notna().all()


def test_bad_scores_are_refused_with_a_reason():
    with pytest.raises(ValueError, match="1 missing or infinite"):
        group_report([0, 1], [0, 1], y_score=[0.1, np.nan], sensitive_features=["a", "b"])
    with pytest.raises(ValueError, match="y_score has 3 columns, y holds 2 labels"):
        group_report([0, 1], [0, 1], y_score=np.ones((2, 3)), sensitive_features=["a", "b"])
    with pytest.raises(ValueError, match="expected probabilities"):
        calibration_error([0, 1], [0.0, 2.0])
    with pytest.raises(ValueError, match="y_score has 1 rows, y has 2"):
        calibration_error([0, 1], [0.5])


def test_the_same_seed_gives_the_same_report():
    y_true, y_pred, score, groups = scored_table(300, 2)
    reports = [group_report(y_true, y_pred, y_score=score, sensitive_features=groups, random_state=4) for _ in "ab"]
    pd.testing.assert_frame_equal(*reports)


def test_the_score_gap_is_the_largest_wasserstein_distance():
    _, _, score, groups = scored_table(500, 4)
    parts = [score[groups == group] for group in range(4)]
    expected = max(wasserstein_distance(a, b) for a in parts for b in parts)
    assert score_gap(score, sensitive_features=groups) == pytest.approx(expected)
    expected = max(wasserstein_distance(a, score) for a in parts)
    assert score_gap(score, sensitive_features=groups, method="to_overall") == pytest.approx(expected)
    with pytest.warns(SmallGroupWarning, match="'x'"):
        assert np.isnan(score_gap([0.1, 0.2], sensitive_features=["x", "x"]))


def test_the_disparity_report_holds_values_and_intervals_of_a_row_bootstrap():
    y_true, y_pred, _, groups = scored_table(5000, 3)
    report = disparity_report(y_true, y_pred, sensitive_features=groups, n_bootstrap=4000, random_state=0)

    def gap_of(rows):
        rates = group_rates(y_true[rows], y_pred[rows], sensitive_features=groups[rows])["selection_rate"]
        return [rates.max() - rates.min(), rates.min() / rates.max()]

    names = ["demographic_parity_difference", "demographic_parity_ratio"]
    np.testing.assert_allclose(report.loc[names, "value"], gap_of(np.arange(5000)))
    low, high = row_bootstrap(gap_of, 5000, 1500, seed=1)
    found = report.loc[names]
    assert (found["low"] <= low + 0.01).all() and (found["high"] >= high - 0.01).all()
    assert (found["high"] - found["low"] <= 1.4 * (high - low)).all()
