"""criterion="demographic_parity" with label_draw="sample": what holds in the synthetic rows."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier

from skfairgen import FairDistillResampler, FairGenerator
from skfairgen.datasets import make_biased_classification

PARITY = {"criterion": "demographic_parity", "label_draw": "sample"}


@pytest.fixture(scope="module")
def table():
    return make_biased_classification(3_000, bias=1.5, random_state=0)


@pytest.fixture(scope="module")
def generator(table):
    generator = FairGenerator(table.sensitive_columns, **PARITY, max_epochs=6, random_state=0)
    return generator.fit(table.data, table.target)


def rates(X, y, column):
    return y.groupby(X[column].to_numpy()).mean()


def test_every_group_has_the_overall_class_rate(table):
    resampler = FairDistillResampler(table.sensitive_columns, mode="replace", **PARITY, max_epochs=2, random_state=0)
    X, y = resampler.fit_resample(table.data, table.target)
    by_group = rates(X, y, table.sensitive_columns[0])
    assert np.ptp(by_group) < 2e-3
    assert y.mean() == pytest.approx(table.target.mean(), abs=2e-3)
    groups = table.data[table.sensitive_columns[0]]
    pd.testing.assert_series_equal(X.iloc[:, 0].value_counts(), groups.value_counts())


def test_the_gap_shrinks_with_strength(table):
    gaps = []
    for strength in (0.0, 0.5, 1.0):
        resampler = FairDistillResampler(
            table.sensitive_columns,
            mode="replace",
            **PARITY,
            strength=strength,
            max_epochs=1,
            random_state=0,
        )
        X, y = resampler.fit_resample(table.data, table.target)
        gaps.append(np.ptp(rates(X, y, table.sensitive_columns[0])))
    real_gap = np.ptp(rates(table.data, table.target, table.sensitive_columns[0]))
    np.testing.assert_allclose(gaps, [real_gap, real_gap / 2, 0], atol=3e-3)


def test_labels_move_and_rows_do_not(table, generator):
    """Proxies of the group are distributed as they are without the criterion."""
    column = table.sensitive_columns[0]
    copier = clone(generator).set_params(criterion=None).fit(table.data, table.target)
    repaired, copied = (g.sample(8_000, random_state=0)[0] for g in (generator, copier))
    for name in ("proxy_0", "normal_0", "skewed_0"):
        scale = table.data[name].std()
        means = [X.groupby(column, observed=True)[name].mean() / scale for X in (repaired, copied)]
        np.testing.assert_allclose(*means, atol=0.08)


def test_labels_still_follow_the_outcome_within_a_group(table, generator):
    X, y = generator.sample(6_000, random_state=0)
    name = "normal_0"
    for group in generator.groups_:
        own = X[table.sensitive_columns[0]] == group
        real_own = table.data[table.sensitive_columns[0]] == group
        real = table.data[name][real_own].corr(table.target[real_own].astype(float))
        made = X[name][own].corr(y[own].astype(float))
        assert np.sign(made) == np.sign(real)
        assert abs(made) > abs(real) / 2


def test_cells_asked_for_are_exact_however_lopsided(generator):
    cells = {(1, generator.groups_[0]): 700, (0, generator.groups_[1]): 3}
    X, y = generator.sample(cells=cells, random_state=0)
    counts = pd.Series(list(zip(y, X.iloc[:, 0], strict=True))).value_counts().to_dict()
    assert counts == cells


@pytest.mark.filterwarnings("ignore::skfairgen.exceptions.SmallGroupWarning")
def test_several_classes_and_crossed_groups():
    table = make_biased_classification(4_000, n_classes=4, sensitive_levels=(2, 3), bias=1.5, random_state=0)
    resampler = FairDistillResampler(table.sensitive_columns, mode="replace", **PARITY, max_epochs=2, random_state=0)
    X, y = resampler.fit_resample(table.data, table.target)
    groups = X[table.sensitive_columns].astype(str).agg("|".join, axis=1)
    shares = pd.crosstab(groups, y, normalize="index")
    overall = table.target.value_counts(normalize=True).sort_index()
    big = groups.value_counts().loc[lambda n: n >= 200].index
    np.testing.assert_allclose(shares.loc[big], np.tile(overall, (len(big), 1)), atol=0.01)


def test_the_same_seed_gives_the_same_rows(generator):
    first, second = (generator.sample(500, random_state=3) for _ in range(2))
    pd.testing.assert_frame_equal(first[0], second[0], check_exact=True)
    pd.testing.assert_series_equal(first[1], second[1])


def test_criterion_and_strength_can_be_changed_when_drawing(table, generator):
    column = table.sensitive_columns[0]
    gaps = {}
    for criterion in (None, "demographic_parity", "balanced_cells"):
        X, y = generator.sample(6_000, criterion=criterion, random_state=0)
        gaps[criterion] = np.ptp(rates(X, y, column))
    half = np.ptp(rates(*generator.sample(6_000, strength=0.5, random_state=0), column))
    assert gaps[None] > half > max(gaps["demographic_parity"], gaps["balanced_cells"])
    assert generator.criterion == "demographic_parity"


def test_group_and_class_shares_are_met(table, generator):
    first, second = generator.groups_
    X, y = generator.sample(8_000, group_shares={first: 0.5}, class_shares={1: 0.6}, random_state=0)
    assert (X.iloc[:, 0] == first).mean() == pytest.approx(0.5, abs=0.02)
    assert y.mean() == pytest.approx(0.6, abs=0.02)
    with pytest.raises(ValueError, match="never seen"):
        generator.sample(10, group_shares={"nobody": 1.0})
    with pytest.raises(ValueError, match="either cells"):
        generator.sample(cells={1: 5}, class_shares={1: 1.0})


def test_the_plan_is_told_before_anything_is_trained(table, monkeypatch):
    monkeypatch.setattr("skfairgen.estimators._generator_fitting.learn_rows", lambda *_, **__: pytest.fail("trained"))
    plan = FairDistillResampler(table.sensitive_columns).explain_plan(table.data, table.target)
    assert plan["n_real"].sum() == len(table.data)
    rates_by_class = plan.groupby("class")["rate_output"]
    assert (rates_by_class.max() - rates_by_class.min()).max() < 2e-3


def test_labels_for_a_blind_model_do_not_depend_on_the_group_through_proxies():
    """A model that does not see the group selects both groups alike, which labels of the barycenter do not give."""
    table = make_biased_classification(3_000, bias=1.5, proxy_strength=2.0, random_state=0)
    held_out = make_biased_classification(6_000, bias=1.5, proxy_strength=2.0, random_state=1)
    group = table.sensitive_columns[0]
    gaps = {}
    for sees in (True, False):
        resampler = FairDistillResampler(
            table.sensitive_columns,
            mode="replace",
            **PARITY,
            sensitive_at_prediction=sees,
            random_state=0,
        )
        X, y = resampler.fit_resample(table.data, table.target)
        assert np.ptp(rates(X, y, group)) < 2e-3
        model = HistGradientBoostingClassifier(categorical_features="from_dtype", random_state=0)
        scores = model.fit(X.drop(columns=group), y).predict_proba(held_out.data.drop(columns=group))[:, 1]
        gaps[sees] = np.ptp(pd.Series(scores).groupby(held_out.data[group].to_numpy()).mean())
    assert gaps[False] < gaps[True] / 2


def test_a_blind_score_may_be_asked_for_when_drawing(table):
    """It needs no network of its own, so that it need not be asked for before fit."""
    options = {"sensitive_at_prediction": False, "label_draw": "sample", "max_epochs": 1, "random_state": 0}
    later = FairGenerator(table.sensitive_columns, **options).fit(table.data, table.target)
    X, y = later.sample(6_000, criterion="demographic_parity", random_state=0)
    assert np.ptp(rates(X, y, table.sensitive_columns[0])) < 2e-3
    sooner = FairGenerator(table.sensitive_columns, **{**options, **PARITY}).fit(table.data, table.target)
    pd.testing.assert_series_equal(sooner.sample(6_000, random_state=0)[1], y)


def test_a_repair_is_that_of_the_last_fit(table):
    generator = FairGenerator(table.sensitive_columns, **PARITY, max_epochs=1, random_state=0, early_stopping=False)
    generator.fit(table.data[:500], table.target[:500])
    assert generator.model_.transport is not None
    generator.set_params(criterion=None).fit(table.data, table.target)
    assert generator.model_.transport is None
    X, y = generator.sample(2_000, criterion="demographic_parity", random_state=0)
    assert np.ptp(rates(X, y, table.sensitive_columns[0])) < 5e-3
