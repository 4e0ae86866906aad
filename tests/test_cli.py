"""The command line, and the demo behind it."""

import subprocess
import sys

import numpy as np
import pytest

from skfairgen import __version__
from skfairgen._demo import Comparison, change_of_ratio, describe
from skfairgen.cli import main
from skfairgen.datasets import load_mortgages
from skfairgen.metrics import disparity_report


@pytest.fixture
def predictions():
    random = np.random.default_rng(0)
    groups, truth = random.integers(0, 3, 3_000), random.integers(0, 2, 3_000)
    before = (random.uniform(size=3_000) < 0.3 + 0.2 * truth + 0.1 * groups).astype(int)
    after = (random.uniform(size=3_000) < 0.4 + 0.2 * truth).astype(int)
    return before, after, truth, groups


@pytest.fixture(scope="module")
def comparison():
    """A comparison whose "after" treats groups alike, and whose "before" does not; no model is trained."""
    X, y = load_mortgages(return_X_y=True)
    random = np.random.default_rng(0)
    white = (X["race"] == "white").to_numpy()
    unequal, equal = random.uniform(size=len(y)) < np.where(white, 0.9, 0.5), random.uniform(size=len(y)) < 0.8
    scores = {"before": unequal, "after": equal, "before, without": equal, "after, without": equal}
    scores = {name: 0.2 + 0.6 * approved for name, approved in scores.items()}
    added = [{(1, "black"): 87, (0, "white"): 144}, {(1, "black"): 89}]
    return Comparison(X[["race"]], y.to_numpy(), np.arange(len(y)) % 3, scores, added, ["A cell is small."], 0)


@pytest.mark.parametrize("rate", ["demographic_parity_ratio", "equal_opportunity_ratio"])
def test_the_change_of_a_ratio_is_the_difference_of_the_two_reported_ratios(predictions, rate):
    before, after, truth, groups = predictions
    ratios = [
        disparity_report(truth, labels, sensitive_features=groups, n_bootstrap=1).loc[rate, "value"]
        for labels in (before, after)
    ]
    change, low, high = change_of_ratio(rate, *predictions)
    assert change == pytest.approx(ratios[1] - ratios[0])
    assert low < change < high


def test_the_interval_of_a_change_agrees_with_resampling_rows(predictions):
    random = np.random.default_rng(1)
    rate, changes = "demographic_parity_ratio", []
    for _ in range(400):
        rows = random.integers(0, 3_000, 3_000)
        changes.append(change_of_ratio(rate, *(values[rows] for values in predictions), n_bootstrap=1)[0])
    assert change_of_ratio(rate, *predictions)[1:] == pytest.approx(np.quantile(changes, [0.025, 0.975]), abs=0.02)


def test_equal_predictions_change_nothing(predictions):
    before, _, truth, groups = predictions
    assert change_of_ratio("demographic_parity_ratio", before, before, truth, groups) == (0, 0, 0)


def test_the_demo_says_what_was_found_added_changed_and_how_sure_it_is(comparison):
    text = " ".join(describe(comparison).split())
    assert "black 67.5% (of 197)" in text
    assert "72 denied white" in text and "88 approved black" in text
    assert "where the classifier sees race, the ratio of the groups' approval rates rose from 0.5" in text
    assert "(more than chance explains)" in text
    assert "where it does not, the ratio of the groups' approval rates stayed at" in text
    assert "Note: A cell is small." in text


def test_the_demo_shows_every_group_before_and_after(comparison):
    rows = {line.split()[0]: line.split() for line in describe(comparison).splitlines() if "±" in line}
    assert {"black", "hispanic", "white", "overall"} <= set(rows)
    black = comparison.sensitive["race"] == "black"
    approved = comparison.scores["before"][black] > 0.5
    assert rows["black"][1] == "197"
    assert float(rows["black"][2]) == pytest.approx(approved.mean(), abs=5e-4)


def test_the_command_line_shows_help_and_version(capsys):
    assert main([]) == 0
    assert "demo" in capsys.readouterr().out
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out.split() == ["skfairgen", __version__]


@pytest.mark.parametrize("words", [["demo", "--seed", "-1"], ["demo", "--seed", "x"], ["demo", "--sensitive", "age"]])
def test_the_command_line_names_a_wrong_word(words, capsys):
    with pytest.raises(SystemExit) as stop:
        main(words)
    assert stop.value.code == 2
    assert words[-1] in capsys.readouterr().err


def test_the_demo_compares_on_real_rows():
    result = subprocess.run(
        [sys.executable, "-W", "error", "-m", "skfairgen", "demo"], capture_output=True, text=True, timeout=300
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert all(word in result.stdout for word in ("Found:", "Added:", "Changed", "How sure:", "overall", "1,989"))
