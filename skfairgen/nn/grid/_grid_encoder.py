"""The encoder: images and sequences to Gaussian codes."""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import torch.nn.functional as F
from torch import Generator, Tensor, nn

from skfairgen.nn._code_encoder import CodeEncoder
from skfairgen.nn._density import Items
from skfairgen.nn._initial_weights import draw_initial_weights
from skfairgen.nn._random_layers import Linear
from skfairgen.nn.grid._narrower import narrower
from skfairgen.nn.grid._pyramid import Pyramid


class GridEncoder(CodeEncoder):
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
        Draws the initial weights; None for one of a fixed seed.

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
    >>> mean, log_variance = GridEncoder((3, 7, 5), 4)({"grid": torch.zeros(2, 3, 7, 5)}, None)
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
        super().__init__(latent_features)
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
        self.dense: Linear = Linear(prod(self.pyramid.base), hidden_features)
        self.out: Linear = Linear(hidden_features, 2 * latent_features)
        draw_initial_weights(self, generator)

    def moments(self, items: Items, levels: Any = None) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance of the code, both of shape (B, K); `levels` are not looked at."""
        hidden = self.pyramid.pad(items["grid"].to(self.out.weight.dtype))
        for convolution in self.convolutions:
            hidden = F.silu(convolution(hidden))
        mean, log_variance = self.out(F.silu(self.dense(hidden.flatten(1)))).chunk(2, dim=1)
        return mean, log_variance

    def reset_parameters(self, generator: Generator) -> None:
        """Draw the weights that training starts from, on the CPU."""
        draw_initial_weights(self, generator)

    def student_settings(self, size: float | Mapping[str, int]) -> dict[str, Any]:
        """Return the settings of a student, as in :func:`narrower`."""
        return narrower(self, size)
