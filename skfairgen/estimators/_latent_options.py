"""How a fair code is learned by default, for the faces that learn one."""

from math import ceil, sqrt

from skfairgen.models import LatentSettings
from skfairgen.training import LatentObjective

LR = 0.003
N_COMPONENTS = 16
SHARED = {"max_dependence": 0.003, "outcome_weight": 1.0}
GIVEN = SHARED | {"fairness_weight": 30.0, "kl_weight": 0.01}  # codes that are given away hide more than those
DRAWN = SHARED | {"fairness_weight": 3.0, "kl_weight": 0.003}  # that are drawn, which may also hold more
BATCHES, LEAST_BATCHES = 8.5, 200  # per square root of the rows


def default_batches(n_rows):
    """Return the batches of a training whose length is not fixed: more rows, fewer passes over them."""
    return max(ceil(BATCHES * sqrt(n_rows)), LEAST_BATCHES)


def latent_settings(generator, n_rows):
    """Return what the latent teacher of a FairGenerator is made of."""
    n_batches = default_batches(n_rows) if generator.max_epochs == "auto" else None
    return LatentSettings(
        LatentObjective(**DRAWN, penalty=generator.penalty),
        generator.prior,
        N_COMPONENTS,
        n_batches,
        float(generator.guidance),
    )
