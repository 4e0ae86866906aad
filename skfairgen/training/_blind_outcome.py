"""Outcome scores that never see the group, and do not depend on it."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch
from torch import Generator, Tensor

from skfairgen.nn import FairAutoencoder, Items
from skfairgen.training._fair_objective import FairObjective
from skfairgen.training._fit_autoencoder import MIN_BATCHES, AutoencoderFit, fit_autoencoder
from skfairgen.training._options import TrainingOptions

OBJECTIVE = FairObjective(reconstruction_weight=0.1, outcome_weight=20.0, kl_weight=0.1, fairness_weight=200.0)
LEARNING_RATE = 0.003


def fit_blind_outcome(
    autoencoder: FairAutoencoder,
    rows: Mapping[str, np.ndarray],
    information: float,
    options: TrainingOptions,
    rng: np.random.Generator,
    generator: Generator,
) -> AutoencoderFit:
    r"""Train the outcome score :math:`p(y \mid z(x))` of a fair code z whose encoder is not given the group.

    Code and score are penalized for depending on the group, so that labels drawn from the score can be learned by
    a model that does not see the group, and still be independent of it.

    Parameters
    ----------
    autoencoder : FairAutoencoder
        Its encoder sees no sensitive column.
    rows, rng, generator
        As in :func:`fit_autoencoder`; where there are "strata", dependence is penalized within them only.
    information : float
        What the rows tell of the class, in nats a row: its entropy less the loss of a good score.
    options : TrainingOptions
        How to train; the learning rate is this function's own, and 600 batches are the least.

    Returns
    -------
    AutoencoderFit
        See :func:`blind_scores`.
    """
    condition = "strata" if "strata" in rows else None
    # a weight for each nat that the rows tell of the outcome, so that a faint outcome is not wiped out
    weight = OBJECTIVE.fairness_weight * information
    objective = replace(OBJECTIVE, fairness_weight=weight, condition=condition)
    options = replace(options, lr=LEARNING_RATE)
    return fit_autoencoder(autoencoder, rows, objective, options, rng, generator, min_batches=MIN_BATCHES)


@torch.no_grad()
def blind_scores(module: FairAutoencoder, items: Items, levels: Tensor) -> Tensor:
    """Return the class probabilities of items, shape (B, C); the encoder does not look at their levels (B, S)."""
    code, _ = module.encode(items, levels)
    return torch.softmax(module.scores(code), dim=1)
