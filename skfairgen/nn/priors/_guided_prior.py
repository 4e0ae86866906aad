"""Priors that draw in many small steps, and can be guided towards codes that hide the group."""

import math
from abc import abstractmethod
from collections.abc import Callable

import torch
from torch import Generator, Tensor, nn

from skfairgen.nn._initial_weights import draw_initial_weights
from skfairgen.nn._normal_noise import to_normal
from skfairgen.nn.priors._prior import Prior, perceptron

FREQUENCIES = (1, 2, 4, 8)


class GuidedPrior(Prior):
    r"""A network :math:`f(u, t, y)` of the scaled code u, of the time t in [0, 1] and of the class.

    Guidance moves every estimate of the finished code up the entropy of its group [1]_:

    .. math:: \hat u \leftarrow \hat u + \gamma \nabla_{\hat u} H\bigl(p(s \mid \hat z)\bigr)

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
    generator : torch.Generator or None
        Draws the initial weights; None for one of a fixed seed.

    References
    ----------
    .. [1] Y. Lin, D. Li, C. Zhao, M. Shao, "Fair Data Generation via Score-based Diffusion Model", arXiv 2406.09495,
       2024.
    """

    is_one_step: bool = False

    def __init__(
        self,
        latent_features: int,
        n_classes: int,
        *,
        hidden_features: int = 128,
        n_steps: int = 20,
        generator: Generator | None = None,
    ) -> None:
        super().__init__(latent_features, n_classes, hidden_features=hidden_features, n_steps=n_steps)
        n_inputs = latent_features + n_classes + 1 + 2 * len(FREQUENCIES)
        self.network: nn.Sequential = perceptron(n_inputs, hidden_features, latent_features, n_hidden=3)
        draw_initial_weights(self, generator)

    def sample(
        self,
        classes: Tensor,
        noise: Tensor,
        *,
        guidance: float = 0.0,
        group_logits: Callable[[Tensor], Tensor] | None = None,
    ) -> Tensor:
        """Return codes of shape (B, K) of these classes.

        Parameters
        ----------
        classes : Tensor of shape (B,), int64
            Classes to draw.
        noise : Tensor of shape (B, n_noise)
            Uniform numbers in [0, 1).
        guidance : float
            How far to move towards codes that hide the group, 0 or more; 0 not at all.
        group_logits : callable or None
            Takes codes of shape (B, K) and returns logits of the group, shape (B, G); needed where `guidance` is not 0.

        Raises
        ------
        ValueError
            If `guidance` is given without `group_logits`, or below 0.
        """
        if guidance < 0 or (guidance > 0 and group_logits is None):
            raise ValueError(
                f"Found guidance={guidance} and group_logits={group_logits}; expected 0 or more and, above 0, "
                "group_logits, a callable that returns the logits of the group of codes."
            )

        def push(scaled):
            return guidance * self._entropy_slope(scaled, group_logits) if guidance else 0.0

        return self.center + self.scale * self._walk(to_normal(noise), self._one_hot(classes), push)

    @abstractmethod
    def _walk(self, scaled, told, push):
        """Lead normal noise to scaled codes; `push` takes an estimate of them and returns what to add to it."""

    def _output(self, scaled, time, told):
        waves = [wave(math.pi * k * time) for k in FREQUENCIES for wave in (torch.sin, torch.cos)]
        return self.network(torch.cat([scaled, told, time, *waves], dim=1))

    def _entropy_slope(self, scaled, group_logits):
        with torch.enable_grad():
            scaled = scaled.detach().requires_grad_()
            shares = torch.log_softmax(group_logits(self.center + self.scale * scaled), dim=1)
            entropy = -(shares.exp() * shares).sum()
            return torch.autograd.grad(entropy, scaled)[0]
