"""compare: what each remedy does to a model, on rows it was not trained on."""

import json
import re
import sys
import warnings
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import make_column_transformer
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from skfairgen import compare
from skfairgen.datasets import make_biased_classification
from skfairgen.metrics import demographic_parity_ratio
from skfairgen.report import Remedy

WEIGHTS, AS_IT_IS = "class x group weights", "as it is"
SEES, DOES_NOT_SEE = "with sensitive", "without sensitive"


def numbers(n_samples, seed, **options):
    made = make_biased_classification(
        n_samples, weights=(0.5, 0.5), missing_rate=0, n_categorical=0, n_boolean=0, random_state=seed, **options
    )
    return made.data.assign(group_0=(made.data["group_0"] == "b").astype(float)).astype(float), made.target


@pytest.fixture(scope="module")
def biased():
    return numbers(1_500, 0, bias=2.5, proxy_strength=2.0)


@pytest.fixture(scope="module")
def comparison(biased):
    remedies = [WEIGHTS, "random copies", "group thresholds", Remedy("nothing at all")]
    return compare(
        GaussianNB(), *biased, sensitive_columns="group_0", remedies=remedies, cv=3, max_accuracy_loss=1, random_state=0
    )


def test_a_real_disparity_is_found_and_repaired(comparison):
    frame = comparison.to_frame().loc[SEES]
    assert frame.loc[AS_IT_IS, "demographic_parity_ratio"] < 0.5
    assert frame.loc[WEIGHTS, "demographic_parity_ratio_low"] > 0
    assert comparison.best_[SEES] is not None


def test_where_groups_differ_in_nothing_nothing_is_recommended():
    recommended = []
    for seed in range(20):
        found = compare(
            GaussianNB(),
            *numbers(500, seed, bias=0),
            sensitive_columns="group_0",
            remedies=[WEIGHTS],
            cv=3,
            random_state=0,
        )
        recommended.append(any(found.best_.values()))
    assert np.mean(recommended) <= 0.1


def test_the_figures_are_those_of_the_predictions(comparison, biased):
    X, y = biased
    for key, said in comparison.predictions_.items():
        row = comparison.to_frame().loc[key]
        assert row["accuracy"] == pytest.approx((said[0] == y).mean())
        ratio = demographic_parity_ratio(y, said[0], sensitive_features=X["group_0"])
        assert row["demographic_parity_ratio"] == pytest.approx(ratio)


def test_group_rates_give_the_ratio(comparison):
    rates = comparison.group_rates()
    ratio = comparison.to_frame()["demographic_parity_ratio"]
    pd.testing.assert_series_equal(rates.min(axis=1) / rates.max(axis=1), ratio, check_names=False)


def test_a_remedy_that_does_nothing_changes_nothing(comparison):
    row = comparison.to_frame().loc[(SEES, "nothing at all")]
    assert (row[["demographic_parity_ratio_change", "demographic_parity_ratio_low", "accuracy_change"]] == 0).all()


def test_no_row_is_judged_by_a_model_that_was_trained_on_it():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"group": np.repeat([0, 1], 100), "x": rng.normal(size=200)})
    memory = compare(
        KNeighborsClassifier(1),
        X,
        rng.integers(0, 2, 200),
        sensitive_columns="group",
        remedies=[],
        cv=4,
        random_state=0,
    )
    assert memory.to_frame().loc[(SEES, AS_IT_IS), "accuracy"] == pytest.approx(0.5, abs=0.12)


def test_the_same_seed_gives_the_same_figures(biased):
    X, y = biased[0][:300], biased[1][:300]
    a, b = (
        compare(GaussianNB(), X, y, sensitive_columns="group_0", remedies=["random copies"], cv=2, random_state=5)
        for _ in range(2)
    )
    columns = [name for name in a.to_frame() if name != "seconds"]
    pd.testing.assert_frame_equal(a.to_frame()[columns], b.to_frame()[columns])


def test_every_repeat_cuts_other_folds(biased):
    X, y = biased[0][:300], biased[1][:300]
    pooled = compare(GaussianNB(), X, y, sensitive_columns="group_0", remedies=[], cv=2, n_repeats=3, random_state=0)
    said = pooled.predictions_[SEES, AS_IT_IS]
    assert said.shape == (3, 300)
    assert (said[0] != said[1]).any()
    assert pooled.to_frame().loc[(SEES, AS_IT_IS), "accuracy"] == pytest.approx((said == y.to_numpy()).mean())


def test_without_the_sensitive_columns_the_model_never_gets_them(biased):
    class Watching(ClassifierMixin, BaseEstimator):
        seen = []

        def fit(self, X, y):
            self.classes_ = np.unique(y)
            self.seen.append("group_0" in X)
            return self

        def predict(self, X):
            return np.full(len(X), self.classes_[0])

    compare(Watching(), *biased, sensitive_columns="group_0", remedies=[], cv=2, random_state=0)
    assert Watching.seen.count(True) == Watching.seen.count(False) == 2


def test_rows_for_what_the_model_sees_reach_that_model(biased):
    def rows(X, y, setting):
        return {True: (X, np.ones_like(y), None), False: (X, np.zeros_like(y), None)}

    X, y = biased[0][:300], biased[1][:300]
    remedies = [Remedy("constant", rows=rows)]
    found = compare(DummyClassifier(), X, y, sensitive_columns="group_0", remedies=remedies, cv=2, random_state=0)
    assert (found.predictions_[SEES, "constant"] == 1).all()
    assert (found.predictions_[DOES_NOT_SEE, "constant"] == 0).all()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (lambda X, y: X, "'mine' are DataFrame: expected X, y, sample_weight"),
        (lambda X, y: (X, y), "'mine' are DataFrame, Series: expected X, y, sample_weight"),
        (lambda X, y: (X.to_numpy(), y, None), "ndarray, Series, NoneType: .* X is a DataFrame"),
        (lambda X, y: {True: (X, y, None)}, r"'mine' are a dict of \[True\]: .* for True and for False"),
        (lambda X, y: {True: X, False: (X, y, None)}, "'mine' are DataFrame: expected X, y, sample_weight"),
    ],
)
def test_a_remedy_that_gives_something_else_is_named(biased, given, message):
    remedy = Remedy("mine", rows=lambda X, y, setting: given(X, y))
    with pytest.raises(TypeError, match=message):
        compare(GaussianNB(), *biased, sensitive_columns="group_0", remedies=[remedy], cv=2, random_state=0)


def test_rows_that_no_model_can_be_judged_by_are_left_out(biased):
    given = {
        "other classes": lambda X, y, setting: (X, y + 7, None),
        "lacks the group": lambda X, y, setting: (X.drop(columns="group_0"), y, None),
    }
    remedies = [Remedy(name, rows=rows) for name, rows in given.items()]
    found = compare(GaussianNB(), *biased, sensitive_columns="group_0", remedies=remedies, cv=2, random_state=0)
    assert "classes that the real rows do not: [7, 8]" in found.skipped_[SEES, "other classes"]
    assert "group_0" in found.skipped_[SEES, "lacks the group"]
    assert (DOES_NOT_SEE, "lacks the group") in found.to_frame().index


def test_what_cannot_run_is_left_out_and_says_why(biased):
    found = compare(
        KNeighborsClassifier(), *biased, sensitive_columns="group_0", remedies=[WEIGHTS], cv=2, random_state=0
    )
    assert "KNeighborsClassifier.fit takes no sample_weight" in found.skipped_[SEES, WEIGHTS]
    assert (SEES, WEIGHTS) not in found.to_frame().index
    assert "takes no sample_weight" in " ".join(found.summary().split())


def test_what_does_not_run_for_any_model_is_told_once(biased):
    found = compare(
        KNeighborsClassifier(), *biased, sensitive_columns="group_0", remedies=[WEIGHTS], cv=2, random_state=0
    )
    assert [said for said in found.sentences() if said.startswith("Not run")] == [
        f"Not run, {SEES} and {DOES_NOT_SEE}: {WEIGHTS}. KNeighborsClassifier.fit takes no sample_weight."
    ]


def test_a_note_names_who_warned_and_comes_once_whatever_its_numbers(biased):
    def rows(X, y, setting):
        warnings.warn(f"{len(X):,} rows, seed {setting.seed}.", UserWarning, stacklevel=2)
        return X, y, None

    X, y = biased[0][:301], biased[1][:301]
    remedies = [Remedy("one", rows=rows), Remedy("two", rows=rows)]
    found = compare(GaussianNB(), X, y, sensitive_columns="group_0", remedies=remedies, cv=3, random_state=0)
    assert len(found.notes_) == 1
    assert found.notes_[0].startswith("one, two: 200 rows")


def test_blue_is_named_where_something_is_recommended_only(comparison, biased):
    assert "recommended remedy is blue" in comparison.to_html()
    nothing = compare(GaussianNB(), *biased, sensitive_columns="group_0", remedies=[], cv=2, random_state=0)
    assert "recommended remedy is blue" not in nothing.to_html()


def test_thresholds_by_group_are_left_out_where_the_group_is_not_seen(comparison):
    assert "needs the group" in comparison.skipped_[DOES_NOT_SEE, "group thresholds"]


def test_weights_reach_the_last_step_of_a_pipeline():
    made = make_biased_classification(600, bias=2.0, weights=(0.5, 0.5), missing_rate=0, random_state=0)
    encode = make_column_transformer((OneHotEncoder(), ["group_0"]), ("passthrough", ["normal_0", "skewed_0"]))
    model = make_pipeline(encode, LogisticRegression())
    found = compare(
        model, made.data, made.target, sensitive_columns="group_0", remedies=[WEIGHTS], cv=2, random_state=0
    )
    assert found.to_frame().loc[(SEES, WEIGHTS), "demographic_parity_ratio_change"] > 0
    assert DOES_NOT_SEE not in found.best_  # the pipeline names the column
    assert "column" in found.skipped_[DOES_NOT_SEE, AS_IT_IS]


def test_words_missing_values_and_labels_of_text_are_taken():
    made = make_biased_classification(900, missing_rate=0.2, sensitive_levels=(2, 2), random_state=0)
    y = made.target.map({0: "denied", 1: "granted"})
    found = compare(
        LogisticRegression(max_iter=500),
        made.data,
        y,
        sensitive_columns=made.sensitive_columns,
        remedies=[WEIGHTS, "random copies", "SMOTENC"],
        cv=2,
        pos_label="granted",
        random_state=0,
    )
    assert found.skipped_ == {}
    assert set(np.unique(found.predictions_[SEES, "SMOTENC"])) == {"denied", "granted"}


@pytest.mark.parametrize("dtype", ["Int64", "boolean", "category", bool])
def test_classes_of_any_dtype_are_taken(biased, dtype):
    X, y = biased[0][:300], biased[1][:300].astype(dtype)
    found = compare(GaussianNB(), X, y, sensitive_columns="group_0", remedies=["random copies"], cv=2, random_state=0)
    assert found.skipped_ == {}


def test_of_several_classes_the_worst_counts(biased):
    X, y = biased
    several = y + 2 * (X["normal_0"] > X["normal_0"].median()).to_numpy()
    found = compare(GaussianNB(), X, several, sensitive_columns="group_0", remedies=[WEIGHTS], cv=2, random_state=0)
    row = found.to_frame().loc[(SEES, WEIGHTS)]
    ratio = demographic_parity_ratio(several, found.predictions_[SEES, WEIGHTS][0], sensitive_features=X["group_0"])
    assert row["demographic_parity_ratio"] == pytest.approx(ratio)


def test_arrays_are_taken_by_position(biased):
    X, y = biased[0].to_numpy()[:300], biased[1].to_numpy()[:300]
    found = compare(GaussianNB(), X, y, sensitive_columns=[0], remedies=[], cv=2, random_state=0)
    assert set(found.best_) == {SEES, DOES_NOT_SEE}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"sensitive_columns": "age"}, "age"),
        ({"scoring": "fairness"}, "scoring must be one of"),
        ({"remedies": ["magic"]}, "magic"),
        ({"pos_label": 7}, "pos_label=7"),
        ({"cv": 1}, "cv"),
    ],
)
def test_a_wrong_argument_is_named(biased, changed, message):
    with pytest.raises(ValueError, match=message):
        compare(GaussianNB(), *biased, **({"sensitive_columns": "group_0"} | changed))


def test_the_positive_class_must_be_evident(biased):
    with pytest.raises(ValueError, match="pos_label"):
        compare(GaussianNB(), biased[0], biased[1].map({0: "no", 1: "yes"}), sensitive_columns="group_0")


def test_the_summary_names_the_recommendation_and_the_rule(comparison):
    said = " ".join(comparison.summary().split())
    assert "Rule: " in said
    assert comparison.best_[SEES] in said
    assert "Where the model does not see group_0" in said
    assert max(map(len, comparison.summary().splitlines())) <= 120


def test_json_holds_every_row(comparison):
    said = json.loads(comparison.to_json())
    assert len(said["remedies"]) == len(comparison.to_frame())
    assert said["recommended"][SEES] == comparison.best_[SEES]


def test_the_page_stands_alone(comparison, tmp_path):
    page = comparison.to_html(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == page
    assert not re.search(r"https?:|//|@import|url\(|<script|<link|<img|\son\w+=", page.replace("</", ""))
    assert page.count("<svg") == 2
    assert page.count("aria-label") >= 2


def test_hostile_names_are_text_on_the_page():
    X, y = numbers(300, 0, bias=2.0)
    nasty = "<script>alert('x')</script>\"{{ 7*7 }}"
    X = X.rename(columns={"group_0": nasty}).assign(**{nasty: np.where(X["group_0"] == 1, "<b>bold</b>", "& plain")})
    remedy = Remedy("<i>remedy</i>", rows=lambda X, y, setting: (X[::2], y[::2], None))
    found = compare(
        LogisticRegression(max_iter=500), X, y, sensitive_columns=nasty, remedies=[remedy], cv=2, random_state=0
    )
    for page in (found.to_html(), found._repr_html_()):
        tags = []
        parser = HTMLParser()
        parser.handle_starttag = lambda tag, attrs: tags.append(tag)  # noqa: B023
        parser.feed(page)
        assert not {"script", "b", "i"} & set(tags)
    assert "{{ 7*7 }}" in found.to_html()


def test_the_page_is_short_of_nothing_but_jinja(comparison, monkeypatch):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(ImportError, match=r"skfairgen\[report\]"):
        comparison.to_html()


def test_a_model_that_selects_nobody_is_told_as_that(biased):
    X = biased[0][:300]
    rare = (np.arange(300) < 5).astype(int)
    found = compare(DummyClassifier(), X, rare, sensitive_columns="group_0", remedies=[WEIGHTS], cv=2, random_state=0)
    said = found.summary()
    assert "nan" not in said
    assert "undefined" in said
    assert "selects nobody of any group" in " ".join(said.split())
    assert "<svg" in found.to_html()


def test_the_class_that_is_shown_of_several_is_named(biased):
    X, y = biased[0][:300], biased[1][:300].map({0: "no", 1: "yes"}).where(np.arange(300) % 3 > 0, "may be")
    options = {"sensitive_columns": "group_0", "remedies": [], "cv": 2, "random_state": 0}
    said = " ".join(compare(GaussianNB(), X, y, **options).summary().split())
    assert "said to be yes; in a ratio the worst class counts" in said
    said = " ".join(compare(GaussianNB(), X, y, pos_label="no", **options).summary().split())
    assert "get the favorable decision" in said


def test_a_target_that_is_no_class_is_named(biased):
    with pytest.raises(ValueError, match="continuous"):
        compare(GaussianNB(), biased[0], biased[0]["normal_0"], sensitive_columns="group_0")
    with pytest.raises(ValueError, match="the class 1 alone"):
        compare(GaussianNB(), biased[0], np.ones(len(biased[0]), dtype=int), sensitive_columns="group_0")
