"""The encoder: images and sequences to Gaussian codes."""

from collections.abc import Sequence
from math import prod
from typing import Any

import torch.nn.functional as F
from torch import Generator, Tensor, nn

from skfairgen.nn._initial_weights import draw_initial_weights
from skfairgen.nn.grid._pyramid import Pyramid

LOG_VARIANCE_BOUNDS = (-8.0, 4.0)


class GridEncoder(nn.Module):
    r"""Compress images or sequences to a Gaussian code, without their sensitive values.

    .. math:: q(z \mid x) = \mathcal N(\mu(x), \operatorname{diag} \sigma^2(x))

    Strided convolutions halve each side while it is 8 or longer; a dense layer reads what is left.

    Parameters
    ----------
    shape : sequence of int
        Channels and sides of an item: (C, T) for sequences, (C, H, W) for images.
    latent_features : int
        Width :math:`K` of the code.
    channels : int
        Channels of the first convolution; they double with every further one, up to four times as many.
    hidden_features : int
        Width of the dense layer.
    generator : torch.Generator or None
        Draws the initial weights; None for torch's global generator.

    Attributes
    ----------
    settings : dict
        All arguments but `generator`, as plain numbers and lists; a module made from them takes this one's weights.

    Notes
    -----
    Shapes: ``items["grid"]`` :math:`(B, C, T)` or :math:`(B, C, H, W)` float32, of about unit scale; mean and
    log-variance :math:`(B, K)`.

    Examples
    --------
    >>> import torch
    >>> from skfairgen.nn.grid import GridEncoder
    >>> mean, log_variance = GridEncoder((3, 7, 5), 4)({"grid": torch.zeros(2, 3, 7, 5)})
    >>> mean.shape
    torch.Size([2, 4])
    """

    def __init__(
        self,
        shape: Sequence[int],
        latent_features: int,
        *,
        channels: int = 32,
        hidden_features: int = 128,
        generator: Generator | None = None,
    ) -> None:
        super().__init__()
        self.settings: dict[str, Any] = {
            "shape": [int(size) for size in shape],
            "latent_features": int(latent_features),
            "channels": int(channels),
            "hidden_features": int(hidden_features),
        }
        self.pyramid: Pyramid = Pyramid(tuple(self.settings["shape"]), channels)
        widths = [shape[0], *self.pyramid.widths]
        levels = zip(widths[:-1], widths[1:], self.pyramid.strides, strict=True)
        self.convolutions: nn.ModuleList = nn.ModuleList(self.pyramid.convolution(*level) for level in levels)
        self.dense: nn.Linear = nn.Linear(prod(self.pyramid.base), hidden_features)
        self.out: nn.Linear = nn.Linear(hidden_features, 2 * latent_features)
        draw_initial_weights(self, generator)

    def forward(self, items: dict[str, Tensor], given: Any = None) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance of the code, both of shape (B, K); `given` is not looked at."""
        hidden = self.pyramid.pad(items["grid"])
        for convolution in self.convolutions:
            hidden = F.silu(convolution(hidden))
        mean, log_variance = self.out(F.silu(self.dense(hidden.flatten(1)))).chunk(2, dim=1)
        return mean, log_variance.clamp(*LOG_VARIANCE_BOUNDS)

    @property
    def n_parameters(self) -> int:
        """Number of free parameters."""
        return sum(parameter.numel() for parameter in self.parameters())
