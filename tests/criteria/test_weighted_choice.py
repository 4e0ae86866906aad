"""Rows are chosen once at most, each with a chance in proportion to its weight."""

import numpy as np
import pytest

from skfairgen.criteria import weighted_choice


def frequencies(weights, n_rows, n_draws=4_000):
    rng = np.random.default_rng(0)
    chosen = np.concatenate([weighted_choice(np.array(weights), n_rows, rng) for _ in range(n_draws)])
    return np.bincount(chosen, minlength=len(weights)) / n_draws


@pytest.mark.parametrize(
    ("weights", "n_rows", "chances"),
    [
        ([1.0, 2.0, 3.0, 4.0], 1, [0.1, 0.2, 0.3, 0.4]),
        ([1.0, 2.0, 3.0, 4.0], 2, [0.2, 0.4, 0.6, 0.8]),
        ([1.0, 1.0, 2.0, 8.0], 2, [0.25, 0.25, 0.5, 1.0]),
        ([0.0, 0.0, 2.0, 1.0], 3, [0.5, 0.5, 1.0, 1.0]),
        ([0.0, 0.0, 0.0], 2, [2 / 3] * 3),
        ([5.0, 1.0], 2, [1.0, 1.0]),
    ],
)
def test_chances_are_in_proportion_to_weights_and_at_most_one(weights, n_rows, chances):
    np.testing.assert_allclose(frequencies(weights, n_rows), chances, atol=0.03)


def test_no_row_is_chosen_twice():
    rng = np.random.default_rng(0)
    for n_rows in (0, 1, 700, 999, 1_000):
        chosen = weighted_choice(rng.random(1_000) ** 4, n_rows, rng)
        assert len(np.unique(chosen)) == len(chosen) == n_rows and (np.diff(chosen) > 0).all()
