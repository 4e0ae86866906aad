"""Put a small encoder in the place of a fitted one."""

from typing import Any

import numpy as np
import torch

from skfairgen.models._code_model import CodeModel
from skfairgen.training import DistillationOptions, fit_encoder_student, torch_runtime

N_REPORTED = 4_096


class DecodedSource:
    """Draw items from an encoder's own decoder: codes from the standard normal distribution, groups by their shares.

    Parameters
    ----------
    model : CodeModel
        The teacher.
    n_threads : int
        Threads of torch.
    """

    def __init__(self, model: CodeModel, n_threads: int) -> None:
        self.model = model
        self.n_threads = n_threads

    def __call__(self, n_rows: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Return items and "levels"."""
        decoder, cells = self.model.autoencoder.decoder, self.model.cells
        group_codes = rng.choice(len(cells.group_shares), size=n_rows, p=cells.group_shares)
        codes = rng.standard_normal((n_rows, self.model.autoencoder.encoder.latent_features))
        uniforms = rng.random((n_rows, decoder.n_noise))
        items = self.model.decode(codes, group_codes, uniforms, self.n_threads)
        return {**items, "levels": cells.levels[group_codes], "group_codes": group_codes}


class ItemsAtHand:
    """Draw from real items, with replacement."""

    def __init__(self, model: CodeModel, items: dict[str, np.ndarray], group_codes: np.ndarray) -> None:
        self.rows = {**items, "levels": model.cells.levels[group_codes], "group_codes": group_codes}

    def __call__(self, n_rows: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Return items and "levels"."""
        own = rng.integers(len(self.rows["levels"]), size=n_rows)
        return {name: values[own] for name, values in self.rows.items()}


def distill_code(
    model: CodeModel,
    rows: tuple[dict[str, np.ndarray], np.ndarray] | None,
    size: float | dict[str, int],
    options: DistillationOptions,
    rng: np.random.Generator,
    generator: torch.Generator,
    n_threads: int = 1,
) -> tuple[CodeModel, list[dict[str, Any]]]:
    """Return a model with a student in the place of its encoder, and how near its codes come to the teacher's.

    Parameters
    ----------
    model : CodeModel
        The teacher.
    rows : tuple (items, group_codes) or None
        Real rows to compare both on; None draws them from the teacher's decoder.
    size : float or dict
        Share of the encoder's parameters at most, or ``{"hidden_features": int}``.
    options : DistillationOptions
        How to train.
    rng : numpy.random.Generator
        Draws the rows.
    generator : torch.Generator
        Initial weights and all other chance of the training.
    n_threads : int
        Threads of torch.

    Returns
    -------
    CodeModel
        The student.
    list of dict
        A record a component in use and group: ``component``, ``group`` (its code; None for all rows), ``n_rows``,
        ``kl`` (nats) and ``variance_ratio``.
    """
    source = DecodedSource(model, n_threads) if rows is None else ItemsAtHand(model, *rows)

    def draw(n_rows, rng):
        return {name: values for name, values in source(n_rows, rng).items() if name != "group_codes"}

    encoder = model.autoencoder.encoder
    with torch_runtime(n_threads, options.device):
        student = encoder.student(size)
        fitted = fit_encoder_student(student, model.autoencoder, draw, options, rng, generator, model.cells.n_rows)
    made = CodeModel(fitted.module, model.cells)
    return made, _report(model, made, source(N_REPORTED, rng), n_threads)


def _report(teacher, student, rows, n_threads):
    items = {name: rows[name] for name in teacher.autoencoder.decoder.item_names}
    codes, own = (model.encode(items, rows["group_codes"], n_threads) for model in (teacher, student))
    records = []
    for group in (None, *range(len(teacher.cells.levels))):
        mask = slice(None) if group is None else rows["group_codes"] == group
        for component in np.flatnonzero(teacher.active):
            expected, found = codes[mask, component], own[mask, component]
            variance = expected.var() if len(expected) else np.nan
            noise = teacher.resolution[component]
            records.append(
                {
                    "component": int(component),
                    "group": group,
                    "n_rows": len(expected),
                    "kl": np.square((found - expected) / noise).mean() / 2 if len(expected) else np.nan,
                    "variance_ratio": found.var() / variance if variance > 0 else np.nan,
                }
            )
    return records
