"""What every prior shares: settings, the scale of the codes, and one-hot classes."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skfairgen.nn._random_layers import Linear

MIN_SCALE = 1e-3


class Prior(nn.Module):
    r"""Draw codes of a class from noise, :math:`z \sim p(z \mid y)`. It is never told the group.

    Parameters
    ----------
    latent_features : int
        Width :math:`K` of the code.
    n_classes : int
        Number of classes, at least 1.
    **widths : int
        What a subclass adds.

    Attributes
    ----------
    settings : dict
        All arguments as plain numbers; a module made from them takes this one's weights.
    n_noise : int
        Uniform numbers that one code takes.
    center, scale : Tensor of shape (K,)
        Mean and standard deviation of the codes that :meth:`adapt` saw.
    """

    center: Tensor
    scale: Tensor
    #: whether a code is drawn in one step, so that a loss of drawn codes has gradients
    is_one_step: bool = True
    #: whether anything is left to train after :meth:`adapt`
    is_trained: bool = True

    def __init__(self, latent_features: int, n_classes: int, **widths: int) -> None:
        super().__init__()
        self.settings: dict[str, Any] = {"latent_features": int(latent_features), "n_classes": int(n_classes)}
        self.settings |= {name: int(width) for name, width in widths.items()}
        self.n_noise: int = int(latent_features)
        self.register_buffer("center", torch.zeros(latent_features))
        self.register_buffer("scale", torch.ones(latent_features))

    @torch.no_grad()
    def adapt(self, codes: Tensor, classes: Tensor) -> None:
        """Start from the scale of codes of shape (n, K) with classes of shape (n,), n at least 2, before training."""
        self.center.copy_(codes.mean(dim=0))
        self.scale.copy_(codes.std(dim=0).clamp_min(MIN_SCALE))

    def loss(self, codes: Tensor, classes: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Return what training makes small, a scalar.

        Parameters
        ----------
        codes : Tensor of shape (B, K)
            Codes to be like.
        classes : Tensor of shape (B,), int64
            Their classes.
        generator : torch.Generator or None
            Draws what the loss draws.
        """
        raise NotImplementedError

    def sample(self, classes: Tensor, noise: Tensor) -> Tensor:
        """Return codes of shape (B, K) of these classes, from noise of shape (B, n_noise), uniform in [0, 1)."""
        raise NotImplementedError

    @property
    def n_parameters(self) -> int:
        """Number of free parameters."""
        return sum(parameter.numel() for parameter in self.parameters())

    def _one_hot(self, classes):
        return F.one_hot(classes, self.settings["n_classes"]).to(self.center.dtype)

    def _uniform(self, n_rows, generator):
        return torch.rand(n_rows, self.n_noise, generator=generator, device=self.center.device)


def perceptron(in_features, hidden_features, out_features, n_hidden=2) -> nn.Sequential:
    """Return dense layers with SiLU between them."""
    widths = [in_features, *[hidden_features] * n_hidden]
    layers = [part for ends in zip(widths[:-1], widths[1:], strict=True) for part in (Linear(*ends), nn.SiLU())]
    return nn.Sequential(*layers, Linear(widths[-1], out_features))
