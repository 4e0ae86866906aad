"""The loop closes the gap of a trained model where the plan alone leaves one."""

from dataclasses import replace

import numpy as np
import pytest
from made_populations import draw_rows, population
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression

from skfairgen.criteria import LoopRows, choose_plan, joint_indicator, largest_gap, rate_gaps, tune_plan


class PartialModel(LogisticRegression):
    """A model that does not do what its labels say: it favors group 1."""

    def predict(self, X):
        return (self.decision_function(X) + 0.3 * X[:, 1] > 0).astype(int)


MODEL = PartialModel()


def made_rows(n_rows, joint, shares, seed):
    kinds, classes, groups = draw_rows(joint, shares, n_rows, seed)
    noise = np.random.default_rng(seed + 100).normal(0, 0.5, n_rows)
    evidence = np.log(joint[kinds, 1].sum(axis=1) / joint[kinds, 0].sum(axis=1)) + noise
    return LoopRows(np.column_stack([evidence, groups]), classes, groups, None, joint[kinds])


def made_loop(criterion, strength=1.0, n_groups=2, **options):
    joint, shares = population(n_groups=n_groups, n_kinds=1_000)
    pool, audit, fresh = (made_rows(n_rows, joint, shares, seed) for seed, n_rows in enumerate((8_000, 8_000, 30_000)))
    plan, _ = choose_plan(pool.posteriors, pool.groups, criterion, strength=strength)
    options = {"label_draw": "sharpen", "strength": strength, "rng": np.random.default_rng(0)} | options
    return plan, pool, fresh, *tune_plan(plan, pool, audit, MODEL, **options)


def gap_of(plan, pool, fresh):
    """Return the gap of the model trained on both labels of each row, weighted by their chances."""
    chances = plan.label_scores(pool.posteriors, pool.groups, label_draw="sharpen")
    twice = np.repeat([0, 1], len(chances))
    MODEL.fit(np.tile(pool.features, (2, 1)), twice, sample_weight=chances.T.ravel())
    decisions = MODEL.predict(fresh.features)
    known = joint_indicator(fresh.classes, fresh.groups, pool.posteriors.shape[1:])
    return largest_gap(rate_gaps(decisions, known, plan.criterion), pool.posteriors.shape[2])


@pytest.mark.parametrize("criterion", ["demographic_parity", "equal_opportunity"])
def test_a_model_trained_on_tuned_labels_is_fair_to_rows_never_seen(criterion):
    plan, pool, fresh, tuned, tuning = made_loop(criterion)
    assert gap_of(plan, pool, fresh) > 0.06
    assert gap_of(tuned, pool, fresh) < 0.5 * gap_of(plan, pool, fresh)
    assert tuning[-1]["missed"] < tuning[0]["missed"]


def test_strength_removes_a_share_of_the_gap_of_the_model():
    left = []
    for strength in (0.0, 0.5, 1.0):
        _, pool, fresh, tuned, tuning = made_loop("demographic_parity", strength)
        left.append(gap_of(tuned, pool, fresh))
        assert tuning[0]["round"] == (0 if strength < 1 else 1)
    np.testing.assert_allclose(left, np.array([1, 0.5, 0]) * left[0], atol=0.03)
    assert left[0] > 0.2


def test_rounds_tell_what_was_asked_and_measured_and_are_the_same_again():
    runs = [made_loop("demographic_parity", rounds=3)[-1] for _ in range(2)]
    assert runs[0] == runs[1]
    assert [record["round"] for record in runs[0]] == [1, 2, 3]
    assert set(runs[0][0]) == {"round", "asked", "gap", "missed", "accuracy"}
    assert runs[0][0]["asked"] == 0 < runs[0][1]["asked"]


def test_the_most_accurate_round_that_meets_the_target_is_kept():
    for tolerance, expected in ((1.0, "accuracy"), (0.0, "missed")):
        plans = []
        for rounds in range(1, 4):
            *_, tuned, tuning = made_loop("demographic_parity", rounds=rounds, tolerance=tolerance)
            plans.append(tuned.wanted)
        values = np.array([record[expected] for record in tuning])
        best = values.argmax() if expected == "accuracy" else values.argmin()
        np.testing.assert_array_equal(plans[-1], plans[best])


def test_a_gap_of_n_audit_rows_counts_n_in_n_plus_300():
    joint, shares = population(n_groups=3, n_kinds=1_000)
    pool, audit = (made_rows(8_000, joint, shares, seed) for seed in (1, 2))
    kept = np.concatenate([np.flatnonzero(audit.groups == group)[:300] for group in (0, 1)])  # none of group 2
    audit = LoopRows(audit.features[kept], audit.classes[kept], audit.groups[kept])
    plan, _ = choose_plan(pool.posteriors, pool.groups, "demographic_parity")
    options = {"label_draw": "sharpen", "rounds": 2, "tolerance": 0.0, "gain": 1.0, "rng": np.random.default_rng(0)}
    tuned, tuning = tune_plan(plan, pool, audit, MODEL, **options)
    # two groups of one size: each is half of their gap away from everyone, and half of that counts
    assert tuning[0]["missed"] == pytest.approx(tuning[0]["gap"] / 4)
    np.testing.assert_allclose(np.abs(tuned.wanted[0, 1]), [tuning[0]["missed"]] * 2 + [0])


def test_a_model_that_never_moves_keeps_the_loop_finite():
    joint, shares = population(n_kinds=500)
    pool, audit = (made_rows(2_000, joint, shares, seed) for seed in (1, 2))
    plan, _ = choose_plan(pool.posteriors, pool.groups, "equalized_odds")
    constant = DummyClassifier(strategy="constant", constant=0)
    tuned, tuning = tune_plan(plan, pool, audit, constant, label_draw="decide", rng=np.random.default_rng(0))
    assert len(tuning) == 8
    assert tuned is plan
    assert tuning[0]["accuracy"] == np.mean(audit.classes == 0)


def test_gaps_are_closed_within_each_stratum():
    joint, shares = population(n_kinds=1_000)
    pool, audit = (made_rows(8_000, joint, shares, seed) for seed in (1, 2))
    pool, audit = (replace(rows, strata=(rows.features[:, 0] > 0).astype(int)) for rows in (pool, audit))
    plan, _ = choose_plan(pool.posteriors, pool.groups, "demographic_parity", strata=pool.strata, n_strata=2)
    tuned, tuning = tune_plan(plan, pool, audit, MODEL, label_draw="sharpen", rng=np.random.default_rng(0))
    assert tuned.wanted.shape == (2, 2, 2)
    assert (np.abs(tuned.wanted[:, 1]) > 0.005).all()
    assert min(record["missed"] for record in tuning) < 0.5 * tuning[0]["missed"]
