"""The classifier two-sample test."""

import numpy as np
import pandas as pd
import pytest

from skfairgen.metrics import c2st_auc


def made_table(n_rows, seed, dependent=True):
    rng = np.random.RandomState(seed)
    group = rng.choice(["a", "b", "c"], n_rows)
    x = rng.normal(size=n_rows) + 2 * (group == "a")
    return pd.DataFrame({"g": group, "x": x if dependent else rng.permutation(x), "z": rng.poisson(3, n_rows)})


def test_rows_of_the_same_distribution_cannot_be_told_apart():
    aucs = [c2st_auc(made_table(800, seed), made_table(800, seed + 100)) for seed in range(4)]
    assert np.mean(aucs) == pytest.approx(0.5, abs=0.02)


def test_a_lost_dependence_is_found_though_every_column_is_right():
    assert c2st_auc(made_table(800, 0), made_table(800, 1, dependent=False)) > 0.65


def test_a_copy_scores_one_half_and_not_less():
    table = made_table(600, 0)
    assert c2st_auc(table, table) == pytest.approx(0.5, abs=0.02)


def test_a_missing_value_pattern_gives_rows_away():
    real, synthetic = made_table(400, 0), made_table(400, 1)
    synthetic.loc[::2, "x"] = np.nan
    assert c2st_auc(real, synthetic) > 0.7


def test_columns_of_many_levels_are_handled():
    rng = np.random.RandomState(0)
    tables = [pd.DataFrame({"c": rng.randint(0, 1000, 1500).astype(str)}) for _ in range(2)]
    assert c2st_auc(*tables) == pytest.approx(0.5, abs=0.05)


def test_the_figure_is_repeatable():
    tables = made_table(200, 0), made_table(150, 1)
    assert c2st_auc(*tables, random_state=3) == c2st_auc(*tables, random_state=3)


def test_fewer_rows_than_folds_are_an_error():
    with pytest.raises(ValueError, match="3 synthetic rows, expected at least n_splits=5"):
        c2st_auc(made_table(50, 0), made_table(3, 1))


@pytest.mark.parametrize("repeated", ["real", "synthetic", "both"])
def test_copies_of_one_row_are_told_from_others_as_far_as_they_can_be(repeated):
    other, one = made_table(100, 0), made_table(1, 1)
    copies = pd.concat([one] * 60, ignore_index=True)
    tables = {"real": (copies, other), "synthetic": (other, copies), "both": (copies, copies)}[repeated]
    assert c2st_auc(*tables) == pytest.approx(0.5 if repeated == "both" else 1.0, abs=0.02)
