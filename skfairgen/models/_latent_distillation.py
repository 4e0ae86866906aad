"""Distill a model that draws by way of a code: a small sampler of codes, and a narrow decoder."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from skfairgen.models._density_model import DensityModel
from skfairgen.models._distillation import Distilled
from skfairgen.models._draws import by_chunks
from skfairgen.nn import Given, LatentDensity
from skfairgen.training import DistillationOptions, fit_latent_student, torch_runtime

N_REPORTED = 1_024


def distill_latent(
    model: DensityModel,
    size: float | Mapping[str, int],
    options: DistillationOptions,
    rng: np.random.Generator,
    generator: torch.Generator,
    n_threads: int = 1,
) -> Distilled:
    """Distill a model whose density is a :class:`LatentDensity`, without data.

    Parameters
    ----------
    model : DensityModel
        The teacher.
    size : float or dict
        Share of the teacher's parameters at most, or the widths of the student's decoder.
    options : DistillationOptions
        What to train for and how long.
    rng : numpy.random.Generator
        Draws the codes that both are compared on.
    generator : torch.Generator
        All other chance.
    n_threads : int
        Threads of torch.
    """
    teacher: LatentDensity = model.density  # type: ignore[assignment]
    with torch_runtime(n_threads, options.device):
        student = teacher.student(size)
        cells = torch.as_tensor(model.shares)
        levels = torch.as_tensor(model.cells.levels).long()
        fitted = fit_latent_student(student, teacher, cells, levels, options, generator)
    made = DensityModel(fitted.module, model.cells.without_strata(), model.shares)
    return Distilled(made, fitted.history, _report(model, made, rng, n_threads))


def _report(model, student, rng, n_threads):
    """Return how near the student comes to its teacher: a record for all, and one a group."""
    wanted = rng.multinomial(N_REPORTED, model.shares.ravel())
    class_codes, group_codes = np.unravel_index(np.repeat(np.arange(wanted.size), wanted), model.shares.shape)
    arrays: dict[str, Any] = model.given(class_codes, group_codes)
    arrays["noise"] = rng.random((len(class_codes), model.density.n_noise), dtype=np.float32)

    def compare(part):
        codes_noise, noise = part["noise"].split([model.density.prior.n_noise, model.density.decoder.n_noise], dim=1)
        codes, given = model.density.prior.sample(part["classes"], codes_noise), Given(None, part["levels"])
        teacher, own = model.density.decoder, student.density.decoder
        items = teacher.sample(given, noise, codes)
        divergence = own.divergence(teacher.target(items, given, code=codes), items, given, code=codes)
        return {"kl": divergence.mean(dim=1), "log_loss": -own.log_prob(items, given, codes).mean(dim=1)}

    with torch_runtime(n_threads, model.device), torch.no_grad():
        found = by_chunks(compare, arrays, model.device, N_REPORTED)
    shares = (model.shares / np.maximum(model.shares.sum(axis=0), 1e-12)).T
    gaps = np.abs(shares - model.shares.sum(axis=1) / model.shares.sum()).max(axis=1)
    records = []
    for group in (None, *range(len(model.cells.levels))):
        mask = np.ones(len(group_codes), dtype=bool) if group is None else group_codes == group
        for term in (0, None):
            own = {name: values[mask].mean() if mask.any() and term == 0 else np.nan for name, values in found.items()}
            gap = np.nan if term == 0 else gaps.max() if group is None else gaps[group]
            records.append({"term": term, "group": group, "n_rows": int(mask.sum()), **own, "class_share_gap": gap})
    return records
