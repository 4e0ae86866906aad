"""How many rows to add so that one threshold of a score has equal odds in every group."""

import numpy as np

from skfairgen.criteria import fit_group_thresholds
from skfairgen.models._density_model import DensityModel
from skfairgen.models._fair_labels import posteriors
from skfairgen.training import own_defaults

N_ROWS = 40_000


@own_defaults()
def rows_for_odds(model: DensityModel, strength: float, rng: np.random.Generator, n_threads: int = 1) -> np.ndarray:
    r"""Return the rows to add to each cell, shape (2, n_groups), int.

    Equal odds ask for a threshold :math:`t_s` of the score in each group. Adding rows that are true to p(x | y, s)
    moves that threshold to one half:

    .. math:: n_{1s} \Bigl(\frac{1 - t_s}{t_s} - 1\Bigr) \text{ positives where } t_s < \tfrac12, \qquad
              n_{0s} \Bigl(\frac{t_s}{1 - t_s} - 1\Bigr) \text{ negatives elsewhere}

    Parameters
    ----------
    model : DensityModel
        The teacher.
    strength : float in [0, 1]
        How far each threshold is moved, on the logit scale.
    rng : numpy.random.Generator
        Draws the rows that the thresholds are found on.
    n_threads : int
        Threads of torch.
    """
    cells = model.cells
    draws = model.draw_as_learned(rng.multinomial(N_ROWS, cells.group_shares), rng, n_threads)
    joint = posteriors(model, draws, "sighted", n_threads)
    logits = strength * fit_group_thresholds(joint, draws.group_codes).thresholds
    factor = np.expm1(np.minimum(np.abs(logits), np.log(20.0)))  # no cell grows more than twentyfold
    return np.round(cells.counts * factor * np.stack([logits > 0, logits < 0])).astype(int)
