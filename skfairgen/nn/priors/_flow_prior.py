"""A prior trained by flow matching."""

import torch
import torch.nn.functional as F
from torch import Tensor

from skfairgen.nn.priors._guided_prior import GuidedPrior


class FlowPrior(GuidedPrior):
    r"""Draw codes by following a velocity that was trained by flow matching [1]_.

    .. math:: \min_v \; \overline{\lVert v(u_t, t, y) - (u - \varepsilon) \rVert^2}, \qquad
              u_t = (1 - t)\, \varepsilon + t\, u

    Codes are drawn by the midpoint rule, so the same noise gives the same code.

    Parameters
    ----------
    latent_features : int
        Width of the code.
    n_classes : int
        Number of classes.
    hidden_features : int
        Width of the three hidden layers.
    n_steps : int
        Steps of drawing; each takes two evaluations of the network.
    n_groups, guidance : int, float
        Groups to hide, and how much, as in :class:`GuidedPrior`.
    generator : torch.Generator or None
        Draws the initial weights; None for one of a fixed seed.

    References
    ----------
    .. [1] Y. Lipman et al., "Flow Matching for Generative Modeling", ICLR 2023.

    Examples
    --------
    >>> import torch
    >>> from skfairgen.nn.priors import FlowPrior
    >>> prior = FlowPrior(2, n_classes=3)
    >>> prior.sample(torch.tensor([0, 2]), torch.rand(2, prior.n_noise)).shape
    torch.Size([2, 2])
    """

    def loss(self, codes: Tensor, classes: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Return the squared error of the velocity; parameters as in :meth:`Prior.loss`."""
        scaled = (codes - self.center) / self.scale
        noise = torch.randn(scaled.shape, generator=generator, device=scaled.device)
        time = torch.rand(len(scaled), 1, generator=generator, device=scaled.device)
        velocity = self._output((1 - time) * noise + time * scaled, time, self._one_hot(classes))
        return F.mse_loss(velocity, scaled - noise)

    def _walk(self, scaled, told, push):
        step = 1 / self.settings["n_steps"]
        for k in range(self.settings["n_steps"]):
            half = scaled + step / 2 * self._velocity(scaled, k * step, told, push)
            scaled = scaled + step * self._velocity(half, (k + 0.5) * step, told, push)
        return scaled

    def _velocity(self, scaled, time, told, push):
        velocity = self._output(scaled, torch.full_like(scaled[:, :1], time), told)
        return velocity + push(scaled + (1 - time) * velocity)
