"""Scores are moved to parity within strata, and strata may differ."""

import numpy as np
import pytest

from skfairgen.criteria import OutcomeTransport, StratifiedTransport, equalized_shares


def scores_of(n_rows=20_000, seed=0):
    rng = np.random.default_rng(seed)
    groups = rng.integers(0, 2, n_rows)
    strata = (rng.random(n_rows) < 0.3 + 0.4 * groups).astype(int)
    return rng.beta(2 + groups + 3 * strata, 6), groups, strata, rng


SIZES = np.full((2, 2), 5_000)


def test_groups_meet_within_strata_and_strata_stay_apart():
    scores, groups, strata, rng = scores_of()
    transport = StratifiedTransport().fit(scores, groups, strata, SIZES, rng=rng)
    moved = transport.transport(scores, groups, strata, strength=1.0, rng=rng)
    means = np.array([[moved[(groups == g) & (strata == k)].mean() for g in (0, 1)] for k in (0, 1)])
    assert np.abs(means[:, 0] - means[:, 1]).max() < 2e-3
    assert means[1].min() > means[0].max() + 0.15
    assert abs(moved[groups == 1].mean() - moved[groups == 0].mean()) > 0.06  # what the strata explain


def test_one_stratum_is_the_plain_transport():
    scores, groups, _, rng = scores_of()
    one = np.zeros(len(scores), dtype=int)
    sizes = np.bincount(groups)[:, None]
    moved = StratifiedTransport().fit(scores, groups, one, sizes, rng=rng)
    plain = OutcomeTransport().fit(scores, groups)
    pair = [
        transport.transport(scores, groups, *strata, strength=1.0, rng=np.random.default_rng(5))
        for transport, strata in ((moved, [one]), (plain, []))
    ]
    np.testing.assert_allclose(*pair)


def test_rows_of_a_group_never_met_in_their_stratum_keep_their_scores():
    scores, groups, strata, rng = scores_of()
    met = ~((groups == 1) & (strata == 1)) & (strata < 2)
    transport = StratifiedTransport().fit(scores[met], groups[met], strata[met], np.full((2, 3), 50), rng=rng)
    moved = transport.transport(scores, groups, strata, strength=1.0, rng=rng)
    np.testing.assert_array_equal(moved[~met], scores[~met])
    assert transport.transports_[2] is None


def test_what_stands_behind_a_group_decides_how_far_it_is_trusted():
    scores, groups, strata, rng = scores_of()
    weights = []
    for behind in (5, 50):
        transport = StratifiedTransport().fit(scores, groups, strata, np.array([[5_000] * 2, [behind] * 2]), rng=rng)
        weights.append(transport.transports_[0].own_weight_[1])
    assert weights[0] < weights[1] < 1


def test_cell_shares_are_independent_within_strata():
    rng = np.random.default_rng(0)
    counts = rng.integers(10, 100, (3, 2, 4))
    shares = equalized_shares(counts, 1.0)
    expected = sum(
        np.outer(counts[:, :, k].sum(axis=1), counts[:, :, k].sum(axis=0)) / counts[:, :, k].sum() for k in range(4)
    )
    np.testing.assert_allclose(shares, expected / counts.sum())
    np.testing.assert_allclose(equalized_shares(counts, 0.0), counts.sum(axis=2) / counts.sum())
    assert equalized_shares(np.pad(counts, ((0, 0), (0, 0), (0, 1))), 0.5).sum() == pytest.approx(1)  # an empty stratum
