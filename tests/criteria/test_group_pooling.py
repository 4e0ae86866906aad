"""Small groups lean on larger ones, by as much as they are noisy."""

import numpy as np
import pytest

from skfairgen.criteria import pooled_class_shares


def test_groups_of_a_hundred_rows_keep_their_own_shares():
    counts = np.array([[80, 20, 500], [20, 90, 500]])
    np.testing.assert_allclose(pooled_class_shares(counts), counts / counts.sum(axis=0))


def test_a_class_that_a_small_group_never_held_is_not_ruled_out():
    shares = pooled_class_shares(np.array([[500, 700, 3], [500, 300, 0]]))
    assert shares[:, 2].min() > 0.01
    assert shares.sum(axis=0) == pytest.approx(1)


def test_the_larger_a_small_group_the_more_it_says_for_itself():
    own = [pooled_class_shares(np.array([[500, 700, n], [500, 300, 0]]))[0, 2] for n in (1, 3, 10, 30, 99)]
    assert (np.diff(own) > 0).all() and own[0] < 0.8 and own[-1] > 0.9


def test_a_small_group_leans_on_its_parent_before_everyone():
    counts = np.array([[900, 900, 1, 100, 100, 1], [100, 100, 0, 900, 900, 0]])
    shares = pooled_class_shares(counts, np.array([0, 0, 0, 1, 1, 1]))
    assert shares[0, 2] > 0.85 and shares[0, 5] < shares[0, 2] - 0.3


def test_where_groups_do_not_differ_small_ones_are_taken_to_be_like_the_rest():
    shares = pooled_class_shares(np.array([[500, 500, 5], [500, 500, 3]]))
    assert shares[0, 2] == pytest.approx(0.5, abs=0.01)


def test_one_group_is_as_it_is():
    np.testing.assert_allclose(pooled_class_shares(np.array([[3], [1]])), [[0.75], [0.25]])
