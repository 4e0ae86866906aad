"""The judges of images and sequences."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from _grid_judges import as_grid, cramers_v, oversampled


def test_cramers_v_is_0_for_independent_and_1_for_equal_labels():
    a = np.tile(np.arange(3), 400)
    assert cramers_v(a, np.repeat(np.arange(4), 300)) == pytest.approx(0, abs=1e-9)
    assert cramers_v(a, a) == pytest.approx(1)


def test_every_cell_is_drawn_equally_often():
    classes, groups = np.array([0, 0, 0, 1]), np.array(["a", "a", "b", "b"])
    np.testing.assert_allclose(oversampled(classes, groups), [1 / 6, 1 / 6, 1 / 3, 1 / 3])


def test_channels_come_first():
    assert as_grid(np.zeros((2, 4, 5, 3), dtype="uint8")).shape == (2, 3, 4, 5)
