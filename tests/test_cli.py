"""The command line, and the demo behind it."""

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from skfairgen import __version__
from skfairgen._demo import read_csv, read_mortgages
from skfairgen.cli import main


@pytest.fixture
def csv(tmp_path):
    """Write a table of 300 loans; the group "b" gets fewer, and the target is a word, missing in one row."""
    random = np.random.default_rng(0)
    group = random.choice(["a", "b"], 300)
    granted = random.random(300) < np.where(group == "a", 0.8, 0.3)
    table = pd.DataFrame(
        {"group": group, "income": random.normal(3, 1, 300) + granted, "town": random.choice(list("xyz"), 300)}
    )
    table["loan"] = np.where(granted, "granted", "denied").astype(object)
    table.loc[0, "loan"] = None
    table.to_csv(tmp_path / "loans.csv", index=False)
    return tmp_path / "loans.csv"


def test_the_command_line_shows_help_and_version(capsys):
    assert main([]) == 0
    assert "demo" in capsys.readouterr().out
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out.split() == ["skfairgen", __version__]


@pytest.mark.parametrize("words", [["demo", "--seed", "-1"], ["demo", "--seed", "x"]])
def test_the_command_line_names_a_wrong_word(words, capsys):
    with pytest.raises(SystemExit) as stop:
        main(words)
    assert stop.value.code == 2
    assert words[-1] in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--sensitive", "age"], "race and sex"),
        (["--csv", "loans.csv"], "both --csv and --target"),
        (["--csv", "no_such.csv", "--target", "y", "--sensitive", "s"], "no_such.csv"),
    ],
)
def test_the_demo_says_what_is_wrong_in_one_line(words, message, capsys):
    assert main(["demo", *words]) == 1
    said = capsys.readouterr()
    assert message in said.out.splitlines()[-1]
    assert said.err == ""


def test_the_mortgages_are_described_by_group():
    table = read_mortgages(["race"])
    assert "1,989 Boston mortgage applications" in table.found
    assert "black 67.5%" in table.found


def test_a_csv_is_read_without_the_rows_that_lack_a_class(csv):
    table = read_csv(csv, "loan", ["group"])
    assert len(table.X) == 299
    assert list(table.X) == ["group", "income", "town"]
    assert table.favorable == "granted"
    assert read_csv(csv, "loan", ["group"], "denied").favorable == "denied"


@pytest.mark.parametrize(
    ("target", "sensitive", "favorable", "message"),
    [
        ("loans", ["group"], None, "no column 'loans'"),
        ("loan", ["race"], None, "no column 'race'"),
        ("town", ["group"], None, "expected 2 classes"),
        ("loan", ["group"], "given", "no 'given', only denied, granted"),
    ],
)
def test_what_a_csv_lacks_is_named(csv, target, sensitive, favorable, message):
    with pytest.raises(ValueError, match=message):
        read_csv(csv, target, sensitive, favorable)


def demo(*words):
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "error", "-m", "skfairgen", "demo", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=600, env=environment)


def test_the_demo_runs_on_your_table(csv, tmp_path):
    page = tmp_path / "page.html"
    result = demo("--csv", csv, "--target", "loan", "--sensitive", "group", "--page", page)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "loan = granted, by group: a" in result.stdout
    assert "Where the model does not see group" in result.stdout
    assert "100%" in result.stderr  # progress, without a terminal
    assert "<svg" in page.read_text(encoding="utf-8")


def test_the_demo_compares_on_real_rows(tmp_path):
    result = demo("--page", tmp_path / "page.html")
    assert result.returncode == 0, result.stdout + result.stderr
    words = (
        "as it is",
        "class x group weights",
        "fair rows added",
        "Rule:",
        "Where the model does not see race",
        "1,989",
    )
    assert all(word in result.stdout for word in words)
