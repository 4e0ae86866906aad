"""The parts of the latent teacher's training: batches by cell, rows held out by cell, the adaptive weight."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from _grid_judges import cramers_v
from _latent_students import codes_of, distil_decoder, draw, train_prior
from _latent_training import (
    AdaptiveWeight,
    LatentTeacher,
    cell_balanced_probabilities,
    hold_out_by_cell,
    train_latent_teacher,
)

CELLS = np.repeat([0, 1, 3], [800, 100, 1])


@pytest.mark.parametrize("power", [0.0, 0.75, 1.0])
def test_a_cell_is_drawn_by_its_size_to_the_power_that_is_left(power):
    chances = cell_balanced_probabilities(CELLS, power)
    assert chances.sum() == pytest.approx(1)
    of_cell = np.array([chances[cell == CELLS].sum() for cell in (0, 1, 3)])
    expected = np.array([800, 100, 1.0]) ** (1 - power)
    np.testing.assert_allclose(of_cell, expected / expected.sum())


def test_a_share_of_every_cell_is_held_out_and_no_cell_is_lost():
    is_held_out = hold_out_by_cell(CELLS, 0.1, np.random.default_rng(0))
    assert [is_held_out[cell == CELLS].sum() for cell in (0, 1, 3)] == [80, 10, 0]
    other = hold_out_by_cell(CELLS, 0.1, np.random.default_rng(1))
    assert not np.array_equal(is_held_out, other)


def test_the_weight_rises_above_the_bound_and_falls_below():
    weight = AdaptiveWeight(4.0, bound=0.1)
    weight.update(0.15)
    assert weight.value > 4
    risen = weight.value
    weight.update(0.05)
    assert 4 <= weight.value < risen
    for _ in range(500):
        weight.update(9.0)
    assert weight.value == weight.most
    for _ in range(500):
        weight.update(-9.0)
    assert weight.value == weight.least


def shades(n=600, correlation=0.9, seed=0):
    """Sequences of two classes (rising, falling), whose level tells the group, which goes with the class."""
    rng = np.random.default_rng(seed)
    classes = rng.integers(0, 2, n)
    groups = np.where(rng.random(n) < correlation, classes, 1 - classes)
    slope = np.where(classes == 1, 1, -1)[:, None] * np.linspace(-1, 1, 12)
    grid = slope + 2.0 * groups[:, None] - 1 + 0.1 * rng.normal(size=(n, 12))
    return torch.tensor(grid[:, None], dtype=torch.float32), torch.as_tensor(classes), torch.as_tensor(groups)


def test_the_code_keeps_the_class_and_hides_the_group_that_the_decoder_obeys():
    rows, test = shades(), shades(correlation=0.5, seed=1)
    generator = torch.Generator().manual_seed(0)
    teacher = LatentTeacher((1, 12), None, 2, 2, latent_features=3, channels=8, generator=generator)
    history = train_latent_teacher(teacher, *rows, n_batches=150, batch_size=128, seed=0)
    assert np.mean(history["fit"][-20:]) < np.mean(history["fit"][:20]) - 0.5
    means, _ = teacher.encode(test[0])
    assert (teacher.head(means).argmax(dim=1) == test[1]).float().mean() > 0.95
    moved = teacher.decode(means, 1 - test[2]).mean(dim=(1, 2)) - test[0].mean(dim=(1, 2))
    assert (moved.sign() == (1 - 2 * test[2])).float().mean() > 0.95
    spread = means.std(dim=0)
    gap = (means[test[2] == 1].mean(dim=0) - means[test[2] == 0].mean(dim=0)) / spread
    assert gap.abs().max() < 0.5

    codes, classes = codes_of(teacher, *rows, generator, n_codes=2000)
    prior = train_prior("energy", codes, classes, teacher.head, generator, n_steps=50)
    student = distil_decoder(teacher, prior, 0.5, 2, generator, n_steps=100)
    labels, groups = torch.arange(2).repeat(50), torch.arange(2).repeat_interleave(50)
    for decoder in (teacher.decoder, student):
        drawn = draw(decoder, prior, labels, groups, generator)[:, 0]
        rises = (drawn[:, 6:].mean(dim=1) > drawn[:, :6].mean(dim=1)).long()
        assert (rises == labels).float().mean() > 0.9
        assert ((drawn.mean(dim=1) > 0).long() == groups).float().mean() > 0.9


def test_cramers_v_is_0_for_independent_and_1_for_equal_labels():
    a = np.tile(np.arange(3), 400)
    assert cramers_v(a, np.repeat(np.arange(4), 300)) == pytest.approx(0, abs=1e-9)
    assert cramers_v(a, a) == pytest.approx(1)
