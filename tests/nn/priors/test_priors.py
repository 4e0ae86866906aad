"""Priors learn a known target of two modes a class, draw the same from the same noise, and can be guided."""

import pytest
import torch
from torch.distributions import MultivariateNormal

from skfairgen.losses import energy_distance
from skfairgen.nn.priors import PRIORS, EnergyPrior, MomentsPrior

each_prior = pytest.mark.parametrize("name", PRIORS)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def make(name, latent_features=2, n_classes=2, **settings):
    if name == "energy":
        settings["distance"] = energy_distance
    if name != "moments":
        settings["generator"] = seeded()
    return PRIORS[name](latent_features, n_classes, **settings)


def two_modes(n_rows, seed):
    """Class 0 at (-1.5, 0) and (1.5, 0), class 1 at (5, -1.5) and (5, 1.5)."""
    generator = seeded(seed)
    classes = torch.randint(0, 2, (n_rows,), generator=generator)
    side = 3.0 * torch.randint(0, 2, (n_rows,), generator=generator) - 1.5
    codes = 0.5 * torch.randn(n_rows, 2, generator=generator)
    codes[:, 0] += torch.where(classes == 0, side, 5.0)
    codes[:, 1] += torch.where(classes == 1, side, 0.0)
    return codes, classes


def train(prior, codes, classes, n_batches, lr=3e-3, groups=None):
    generator = seeded(1)
    prior.adapt(codes, classes)
    optimizer = torch.optim.Adam(prior.parameters(), lr, betas=getattr(prior, "betas", (0.9, 0.999)))
    for _ in range(n_batches):
        rows = torch.randint(0, len(codes), (128,), generator=generator)
        optimizer.zero_grad()
        loss = prior.loss(codes[rows], classes[rows], generator)
        (loss if groups is None else loss + prior.group_loss(codes[rows], classes[rows], groups[rows])).backward()
        optimizer.step()
    return prior


@torch.no_grad()
def distance_to_target(prior):
    codes, classes = two_modes(2000, seed=2)
    drawn = prior.sample(classes, torch.rand(2000, prior.n_noise, generator=seeded(3)))
    return sum(energy_distance(drawn[classes == label], codes[classes == label]).item() for label in (0, 1))


@pytest.fixture(scope="module")
def moments():
    prior = MomentsPrior(2, 2)
    prior.adapt(*two_modes(3000, seed=0))
    return prior


@pytest.mark.parametrize("name", ["energy", "flow", "ddpm"])
def test_training_finds_modes_that_moments_miss(name, moments):
    prior = train(make(name), *two_modes(3000, seed=0), n_batches=500)
    assert distance_to_target(prior) < 0.6 * distance_to_target(moments)


@each_prior
def test_the_same_noise_gives_the_same_codes_in_any_batch(name):
    prior = make(name, 3, 4)
    classes, noise = torch.arange(4).repeat(5), torch.rand(20, prior.n_noise, generator=seeded())
    with torch.no_grad():
        drawn = prior.sample(classes, noise)
        torch.testing.assert_close(prior.sample(classes[7:9], noise[7:9]), drawn[7:9])
    assert drawn.shape == (20, 3)
    assert torch.isfinite(prior.sample(classes, torch.zeros_like(noise))).all()


@each_prior
def test_settings_rebuild_the_same_prior(name):
    prior = make(name)
    prior.adapt(*two_modes(200, seed=0))
    rebuilt = PRIORS[name](**prior.settings)
    rebuilt.load_state_dict(prior.state_dict())
    classes, noise = torch.tensor([0, 1, 1]), torch.rand(3, prior.n_noise)
    torch.testing.assert_close(rebuilt.sample(classes, noise), prior.sample(classes, noise), rtol=0, atol=0)
    assert rebuilt.n_parameters == prior.n_parameters > 0


@each_prior
def test_the_loss_depends_on_the_generator_alone(name):
    codes, classes = two_modes(60, seed=0)
    first, second = (make(name).loss(codes, classes, seeded(7)) for _ in range(2))
    assert torch.equal(first, second)
    assert first.requires_grad


@each_prior
def test_drawing_follows_the_scale_of_the_codes(name):
    codes, classes = two_modes(500, seed=0)
    prior = make(name)
    prior.adapt(1000 * codes + 50, classes)
    drawn = prior.sample(classes, torch.rand(500, prior.n_noise, generator=seeded()))
    assert 100 < drawn.std() < 100_000


def test_moments_draw_the_mean_and_covariance_of_each_class(moments):
    codes, classes = two_modes(3000, seed=0)
    for label in (0, 1):
        own = codes[classes == label]
        many = torch.full((20_000,), label)
        drawn = moments.sample(many, torch.rand(20_000, 2, generator=seeded())).detach()
        torch.testing.assert_close(drawn.mean(dim=0), own.mean(dim=0), atol=0.05, rtol=0)
        torch.testing.assert_close(drawn.T.cov(), own.T.cov(), atol=0.06, rtol=0)


def test_moments_score_codes_by_their_normal_density(moments):
    codes, classes = two_modes(50, seed=4)
    factors = moments.factors.tril()
    expected = MultivariateNormal(moments.means[classes], scale_tril=factors[classes]).log_prob(codes)
    assert moments.loss(codes, classes).item() == pytest.approx(-expected.mean().item(), abs=1e-4)
    before = moments.loss(codes, classes)
    moved = MomentsPrior(2, 2)
    moved.load_state_dict(moments.state_dict())
    with torch.no_grad():
        moved.means += 1
    assert moved.loss(codes, classes) > before


def test_a_class_without_codes_can_be_drawn():
    codes, classes = two_modes(100, seed=0)
    prior = MomentsPrior(2, 3)
    prior.adapt(codes, 2 * classes)
    drawn = prior.sample(torch.ones(500, dtype=torch.long), torch.rand(500, 2, generator=seeded()))
    torch.testing.assert_close(drawn.mean(dim=0), codes.mean(dim=0), atol=0.6, rtol=0)


def test_energy_compares_classes_of_any_size_each_with_itself():
    prior = EnergyPrior(2, 3, distance=energy_distance)
    codes = torch.tensor([[0.0, 0.0], [0.1, 0.0], [50.0, 0.0], [50.1, 0.0], [50.0, 0.1], [9.0, 9.0]])
    classes = torch.tensor([0, 0, 1, 1, 1, 2])  # class 2 has one code, and is left out
    prior.adapt(codes, classes)
    noise = torch.rand(6, 2, generator=seeded(3))
    drawn = prior.sample(classes, noise)
    parts = [
        (own.sum(), energy_distance(drawn[own] / prior.scale, codes[own] / prior.scale))
        for own in (classes == 0, classes == 1)
    ]
    expected = sum(n * part for n, part in parts) / 6
    torch.testing.assert_close(prior.loss(codes, classes, seeded(3)), expected)
    with pytest.raises(ValueError, match="distance=energy_distance"):
        EnergyPrior(2, 3).loss(codes, classes)


@pytest.mark.parametrize("name", ["wgan-gp", "lsgan"])
def test_a_critic_learns_from_its_own_loss_and_the_generator_from_its(name):
    codes, classes = two_modes(64, seed=0)
    prior = make(name)
    for call in range(1, prior.critic_steps + 1):
        prior.zero_grad()
        prior.loss(codes, classes, seeded(call)).backward()
        assert prior.critic[0].weight.grad.abs().sum() > 0
        has_gradient = prior.means.grad is not None and bool(prior.means.grad.abs().sum() > 0)
        assert has_gradient == (call == prior.critic_steps)
    scores = prior.critic(torch.cat([(codes - prior.center) / prior.scale, prior._one_hot(classes)], dim=1))
    fresh = make(name)
    fresh.critic_loss(
        (codes - prior.center) / prior.scale, codes.roll(1, 0), fresh._one_hot(classes), seeded()
    ).backward()
    assert fresh.means.grad is None
    assert scores.shape == (64, 1)


def two_groups(n_rows, seed):
    """Codes whose first number tells the class, and whose second the group, which the class nearly tells."""
    generator = seeded(seed)
    classes = torch.randint(0, 2, (n_rows,), generator=generator)
    groups = torch.where(torch.rand(n_rows, generator=generator) < 0.9, classes, 1 - classes)
    codes = 0.5 * torch.randn(n_rows, 2, generator=generator)
    return codes + torch.stack([2.0 * classes - 1, 2.0 * groups - 1], dim=1), classes, groups


@pytest.mark.parametrize("name", ["flow", "ddpm"])
def test_guidance_hides_the_group_and_leaves_the_class(name):
    codes, classes, groups = two_groups(3000, seed=0)
    prior = train(make(name, n_groups=2, guidance=1.0), codes, classes, 300, groups=groups)
    noise, labels = torch.rand(1000, 2, generator=seeded(3)), torch.arange(2).repeat(500)
    mean_size, class_gap = [], []
    for guidance in (0.0, 0.3, 1.0, 3.0):
        prior.settings["guidance"] = guidance
        drawn = prior.sample(labels, noise).detach()
        mean_size.append(drawn[:, 1].abs().mean().item())
        class_gap.append((drawn[labels == 1, 0].mean() - drawn[labels == 0, 0].mean()).item())
    assert mean_size == sorted(mean_size, reverse=True)
    assert mean_size[-1] < 0.75 * mean_size[0]
    assert class_gap == pytest.approx([class_gap[0]] * 4, rel=0.1)


def test_groups_of_a_class_count_the_same_whatever_their_number():
    codes, classes, groups = two_groups(200, seed=0)
    prior = make("flow", n_groups=2, guidance=1.0)
    doubled = torch.cat([torch.arange(200), (groups == 0).nonzero().squeeze(1)])
    once = prior.group_loss(codes, classes, groups)
    torch.testing.assert_close(prior.group_loss(codes[doubled], classes[doubled], groups[doubled]), once)
    assert make("flow").group_loss(codes, classes, groups) == 0
