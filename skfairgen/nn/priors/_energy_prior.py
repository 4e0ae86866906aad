"""The default prior: one step, trained by the energy distance."""

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from skfairgen.nn.priors._one_step_prior import OneStepPrior


class EnergyPrior(OneStepPrior):
    r"""Draw codes in one step, trained by a distance between samples within each class.

    .. math:: z = \mu_y + L_y \varepsilon + f(\varepsilon, y), \qquad \varepsilon \sim \mathcal N(0, I)

    It needs no critic, so training is short and cannot lose modes to one.

    Parameters
    ----------
    latent_features : int
        Width :math:`K` of the code.
    n_classes : int
        Number of classes.
    hidden_features : int
        Width of the two hidden layers.
    distance : callable or None
        Takes samples of shapes (C, n, K) and (C, n, K) and returns C distances, such as
        :func:`skfairgen.losses.energy_distance`; needed for :meth:`loss` only.
    generator : torch.Generator or None
        Draws the initial weights; None for one of a fixed seed.

    Examples
    --------
    >>> import torch
    >>> from skfairgen.losses import energy_distance
    >>> from skfairgen.nn.priors import EnergyPrior
    >>> prior = EnergyPrior(2, n_classes=1, distance=energy_distance)
    >>> prior.loss(torch.randn(8, 2), torch.zeros(8, dtype=torch.long)).shape
    torch.Size([])
    """

    def __init__(
        self,
        latent_features: int,
        n_classes: int,
        *,
        hidden_features: int = 64,
        distance: Callable[[Tensor, Tensor], Tensor] | None = None,
        generator: Generator | None = None,
    ) -> None:
        super().__init__(latent_features, n_classes, hidden_features=hidden_features, generator=generator)
        self.distance: Callable[[Tensor, Tensor], Tensor] | None = distance

    def loss(self, codes: Tensor, classes: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Return the mean distance between codes and drawn codes, class by class, in the unit of the codes' scale.

        A class of one code cannot be compared, and is left out.

        Raises
        ------
        ValueError
            If no `distance` was given.
        """
        if self.distance is None:
            raise ValueError("This prior has no distance to be trained by; pass distance=energy_distance to it.")
        drawn = self.sample(classes, self._uniform(len(classes), generator))
        order = torch.argsort(classes, stable=True)
        counts = torch.bincount(classes)
        sizes = counts[classes[order]]
        total = codes.new_zeros(())
        for size in counts[counts > 1].unique().tolist():  # classes of one size are compared at once
            rows = order[sizes == size]
            real, made = ((values[rows] / self.scale).view(-1, size, codes.shape[1]) for values in (codes, drawn))
            total = total + size * self.distance(made, real).sum()
        return total / len(codes)
