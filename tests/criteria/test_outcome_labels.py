import numpy as np
import pytest

from skfairgen.criteria import OutcomeTransport, draw_labels, match_class_counts, minimal_flip_labels


def class_scores(rng, n, n_classes):
    return rng.dirichlet(np.ones(n_classes), n)


def test_labels_follow_their_scores():
    rng = np.random.default_rng(0)
    labels = draw_labels(np.tile([0.5, 0.2, 0.0, 0.3], (40_000, 1)), rng)
    np.testing.assert_allclose(np.bincount(labels, minlength=4) / 40_000, [0.5, 0.2, 0.0, 0.3], atol=0.01)
    assert (labels != 2).all()


def test_one_column_of_scores_is_the_probability_of_class_one():
    scores = np.random.default_rng(0).uniform(size=500)
    flat = draw_labels(scores, np.random.default_rng(1))
    wide = draw_labels(np.column_stack([1 - scores, scores]), np.random.default_rng(1))
    np.testing.assert_array_equal(flat, wide)


def test_flipped_labels_follow_the_new_scores_exactly():
    rng = np.random.default_rng(0)
    n = 40_000
    before, after = np.tile([0.5, 0.3, 0.2], (n, 1)), np.tile([0.2, 0.3, 0.5], (n, 1))
    labels = draw_labels(before, rng)
    flipped = minimal_flip_labels(labels, before, after, rng)
    np.testing.assert_allclose(np.bincount(flipped) / n, [0.2, 0.3, 0.5], atol=0.01)
    # only the class that lost share is flipped, only into the one that gained
    assert set(zip(labels[labels != flipped], flipped[labels != flipped], strict=True)) == {(0, 2)}


@pytest.mark.parametrize("n_classes", [2, 4])
def test_the_share_of_flips_is_the_total_variation_and_below_that_of_fresh_labels(n_classes):
    rng = np.random.default_rng(0)
    before, after = class_scores(rng, 20_000, n_classes), class_scores(rng, 20_000, n_classes)
    labels = draw_labels(before, rng)
    flips = (minimal_flip_labels(labels, before, after, rng) != labels).mean()
    fresh = (draw_labels(after, rng) != labels).mean()
    total_variation = np.abs(before - after).sum(axis=1).mean() / 2
    assert flips == pytest.approx(total_variation, abs=3 * 0.5 / np.sqrt(20_000))
    assert flips < fresh


def test_equal_scores_flip_nothing():
    rng = np.random.default_rng(0)
    scores = class_scores(rng, 1000, 3)
    labels = rng.integers(0, 3, 1000)
    np.testing.assert_array_equal(minimal_flip_labels(labels, scores, scores, rng), labels)


def test_with_the_transport_few_flips_reach_parity():
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 2, 30_000)
    before = rng.beta(1 + 2 * groups, 4)
    after = OutcomeTransport().fit(before, groups).transport(before, groups, rng=rng)
    labels = draw_labels(before, rng)
    repaired = minimal_flip_labels(labels, before, after, rng)
    gap = [abs(y[groups == 1].mean() - y[groups == 0].mean()) for y in (labels, repaired)]
    assert gap[0] > 0.2
    assert gap[1] < 0.015
    # parity alone needs |gap| / 2 of the rows: the barycenter's shift goes one way, so hardly more
    assert (labels != repaired).mean() < gap[0] / 2 + 0.01


@pytest.mark.parametrize("n_classes", [2, 4])
def test_matched_counts_are_the_rounded_sums_of_the_scores(n_classes):
    rng = np.random.default_rng(0)
    groups = rng.choice([3, 5, 8], 4000, p=[0.7, 0.29, 0.01])
    scores = class_scores(rng, 4000, n_classes)
    labels = draw_labels(scores, rng)
    matched = match_class_counts(labels, scores, groups, rng)
    needed = 0
    for group in (3, 5, 8):
        rows = groups == group
        counts = np.bincount(matched[rows], minlength=n_classes)
        assert np.abs(counts - scores[rows].sum(axis=0)).max() < 1
        needed += np.abs(counts - np.bincount(labels[rows], minlength=n_classes)).sum() // 2
    assert (matched != labels).sum() == needed
    np.testing.assert_array_equal(match_class_counts(matched, scores, groups, rng), matched)


def test_matching_leaves_each_score_its_chances():
    rng = np.random.default_rng(0)
    scores = np.tile(np.repeat([0.1, 0.5, 0.9, 0.0], 25), (2000, 1))
    groups = np.zeros(100, dtype=int)
    drawn = np.stack([match_class_counts(draw_labels(p, rng), p, groups, rng) for p in scores])
    np.testing.assert_allclose(drawn.reshape(2000, 4, 25).mean(axis=(0, 2)), [0.1, 0.5, 0.9, 0.0], atol=0.01)


@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_small_groups_reach_parity_in_the_table_itself(strength):
    rng = np.random.default_rng(0)
    groups = rng.choice(4, 30_000, p=[0.6, 0.3, 0.08, 0.02])
    scores = rng.beta(1 + groups, 4)
    transport = OutcomeTransport().fit(scores, groups)
    new = rng.beta(1 + groups, 4)
    moved = transport.transport(new, groups, strength=strength, rng=rng)
    pairs = zip(transport.groups_.tolist(), transport.group_class_shares_, strict=True)
    shares = {group: (1 - strength) * own + strength * transport.class_shares_ for group, own in pairs}
    labels = match_class_counts(draw_labels(moved, rng), moved, groups, rng, shares=shares)
    for group in range(4):
        found = labels[groups == group].mean()
        assert found == pytest.approx(shares[group][1], abs=1 / np.sum(groups == group))
        if strength == 1:
            assert abs(found - labels.mean()) < 0.002


def test_shares_of_every_group_are_asked_for():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"no shares for groups \[7\]"):
        match_class_counts([0, 1], [0.5, 0.5], [1, 7], rng, shares={1: [0.5, 0.5]})


@pytest.mark.parametrize("scores", [[-0.1, 0.5], [[0.0, 0.0]], [1.2, 0.5], [np.nan], [[[0.5, 0.5]]]])
def test_scores_without_meaning_are_refused(scores):
    with pytest.raises(ValueError, match="expected"):
        draw_labels(scores, np.random.default_rng(0))


def test_labels_that_are_no_codes_are_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"labels \[2\]"):
        minimal_flip_labels([0, 2], [0.5, 0.5], [0.5, 0.5], rng)
    with pytest.raises(ValueError, match="same number of rows"):
        minimal_flip_labels([0], [0.5, 0.5], [0.5, 0.5], rng)
    with pytest.raises(ValueError, match="expected the same"):
        minimal_flip_labels([0, 1], [0.5, 0.5], [0.5, 0.5, 0.5], rng)
