"""A prior trained by denoising."""

import math

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from skfairgen.nn.priors._guided_prior import GuidedPrior


class DDPMPrior(GuidedPrior):
    r"""Draw codes by taking away noise, as a diffusion model [1]_.

    .. math:: \min_v \; \overline{\lVert v(u_t, t, y) - (\cos\theta\, \varepsilon - \sin\theta\, u) \rVert^2}, \qquad
              u_t = \cos\theta\, u + \sin\theta\, \varepsilon, \quad \theta = \tfrac{\pi}{2} t

    This target stays precise where nearly nothing of the code is left [2]_. Codes are drawn by the deterministic steps
    of [3]_, so the same noise gives the same code.

    Parameters
    ----------
    latent_features : int
        Width of the code.
    n_classes : int
        Number of classes.
    hidden_features : int
        Width of the three hidden layers.
    n_steps : int
        Steps of drawing.
    n_groups, guidance : int, float
        Groups to hide, and how much, as in :class:`GuidedPrior`.
    generator : torch.Generator or None
        Draws the initial weights; None for one of a fixed seed.

    References
    ----------
    .. [1] J. Ho, A. Jain, P. Abbeel, "Denoising Diffusion Probabilistic Models", NeurIPS 2020.
    .. [2] T. Salimans, J. Ho, "Progressive Distillation for Fast Sampling of Diffusion Models", ICLR 2022.
    .. [3] J. Song, C. Meng, S. Ermon, "Denoising Diffusion Implicit Models", ICLR 2021.

    Examples
    --------
    >>> import torch
    >>> from skfairgen.nn.priors import DDPMPrior
    >>> prior = DDPMPrior(2, n_classes=3)
    >>> prior.sample(torch.tensor([0, 2]), torch.rand(2, prior.n_noise)).shape
    torch.Size([2, 2])
    """

    def __init__(
        self,
        latent_features: int,
        n_classes: int,
        *,
        hidden_features: int = 128,
        n_steps: int = 50,
        n_groups: int = 0,
        guidance: float = 0.0,
        generator: Generator | None = None,
    ) -> None:
        widths = {"hidden_features": hidden_features, "n_steps": n_steps, "n_groups": n_groups}
        super().__init__(latent_features, n_classes, **widths, guidance=guidance, generator=generator)

    def loss(self, codes: Tensor, classes: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Return the squared error of the target; parameters as in :meth:`Prior.loss`."""
        scaled = (codes - self.center) / self.scale
        noise = torch.randn(scaled.shape, generator=generator, device=scaled.device)
        time = torch.rand(len(scaled), 1, generator=generator, device=scaled.device)
        signal, spread = torch.cos(math.pi / 2 * time), torch.sin(math.pi / 2 * time)
        found = self._output(signal * scaled + spread * noise, time, self._one_hot(classes))
        return F.mse_loss(found, signal * noise - spread * scaled)

    def _walk(self, scaled, told, push):
        n_steps = self.settings["n_steps"]
        for k in range(n_steps, 0, -1):
            now, then = (math.pi / 2 * step / n_steps for step in (k, k - 1))
            found = self._output(scaled, torch.full_like(scaled[:, :1], k / n_steps), told)
            finished = math.cos(now) * scaled - math.sin(now) * found
            finished = finished + 2 / math.pi * math.sin(now) * push(finished)  # all steps together once
            noise = (scaled - math.cos(now) * finished) / math.sin(now)
            scaled = math.cos(then) * finished + math.sin(then) * noise
        return scaled
