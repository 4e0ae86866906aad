"""The same seed gives the same result in every thread, whatever the caller has set of torch."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import joblib
import numpy as np
import pytest
import torch

from skfairgen.nn import ColumnDensity, ColumnEncoder, FairAutoencoder, Given
from skfairgen.training import (
    FairObjective,
    TrainingOptions,
    fit_autoencoder,
    fit_density,
    torch_generator,
    torch_runtime,
)

OPTIONS = TrainingOptions(
    max_epochs=3, max_seconds=None, batch_size=50, lr=0.01, early_stopping=True, device="cpu", verbose=0
)


def _rows():
    rng = np.random.default_rng(0)
    tokens = rng.integers(0, 4, (300, 3), dtype=np.int32)
    rows = {"tokens": tokens, "levels": tokens[:, :1] % 2, "classes": tokens[:, 1] % 2}
    for values in rows.values():
        values.flags.writeable = False
    return rows


def density_rows(seed):
    """Return what a density of a seed draws after it was fitted."""
    generator = torch_generator(seed)
    with torch_runtime(1):
        density = ColumnDensity([4, 4, 4], [2, 2], hidden_features=8)
        density.reset_parameters(generator)
        fitted = fit_density(density, _rows(), OPTIONS, np.random.default_rng(seed), generator)
        noise = torch.rand(500, 3, generator=generator, dtype=torch.float32)
        zeros = torch.zeros(500, 1, dtype=torch.int64)
        drawn = fitted.module.sample(Given(zeros[:, 0], zeros), noise)["tokens"].numpy()
    return np.concatenate([drawn.ravel(), [fitted.history[-1]["train_loss"]]])


def codes(seed):
    """Return the codes that an autoencoder of a seed gives after it was fitted."""
    generator = torch_generator(seed)
    with torch_runtime(1), torch.no_grad():
        made = FairAutoencoder(
            ColumnEncoder([4, 4, 4], [2], 3), ColumnDensity([4, 4, 4], [2], latent_features=3), n_classes=2
        )
        made.reset_parameters(generator)
        objective = FairObjective(0.1, 20.0, 0.2, 10.0)
        fitted = fit_autoencoder(made, _rows(), objective, OPTIONS, np.random.default_rng(seed), generator)
        tokens, levels = (torch.tensor(_rows()[name], dtype=torch.int64) for name in ("tokens", "levels"))
        return fitted.module.encode({"tokens": tokens}, levels)[0].numpy()


@contextmanager
def default_dtype():
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


@pytest.mark.parametrize("fit", [density_rows, codes])
def test_fits_in_threads_at_once_are_those_alone(fit):
    seeds = [0, 1, 2, 0, 1, 2]
    alone = [fit(seed) for seed in seeds]
    with ThreadPoolExecutor(4) as pool:
        plain = list(pool.map(fit, seeds))
    by_joblib = joblib.Parallel(n_jobs=4, backend="threading")(joblib.delayed(fit)(seed) for seed in seeds)
    for expected, *found in zip(alone, plain, by_joblib, strict=True):
        for values in found:
            np.testing.assert_array_equal(values, expected)
    assert not np.array_equal(alone[0], alone[1])


@pytest.mark.parametrize("fit", [density_rows, codes])
@pytest.mark.parametrize(
    "setting", [torch.inference_mode, torch.no_grad, lambda: torch.device("meta"), default_dtype], ids=range(4)
)
def test_what_the_caller_has_set_does_not_matter(fit, setting):
    expected = fit(0)
    torch.manual_seed(7)
    with setting():
        found = fit(0)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("fit", [density_rows, codes])
def test_the_callers_generators_are_left_alone(fit):
    state, numpy_state, n_threads = torch.get_rng_state(), np.random.get_state()[1].copy(), torch.get_num_threads()
    fit(0)
    assert torch.equal(torch.get_rng_state(), state)
    np.testing.assert_array_equal(np.random.get_state()[1], numpy_state)
    assert torch.get_num_threads() == n_threads and torch.get_default_dtype() == torch.float32
