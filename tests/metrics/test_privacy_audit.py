"""Attacks on synthetic tables: each finds a generator that memorizes, and none accuses fresh rows."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from skfairgen.datasets import make_biased_classification
from skfairgen.metrics import (
    attribute_inference,
    linkability,
    lone_values,
    membership_inference,
    privacy_audit,
    singling_out,
)
from skfairgen.metrics._attack_rates import auc, risk_against_control, wilson


@pytest.fixture(scope="module")
def tables():
    """People in the table, people who are not, a copy of the first with noise, and fresh people."""
    made = make_biased_classification(
        750, n_numeric=4, n_categorical=4, n_boolean=0, sensitive_levels=(2, 2), random_state=0
    )
    real, holdout, fresh = (made.frame[start : start + 250].reset_index(drop=True) for start in (0, 250, 500))
    noise = np.random.RandomState(0).normal(0, 0.05, 250)
    return {"real": real, "holdout": holdout, "fresh": fresh, "copy": real.assign(normal_0=real["normal_0"] + noise)}


@pytest.fixture(scope="module")
def audits(tables):
    return {
        kind: privacy_audit(
            tables["real"], tables[kind], tables["holdout"], sensitive_columns=["group_0"], min_rows=50, random_state=1
        )
        for kind in ("copy", "fresh")
    }


def test_every_attack_on_persons_finds_a_generator_that_memorizes(audits):
    found = audits["copy"].loc["everyone", "finding"].drop("exact copies")  # noise leaves no exact copy
    assert set(found) == {"signal found"}
    assert {"group_0 by classifier", "group_0 by reconstruction", "linkability", "singling out"} <= set(found.index)


def test_a_generator_that_repeats_people_exactly_is_found(tables):
    half = pd.concat([tables["real"][:125], tables["fresh"][125:]], ignore_index=True)
    audit = privacy_audit(tables["real"], half, tables["holdout"])
    assert audit.loc[("everyone", "exact copies"), ["reached", "control", "finding"]].to_list() == [
        0.5,
        0,
        "signal found",
    ]


def test_fresh_people_give_no_signal(audits):
    assert set(audits["fresh"].loc["everyone", "finding"]) == {"no signal found"}


def test_every_group_is_attacked(audits, tables):
    assert {"a", "b"} <= set(audits["copy"].index.get_level_values("people"))
    everywhere = audits["copy"].xs("membership by distance, AUC", level="attack")
    assert (everywhere["finding"] == "signal found").all()


def test_groups_of_few_people_are_attacked_together(tables):
    audit = privacy_audit(
        tables["real"], tables["fresh"], tables["holdout"], sensitive_columns=["group_0", "group_1"], min_rows=60
    )
    assert "smallest groups" in audit.index.get_level_values("people")


def test_no_figure_is_called_private(audits):
    assert set(audits["fresh"]["finding"]) <= {"no signal found", "signal found", "undefined"}


def test_an_unknown_sensitive_column_is_named(tables):
    with pytest.raises(ValueError, match="no_such"):
        privacy_audit(tables["real"], tables["fresh"], tables["holdout"], sensitive_columns=["no_such"])


def test_who_has_the_likelihood_tells_members_from_others():
    real, made, holdout = (pd.DataFrame(rows) for rows in np.random.RandomState(0).normal(size=(3, 300, 2)))
    remembered = set(map(tuple, real.to_numpy()))

    def log_likelihood(rows):
        return np.array([0.0 if tuple(row) in remembered else -5.0 for row in rows.to_numpy()])

    figures = membership_inference(real, made, holdout, log_likelihood=log_likelihood)["value"]
    assert figures["by likelihood"].to_list() == [1, 1]
    assert figures["by distance", "roc_auc"] == pytest.approx(0.5, abs=0.08)


def test_equal_likelihoods_are_a_guess():
    real, made, holdout = np.random.RandomState(0).normal(size=(3, 200, 2))
    figures = membership_inference(real, made, holdout, log_likelihood=lambda rows: np.zeros(len(rows)))
    assert figures.loc["by likelihood", "value"].to_list() == pytest.approx([0.5, 0.01])


def test_what_the_population_tells_is_no_leak():
    """The secret is evident from another column, of people in the table and of others alike."""
    rng = np.random.RandomState(0)

    def people():
        ill = rng.randint(0, 2, 300)
        return pd.DataFrame({"drug": ill, "age": rng.randint(0, 5, 300), "home": rng.randint(0, 5, 300), "ill": ill})

    found = attribute_inference(people(), people(), people(), secret="ill", value=1)
    assert found.loc["classifier", "attack_auc"] > 0.95
    assert (found["low"] <= 0).all()


def test_reconstruction_solves_what_counts_determine():
    """With one person in each pair of values, the counts of an exact copy give every secret away."""
    grid = pd.DataFrame([(a, b) for a in range(8) for b in range(8)], columns=["a", "b"])
    real, holdout = (grid.assign(ill=np.random.RandomState(seed).randint(0, 2, 64)) for seed in (0, 1))
    found = attribute_inference(
        real.astype({"a": str, "b": str}),
        *(t.astype({"a": str, "b": str}) for t in (real, holdout)),
        secret="ill",
        value=1,
    )
    assert found.loc["reconstruction", "attack_auc"] == 1
    assert found.loc["reconstruction", "control_auc"] < 0.8


def test_a_secret_that_all_share_is_undefined():
    real, made, holdout = (pd.DataFrame({"a": np.arange(50.0), "ill": 1}) for _ in range(3))
    assert attribute_inference(real, made, holdout, secret="ill")["excess"].isna().all()


def test_an_unknown_value_of_the_secret_is_named():
    table = pd.DataFrame({"a": [1, 2], "ill": [0, 1]})
    with pytest.raises(ValueError, match="value=7"):
        attribute_inference(table, table, table, secret="ill", value=7)


def test_a_description_fits_one_real_row_or_fails():
    real = pd.DataFrame({"a": ["x", "y", "z", "z"], "b": ["k"] * 4})
    synthetic = pd.DataFrame({"a": ["x", "z"], "b": ["k", "k"]})
    holdout = pd.DataFrame({"a": ["w"] * 4, "b": ["k"] * 4})
    found = singling_out(real, synthetic, holdout, n_columns=2)
    assert found[["attack", "control", "n_attacks"]].to_list() == [0.5, 0, 2]  # "x" fits one row, "z" two


def test_tables_of_two_sizes_are_no_signal_and_hide_none():
    rng = np.random.RandomState(0)
    excess, found = [], []
    for _ in range(20):
        people = pd.DataFrame(rng.randint(0, 12, (1_000, 5))).astype(str)
        real, holdout, fresh = people[:600], people[600:700], people[700:]
        excess.append(singling_out(real, fresh, holdout, n_attacks=200)[["attack", "control"]].diff().iloc[-1])
        found.append(singling_out(real, real, holdout, n_attacks=200)["low"])
    assert abs(np.mean(excess)) < 3 * np.std(excess) / np.sqrt(len(excess))
    assert min(found) > 0


def test_no_lone_synthetic_row_means_no_guess():
    same = pd.DataFrame({"a": ["x"] * 4, "b": ["k"] * 4})
    assert np.isnan(singling_out(same, same, same)["risk"])


def test_a_link_needs_both_parties_to_reach_one_row():
    synthetic = pd.DataFrame({"a": [0.0, 10.0], "b": [0.0, 10.0]})
    linked, crossed = pd.DataFrame({"a": [1.0], "b": [1.0]}), pd.DataFrame({"a": [1.0], "b": [9.0]})
    found = linkability(linked, synthetic, crossed)
    assert found[["attack", "control"]].to_list() == [1, 0]


def test_a_party_without_columns_is_refused():
    table = pd.DataFrame({"a": [1.0, 2.0], "b": [1.0, 2.0]})
    with pytest.raises(ValueError, match="not all"):
        linkability(table, table, table, first_columns=["a", "b"])


def test_only_values_of_one_person_count():
    real = pd.DataFrame({"a": [1.0, 2.0, 2.0, np.nan]})
    synthetic, holdout = pd.DataFrame({"a": [1.0, 2.0, 3.0, np.nan]}), pd.DataFrame({"a": [2.0] * 4})
    assert lone_values(real, synthetic, holdout)[["attack", "control"]].to_list() == [0.25, 0]


def test_equal_rates_are_no_risk_and_certain_success_is_nearly_all():
    assert risk_against_control(20, 100, 20, 100)["risk"] == 0
    assert risk_against_control(1000, 1000, 0, 1000)["risk"] > 0.99


@pytest.mark.parametrize("rate", [0.1, 0.3])
def test_wilsons_interval_covers_the_rate(rate):
    hits = np.random.RandomState(0).binomial(200, rate, size=4_000)
    middle, reach = wilson(hits, 200)
    assert (np.abs(middle - rate) <= reach).mean() == pytest.approx(0.95, abs=0.02)
    z = norm.ppf(0.975)
    assert middle[0] == pytest.approx((hits[0] + z**2 / 2) / (200 + z**2))


def test_the_auc_of_many_draws_agrees_with_scikit_learn():
    rng = np.random.RandomState(0)
    truth, scores = rng.randint(0, 2, (5, 60)), rng.randint(0, 9, (5, 60))
    assert auc(truth, scores) == pytest.approx([roc_auc_score(t, s) for t, s in zip(truth, scores, strict=True)])
