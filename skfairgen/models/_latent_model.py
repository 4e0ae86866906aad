"""Learn a density of items by way of a fair code: the autoencoder, and what draws its codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from torch import Generator

from skfairgen.nn import PRIORS, FairAutoencoder, LatentDensity, autoencoder_for
from skfairgen.training import (
    BALANCE,
    LatentObjective,
    TensorRows,
    TrainingOptions,
    codes_by_class,
    fit_latent,
    fit_prior,
    latent_batch_size,
    row_tensors,
)

PRIOR_BATCHES, MOST_PRIOR_BATCHES = 4, 1_500  # for each batch of the autoencoder


@dataclass(frozen=True)
class LatentSettings:
    """What a latent teacher is made of.

    Attributes
    ----------
    objective : LatentObjective
        What its autoencoder is trained for.
    prior : str
        Name of what draws its codes.
    latent_features : int
        Width of the code.
    n_batches : int or None
        Batches of the autoencoder's training; None as the options tell.
    guidance : float
        How far the drawn codes are moved towards those that hide the group; 0 not at all.
    """

    objective: LatentObjective
    prior: str
    latent_features: int
    n_batches: int | None
    guidance: float = 0.0


class LatentFit(NamedTuple):
    """A trained latent teacher.

    Attributes
    ----------
    density : LatentDensity
        With encoder and head.
    history : list of dict
        A record an epoch of the autoencoder.
    held_out : ndarray of int
        Positions of the rows that the autoencoder was not trained on.
    """

    density: LatentDensity
    history: list[dict[str, float]]
    held_out: np.ndarray


def fit_latent_density(
    spec: Any,
    arrays: Mapping[str, np.ndarray],
    n_classes: int,
    cardinalities: list[int],
    settings: LatentSettings,
    options: TrainingOptions,
    rng: np.random.Generator,
    generator: Generator,
    start: LatentDensity | None = None,
) -> LatentFit:
    """Train a latent teacher on items.

    Parameters
    ----------
    spec : ItemSpec
        What a codec says of the items.
    arrays : dict of str to ndarray
        Items, "levels" (n_rows, n_sensitive) and "classes" (n_rows,).
    n_classes : int
        Number of classes; 0 for none.
    cardinalities : list of int
        Number of levels of each sensitive column.
    settings : LatentSettings
        What it is made of.
    options : TrainingOptions
        How to train.
    rng : numpy.random.Generator
        Draws the held-out rows.
    generator : torch.Generator
        On the CPU; draws everything else.
    start : LatentDensity or None
        A trained one whose weights to start from.
    """
    if start is None or start.encoder is None:
        autoencoder = autoencoder_for(
            spec,
            cardinalities,
            n_classes=n_classes,
            latent_features=settings.latent_features,
            visible_terms=None,
            encode_levels=False,
            generator=generator,
        )
    else:
        autoencoder = FairAutoencoder(start.encoder, start.decoder)
        autoencoder.head = start.head
    fitted = fit_latent(autoencoder, arrays, settings.objective, options, rng, generator, n_batches=settings.n_batches)
    trained = fitted.module
    kept = np.setdiff1d(np.arange(len(arrays["classes"])), fitted.held_out)
    rows = TensorRows(row_tensors({name: values[kept] for name, values in arrays.items()}, options.device))
    power = BALANCE if settings.guidance else 0.0  # what guides is to tell the group by more than the class
    codes, groups = codes_by_class(trained, rows, generator, power=power)
    guided = {"guidance": settings.guidance, "n_groups": int(groups.max()) + 1} if settings.guidance else {}
    prior = PRIORS[settings.prior](settings.latent_features, max(n_classes, 1), **guided, generator=generator)
    per_epoch = -(-len(kept) // latent_batch_size(options, len(kept)))
    n_batches = min(PRIOR_BATCHES * len(fitted.history) * per_epoch, MOST_PRIOR_BATCHES)
    prior = fit_prior(
        prior, codes, trained.head, options, generator, n_batches=n_batches, groups=groups if guided else None
    )
    density = LatentDensity(prior, trained.decoder, trained.encoder, n_classes)
    density.head = trained.head
    return LatentFit(density.eval(), fitted.history, fitted.held_out)
