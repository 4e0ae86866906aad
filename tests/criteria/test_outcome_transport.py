import numpy as np
import pytest
from scipy import stats
from sklearn.exceptions import NotFittedError

from skfairgen.criteria import OutcomeTransport


def biased_scores(n=30_000, seed=0, n_groups=3):
    """Scores whose mean and shape differ between groups of very different sizes."""
    rng = np.random.default_rng(seed)
    groups = rng.choice(n_groups, n, p=np.array([0.7, 0.25, 0.05])[:n_groups] / np.sum([0.7, 0.25, 0.05][:n_groups]))
    return rng.beta(1 + 2 * groups, 6 - groups), groups


def biased_class_scores(n=30_000, n_classes=4, seed=0):
    rng = np.random.default_rng(seed)
    groups = rng.choice(3, n, p=[0.6, 0.3, 0.1])
    logits = 1.5 * rng.normal(size=(n, n_classes)) + np.linspace(0, 1.5, n_classes) * (groups[:, None] - 1)
    scores = np.exp(logits)
    return scores / scores.sum(axis=1, keepdims=True), groups


def mean_gap(scores, groups):
    means = np.stack([scores[groups == g].mean(axis=0) for g in np.unique(groups)])
    return np.abs(means - scores.mean(axis=0)).max()


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def test_at_full_strength_the_groups_share_one_distribution_on_new_rows(rng):
    transport = OutcomeTransport().fit(*biased_scores())
    scores, groups = biased_scores(seed=1)
    moved = transport.transport(scores, groups, rng=rng)
    assert mean_gap(scores, groups) > 0.3
    assert mean_gap(moved, groups) < 0.01
    for group in (1, 2):
        assert stats.ks_2samp(scores[groups == 0], scores[groups == group]).statistic > 0.3
        # two samples of 21,000 and 1,500 rows differ by .03 by chance
        assert stats.ks_2samp(moved[groups == 0], moved[groups == group]).statistic < 0.045


def test_on_the_rows_of_the_fit_parity_is_exact_to_the_knots(rng):
    scores, groups = biased_scores()
    transport = OutcomeTransport().fit(scores, groups)
    moved = transport.transport(scores, groups, rng=rng)
    assert mean_gap(moved, groups) < 2e-4
    assert transport.class_share_gap_.max() < 2e-4
    assert stats.ks_2samp(moved[groups == 0], moved[groups == 2]).statistic < 0.01


def test_the_mean_score_over_all_rows_is_kept(rng):
    scores, groups = biased_scores()
    moved = OutcomeTransport().fit(scores, groups).transport(scores, groups, rng=rng)
    assert moved.mean() == pytest.approx(scores.mean(), abs=2e-4)


def test_two_normal_groups_meet_at_their_known_barycenter(rng):
    # the barycenter of normals is normal, with the share-weighted mean and standard deviation
    groups = np.repeat([0, 1], [30_000, 10_000])
    scores = np.where(groups == 0, rng.normal(0.4, 0.04, 40_000), rng.normal(0.6, 0.08, 40_000))
    moved = OutcomeTransport().fit(scores, groups).transport(scores, groups, rng=rng)
    for group in (0, 1):
        assert moved[groups == group].mean() == pytest.approx(0.45, abs=0.002)
        assert moved[groups == group].std() == pytest.approx(0.05, abs=0.001)


def test_the_shares_given_decide_where_groups_meet(rng):
    scores, groups = biased_scores(n_groups=2)
    means = [scores[groups == g].mean() for g in (0, 1)]
    transport = OutcomeTransport().fit(scores, groups, group_shares=[1, 3])
    moved = transport.transport(scores, groups, rng=rng)
    assert moved.mean() == pytest.approx(0.25 * means[0] + 0.75 * means[1], abs=1e-3)
    assert transport.class_shares_[1] == pytest.approx(0.25 * means[0] + 0.75 * means[1])


def test_strength_zero_is_the_identity_and_the_gap_falls_linearly(rng):
    for scores, groups in (biased_scores(), biased_class_scores()):
        transport = OutcomeTransport().fit(scores, groups)
        np.testing.assert_array_equal(transport.transport(scores, groups, strength=0, rng=rng), scores)
        strengths = [0, 0.25, 0.5, 0.75, 1]
        gaps = [mean_gap(transport.transport(scores, groups, strength=t, rng=rng), groups) for t in strengths]
        np.testing.assert_allclose(gaps, gaps[0] * (1 - np.array(strengths)), atol=2e-3)


@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_the_order_within_a_group_is_kept(strength, rng):
    scores, groups = biased_scores(n=5000)
    moved = OutcomeTransport().fit(scores, groups).transport(scores, groups, strength=strength, rng=rng)
    for group in range(3):
        order = np.argsort(scores[groups == group])
        assert (np.diff(moved[groups == group][order]) >= 0).all()


def test_atoms_are_spread_until_discrete_scores_are_at_parity(rng):
    # a score of two values, as a decision tree of one split would give
    groups = rng.integers(0, 2, 20_000)
    is_high = rng.uniform(size=20_000) < np.where(groups == 0, 0.2, 0.503)
    scores = np.where(is_high, 0.9, 0.1)
    moved = OutcomeTransport().fit(scores, groups).transport(scores, groups, rng=rng)
    assert mean_gap(scores, groups) > 0.1
    assert mean_gap(moved, groups) < 0.005
    assert stats.ks_2samp(moved[groups == 0], moved[groups == 1]).statistic < 0.02
    # rows of one score go to different places, chosen at random
    assert len(np.unique(moved[(groups == 1) & is_high].round(6))) == 2


def test_a_score_with_an_atom_and_a_smooth_part_is_at_parity(rng):
    groups = rng.integers(0, 2, 30_000)
    scores = np.where(rng.uniform(size=30_000) < 0.2 + 0.3 * groups, 0.0, rng.beta(2, 3, 30_000))
    moved = OutcomeTransport().fit(scores, groups).transport(scores, groups, rng=rng)
    assert mean_gap(moved, groups) < 0.003
    assert stats.ks_2samp(moved[groups == 0], moved[groups == 1]).statistic < 0.015


def test_constant_scores_and_a_single_group_stay_where_they_are(rng):
    constant = np.full(500, 0.3)
    moved = OutcomeTransport().fit(constant, np.arange(500) % 2).transport(constant, np.arange(500) % 2, rng=rng)
    np.testing.assert_allclose(moved, constant)
    scores, _ = biased_scores(n=2000)
    alone = np.zeros(2000, dtype=int)
    np.testing.assert_allclose(
        OutcomeTransport().fit(scores, alone).transport(scores, alone, rng=rng), scores, atol=1e-6
    )


@pytest.mark.parametrize("n_classes", [3, 4])
def test_every_class_share_is_equal_in_every_group(n_classes, rng):
    scores, groups = biased_class_scores(n_classes=n_classes)
    transport = OutcomeTransport().fit(scores, groups)
    moved = transport.transport(scores, groups, rng=rng)
    assert mean_gap(scores, groups) > 0.05
    assert mean_gap(moved, groups) < 1e-3
    assert transport.class_share_gap_.max() < 1e-3
    np.testing.assert_allclose(moved.sum(axis=1), 1)
    np.testing.assert_allclose(transport.class_shares_, scores.mean(axis=0))
    new_scores, new_groups = biased_class_scores(n_classes=n_classes, seed=1)
    assert mean_gap(transport.transport(new_scores, new_groups, rng=rng), new_groups) < 0.01


def test_hard_class_scores_are_at_parity_too(rng):
    groups = rng.integers(0, 2, 6000)
    classes = np.where(rng.uniform(size=6000) < 0.4 * groups, 2, rng.integers(0, 3, 6000))
    scores = np.eye(3)[classes]
    transport = OutcomeTransport().fit(scores, groups)
    assert mean_gap(scores, groups) > 0.1
    assert mean_gap(transport.transport(scores, groups, rng=rng), groups) < 0.02


def test_two_classes_may_come_in_either_shape(rng):
    scores, groups = biased_scores(n=3000)
    both = np.column_stack([1 - scores, scores])
    transport = OutcomeTransport().fit(scores, groups)
    flat = transport.transport(scores, groups, rng=np.random.default_rng(3))
    wide = transport.transport(both, groups, rng=np.random.default_rng(3))
    np.testing.assert_allclose(wide[:, 1], flat)
    np.testing.assert_allclose(wide.sum(axis=1), 1)


def small_group_case(seed, n_small=20):
    rng = np.random.default_rng(seed)
    groups = np.repeat([0, 1, 2, 3], [3000, 2000, 1000, n_small])
    return rng.beta(2 + np.array([0, 1, 2, 1.5])[groups], 5), groups


def test_a_group_of_twenty_rows_is_moved_by_its_own_scores_and_its_parents():
    before, after = [], []
    for seed in range(30):
        transport = OutcomeTransport().fit(*small_group_case(seed))
        assert (transport.own_weight_[:3] == 1).all()
        assert 0 < transport.own_weight_[3] < 1
        scores, groups = small_group_case(seed + 1000, n_small=5000)
        moved = transport.transport(scores, groups, rng=np.random.default_rng(seed))
        before.append(scores[groups == 3].mean() - transport.class_shares_[1])
        after.append(moved[groups == 3].mean() - transport.class_shares_[1])
    assert np.sqrt(np.mean(np.square(after))) < 0.7 * np.sqrt(np.mean(np.square(before)))


def test_small_groups_are_not_distinguished_when_groups_do_not_differ():
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(12), [4000, 4000] + [20] * 10)
    transport = OutcomeTransport().fit(rng.beta(2, 3, len(groups)), groups)
    assert (transport.own_weight_[2:] < 0.3).all()


def test_a_small_group_is_shrunk_toward_its_parent():
    gaps = {"parent": [], "everyone": []}
    for seed in range(30):
        rng = np.random.default_rng(seed)
        groups = np.repeat([0, 1, 2, 3], [2000, 2000, 2000, 10])
        parents = groups // 2
        scores = rng.beta(2 + 4 * parents, 6)
        new = rng.beta(6, 6, 4000)
        for name, chosen in (("parent", parents), ("everyone", None)):
            transport = OutcomeTransport().fit(scores, groups, parents=chosen)
            moved = transport.transport(new, np.full(4000, 3), rng=rng)
            gaps[name].append(moved.mean() - transport.class_shares_[1])
    typical = {name: np.sqrt(np.mean(np.square(gap))) for name, gap in gaps.items()}
    assert typical["parent"] < 0.5 * typical["everyone"]
    assert typical["parent"] < 0.02


def test_a_group_of_one_row_is_kept(rng):
    scores, groups = biased_scores(n=2000, n_groups=2)
    groups[0] = 7
    moved = OutcomeTransport().fit(scores, groups).transport(scores, groups, rng=rng)
    assert 0 <= moved[0] <= 1
    class_scores, _ = biased_class_scores(n=2000)
    assert np.isfinite(OutcomeTransport().fit(class_scores, groups).transport(class_scores, groups, rng=rng)).all()


def test_random_state_and_generator_both_serve():
    scores, groups = biased_scores(n=1000)
    transport = OutcomeTransport().fit(scores, groups, rng=np.random.RandomState(0))
    assert transport.transport(scores, groups, rng=np.random.RandomState(0)).shape == (1000,)


def test_an_unknown_group_is_refused_with_those_that_exist(rng):
    scores, groups = biased_scores(n=1000)
    with pytest.raises(ValueError, match=r"groups \[9\].*\[0, 1, 2\]"):
        OutcomeTransport().fit(scores, groups).transport(scores[:2], [0, 9], rng=rng)


def test_transport_before_fit_is_refused(rng):
    with pytest.raises(NotFittedError, match="call fit"):
        OutcomeTransport().transport([0.5], [0], rng=rng)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scores": [0.5, 1.5]}, "outside"),
        ({"scores": [0.5, np.nan]}, "not finite"),
        ({"scores": [[0.5, 0.2, 0.1]] * 2}, "sum to"),
        ({"scores": [[1.0]] * 2}, "C >= 2"),
        ({"groups": [0]}, "one integer code"),
        ({"groups": ["a", "b"]}, "one integer code"),
        ({"group_shares": [1.0]}, "a positive number"),
        ({"groups": [0, 0], "parents": [0, 1]}, "expected one"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(arguments, message):
    arguments = {"scores": [0.2, 0.8], "groups": [0, 1], **arguments}
    with pytest.raises(ValueError, match=message):
        OutcomeTransport().fit(arguments.pop("scores"), arguments.pop("groups"), **arguments)


def test_strength_and_number_of_classes_are_checked(rng):
    scores, groups = biased_scores(n=100)
    transport = OutcomeTransport().fit(scores, groups)
    with pytest.raises(ValueError, match="strength=1.5"):
        transport.transport(scores, groups, strength=1.5, rng=rng)
    with pytest.raises(ValueError, match="3 classes"):
        transport.transport(np.full((100, 3), 1 / 3), groups, rng=rng)
    with pytest.raises(ValueError, match="n_knots=2"):
        OutcomeTransport(n_knots=2).fit(scores, groups)
