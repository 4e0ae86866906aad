"""The other methods run under the protocol, with several sensitive columns, and their files come back as they went."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("xgboost")
pytest.importorskip("fairlearn")

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"

# fairlearn 0.15 assigns to a Series as pandas 4 will no longer allow
quiet_fairlearn = pytest.mark.filterwarnings("ignore:Setting an? (value|item)")


@pytest.fixture
def peers(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    import _peers

    return _peers


def biased_rows(seed, n_rows=1500):
    """Return rows where the sex moves the label, the region does not, and categories are numbers or are missing."""
    generator = np.random.default_rng(seed)
    X = pd.DataFrame(
        {
            "skill": generator.normal(size=n_rows),
            "grade": pd.Categorical(generator.integers(1, 4, n_rows)),
            "sex": pd.Categorical(generator.choice(["f", "m"], n_rows)),
            "region": generator.choice(["north", "south"], n_rows),
            "city": pd.Categorical(generator.choice(["x", "y", None], n_rows), ["x", "y"]),
            "married": generator.random(n_rows) < 0.5,
        }
    )
    noise = generator.normal(size=n_rows)
    y = (X["skill"] + 1.5 * (X["sex"] == "m") + noise > 0.75).map({True: "yes", False: "no"})
    return X, y.rename("hired")


@pytest.fixture
def task(peers):
    from _protocol import Task

    return Task(biased_rows(0), biased_rows(1), ["sex", "region"], "yes")


def parity_without_repair(task):
    from _protocol import train_and_test

    options = {"sensitive_columns": task.sensitive_columns, "positive": task.positive}
    return train_and_test(task.train, task.test, **options)["with_sensitive"]["dpr"]


@quiet_fairlearn
def test_fairlearn_repairs_the_crossing_of_several_sensitive_columns(peers, task):
    plain = parity_without_repair(task)
    assert plain < 0.6
    for method in (peers.threshold_optimizer, peers.exponentiated_gradient):
        figures = method(task, 0)
        assert figures["dpr"] > plain + 0.2
        assert "auc" not in figures
        assert figures["accuracy"] > 0.6
        assert method(task, 0) == figures


@quiet_fairlearn
def test_the_reduction_predicts_without_the_columns_it_may_not_see(peers, task):
    test_X, test_y = task.test
    sexes = np.random.default_rng(2).permutation(test_X["sex"])
    mixed = replace(task, test=(test_X.assign(sex=pd.Categorical(sexes)), test_y))
    seen, of_mixed = (peers.exponentiated_gradient(some, 0, "equalized_odds")["accuracy"] for some in (task, mixed))
    assert seen != of_mixed
    options = {"constraint": "equalized_odds", "dropped": task.sensitive_columns}
    unseen, of_mixed = (peers.exponentiated_gradient(some, 0, **options)["accuracy"] for some in (task, mixed))
    assert unseen == of_mixed


def test_rows_come_back_from_their_file_as_they_went(peers, task, tmp_path):
    from judge import read_synthetic

    task = replace(task, sensitive_columns=["sex"])
    options = peers.write_training_rows(task, tmp_path / "rows.csv")
    assert options[:4] == ["--target", "hired", "--sensitive", "sex"]
    assert options[5:] == ["grade", "sex", "region", "city", "married"]
    X, y = read_synthetic(tmp_path / "rows.csv", task)
    pd.testing.assert_frame_equal(X, task.train[0], check_dtype=False)
    assert (X["grade"].dtype, X["married"].dtype) == (task.train[0]["grade"].dtype, bool)
    assert y.tolist() == task.train[1].tolist()


def test_several_sensitive_columns_are_no_task_for_tabfairgdt(peers, task, tmp_path):
    with pytest.raises(ValueError, match=r"one sensitive column of two values, not \['sex', 'region'\]"):
        peers.write_training_rows(task, tmp_path / "rows.csv")
