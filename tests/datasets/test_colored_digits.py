"""The color goes with the digit as often as was said, and nothing else depends on it."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from skfairgen.datasets import make_colored_digits
from skfairgen.datasets._colored_digits import COLOR_NAMES, PALETTE


@pytest.mark.parametrize("correlation", [0.0, 0.1, 0.5, 0.95, 1])
def test_a_digit_has_its_own_color_as_often_as_asked(correlation):
    made = make_colored_digits(correlation, random_state=0)
    is_own = made.sensitive_features == np.array(COLOR_NAMES)[made.target]
    assert is_own.mean() == pytest.approx(correlation, abs=0.03)


def test_at_one_tenth_color_and_digit_are_independent():
    made = make_colored_digits(0.1, random_state=0)
    table = np.array(
        [[np.sum((made.target == k) & (made.sensitive_features == c)) for c in COLOR_NAMES] for k in range(10)]
    )
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    chi2 = ((table - expected) ** 2 / expected).sum()
    assert chi2 < 81 + 4 * np.sqrt(2 * 81)  # 81 degrees of freedom


def test_each_image_is_its_digit_in_its_color():
    made = make_colored_digits(0.5, random_state=1)
    grey = load_digits().images / 16
    colors = PALETTE[[COLOR_NAMES.index(name) for name in made.sensitive_features]]
    assert made.images.dtype == np.uint8
    assert np.abs(made.images / 255 - grey[..., None] * colors[:, None, None]).max() < 0.12
    np.testing.assert_array_equal(made.data.reshape(-1, *made.sample_shape), made.images)


def test_row_i_is_the_same_digit_whatever_the_parameters():
    biased, unbiased = make_colored_digits(0.99, random_state=0), make_colored_digits(0.1, random_state=5)
    np.testing.assert_array_equal(biased.target, unbiased.target)
    assert (biased.sensitive_features != unbiased.sensitive_features).mean() > 0.7


def test_the_seed_decides_the_colors():
    X, y = make_colored_digits(0.5, random_state=3, return_X_y=True)
    made = make_colored_digits(0.5, random_state=3)
    np.testing.assert_array_equal(X, made.images)
    np.testing.assert_array_equal(y, made.target)


@pytest.mark.parametrize(("correlation", "error"), [(1.5, ValueError), (-0.1, ValueError), ("high", TypeError)])
def test_a_correlation_is_a_share(correlation, error):
    with pytest.raises(error, match="correlation"):
        make_colored_digits(correlation)
