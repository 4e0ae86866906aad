"""Any size, the same network from its settings, a density that is one, and an encoder blind to the group."""

import math

import numpy as np
import pytest
import torch

from skfairgen.nn import EnergyPrior, Given, LatentDensity
from skfairgen.nn.grid import GridDensity, GridEncoder

SHAPES = [(1, 1, 1), (3, 1, 2), (1, 3, 5), (2, 9, 17), (3, 28, 28), (1, 33, 2), (1, 1), (4, 3), (6, 50), (2, 131)]


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def make(shape=(2, 6, 5), level_counts=(3, 2), n=7, **settings):
    density = GridDensity(shape, level_counts, 4, generator=generator(), **settings)
    columns = [torch.randint(0, count, (n,), generator=generator(1)) for count in level_counts]
    levels = torch.stack(columns, dim=1) if columns else torch.zeros(n, 0, dtype=torch.long)
    items = {"grid": torch.randn(n, *shape, generator=generator(2))}
    return density, items, Given(None, levels), torch.randn(n, 4, generator=generator(3))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_shape_goes_to_a_code_and_back(shape):
    density, items, given, code = make(shape)
    encoder = GridEncoder(shape, 4, generator=generator())
    mean, log_variance = encoder(items, None)
    assert mean.shape == log_variance.shape == (7, 4)
    assert density.sample(given, torch.rand(7, density.n_noise), mean)["grid"].shape == items["grid"].shape
    log_prob = density.log_prob(items, given, code)
    assert log_prob.shape == (7, math.prod(shape))
    log_prob.sum().backward()
    assert all(torch.isfinite(weight.grad).all() for weight in density.parameters())


@pytest.mark.parametrize("shape", [(3, 9, 6), (2, 21)], ids=str)
def test_settings_rebuild_the_same_networks(shape):
    density, items, given, code = make(shape, bounds=[(-1, 2)] * shape[0])
    encoder = GridEncoder(shape, 4, channels=5, hidden_features=9)
    for module, call in [(density, lambda m: m.mean(given, code)), (encoder, lambda m: m(items, None)[0])]:
        rebuilt = type(module)(**module.settings)
        rebuilt.load_state_dict(module.state_dict())
        torch.testing.assert_close(call(rebuilt), call(module), rtol=0, atol=0)
        assert rebuilt.n_parameters == module.n_parameters


def test_the_generator_alone_decides_the_initial_weights():
    state = torch.random.get_rng_state()
    first, second, other = (GridEncoder((1, 9, 9), 2, generator=generator(seed)) for seed in (0, 0, 1))
    torch.random.set_rng_state(state)
    items = {"grid": torch.ones(1, 1, 9, 9)}
    torch.testing.assert_close(first(items, None), second(items, None), rtol=0, atol=0)
    assert not torch.equal(first(items, None)[0], other(items, None)[0])


def test_the_density_integrates_to_one():
    density, _, given, code = make((1, 1), n=1)
    density.eval()
    density.variance.fill_(0.3)
    values = torch.linspace(-20, 20, 4001)
    many = Given(None, given.levels.expand(4001, -1))
    log_prob = density.log_prob({"grid": values.view(-1, 1, 1)}, many, code.expand(4001, -1))
    assert torch.trapezoid(log_prob[:, 0].exp(), values).item() == pytest.approx(1, abs=1e-4)


def test_training_follows_half_the_log_of_the_squared_error():
    density, items, given, code = make((2, 6, 5))
    error = (items["grid"] - density.mean(given, code)).square().mean(dim=(0, 2, 3))
    expected = -0.5 * (error.log().mean() + 1 + math.log(2 * math.pi))
    found = density.log_prob(items, given, code).mean()
    assert found.item() == pytest.approx(expected.item(), abs=1e-5)
    weight = density.spread.weight
    slopes = [torch.autograd.grad(value, weight, retain_graph=True)[0] for value in (found, -0.5 * error.log().mean())]
    torch.testing.assert_close(*slopes, rtol=1e-3, atol=1e-6)


def test_a_fixed_variance_is_used_in_evaluation():
    density, items, given, code = make()
    density.log_prob(items, given, code)
    density.eval()
    before = density.variance.clone()
    one, all_ = (
        density.log_prob({"grid": items["grid"][:1]}, Given(None, given.levels[:1]), code[:1]),
        (density.log_prob(items, given, code)),
    )
    torch.testing.assert_close(one, all_[:1])
    assert torch.equal(before, density.variance)


def test_means_keep_inside_the_bounds_and_start_at_slope_one():
    bounds = [(-0.3, 3.0), (-1.0, 0.2)]
    density, _, given, code = make(bounds=bounds)
    mean = density.mean(given, 300 * code)
    for channel, (low, high) in enumerate(bounds):
        assert low - 1e-6 <= mean[:, channel].min() <= mean[:, channel].max() <= high + 1e-6
    raw = torch.zeros(1, 2, 6, 5, requires_grad=True)
    bounded = density._bounded(raw)
    torch.testing.assert_close(bounded, torch.zeros_like(raw), atol=1e-6, rtol=0)
    torch.testing.assert_close(torch.autograd.grad(bounded.sum(), raw)[0], torch.ones_like(raw))


def test_sensitive_columns_add_up_so_that_unseen_combinations_can_be_drawn():
    density, _, _, code = make((1, 5), (2, 2))
    told = [[0, 0], [0, 1], [1, 0], [1, 1]]
    with torch.no_grad():
        for film in density.films:
            film.normal_(generator=generator())
    draws = [density.mean(Given(None, torch.tensor([levels])), code[:1]) for levels in told]
    assert len({tuple(np.round(draw.detach().flatten().tolist(), 5)) for draw in draws}) == 4


def test_a_decoder_without_sensitive_columns_works():
    density, items, given, code = make(level_counts=())
    assert density.log_prob(items, given, code).isfinite().all()


def test_divergence_is_zero_from_itself_and_agrees_with_torch():
    teacher, items, given, code = make()
    teacher.eval()
    teacher.variance.copy_(torch.tensor([0.4, 1.7]))
    target = teacher.target(items, given, code=code)
    torch.testing.assert_close(teacher.divergence(target, items, given, code=code), torch.zeros(7, 60))
    student = GridDensity(**teacher.settings, generator=generator(5)).eval()
    for temperature in (1.0, 2.0):
        scales = [
            (temperature * module.variance).sqrt().view(2, 1, 1).expand(2, 6, 5).flatten()
            for module in (teacher, student)
        ]
        means = [module.mean(given, code).flatten(1) for module in (teacher, student)]
        expected = torch.distributions.kl_divergence(
            *(torch.distributions.Normal(mean, scale) for mean, scale in zip(means, scales, strict=True))
        )
        found = student.divergence(target, items, given, temperature, code=code)
        torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)


def test_a_student_is_as_small_as_asked():
    density = GridDensity((3, 28, 28), [10], 16)
    for share in (0.05, 0.2, 1.0):
        student = GridDensity(**density.student_settings(share))
        assert 0.3 * share < student.n_parameters / density.n_parameters <= share
    assert density.student_settings({"channels": 4, "hidden_features": 9})["channels"] == 4
    for size, message in [(0, "in .0, 1."), (1e-6, "narrowest network has"), ({"width": 3}, "'channels', ")]:
        with pytest.raises(ValueError, match=message):
            density.student_settings(size)


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 1)], ids=str)
def test_a_student_of_tiny_items_has_a_narrower_prior(shape):
    encoder = GridEncoder(shape, 16)
    teacher = LatentDensity(EnergyPrior(16, 2), GridDensity(shape, [2], 16), encoder, n_classes=2)
    assert teacher.student(0.2).n_parameters <= 0.2 * teacher.n_parameters


def test_many_items_are_drawn_as_few_are():
    density, _, given, code = make(n=600, residual_noise=True)
    noise = torch.rand(600, density.n_noise, generator=generator())
    rows = slice(250, 270)
    drawn = density.sample(given, noise, code)["grid"][rows]
    torch.testing.assert_close(drawn, density.sample(Given(None, given.levels[rows]), noise[rows], code[rows])["grid"])


def test_a_shape_without_sides_is_refused():
    for shape in [(3,), (3, 4, 5, 6), (3, 0, 5)]:
        with pytest.raises(ValueError, match=r"expected \(C, T\)"):
            GridEncoder(shape, 2)


def test_the_pair_learns_to_copy():
    waves = torch.sin(torch.arange(20) * torch.rand(64, 1, 1, generator=generator()) + 3)
    items, given = {"grid": waves}, Given(None, torch.zeros(64, 0, dtype=torch.long))
    encoder, density = (
        GridEncoder((1, 20), 4, generator=generator()),
        GridDensity((1, 20), [], 4, generator=generator()),
    )
    optimizer = torch.optim.Adam([*encoder.parameters(), *density.parameters()], 3e-3)
    for _ in range(150):
        loss = -density.log_prob(items, given, encoder(items, None)[0]).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    error = (density.sample(given, torch.rand(64, 0), encoder(items, None)[0])["grid"] - waves).square().mean()
    assert error < 0.1 * waves.var()


@pytest.mark.parametrize("shape", [(2, 16), (1, 6, 5)], ids=str)
def test_residual_noise_has_the_spectrum_of_the_residuals(shape):
    density, _, given, code = make(shape, n=400, residual_noise=True)
    white = torch.randn(400, *shape, generator=generator(7))
    smooth = (white + white.roll(1, -1) + white.roll(2, -1)) / 3
    mean = density.mean(given, code).detach()
    for _ in range(60):
        density.log_prob({"grid": mean + smooth}, given, code)
    drawn = density.sample(given, torch.rand(400, density.n_noise, generator=generator(8)), code)["grid"] - mean
    for lag in range(4):
        found, expected = ((noise * noise.roll(lag, -1)).mean() for noise in (drawn, smooth))
        assert found.item() == pytest.approx(expected.item(), abs=0.03)


def test_the_noise_of_an_item_gives_it_back_and_carries_its_residual_to_another_group():
    density, items, given, code = make((2, 9), (2,), residual_noise=True)
    for _ in range(20):
        density.log_prob(items, given, code)
    noise = density.noise_of(items, given, code, torch.rand(7, density.n_noise))
    again = density.sample(given, noise, code)["grid"]
    torch.testing.assert_close(again, items["grid"], atol=2e-3, rtol=0)
    other = Given(None, 1 - given.levels)
    moved = density.sample(other, noise, code)["grid"]
    residual = items["grid"] - density.mean(given, code)
    torch.testing.assert_close(moved - density.mean(other, code), residual, atol=2e-3, rtol=0)
