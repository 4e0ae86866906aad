"""Priors that draw a code in one step: a Gaussian a class, bent by a small network."""

import torch
from torch import Generator, Tensor, nn

from skfairgen.nn._initial_weights import draw_initial_weights
from skfairgen.nn._normal_noise import to_normal
from skfairgen.nn.priors._moments_prior import MomentsPrior
from skfairgen.nn.priors._prior import perceptron


class OneStepPrior(MomentsPrior):
    r"""Bend one Gaussian a class by a small network.

    .. math:: z = \mu_y + L_y \varepsilon + f(\varepsilon, y), \qquad \varepsilon \sim \mathcal N(0, I)

    The network f starts at 0. Everything is trained; what by is up to the subclass.

    Parameters
    ----------
    latent_features : int
        Width :math:`K` of the code.
    n_classes : int
        Number of classes.
    hidden_features : int
        Width of the two hidden layers.
    generator : torch.Generator or None
        Draws the initial weights; None for one of a fixed seed.
    """

    is_trained: bool = True

    def __init__(
        self,
        latent_features: int,
        n_classes: int,
        *,
        hidden_features: int = 64,
        generator: Generator | None = None,
    ) -> None:
        super().__init__(latent_features, n_classes, hidden_features=hidden_features)
        self.network: nn.Sequential = perceptron(latent_features + n_classes, hidden_features, latent_features)
        draw_initial_weights(self, generator)
        for last in self.network[-1].parameters():
            nn.init.zeros_(last)

    def loss(self, codes: Tensor, classes: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Return what training makes small; parameters as in :meth:`Prior.loss`."""
        raise NotImplementedError

    def sample(self, classes: Tensor, noise: Tensor) -> Tensor:
        """Return codes of shape (B, K) of these classes, from noise of shape (B, n_noise), uniform in [0, 1)."""
        bent = self.network(torch.cat([to_normal(noise), self._one_hot(classes)], dim=1))
        return super().sample(classes, noise) + self.scale * bent
