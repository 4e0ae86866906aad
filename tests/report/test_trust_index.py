"""The trust index: ranks of candidates under the user's weights."""

import numpy as np
import pytest

from skfairgen import evaluate
from skfairgen.datasets import make_biased_classification
from skfairgen.report import trust_index


@pytest.fixture(scope="module")
def candidates():
    """A table of fresh people, a copy of the training rows, and fresh people whose classes are shuffled."""
    made = make_biased_classification(1_200, n_categorical=1, n_boolean=0, class_sep=2.0, random_state=0)
    X, y = made.data, made.target
    train, fresh, test = slice(0, 400), slice(400, 800), slice(800, 1_200)
    shuffled = y[fresh].sample(frac=1, random_state=0)
    tables = {"fresh": (X[fresh], y[fresh]), "copy": (X[train], y[train]), "shuffled": (X[fresh], shuffled)}
    return {
        name: evaluate(table, X[train], y[train], X[test], y[test], sensitive_columns=["group_0"])
        for name, table in tables.items()
    }


def test_the_weights_decide(candidates):
    by_privacy = trust_index(candidates, weights={"privacy": 1})
    by_fidelity = trust_index(candidates, weights={"fidelity": 1})
    assert by_privacy.index[-1] == "copy"
    assert by_fidelity.index[0] == "copy"
    assert trust_index(candidates, weights={"utility": 1}).index[-1] == "shuffled"


def test_what_is_certain_has_one_rank_and_what_is_not_has_several(candidates):
    frame = trust_index(candidates, weights={"privacy": 1})
    assert frame.loc["copy", "rank_low"] == frame.loc["copy", "rank_high"] == 3
    assert frame.loc["fresh", "rank_low"] < frame.loc["fresh", "rank_high"]  # both are fresh people
    assert (frame["rank_low"] <= frame["rank"]).all()
    assert (frame["rank"] <= frame["rank_high"]).all()


def test_the_index_is_the_weighted_geometric_mean_of_the_axes(candidates):
    frame = trust_index(candidates, weights={"utility": 3, "privacy": 1})
    expected = frame["utility"] ** 0.75 * frame["privacy"] ** 0.25
    assert frame["index"].to_list() == pytest.approx(expected.to_list())
    assert frame["index"].between(0, 1).all()


def test_equal_candidates_share_a_rank(candidates):
    frame = trust_index({"one": candidates["fresh"], "other": candidates["fresh"]})
    assert frame["rank"].to_list() == [1, 1]
    assert frame["index"].nunique() == 1


def test_more_candidates_change_the_index_of_the_others(candidates):
    """It is relative: the same table, among others, gets another number."""
    two = {name: candidates[name] for name in ("fresh", "copy")}
    assert not np.isclose(trust_index(two).loc["fresh", "index"], trust_index(candidates).loc["fresh", "index"])


@pytest.mark.parametrize("weights", [{"speed": 1}, {"privacy": -1}, {"privacy": 0}])
def test_a_wrong_weight_is_refused(candidates, weights):
    with pytest.raises(ValueError, match="weights must be"):
        trust_index(candidates, weights=weights)


def test_one_candidate_cannot_be_ranked(candidates):
    with pytest.raises(ValueError, match="expected at least 2"):
        trust_index({"alone": candidates["fresh"]})
