"""The judge reproduces what is known of the real tables, and reads files."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

pytest.importorskip("xgboost")

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def run_judge(*arguments, out):
    command = [sys.executable, str(BENCHMARKS / "judge.py"), *map(str, arguments), "--json", str(out)]
    subprocess.run(command, check=True)
    return json.loads(out.read_text())


@pytest.mark.real_tables
def test_real_adult_rows_give_the_known_figures(tmp_path):
    out = run_judge("--dataset", "adult", "--baseline", "real", "--fidelity", "none", out=tmp_path / "real.json")
    known = {"auc": 0.927, "accuracy": 0.873, "dpr": 0.31, "eor": 0.22}
    assert {name: out["with_sensitive"][name] for name in known} == pytest.approx(known, abs=0.01)
    known = {"auc": 0.927, "accuracy": 0.873, "dpr": 0.35, "eor": 0.29}
    assert {name: out["without_sensitive"][name] for name in known} == pytest.approx(known, abs=0.01)


@pytest.mark.real_tables
def test_random_oversampling_of_adult_cells_gives_the_known_figures(tmp_path):
    out = run_judge(
        *("--dataset", "adult", "--baseline", "random_oversampling", "--fidelity", "none"), out=tmp_path / "o.json"
    )
    known = {"auc": 0.922, "accuracy": 0.844, "dpr": 0.43, "eor": 0.45}
    assert {name: out["with_sensitive"][name] for name in known} == pytest.approx(known, abs=0.01)


@pytest.mark.real_tables
def test_real_compas_rows_give_the_known_figures_over_five_splits(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    from _protocol import load_task, train_and_test

    rows = []
    for split in range(5):
        task = load_task("compas", split)
        options = {"sensitive_columns": task.sensitive_columns, "positive": task.positive}
        rows.append(train_and_test(task.train, task.test, **options)["with_sensitive"])
    mean = pd.DataFrame(rows).mean()
    assert mean[["auc", "accuracy"]].to_dict() == pytest.approx({"auc": 0.705, "accuracy": 0.658}, abs=0.01)
    # the ratios of one split have a standard deviation of .05
    assert mean[["dpr", "eor"]].to_dict() == pytest.approx({"dpr": 0.55, "eor": 0.56}, abs=0.05)


@pytest.mark.real_tables
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_file_is_judged_and_its_copies_are_seen(tmp_path, suffix, monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    from _protocol import load_task

    X, y = load_task("german_credit").train
    path = tmp_path / f"copies.{suffix}"
    table = pd.concat([X, y], axis=1)
    table.to_csv(path, index=False) if suffix == "csv" else table.to_parquet(path)
    out = run_judge("--dataset", "german_credit", "--synthetic", path, out=tmp_path / "out.json")
    fidelity = out["fidelity"]
    assert (fidelity["shapes"], fidelity["pairs"], fidelity["exact_copy_rate"]) == (1, 1, 1)
    assert fidelity["authenticity"] == 0
    # 300 of the 700 training rows are drawn, as many as are held out; copies of the others lean either way
    assert fidelity["closest_record_share"] == pytest.approx((300 + 400 / 2) / 700, abs=0.03)
    assert {row["level"] for row in out["fidelity_by_group"]} == {"group", "cell"}
    assert str(tmp_path) not in json.dumps(out)


@pytest.mark.parametrize(("third", "levels"), [(3, {1, 2, 3}), ("new", {1, 2, 3, "new"})], ids=["known", "unknown"])
def test_a_file_is_read_into_the_levels_of_the_real_column(tmp_path, monkeypatch, third, levels):
    monkeypatch.syspath_prepend(BENCHMARKS)
    from _protocol import Task
    from judge import read_synthetic

    X = pd.DataFrame({"grade": pd.Categorical([1, 2, 3, None]), "sex": pd.Categorical(list("fmfm"))})
    y = pd.Series([0, 1, 0, 1], name="hired")
    path = tmp_path / "made.csv"
    pd.DataFrame({"grade": [1, 2, third, 3], "sex": list("ffmm"), "hired": y}).to_csv(path, index=False)
    made, labels = read_synthetic(path, Task((X, y), (X, y), ["sex"], 1))
    assert set(made["grade"].cat.categories) == levels
    assert made["grade"].tolist() == [1, 2, third, 3]
    assert made["sex"].dtype == X["sex"].dtype
    assert labels.tolist() == y.tolist()
