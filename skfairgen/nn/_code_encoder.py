"""What every encoder of items can do: Gaussian codes that are as fine as their noise."""

from collections.abc import Mapping
from typing import Any, Self

import torch
from torch import Generator, Tensor, nn

from skfairgen.nn._density import Items

LOG_VARIANCE_BOUNDS = (-8.0, 4.0)


class CodeEncoder(nn.Module):
    r"""Compress items to a Gaussian code.

    .. math:: q(z \mid x, s) = \mathcal N(\mu(x, s), \operatorname{diag} \sigma^2(x, s))

    A kind of data has a subclass with the methods that raise NotImplementedError here, and the attribute ``settings``.

    Parameters
    ----------
    latent_features : int
        Width :math:`K` of the code.
    """

    settings: dict[str, Any]
    active: Tensor
    resolution: Tensor

    def __init__(self, latent_features: int) -> None:
        super().__init__()
        self.latent_features = latent_features
        #: 1 for a component that is told apart from its noise, 0 for one that is not
        self.register_buffer("active", torch.ones(latent_features, dtype=torch.float32))
        #: standard deviation of each component's noise; 0 before it is known
        self.register_buffer("resolution", torch.zeros(latent_features, dtype=torch.float32))

    @property
    def n_parameters(self) -> int:
        """Number of free parameters."""
        return sum(parameter.numel() for parameter in self.parameters())

    def forward(self, items: Items, levels: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance of the code, both of shape (B, K)."""
        mean, log_variance = self.moments(items, levels)
        return mean * self.active, log_variance.clamp(*LOG_VARIANCE_BOUNDS)

    def moments(self, items: Items, levels: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance, both (B, K), of items and their levels (B, S), before any limit is put on."""
        raise NotImplementedError

    def reset_parameters(self, generator: Generator) -> None:
        """Draw the weights that training starts from, on the CPU."""
        raise NotImplementedError

    def student_settings(self, size: float | Mapping[str, int]) -> dict[str, Any]:
        """Return the settings of a student, as in :meth:`Density.student_settings`."""
        raise NotImplementedError

    def student(self, size: float | Mapping[str, int]) -> Self:
        """Return an untrained student of :meth:`student_settings`, which reads the same items."""
        return type(self)(**self.student_settings(size))

    def coarsen(self, means: Tensor) -> Tensor:
        """Round means to whole steps of the resolution that :meth:`settle` found, shape (B, K)."""
        is_set = self.resolution > 0
        step = torch.where(is_set, self.resolution, 1)
        return torch.where(is_set, torch.round(means / step) * step, means)

    @torch.no_grad()
    def settle(self, means: Tensor, log_variances: Tensor, min_ratio: float) -> None:
        r"""Note how fine the code is, and set components that say next to nothing to 0 for good.

        The resolution of a component is the standard deviation of its noise, :math:`(\overline{\sigma^2_{ik}})^{1/2}`.
        A component is set to 0 where

        .. math:: \operatorname{Var}_i \mu_{ik} < r \cdot \overline{\sigma^2_{ik}}

        unless none would be left. In training the noise hides what is finer, from the penalty and from the decoder.
        A mean without noise would reveal it, and with it the group.

        Parameters
        ----------
        means, log_variances : Tensor of shape (n, K)
            Codes of the training rows.
        min_ratio : float
            The ratio r.
        """
        noise = log_variances.exp().mean(dim=0)
        self.resolution.copy_(noise.sqrt())
        is_active = means.var(dim=0, correction=0) >= min_ratio * noise
        if is_active.any():
            self.active.copy_(is_active)
