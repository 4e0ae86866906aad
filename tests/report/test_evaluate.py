"""evaluate: what anybody's synthetic table is worth."""

import json
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from skfairgen import FairGenerator, distill, evaluate
from skfairgen.datasets import make_biased_classification


@pytest.fixture(scope="module")
def parts():
    made = make_biased_classification(
        1_200, bias=2.0, weights=(0.5, 0.5), n_categorical=1, n_boolean=1, missing_rate=0.1, random_state=0
    )
    return [
        (made.data[rows].reset_index(drop=True), made.target[rows].reset_index(drop=True))
        for rows in (slice(400), slice(400, 800), slice(800, 1_200))
    ]


@pytest.fixture(scope="module")
def fresh(parts):
    train, made, test = parts
    return evaluate(made, *train, *test, sensitive_columns="group_0")


@pytest.fixture(scope="module")
def copied(parts):
    train, _, test = parts
    return evaluate(train, *train, *test, sensitive_columns="group_0")


def test_a_copy_changes_no_decision_and_is_found_out(copied):
    assert (copied.fairness_["change"] == 0).all()
    assert (copied.columns_ == 1).all()
    assert copied.privacy_.loc[("everyone", "linkability"), "finding"] == "signal found"
    assert "attacks found a signal" in copied.summary()


def test_fresh_rows_are_faithful_and_give_no_one_away(fresh):
    assert fresh.fidelity_["c2st_auc"].iloc[0] < 0.6
    assert fresh.privacy_.loc[("everyone", "linkability"), "finding"] == "no signal found"


def test_the_worst_column_is_named(parts):
    train, (X, y), test = parts
    shuffled = X.assign(normal_0=X["normal_0"] + 50)
    evaluation = evaluate((shuffled, y), *train, *test, sensitive_columns="group_0")
    assert evaluation.columns_.index[0] == "normal_0"
    assert "Worst columns: normal_0" in " ".join(evaluation.summary().split())


def test_unfair_labels_show_in_the_decisions(parts):
    train, (X, y), test = parts
    harsh = y.where(X["group_0"] == "a", 0)
    row = evaluate((X, harsh), *train, *test, sensitive_columns="group_0").fairness_
    assert row.loc[("with sensitive", "demographic_parity_ratio"), "high"] < 0


def test_one_table_with_its_target_will_do(parts, fresh):
    train, (X, y), test = parts
    evaluation = evaluate(X.assign(target=y), *train, *test, sensitive_columns="group_0")
    pd.testing.assert_frame_equal(evaluation.fairness_, fresh.fairness_)


def test_whatever_samples_is_drawn_from(parts, fresh):
    class Maker:
        def sample(self, n_samples, random_state):
            assert n_samples == len(parts[0][0])
            return parts[1]

    class Resampler:
        generator_ = Maker()

    for maker in (Maker(), Resampler()):
        evaluation = evaluate(maker, *parts[0], *parts[2], sensitive_columns="group_0")
        pd.testing.assert_frame_equal(evaluation.fairness_, fresh.fairness_)


def test_who_has_the_generator_attacks_by_likelihood(parts):
    evaluation = evaluate(
        parts[1], *parts[0], *parts[2], sensitive_columns="group_0", log_likelihood=lambda rows: np.zeros(len(rows))
    )
    assert ("everyone", "membership by likelihood, AUC") in evaluation.privacy_.index


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda X, y: X, "no column 'target'"),
        (lambda X, y: (X.drop(columns="normal_0"), y), "normal_0"),
        (lambda X, y: (X, y + 5), "does not"),
        (lambda X, y: 7, "expected the pair"),
        (lambda X, y: (X[:0], y[:0]), "holds no row"),
        (lambda X, y: (X, y[:-1]), "pass one class a row"),
        (lambda X, y: (X, y.where(y.index > 2)), "is missing in 3 rows"),
        (
            lambda X, y: (X.assign(normal_0=["4"] + ["four"] * (len(X) - 1)), y),
            "'normal_0' .* holds \\['four'\\], that of",
        ),
    ],
)
def test_a_table_that_does_not_fit_is_refused(parts, change, message):
    with pytest.raises(ValueError, match=message):
        evaluate(change(*parts[1]), *parts[0], *parts[2], sensitive_columns="group_0")


def test_held_out_rows_must_be_of_the_same_columns_and_kinds(parts):
    (X, y), made, (X_test, y_test) = parts
    for changed, message in (
        (X_test.drop(columns="normal_0"), "X_test lacks the columns .'normal_0'"),
        (X_test.assign(normal_0="n/a"), "Column 'normal_0' of X_test holds .'n/a'"),
    ):
        with pytest.raises(ValueError, match=message):
            evaluate(made, X, y, changed, y_test, sensitive_columns="group_0")
    with pytest.raises(ValueError, match="holds numbers, that of X_train text: read both as text"):
        evaluate(made, X.assign(normal_0=X["normal_0"].astype(str)), y, X_test, y_test, sensitive_columns="group_0")


def test_json_and_page_hold_the_four_axes(copied):
    said = json.loads(copied.to_json())
    assert {"fairness", "utility", "fidelity", "privacy", "pairs", "columns"} <= set(said)
    page = copied.to_html()
    assert not re.search(r"https?:|//|@import|url\(|<script|<link|<img", page.replace("</", ""))
    assert all(f"<h2>{axis}</h2>" in page for axis in ("Fairness", "Utility", "Fidelity", "Privacy"))
    assert "private:" in page  # "does not mean private: another attack may find one"


def test_hostile_names_are_text_on_the_page():
    nasty = "<script>alert('x')</script>{{ 7*7 }}"
    made = make_biased_classification(450, n_numeric=1, n_categorical=0, n_boolean=1, missing_rate=0, random_state=0)
    X = made.data.rename(columns={"group_0": nasty}).assign(**{nasty: "<b>" + made.data["group_0"].astype(str)})
    rows = [
        (X[part].reset_index(drop=True), made.target[part].reset_index(drop=True))
        for part in (slice(150), slice(150, 300), slice(300, 450))
    ]
    evaluation = evaluate(rows[0], *rows[1], *rows[2], sensitive_columns=nasty)
    for page in (evaluation.to_html(), evaluation._repr_html_()):
        assert "<script" not in page
        assert "<b>" not in page
    assert "{{ 7*7 }}" in evaluation.to_html()


def test_a_foreign_table_needs_neither_torch_nor_the_estimators():
    code = """
import sys
from skfairgen import evaluate
from skfairgen.datasets import make_biased_classification as make
(X, y), (A, b), (C, d) = (make(200, n_numeric=2, n_categorical=0, random_state=k, return_X_y=True) for k in range(3))
evaluate((X, y), A, b, C, d, sensitive_columns="group_0")
print(*(name for name in sys.modules if name in ("torch", "skorch", "matplotlib", "skfairgen.estimators")))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_our_own_generators_are_attacked_by_their_likelihood(parts):
    generator = FairGenerator(["group_0"], max_epochs=2, random_state=0).fit(*parts[0])
    for maker in (generator, distill(generator, max_epochs=1, random_state=0)):
        evaluation = evaluate(maker, *parts[0], *parts[2], sensitive_columns="group_0")
        figures = evaluation.privacy_.loc[("everyone", "membership by likelihood, AUC")]
        assert 0.4 < figures["reached"] < 0.7


def test_a_generator_that_cannot_read_the_held_out_rows_is_judged_without(parts):
    (X, y), _, (X_test, y_test) = parts
    generator = FairGenerator(["group_0"], max_epochs=1, random_state=0).fit(
        X[X["group_0"] == "a"], y[X["group_0"] == "a"]
    )
    evaluation = evaluate(generator, X, y, X_test, y_test, sensitive_columns="group_0")
    assert ("everyone", "membership by likelihood, AUC") not in evaluation.privacy_.index
    assert any("No attack by likelihood" in note for note in evaluation.notes_)
