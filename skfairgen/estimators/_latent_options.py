"""How a fair code is learned by default, for the faces that learn one."""

from math import ceil, sqrt

from skfairgen.models import LatentSettings
from skfairgen.training import LatentObjective

LR = 0.003
N_COMPONENTS = 16
LATENT = {"fairness_weight": 3.0, "max_dependence": 0.003, "outcome_weight": 1.0, "kl_weight": 0.01}
DRAWN_KL_WEIGHT = 0.003  # codes that are drawn may hold more than those that are given away
BATCHES, LEAST_BATCHES = 8.5, 200  # per square root of the rows


def default_batches(n_rows):
    """Return the batches of a training whose length is not fixed: more rows, fewer passes over them."""
    return max(ceil(BATCHES * sqrt(n_rows)), LEAST_BATCHES)


def latent_settings(generator, n_rows):
    """Return what the latent teacher of a FairGenerator is made of."""
    n_batches = default_batches(n_rows) if generator.max_epochs == "auto" else None
    return LatentSettings(
        LatentObjective(**LATENT | {"kl_weight": DRAWN_KL_WEIGHT}, penalty=generator.penalty),
        generator.prior,
        N_COMPONENTS,
        n_batches,
        float(generator.guidance),
    )
