"""Batches by cell, and rows held out by cell."""

import numpy as np
import pytest
import torch

from skfairgen.training._batches import SlicedBatches
from skfairgen.training._cell_balance import BalancedRows, cell_balanced_probabilities, hold_out_by_cell

CELLS = np.repeat([0, 1, 3], [800, 100, 1])


@pytest.mark.parametrize("power", [0.0, 0.75, 1.0])
def test_a_cell_is_drawn_by_its_size_to_the_power_that_is_left(power):
    chances = cell_balanced_probabilities(CELLS, power)
    assert chances.sum() == pytest.approx(1)
    of_cell = np.array([chances[cell == CELLS].sum() for cell in (0, 1, 3)])
    expected = np.array([800, 100, 1.0]) ** (1 - power)
    np.testing.assert_allclose(of_cell, expected / expected.sum())


def test_a_pass_draws_rows_by_their_chances():
    rows = BalancedRows({"cell": torch.as_tensor(CELLS)}, cell_balanced_probabilities(CELLS, 1.0))
    batches = SlicedBatches(rows, 64, torch.Generator().manual_seed(0))
    drawn = torch.cat([batch["cell"] for batch, _ in batches])
    assert len(drawn) == len(CELLS)
    shares = torch.bincount(drawn)[[0, 1, 3]] / len(drawn)
    assert (shares - 1 / 3).abs().max() < 0.06


def test_a_share_of_every_cell_is_held_out_and_no_cell_is_lost():
    is_held_out = hold_out_by_cell(CELLS, 0.1, np.random.default_rng(0))
    assert [is_held_out[cell == CELLS].sum() for cell in (0, 1, 3)] == [80, 10, 0]
    other = hold_out_by_cell(CELLS, 0.1, np.random.default_rng(1))
    assert not np.array_equal(is_held_out, other)
