"""Put a small encoder in the place of a fitted one."""

from copy import copy

import numpy as np
import pandas as pd
import torch

from skfairgen.estimators._teacher_rows import group_masks, tokens_and_groups
from skfairgen.estimators._trained_net import TrainedNet
from skfairgen.nn import Given
from skfairgen.training import fit_encoder_student, row_tensors

N_REPORTED = 4_096


def distill_encoder(teacher, data, size, options, rng, generator):
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
    generator : torch.Generator
        Draws the weights and the order of the rows.

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
    small = type(module.encoder)(**module.encoder.student_settings(size))
    fitted = fit_encoder_student(small, module, draw, options, rng, generator, teacher._layout.counts.sum())
    student = copy(teacher)
    student.distill = True
    student.net_ = TrainedNet(fitted.module)
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
        """Return "tokens" (n_rows, n_columns) and "levels" (n_rows, n_sensitive)."""
        decoder = self.module.decoder
        shares = self.layout.counts.sum(axis=0) / self.layout.counts.sum()
        given = self.layout.levels(rng.choice(len(shares), size=n_rows, p=shares))
        codes = rng.standard_normal((n_rows, decoder.latent_features))
        uniforms = rng.random((n_rows, decoder.n_noise))
        rows = row_tensors({"levels": given, "codes": codes, "uniforms": uniforms}, decoder.first_weight.device)
        drawn = decoder.sample(Given(None, rows["levels"]), rows["uniforms"], rows["codes"])
        return {"tokens": drawn["tokens"].cpu().numpy(), "levels": given}


class _RowsAtHand:
    """Draw from real rows, encoded by the teacher's codec."""

    def __init__(self, teacher, data):
        self.tokens, group_codes = tokens_and_groups(teacher, *data)
        self.given = teacher._layout.levels(group_codes)

    def __call__(self, n_rows, rng):
        """Return "tokens" and "levels" of rows drawn with replacement."""
        own = rng.integers(len(self.tokens), size=n_rows)
        return {"tokens": self.tokens[own], "levels": self.given[own]}


def _report(teacher, student, rows):
    """Return how near the student's codes come to the teacher's: a row a component and group, on new rows."""
    codes, own = (encoder._encode(rows["tokens"], rows["levels"]) for encoder in (teacher, student))
    noise = teacher.net_.module_.encoder.resolution.cpu().numpy()
    report = []
    for group, mask in group_masks(teacher._layout, rows["levels"]).items():
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
