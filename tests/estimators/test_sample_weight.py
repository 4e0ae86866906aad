"""Rows count by their weight in what is learned, and in reports."""

import numpy as np
import pandas as pd
import pytest

from skfairgen import FairGenerator
from skfairgen.metrics import disparity_report, group_report

pytestmark = pytest.mark.filterwarnings("ignore::skfairgen.exceptions.SkfairgenWarning")


@pytest.fixture(scope="module")
def survey():
    """A sample that holds one group ten times too rarely, whose answers differ."""
    rng = np.random.default_rng(0)
    group = rng.choice(["many", "few"], 2_000, p=[0.9, 0.1])
    answer = np.where(group == "few", rng.random(2_000) < 0.8, rng.random(2_000) < 0.2)
    X = pd.DataFrame({"group": group, "answer": np.where(answer, "yes", "no")})
    weight = np.where(group == "few", 9.0, 1.0)
    return X, (rng.random(2_000) < np.where(answer, 0.7, 0.3)).astype(int), weight


@pytest.mark.parametrize("sensitive", [None, "group"])
def test_rows_count_by_weight_in_shares_and_likelihood(survey, sensitive):
    X, y, weight = survey
    generator = FairGenerator(sensitive, max_epochs=6, random_state=0).fit(X, y, sample_weight=weight)
    drawn, labels = generator.sample(4_000, random_state=0)
    for real, made in (
        (X["group"] == "few", drawn["group"] == "few"),
        (X["answer"] == "yes", drawn["answer"] == "yes"),
    ):
        assert made.mean() == pytest.approx(np.average(real, weights=weight), abs=0.04)
    assert np.mean(labels) == pytest.approx(np.average(y, weights=weight), abs=0.04)
    assert sum(generator.cell_counts_.values()) == pytest.approx(len(X), abs=4)


def test_equal_weights_change_nothing(survey):
    X, y, _ = survey
    plain = FairGenerator("group", max_epochs=1, random_state=0).fit(X, y)
    weighted = FairGenerator("group", max_epochs=1, random_state=0).fit(X, y, sample_weight=np.full(len(X), 3.0))
    pd.testing.assert_frame_equal(plain.sample(50, random_state=0)[0], weighted.sample(50, random_state=0)[0])


@pytest.mark.parametrize(
    "weight", [[1.0], [-1.0] * 2_000, [np.nan] * 2_000, [0.0] * 2_000, ["a"] * 2_000, [[1.0]] * 2_000]
)
def test_weights_that_are_none_are_refused_before_training(survey, weight):
    X, y, _ = survey
    with pytest.raises(ValueError, match=r"sample_weight|Sample weights"):
        FairGenerator("group").fit(X, y, sample_weight=weight)


def test_reports_weigh_rows(survey):
    X, y, weight = survey
    predicted, groups = (X["answer"] == "yes").astype(int), X["answer"] + X["group"]
    report = group_report(y, predicted, sensitive_features=X["group"], sample_weight=weight, random_state=0)
    selected = np.average(predicted, weights=weight)
    assert report.loc["overall", "selection_rate"] == pytest.approx(selected)
    assert report.loc["overall", "selection_rate_low"] < selected < report.loc["overall", "selection_rate_high"]
    assert report.loc["overall", "n_rows"] == pytest.approx(weight.sum())
    plain, weighted = (
        disparity_report(y, predicted, sensitive_features=X["group"], sample_weight=own, random_state=0)
        for own in (None, weight)
    )
    widths = [own.loc["demographic_parity_difference", ["low", "high"]].diff().iloc[1] for own in (plain, weighted)]
    assert widths[1] > widths[0]
    repeated = np.repeat(np.arange(len(y)), weight.astype(int))
    copies = disparity_report(y[repeated], predicted[repeated], sensitive_features=groups[repeated], random_state=0)
    own = disparity_report(y, predicted, sensitive_features=groups, sample_weight=weight, random_state=0)
    np.testing.assert_allclose(own["value"], copies["value"])
