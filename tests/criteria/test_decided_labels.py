"""Labels agree with the fair decision as often as documented."""

import numpy as np
import pytest

from skfairgen.criteria import decided_scores, draw_labels


def rows(n_classes, n_rows=5_000, seed=0):
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.ones(n_classes), n_rows), rng.integers(0, n_classes, n_rows)


@pytest.mark.parametrize("n_classes", [2, 5])
def test_sharpened_labels_are_the_decision_in_88_of_100_rows_at_least(n_classes):
    scores, decisions = rows(n_classes)
    chances = decided_scores(scores, decisions, "sharpen")
    np.testing.assert_allclose(chances.sum(axis=1), 1)
    own = chances[np.arange(len(scores)), decisions]
    assert own.min() == pytest.approx(0.88)
    assert own.max() > 0.95
    assert (chances >= 0).all()


def test_sharpened_chances_of_two_classes_double_the_logit():
    scores, _ = rows(2)
    decisions = scores.argmax(axis=1)
    chances = decided_scores(scores, decisions, "sharpen")
    logit = np.log(scores[:, 1] / scores[:, 0])
    sure = np.abs(logit) > 1
    np.testing.assert_allclose(np.log(chances[sure, 1] / chances[sure, 0]), 2 * logit[sure], rtol=1e-4, atol=1e-4)


def test_classes_that_were_not_decided_for_share_the_rest_by_what_the_teacher_knows():
    chances = decided_scores(np.array([[0.5, 0.3, 0.2]]), np.array([2]), "sharpen")
    np.testing.assert_allclose(chances, [[0.12 * 25 / 34, 0.12 * 9 / 34, 0.88]])


def test_decided_labels_are_the_decision():
    scores, decisions = rows(3)
    drawn = draw_labels(decided_scores(scores, decisions, "decide"), np.random.default_rng(0))
    np.testing.assert_array_equal(drawn, decisions)


def test_drawn_labels_follow_their_chances():
    scores, decisions = rows(3)
    chances = decided_scores(scores, decisions, "sharpen")
    drawn = draw_labels(chances, np.random.default_rng(1))
    np.testing.assert_allclose(np.bincount(drawn) / len(scores), chances.mean(axis=0), atol=0.015)
    assert np.mean(drawn == decisions) == pytest.approx(chances[np.arange(len(scores)), decisions].mean(), abs=0.01)


@pytest.mark.parametrize("scores", [[[1.0, 0.0]], [[0.0, 1.0]]])
def test_a_sure_teacher_on_the_other_side_is_overruled(scores):
    chances = decided_scores(np.array(scores), np.array([0]), "sharpen")
    assert chances[0, 0] >= 0.88
    assert np.isfinite(chances).all()


def test_an_unknown_draw_is_named():
    with pytest.raises(ValueError, match="'guess'; expected one of sharpen, decide"):
        decided_scores(*rows(2), "guess")
