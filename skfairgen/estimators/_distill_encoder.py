"""Put a small encoder in the place of a fitted one."""

from collections.abc import Mapping
from copy import copy
from numbers import Integral

import numpy as np
import pandas as pd
import torch

from skfairgen.estimators._teacher_rows import group_masks, tokens_and_groups
from skfairgen.training import TrainedNet, fit_encoder_student

N_REPORTED = 4_096


def distill_encoder(teacher, data, size, options, rng):
    """Return a copy of a fitted FairEncoder with a student in the place of its encoder.

    Parameters
    ----------
    teacher : FairEncoder
        Fitted.
    data : tuple or None
        Real rows, (X, y) or (X, y, sensitive_features); None draws rows from the encoder's own decoder.
    size : float or dict
        Share of the encoder's parameters, at most, or ``{"hidden_features": int}``.
    options : DistillationOptions
        How to train.
    rng : numpy.random.Generator
        Draws the rows.

    Returns
    -------
    FairEncoder
        With ``distillation_report_``.
    """
    module = teacher.net_.module_
    if options.temperature != 1 or (options.quality_weight == 0 and module.head is None):
        raise ValueError(
            f"Found temperature={options.temperature} and quality_weight={options.quality_weight} for an encoder; a "
            "temperature is for generators, and an encoder that predicts no class has nothing but its codes to teach. "
            "Use temperature=1 and quality_weight above 0."
        )
    draw = _RowsOfCodes(module, teacher._layout) if data is None else _RowsAtHand(teacher, data)
    network = fit_encoder_student(
        draw, module, _width(size, module.encoder), options, rng, teacher._layout.counts.sum()
    )
    student = copy(teacher)
    student.distill = True
    student.net_ = TrainedNet(network)
    vars(student).pop("dependence_", None)  # the teacher's: of other codes
    student.distillation_report_ = _report(teacher, student, draw(N_REPORTED, rng))
    return student


class _RowsOfCodes:
    """Draw rows from an encoder's own decoder: codes from the standard normal distribution, groups by their shares.

    Parameters
    ----------
    module : FairAutoencoder
        In evaluation mode.
    layout : TableLayout
        Knows the groups and how frequent they were.
    """

    def __init__(self, module, layout):
        self.module = module
        self.layout = layout

    @torch.no_grad()
    def __call__(self, n_rows, rng):
        """Return "tokens" (n_rows, n_columns) and "given" (n_rows, n_sensitive)."""
        decoder = self.module.decoder
        shares = self.layout.counts.sum(axis=0) / self.layout.counts.sum()
        given = self.layout.levels(rng.choice(len(shares), size=n_rows, p=shares))
        codes, uniforms = (
            torch.as_tensor(values, dtype=torch.float32, device=decoder.first_weight.device)
            for values in (
                rng.standard_normal((n_rows, decoder.latent_features)),
                rng.random((n_rows, len(decoder.cardinalities))),
            )
        )
        drawn = decoder.sample(torch.as_tensor(given, device=codes.device).long(), uniforms, codes)
        return {"tokens": drawn.cpu().numpy(), "given": given}


class _RowsAtHand:
    """Draw from real rows, encoded by the teacher's codec."""

    def __init__(self, teacher, data):
        self.tokens, group_codes = tokens_and_groups(teacher, *data)
        self.given = teacher._layout.levels(group_codes)

    def __call__(self, n_rows, rng):
        """Return "tokens" and "given" of rows drawn with replacement."""
        own = rng.integers(len(self.tokens), size=n_rows)
        return {"tokens": self.tokens[own], "given": self.given[own]}


def _width(size, encoder):
    """Return the hidden width that was asked for, or the largest one within a share of the encoder's parameters."""
    if isinstance(size, Mapping):
        width = size.get("hidden_features")
        if set(size) != {"hidden_features"} or not isinstance(width, Integral) or width < 1:
            raise ValueError(f"size was {dict(size)!r}; an encoder's is {{'hidden_features': a whole number}}.")
        return int(width)
    settings = encoder.settings
    n_values = sum(settings["cardinalities"]) + sum(settings["given_cardinalities"])
    n_codes = 2 * settings["latent_features"]
    allowed = size * sum(parameter.numel() for parameter in encoder.parameters())
    width = 1
    while (n_values + 1 + width + 1 + 1 + n_codes) * (width + 1) + n_codes <= allowed:
        width += 1
    return width


def _report(teacher, student, rows):
    """Return how near the student's codes come to the teacher's: a row a component and group, on new rows."""
    codes, own = (encoder._encode(rows["tokens"], rows["given"]) for encoder in (teacher, student))
    noise = teacher.net_.module_.encoder.resolution.cpu().numpy()
    report = []
    for group, mask in group_masks(teacher._layout, rows["given"]).items():
        for component in np.flatnonzero(teacher.active_components_):
            expected, found = codes[mask, component], own[mask, component]
            variance = expected.var() if len(expected) else np.nan
            report.append(
                {
                    "component": int(component),
                    "group": group,
                    "n_rows": int(mask.sum()),
                    "kl": np.square((found - expected) / noise[component]).mean() / 2 if len(expected) else np.nan,
                    "variance_ratio": found.var() / variance if variance > 0 else np.nan,
                }
            )
    return pd.DataFrame(report, columns=["component", "group", "n_rows", "kl", "variance_ratio"])
