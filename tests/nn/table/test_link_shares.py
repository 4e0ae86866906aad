"""How often a column copies another depends on the value there, and on the class, before anything is trained."""

import numpy as np
import pytest
import torch

from skfairgen.nn import ColumnDensity, Given
from skfairgen.nn.table import TokenNumbers

N_ROWS, N_BINS, N_NEAR = 8_000, 20, 3
CARDINALITIES = (N_BINS + 1, N_BINS + 1 + N_NEAR)
COPIED = (1, 0, N_NEAR)
TOKENS = torch.arange(N_BINS + 1)


def _copies(tokens):
    return (tokens > N_BINS).double()


def _rows(seed=0):
    """Return rows in which a high value is copied in the one class, a low one in the other, and a class of ten rows."""
    rng = np.random.default_rng(seed)
    source = rng.integers(1, N_BINS + 1, N_ROWS)
    classes = np.where(np.arange(N_ROWS) < 10, 2, rng.integers(2, size=N_ROWS))
    chance = np.where((source > N_BINS // 2) == (classes == 1), 0.9, 0.1)
    near, far = rng.integers(N_BINS + 1, N_BINS + 1 + N_NEAR, N_ROWS), rng.integers(1, N_BINS + 1, N_ROWS)
    tokens = np.column_stack([source, np.where(rng.random(N_ROWS) < chance, near, far)])
    return {"tokens": torch.tensor(tokens)}, Given(
        torch.tensor(classes), torch.tensor(rng.integers(2, size=(N_ROWS, 1)))
    )


def _started(items, given):
    value = torch.cat([torch.tensor([torch.nan]), torch.arange(1.0, N_BINS + 1)])
    numbers = TokenNumbers([value, torch.cat([value, torch.full((N_NEAR,), torch.nan)])], [0, 0])
    density = ColumnDensity(CARDINALITIES, [3, 2], numbers=numbers, copied=COPIED)
    density.seen.fill([TOKENS.clamp(min=0).repeat(N_NEAR, 1)])
    density.start(items, given)
    return density.eval()


def _shares(items, given):
    """Return how often rows are copies where the value is low and high, in either class of many rows."""
    source, own = items["tokens"].T
    cells = [(given.classes == c) & ((source > N_BINS // 2) == high) for c in (0, 1) for high in (False, True)]
    return torch.stack([_copies(own[cell]).mean() for cell in cells])


def test_a_copy_is_drawn_as_often_as_its_source_and_its_class_say():
    items, given = _rows()
    density = _started(items, given)
    drawn = density.sample(given, torch.rand((N_ROWS, 2), generator=torch.Generator().manual_seed(0)))
    assert torch.allclose(_shares(drawn, given), _shares(items, given), atol=0.05)


def test_the_likelihood_is_that_of_what_is_drawn():
    items, given = _rows()
    density = _started(items, given)
    uniforms = torch.rand((N_ROWS, 2), generator=torch.Generator().manual_seed(0))
    noise = density.noise_of(items, given, None, uniforms)
    assert torch.equal(density.sample(given, noise)["tokens"], items["tokens"])


def test_what_tells_nothing_shifts_next_to_nothing():
    items, given = _rows()
    shifts = _started(items, given).skip.link_shares.shifts[0]
    by_class, by_group = shifts[1:4], shifts[4:]
    assert by_group[:, 1:].abs().mean() < 0.1 < by_class[:2, 1:].abs().mean()
    assert (by_class[2] == 0).all()  # ten rows


def test_a_student_copies_as_often():
    items, given = _rows()
    teacher = _started(items, given)
    shifts = teacher.student(0.5).skip.link_shares.shifts
    assert torch.equal(shifts, teacher.skip.link_shares.shifts)


def test_a_source_of_missing_values_and_one_row_can_be_learned():
    items, given = _rows()
    items["tokens"][:, 0] = 0
    assert torch.isfinite(_started(items, given).skip.link_shares.shifts).all()
    one = Given(given.classes[:1], given.levels[:1])
    assert torch.isfinite(_started({"tokens": items["tokens"][:1]}, one).skip.link_shares.shifts).all()


def test_settings_of_before_make_a_density_without_them():
    density = ColumnDensity(CARDINALITIES, [3, 2], scored=[1, 1], copied=COPIED)
    assert not any("link_shares" in name for name in density.state_dict())


@pytest.mark.parametrize("copied", [(), COPIED])
def test_only_copies_have_them(copied):
    density = ColumnDensity(CARDINALITIES, [3, 2], scored=[1, 1], copied=copied, links_shift=True)
    assert any("link_shares" in name for name in density.state_dict()) == bool(copied)
