"""Priors that draw in many small steps, and can be guided towards codes that hide the group."""

import math
from abc import abstractmethod
from typing import Any

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from skfairgen.nn._initial_weights import draw_initial_weights
from skfairgen.nn._normal_noise import to_normal
from skfairgen.nn.priors._prior import Prior, perceptron

FREQUENCIES = (1, 2, 4, 8)
GROUP_FEATURES = 32
MAX_STEPS = 1_000


class GuidedPrior(Prior):
    r"""A network :math:`f(u, t, y)` of the scaled code u, of the time t in [0, 1] and of the class.

    Guidance leads every step up the entropy of the group [1]_ of the code :math:`\hat u` that it makes for:

    .. math:: \frac{\mathrm d u}{\mathrm d t} \leftarrow \frac{\mathrm d u}{\mathrm d t}
              + \gamma \nabla_{\hat u} H\bigl(p(s \mid \hat u, y)\bigr)

    A second network tells the group, p(s | u, y), from codes of the class, with all groups of the class alike in
    number: what is left of the group is pushed out, and not what tells the class.

    Parameters
    ----------
    latent_features : int
        Width of the code.
    n_classes : int
        Number of classes.
    hidden_features : int
        Width of the three hidden layers.
    n_steps : int
        Steps of drawing, 1 to 1,000.
    n_groups : int
        Groups to hide; 0 for none.
    guidance : float
        :math:`\gamma`, 0 or more, in squared standard deviations of the codes per nat.
    generator : torch.Generator or None
        Draws the initial weights; None for one of a fixed seed.

    References
    ----------
    .. [1] Y. Lin, D. Li, M. Shao, G. Wan, C. Zhao, "FADE: Towards Fairness-aware Data Generation for Domain
       Generalization via Classifier-Guided Score-based Diffusion Models", IJCAI 2025.
    """

    is_one_step: bool = False

    def __init__(
        self,
        latent_features: int,
        n_classes: int,
        *,
        hidden_features: int = 128,
        n_steps: int = 20,
        n_groups: int = 0,
        guidance: float = 0.0,
        generator: Generator | None = None,
    ) -> None:
        if not 1 <= n_steps <= MAX_STEPS:
            raise ValueError(f"n_steps={n_steps} was found, expected 1 to {MAX_STEPS:,}.")
        widths = {"hidden_features": hidden_features, "n_steps": n_steps, "n_groups": n_groups}
        super().__init__(latent_features, n_classes, **widths)
        self.settings["guidance"] = float(guidance)
        n_inputs = latent_features + n_classes + 1 + 2 * len(FREQUENCIES)
        self.network: nn.Sequential = perceptron(n_inputs, hidden_features, latent_features, n_hidden=3)
        draw_initial_weights(self, generator)
        self.group_network: Any = None  # there is one where codes are guided
        if n_groups and guidance > 0:
            self.group_network = perceptron(latent_features + n_classes, GROUP_FEATURES, n_groups, n_hidden=1)
            draw_initial_weights(self.group_network, generator)

    def group_loss(self, codes: Tensor, classes: Tensor, groups: Tensor) -> Tensor:
        """Return the cross-entropy of the groups, shape (B,), given codes and classes; 0 without guidance.

        Within each class, every group of it counts the same.
        """
        if self.group_network is None:
            return codes.new_zeros(())
        cells = classes * self.settings["n_groups"] + groups
        weights = 1 / torch.bincount(cells)[cells].to(codes.dtype)
        scores = self._group_scores((codes - self.center) / self.scale, self._one_hot(classes))
        return (weights * F.cross_entropy(scores, groups, reduction="none")).sum() / weights.sum()

    def sample(self, classes: Tensor, noise: Tensor) -> Tensor:
        """Return codes of shape (B, K) of these classes, from noise of shape (B, n_noise), uniform in [0, 1)."""
        told = self._one_hot(classes)

        def push(scaled):
            return 0.0 if self.group_network is None else self.settings["guidance"] * self._slope(scaled, told)

        return self.center + self.scale * self._walk(to_normal(noise), told, push)

    @abstractmethod
    def _walk(self, scaled, told, push):
        """Lead normal noise to scaled codes; `push` takes an estimate of them and returns what to add to it."""

    def _output(self, scaled, time, told):
        waves = [wave(math.pi * k * time) for k in FREQUENCIES for wave in (torch.sin, torch.cos)]
        return self.network(torch.cat([scaled, told, time, *waves], dim=1))

    def _group_scores(self, scaled, told):
        return self.group_network(torch.cat([scaled, told], dim=1))

    def _slope(self, scaled, told):
        """Return the gradient of the entropy of the group."""
        with torch.enable_grad():
            scaled = scaled.detach().requires_grad_()
            shares = torch.log_softmax(self._group_scores(scaled, told), dim=1)
            entropy = -(shares.exp() * shares).sum()
            return torch.autograd.grad(entropy, scaled)[0]
