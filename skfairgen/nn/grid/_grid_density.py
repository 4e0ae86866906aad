"""The decoder: Gaussian density of images and sequences, given a code and the sensitive values."""

import math
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from skfairgen.nn._density import Density, Given, Items
from skfairgen.nn._initial_weights import draw_initial_weights
from skfairgen.nn._normal_noise import to_normal, to_uniform
from skfairgen.nn._random_layers import Linear
from skfairgen.nn.grid._narrower import narrower
from skfairgen.nn.grid._pyramid import Pyramid

MIN_VARIANCE = 1e-6
MOMENTUM = 0.1  # of the observed variance, a batch
DRAWN_ROWS = 256  # items are drawn in the processor's cache


class GridDensity(Density):
    r"""Model an image or a sequence, given its code and its sensitive values.

    .. math:: p(x \mid z, s) = \prod_{c, t} \mathcal N\bigl(x_{ct} \mid m_{ct}(z, s), \sigma_c^2\bigr)

    Dense layers turn code and sensitive values into a coarse grid, transposed convolutions double it. The sensitive
    values enter beside the code, and scale and shift the channels of every level [1]_. Each sensitive column adds its
    own part, so a combination that no row has can be drawn. The class is known through the code only.

    In training, :math:`\sigma_c^2` is the mean squared error of the batch. That is the maximum of the likelihood, and
    makes the mean of :meth:`log_prob` equal :math:`-\tfrac12 \log \mathrm{MSE}` but for a constant [2]_. Its running
    mean is used in evaluation.

    Parameters
    ----------
    shape : sequence of int
        Channels and sides of an item: (C, T) for sequences, (C, H, W) for images.
    level_counts : sequence of int
        Number of values of each sensitive column; may be empty.
    latent_features : int
        Width :math:`K` of the code.
    bounds : sequence of (float, float), or None
        Least and greatest value of each channel, in the unit of the items. The means keep inside, on a logistic curve
        of slope 1 at 0. None for no bounds.
    residual_noise : bool
        Whether :meth:`sample` adds noise like what the means leave unexplained: normal, with the power that the
        residuals of training had at each frequency of each channel. Without it, it gives the mean. White noise of
        variance :math:`\sigma_c^2` would look like no item.
    channels : int
        Channels of the finest level; they double with every coarser one, up to four times as many.
    hidden_features : int
        Width of the first dense layer.
    generator : torch.Generator or None
        Draws the initial weights; None for one of a fixed seed.

    Attributes
    ----------
    settings : dict
        All arguments but `generator`, as plain numbers and lists; a module made from them takes this one's weights.
    item_names : tuple of str
        ``("grid",)``.
    n_noise : int
        Uniform numbers that one item takes: one an element with `residual_noise`, else none.

    Notes
    -----
    Shapes: ``items["grid"]`` :math:`(B, C, T)` or :math:`(B, C, H, W)` float32; ``given.levels`` :math:`(B, S)` int64;
    code :math:`(B, K)`.

    References
    ----------
    .. [1] E. Perez et al., "FiLM: Visual Reasoning with a General Conditioning Layer", AAAI 2018.
    .. [2] O. Rybkin, K. Daniilidis, S. Levine, "Simple and Effective VAE Training with Calibrated Decoders", ICML
       2021.
    """

    item_names: tuple[str, ...] = ("grid",)
    variance: Tensor
    spectrum: Tensor

    def __init__(
        self,
        shape: Sequence[int],
        level_counts: Sequence[int],
        latent_features: int,
        *,
        bounds: Sequence[tuple[float, float]] | None = None,
        residual_noise: bool = False,
        channels: int = 32,
        hidden_features: int = 128,
        generator: Generator | None = None,
    ) -> None:
        super().__init__()
        if bounds is not None and (
            len(bounds) != shape[0] or not all(-math.inf < low <= high < math.inf for low, high in bounds)
        ):
            raise ValueError(
                f"Found the bounds {list(bounds)!r:.80} of {shape[0]} channels; expected two numbers of each."
            )
        self.settings: dict[str, Any] = {
            "shape": [int(size) for size in shape],
            "level_counts": [int(n_levels) for n_levels in level_counts],
            "latent_features": int(latent_features),
            "bounds": None if bounds is None else [[float(low), float(high)] for low, high in bounds],
            "residual_noise": bool(residual_noise),
            "channels": int(channels),
            "hidden_features": int(hidden_features),
        }
        self.given_cardinalities: list[int] = self.settings["level_counts"]
        self.latent_features: int = int(latent_features)
        self.n_noise: int = prod(shape) if residual_noise else 0
        self.n_target: int = prod(shape) + shape[0]
        self.pyramid: Pyramid = Pyramid(tuple(self.settings["shape"]), channels)
        n_levels = sum(level_counts)
        self.dense: Linear = Linear(latent_features + n_levels, hidden_features)
        self.spread: Linear = Linear(hidden_features, prod(self.pyramid.base))
        widths = [shape[0], *self.pyramid.widths]
        levels = zip(widths[1:], widths[:-1], self.pyramid.strides, strict=True)
        self.convolutions: nn.ModuleList = nn.ModuleList(
            self.pyramid.convolution(*level, transposed=True) for level in levels
        )
        self.films: nn.ParameterList = nn.ParameterList(
            nn.Parameter(torch.zeros(n_levels, 2 * width)) for width in widths[1:]
        )
        self.register_buffer("variance", torch.ones(shape[0]))
        self.register_buffer("spectrum", torch.ones(shape if residual_noise else 0))
        draw_initial_weights(self, generator)

    def reset_parameters(self, generator: Generator) -> None:
        """Draw the weights that training starts from, on the CPU."""
        draw_initial_weights(self, generator)
        for film in self.films:
            nn.init.zeros_(film)

    def mean(self, given: Given, code: Tensor) -> Tensor:
        """Return the mean of each item, shape (B, C, T) or (B, C, H, W)."""
        counts = self.settings["level_counts"]
        told: Any = [F.one_hot(column, n) for column, n in zip(given.levels.unbind(1), counts, strict=True)]
        told = torch.cat(told, dim=1).to(code.dtype) if told else code.new_zeros(len(code), 0)
        hidden = F.silu(self.dense(torch.cat([code, told], dim=1)))
        hidden = self.spread(hidden).view(-1, *self.pyramid.base)
        for convolution, film in zip(reversed(self.convolutions), reversed(self.films), strict=True):
            scale, shift = self._per_channel(told @ film).chunk(2, dim=1)
            hidden = convolution(F.silu(hidden * (1 + scale) + shift))
        return self._bounded(self.pyramid.crop(hidden))

    def log_prob(self, items: Items, given: Given, code: Any = None) -> Tensor:
        """Return the log-density of each element, shape (B, D) with D = C T or C H W, in nats."""
        residuals = items["grid"] - self.mean(given, code)
        if self.training and self.n_noise:
            power = self._to_frequencies(residuals.detach()).abs().square().mean(dim=0)
            self.spectrum.lerp_(power.clamp_min(MIN_VARIANCE), MOMENTUM)
        squares = residuals.square()
        variance = self._per_channel(self._variance_of(squares))
        return -0.5 * (squares / variance + variance.log() + math.log(2 * math.pi)).flatten(1)

    @torch.no_grad()
    def sample(self, given: Given, noise: Tensor, code: Any = None) -> dict[str, Tensor]:
        """Return the mean of each item, plus its residual noise."""
        parts = []
        for start in range(0, max(len(code), 1), DRAWN_ROWS):
            rows = slice(start, start + DRAWN_ROWS)
            mean = self.mean(given.at(rows), code[rows])
            if self.n_noise:
                mean = mean + self._colored(to_normal(noise[rows]).view_as(mean), self.spectrum.sqrt())
            parts.append(mean)
        return {"grid": torch.cat(parts)}

    def typical(self, given: Given, noise: Tensor, code: Any) -> dict[str, Tensor]:
        """Return the mean of each item."""
        return {"grid": self.mean(given, code)}

    @torch.no_grad()
    def noise_of(self, items: Items, given: Given, code: Any, uniforms: Tensor) -> Tensor:
        """Return the noise that makes :meth:`sample` give these items, shape (B, n_noise); `uniforms` is not used."""
        if not self.n_noise:
            return uniforms[:, :0]
        residuals = items["grid"] - self.mean(given, code)
        return to_uniform(self._colored(residuals, self.spectrum.rsqrt())).flatten(1)

    @torch.no_grad()
    def target(self, items: Items, given: Given, temperature: float = 1.0, code: Any = None) -> Tensor:
        """Return what a student is to say of these codes: means, then the variance of each channel, (B, D + C)."""
        mean = self.mean(given, code).flatten(1)
        return torch.cat([mean, self.variance.expand(len(mean), -1)], dim=1)

    def divergence(
        self,
        target: Tensor,
        items: Items,
        given: Given,
        temperature: float = 1.0,
        code: Any = None,
    ) -> Tensor:
        r"""Return the Kullback-Leibler divergence from a teacher's density, element by element, (B, D), in nats.

        .. math:: \log \frac{\sigma_S}{\sigma_T} + \frac{\sigma_T^2 + (m_T - m_S)^2 / \tau}{2 \sigma_S^2} - \frac12

        A temperature :math:`\tau` multiplies both variances.
        """
        mean = self.mean(given, code)
        of_mean, of_variance = target.split([mean[0].numel(), len(self.variance)], dim=1)
        of_variance = self._per_channel(of_variance)
        squares = of_variance + (of_mean.view_as(mean) - mean).square() / temperature
        variance = self._per_channel(self._variance_of(squares))
        return 0.5 * (squares / variance - 1 + torch.log(variance / of_variance)).flatten(1)

    def student_settings(self, size: float | Mapping[str, int]) -> dict[str, Any]:
        """Return the settings of a narrower decoder, as in :func:`narrower`."""
        return narrower(self, size)

    def student(self, size: float | Mapping[str, int]) -> "GridDensity":
        """Return an untrained student, whose residual noise is this one's."""
        student = GridDensity(**self.student_settings(size)).to(self.variance.device)
        student.spectrum.copy_(self.spectrum)
        return student

    def _per_channel(self, values):
        return values.reshape(*values.shape, *(1 for _ in self.pyramid.sides))

    def _variance_of(self, squares):
        """Return the variance of each channel; in training, the one that fits these squared errors best."""
        if not self.training:
            return self.variance
        seen = squares.detach().transpose(0, 1).flatten(1).mean(dim=1).clamp_min(MIN_VARIANCE)
        self.variance.lerp_(seen, MOMENTUM)
        return seen

    def _to_frequencies(self, grid):
        return torch.fft.fftn(grid, dim=tuple(range(2, grid.ndim)), norm="ortho")

    def _colored(self, grid, gain):
        """Multiply each frequency of a grid by a gain of shape (C, T) or (C, H, W)."""
        colored = gain * self._to_frequencies(grid)
        return torch.fft.ifftn(colored, dim=tuple(range(2, grid.ndim)), norm="ortho").real

    def _bounded(self, grid):
        if self.settings["bounds"] is None:
            return grid
        low, high = self._per_channel(grid.new_tensor(self.settings["bounds"]).T)
        width = (high - low).clamp_min(MIN_VARIANCE)
        share = (-low / width).clamp(0.01, 0.99)  # where 0 lies between the bounds
        return low + width * torch.sigmoid(grid / (width * share * (1 - share)) + torch.logit(share))
