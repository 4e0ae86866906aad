"""A density and an encoder of another kind than tables go through training, distillation and files' settings."""

import numpy as np
import pytest
import torch
from torch.distributions import Normal

from skfairgen import nn
from skfairgen.nn import CodeEncoder, Density, Dropout, FairAutoencoder, Given, build
from skfairgen.training import (
    DistillationOptions,
    FairObjective,
    TrainingOptions,
    fit_autoencoder,
    fit_density,
    fit_encoder_student,
    fit_student,
    torch_generator,
)

OPTIONS = TrainingOptions(
    max_epochs=8, max_seconds=None, batch_size=100, lr=0.05, early_stopping=True, device="cpu", verbose=0
)
DISTILLATION = DistillationOptions(1.0, 1.0, 1.0, max_epochs=8, max_seconds=None, lr=0.1, device="cpu", verbose=0)


class Pixels(Density):
    """Pixels of two-dimensional images, normal around a mean that is linear in class, levels and code."""

    item_names = ("pixels",)

    def __init__(self, side, latent_features=0):
        super().__init__()
        self.settings = {"side": side, "latent_features": latent_features}
        self.side, self.latent_features, self.n_noise, self.n_target = side, latent_features, side**2, side**2
        self.mean = torch.nn.Parameter(torch.zeros(2 + latent_features, side**2, dtype=torch.float32))

    def reset_parameters(self, generator):
        torch.nn.init.normal_(self.mean, std=0.1, generator=generator)

    def _normal(self, given, code):
        classes = torch.zeros(len(given.levels)) if given.classes is None else given.classes
        parts = [classes[:, None], given.levels, *([] if code is None else [code])]
        return Normal(torch.cat([part.float() for part in parts], dim=1) @ self.mean, 1.0)

    def log_prob(self, items, given, code=None):
        return self._normal(given, code).log_prob(items["pixels"].flatten(1))

    @torch.no_grad()
    def sample(self, given, noise, code=None):
        drawn = self._normal(given, code).icdf(noise.clamp(1e-6, 1 - 1e-6))
        return {"pixels": drawn.view(-1, self.side, self.side)}

    def target(self, items, given, temperature=1.0):
        return self._normal(given, None).mean.detach()

    def divergence(self, target, items, given, temperature=1.0):
        return (target - self._normal(given, None).mean).square() / 2

    def student_settings(self, size):
        return self.settings


class PixelEncoder(CodeEncoder):
    """Codes that are linear in the pixels."""

    def __init__(self, side, latent_features):
        super().__init__(latent_features)
        self.settings = {"side": side, "latent_features": latent_features}
        self.weight = torch.nn.Parameter(torch.zeros(side**2, 2 * latent_features, dtype=torch.float32))
        self.dropout = Dropout(0.1)

    def reset_parameters(self, generator):
        torch.nn.init.normal_(self.weight, std=0.1, generator=generator)

    def moments(self, items, levels):
        return (self.dropout(items["pixels"].flatten(1)) @ self.weight).chunk(2, dim=1)

    def student_settings(self, size):
        return self.settings


def _rows(n_rows, rng):
    classes, levels = rng.integers(0, 2, n_rows), rng.integers(0, 2, (n_rows, 1))
    pixels = rng.normal(size=(n_rows, 3, 3)) + 2 * classes[:, None, None] - levels[:, :, None]
    return {"pixels": pixels, "classes": classes, "levels": levels}


def _with_shares(n_rows, rng):
    return {**_rows(n_rows, rng), "class_shares": np.full((n_rows, 2), 0.5)}


def test_a_density_of_images_is_fitted_drawn_and_distilled():
    rng, generator = np.random.default_rng(0), torch_generator(0)
    teacher = fit_density(Pixels(3), _rows(1_000, rng), OPTIONS, rng, generator).module
    assert (teacher.mean[0] > 0.4).all() and (teacher.mean[1] < -0.1).all()  # of 2 and -1: few rows, a strong prior
    student = fit_student(teacher.student(1.0), teacher, _with_shares, DISTILLATION, rng, generator, 2_000).module
    torch.testing.assert_close(student.mean, teacher.mean, atol=0.05, rtol=0)
    given = Given(torch.ones(2_000), torch.zeros(2_000, 1))
    drawn = student.sample(given, torch.rand(2_000, 9, generator=generator))["pixels"]
    assert drawn.shape == (2_000, 3, 3) and drawn.mean().item() == pytest.approx(teacher.mean[0].mean().item(), abs=0.1)
    posterior = student.class_posterior({"pixels": drawn}, given.levels, torch.full((2_000, 2), 0.5))
    assert posterior[:, 1].mean() > 0.6


def test_an_autoencoder_of_images_is_fitted_and_distilled_and_built_again(monkeypatch):
    rng, generator = np.random.default_rng(0), torch_generator(0)
    made = FairAutoencoder(PixelEncoder(3, 2), Pixels(3, 2), 2)
    made.reset_parameters(generator)
    objective = FairObjective(1.0, 20.0, 0.1, 10.0)
    fitted = fit_autoencoder(made, _rows(1_000, rng), objective, OPTIONS, rng, generator)
    assert fitted.history[-1]["train_outcome"] < 0.3
    small = PixelEncoder(3, 2)
    student = fit_encoder_student(small, fitted.module, _rows, DISTILLATION, rng, generator, 2_000).module
    items = {"pixels": torch.randn(50, 3, 3, generator=generator)}
    levels = torch.zeros(50, 1, dtype=torch.int64)
    codes, expected = (module.encode(items, levels)[0] for module in (student, fitted.module))
    assert (codes - expected).square().mean() < 0.05 * expected.square().mean()
    for kind in (Pixels, PixelEncoder):
        monkeypatch.setitem(nn.MODULES, kind.__name__, kind)
    again = build("FairAutoencoder", student.settings)
    again.load_state_dict(student.state_dict())
    assert torch.equal(again.eval().encode(items, levels)[0], codes)
