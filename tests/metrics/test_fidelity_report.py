"""All fidelity figures: overall, per group, per cell."""

import os

import numpy as np
import pandas as pd
import pytest

from skfairgen.exceptions import SmallGroupWarning
from skfairgen.metrics import (
    authenticity,
    c2st_auc,
    closest_record_share,
    column_shapes,
    density_coverage,
    exact_copy_rate,
    fidelity_report,
)

SHARE_OF_REAL_ROWS = ["alpha_precision", "beta_recall", "coverage", "column_shapes", "column_pair_trends"]


def made_table(n_rows, seed, shares=(0.7, 0.3)):
    rng = np.random.RandomState(seed)
    group = rng.choice(["a", "b"], n_rows, p=shares)
    X = pd.DataFrame({"g": group, "x": rng.normal(size=n_rows) + (group == "a"), "z": rng.normal(size=n_rows)})
    y = pd.Series(np.where(X["x"] + rng.normal(size=n_rows) > 0.5, "yes", "no"), name="label")
    return X, y


def report(real, synthetic, **options):
    return fidelity_report(*real, *synthetic, sensitive_columns="g", **options)


def test_there_is_a_row_for_the_table_each_group_and_each_cell():
    found = report(made_table(400, 0), made_table(300, 1))
    assert found.index.to_list() == [
        ("overall", "", ""),
        ("group", "a", ""),
        ("group", "b", ""),
        ("cell", "a", "no"),
        ("cell", "a", "yes"),
        ("cell", "b", "no"),
        ("cell", "b", "yes"),
    ]
    for level in ("overall", "group", "cell"):
        assert found.loc[level, ["n_real", "n_synthetic"]].sum().to_list() == [400, 300]


def test_the_overall_row_holds_the_figures_of_the_functions():
    real, synthetic, holdout = made_table(400, 0), made_table(300, 1), made_table(350, 2)
    overall = report(real, synthetic, holdout_X=holdout[0], holdout_y=holdout[1]).loc["overall"].iloc[0]
    tables = [X.assign(label=y) for X, y in (real, synthetic, holdout)]
    assert overall["column_shapes"] == pytest.approx(column_shapes(*tables[:2]).mean())
    assert overall["c2st_auc"] == pytest.approx(c2st_auc(*tables[:2]))
    assert (overall["density"], overall["coverage"]) == pytest.approx(density_coverage(*tables[:2]))
    assert overall["authenticity"] == pytest.approx(authenticity(*tables[:2]))
    assert overall["exact_copy_rate"] == exact_copy_rate(*tables[:2]) == 0
    # the report draws the rows of the larger table in its own order
    assert overall["closest_record_share"] == pytest.approx(closest_record_share(*tables), abs=0.05)


@pytest.mark.parametrize("harm", ["collapsed", "shifted", "shuffled"])
def test_a_generator_that_serves_one_group_badly_shows_it_in_that_group(harm):
    real, (X, y) = made_table(1500, 0), made_table(1500, 1)
    rows = X["g"] == "b"
    if harm == "collapsed":
        X.loc[rows, ["x", "z"]] = X.loc[rows, ["x", "z"]].mean().to_numpy()
    elif harm == "shifted":
        X.loc[rows, "x"] += 1.5
    else:
        y[rows] = np.random.RandomState(0).permutation(y[rows].to_numpy())
    groups = report(real, (X, y)).loc["group"].droplevel("class")
    harmed, spared = groups.loc["b"], groups.loc["a"]
    assert spared["column_shapes"] > 0.95
    assert spared["c2st_auc"] < 0.56
    if harm == "shuffled":
        assert harmed["column_pair_trends"] < spared["column_pair_trends"] - 0.03
        assert harmed["c2st_auc"] > spared["c2st_auc"] + 0.04
    else:
        assert harmed["coverage"] < spared["coverage"] - 0.2
        assert harmed["alpha_precision"] < spared["alpha_precision"] - 0.2
        assert harmed["column_shapes"] < 0.85


def test_memorized_rows_of_one_group_show_in_that_group():
    real, (X, y), holdout = made_table(800, 0), made_table(800, 1), made_table(800, 2)
    copied = real[0]["g"] == "b"
    X, y = (
        pd.concat([fresh[X["g"] == "a"], old[copied]], ignore_index=True) for fresh, old in ((X, real[0]), (y, real[1]))
    )
    groups = report(real, (X, y), holdout_X=holdout[0], holdout_y=holdout[1]).loc["group"].droplevel("class")
    assert groups.loc["b", ["exact_copy_rate", "authenticity", "holdout_copy_rate"]].to_list() == [1, 0, 0]
    assert groups.loc["b", "closest_record_share"] == 1
    assert groups.loc["a", "closest_record_share"] == pytest.approx(0.5, abs=0.07)
    assert groups.loc["a", "authenticity"] > 0.3


def test_small_groups_are_nan_and_named():
    real, (X, y) = made_table(400, 0), made_table(400, 1)
    kept = (X["g"] == "a") | (y == "no")
    with pytest.warns(SmallGroupWarning, match=r"group 'b' and class 'yes' \(\d+ real, 0 synthetic\)"):
        found = report(real, (X[kept], y[kept]))
    row = found.loc[("cell", "b", "yes")]
    assert row["n_synthetic"] == 0
    assert row.drop(["n_real", "n_synthetic"]).isna().all()
    assert found.loc[("cell", "b", "no"), "coverage"] > 0


def test_without_a_holdout_what_needs_one_is_nan_and_the_rest_is_not():
    found = report(made_table(500, 0), made_table(500, 1))
    needs = ["closest_record_share", "holdout_copy_rate"]
    assert found[needs].isna().all(axis=None)
    assert found.drop(columns=needs).notna().all(axis=None)


def test_several_sensitive_columns_are_crossed():
    tables = [made_table(600, seed) for seed in range(2)]
    for X, _ in tables:
        X["old"] = X["z"] > 0
    found = fidelity_report(tables[0][0], None, tables[1][0], None, sensitive_columns=["g", "old"])
    assert found.loc["group"].index.droplevel("class").to_list() == [
        ("a", False),
        ("a", True),
        ("b", False),
        ("b", True),
    ]


def test_a_target_of_numbers_0_and_1_makes_cells_and_a_continuous_one_does_not():
    real, synthetic = made_table(500, 0), made_table(500, 1)
    binary = [(X, (y == "yes").astype(int)) for X, y in (real, synthetic)]
    assert report(*binary).loc["cell"].index.to_list() == [("a", 0), ("a", 1), ("b", 0), ("b", 1)]
    continuous = [(X, X["x"] * 1.5) for X, _ in (real, synthetic)]
    assert "cell" not in report(*continuous).index.get_level_values("level")


def test_arrays_are_addressed_by_position():
    rng = np.random.RandomState(0)
    real, synthetic = (np.column_stack([rng.randint(0, 2, 300), rng.normal(size=(300, 2))]) for _ in range(2))
    found = fidelity_report(real, rng.randint(0, 2, 300), synthetic, rng.randint(0, 2, 300), sensitive_columns=0)
    assert found.shape == (1 + 2 + 4, 16)


def test_a_cap_on_the_rows_leaves_the_figures_close():
    real, synthetic = made_table(1200, 0), made_table(1200, 1)
    full, capped = report(real, synthetic), report(real, synthetic, max_rows=600)
    assert capped["n_real"].equals(full["n_real"])
    found, expected = (table.loc["overall", SHARE_OF_REAL_ROWS] for table in (capped, full))
    assert np.abs(found - expected).max(axis=None) < 0.05


def test_the_report_is_repeatable_and_changes_no_input():
    real, synthetic = made_table(500, 0), made_table(500, 1)
    before = [table.copy() for table in (*real, *synthetic)]
    first, second = (report(real, synthetic, max_rows=400) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
    for table, copy in zip((*real, *synthetic), before, strict=True):
        assert table.equals(copy)


def test_an_unknown_sensitive_column_is_an_error_that_names_it():
    real = made_table(50, 0)
    with pytest.raises(ValueError, match="'sex'"):
        fidelity_report(*real, *real, sensitive_columns="sex")


def test_a_target_for_one_table_alone_is_an_error():
    X, y = made_table(50, 0)
    with pytest.raises(ValueError, match="target of all tables, or of none"):
        fidelity_report(X, y, X, None)


def test_a_target_of_another_length_is_an_error():
    X, y = made_table(50, 0)
    with pytest.raises(ValueError, match="49 values, X has 50 rows"):
        fidelity_report(X, y, X, y[:49])


@pytest.mark.real_tables
def test_real_rows_are_faithful_to_real_rows():
    table = pd.read_csv(os.path.join(os.environ["SKFAIRGEN_DATA"], "adult_train.csv.gz")).iloc[:12_000]
    X, y = table.drop(columns="income"), table["income"]
    parts = [(X[start : start + 4000], y[start : start + 4000]) for start in (0, 4000, 8000)]
    found = fidelity_report(*parts[0], *parts[1], holdout_X=parts[2][0], holdout_y=parts[2][1], sensitive_columns="sex")
    overall = found.loc["overall"].iloc[0]
    assert overall["c2st_auc"] == pytest.approx(0.5, abs=0.02)
    assert overall["closest_record_share"] == pytest.approx(0.5, abs=0.03)
    assert overall["coverage"] == pytest.approx(1 - 2**-5, abs=0.015)
    assert found.loc["group"]["coverage"].min() > 0.94


def test_lost_correlations_and_equal_columns_are_named():
    rng = np.random.RandomState(0)
    bill = rng.normal(100, 20, 2_000).round()
    paid = np.where(rng.rand(2_000) < 0.4, bill, (bill * rng.rand(2_000)).round())
    real = pd.DataFrame(
        {"bill": bill, "paid": paid, "age": rng.normal(40, 9, 2_000), "late": bill + rng.normal(0, 5, 2_000)}
    )
    fresh = real.sample(2_000, replace=True, random_state=0)
    apart = fresh.assign(paid=rng.permutation(fresh["paid"]))
    kept, lost = (fidelity_report(real, None, made, None).iloc[0] for made in (fresh, apart))
    assert kept["correlation_slope"] == pytest.approx(1, abs=0.05) and kept["equality_gap"] < 0.05
    assert lost["correlation_slope"] < 0.9
    assert lost["equality_gap"] == pytest.approx(0.4, abs=0.05) and lost["worst_pair"] == "bill x paid"
