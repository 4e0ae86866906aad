"""Labels drawn from scores that do not see the group, and have the same mean in every group of a stratum."""

from dataclasses import dataclass

import numpy as np

from skfairgen.criteria import fit_parity_scores, parity_scores
from skfairgen.models._density_model import DensityModel
from skfairgen.models._draws import Draws
from skfairgen.models._label_repair import MovedLabels, StrataReader

N_ROWS = 20_000


@dataclass(frozen=True)
class BlindRepair(MovedLabels):
    """Labels for models that do not see the group: demographic parity of the scores that they are drawn from.

    Attributes
    ----------
    multipliers, mean_shares : ndarray of shape (n_strata, n_classes, n_groups)
        What :func:`fit_parity_scores` found in each stratum.
    shares : ndarray of shape (n_classes, n_groups)
        Share of each cell in the repaired rows.
    strength : float
        How far, in [0, 1].
    label_draw : {"sample", "minimal"}
        Whether labels are drawn afresh, or change as rarely as the moved scores allow.
    strata : callable
        Reads the strata of items.
    """

    multipliers: np.ndarray
    mean_shares: np.ndarray
    shares: np.ndarray
    strength: float
    label_draw: str
    strata: StrataReader

    @staticmethod
    def learn(
        model: DensityModel, strata: StrataReader, rng: np.random.Generator, n_threads: int = 1
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the multipliers and mean shares of the scores, from rows of the model."""
        sizes = rng.multinomial(N_ROWS, model.cells.group_shares)
        draws = model.draw_as_learned(sizes, rng, n_threads)
        joint, own = model.joint_scores(draws.items, n_threads), strata(draws.items, rng)
        masks = [own == stratum for stratum in range(model.cells.strata_counts.shape[2])]
        found = [fit_parity_scores(joint[mask] if mask.any() else joint) for mask in masks]
        multipliers, mean_shares = (np.stack([each[place] for each in found]) for place in (0, 1))
        return multipliers, mean_shares

    def scores(
        self, model: DensityModel, draws: Draws, rng: np.random.Generator, n_threads: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the probability of each class before and after the repair, (n_items, n_classes) each."""
        joint = model.joint_scores(draws.items, n_threads)
        before = model.class_scores(draws.items, draws.group_codes, n_threads)
        moved, own = np.empty_like(before), self.strata(draws.items, rng)
        for stratum in np.unique(own):
            rows = own == stratum
            moved[rows] = parity_scores(joint[rows], self.multipliers[stratum], self.mean_shares[stratum])
        return before, (1 - self.strength) * before + self.strength * moved
