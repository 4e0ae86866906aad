"""Layers whose random numbers come from a generator of their own, never from torch's global one."""

import math

import torch
from torch import Generator, Tensor, nn


class Stochastic(nn.Module):
    """A module that draws random numbers when it is called.

    Attributes
    ----------
    generator : torch.Generator or None
        Where the numbers come from, on the module's device. None is torch's global generator. It is no part of the
        state.
    """

    generator: Generator | None = None


class Dropout(Stochastic):
    """Set a share of the inputs to 0 in training, and scale up the others.

    Parameters
    ----------
    rate : float
        The share, in [0, 1).
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the inputs with some of them set to 0."""
        if not self.training or self.rate == 0:
            return inputs
        kept = torch.empty_like(inputs).bernoulli_(1 - self.rate, generator=self.generator)
        return inputs * kept.div_(1 - self.rate)


class Embedding(nn.Embedding):
    """An embedding in float32 that starts out normal, once a generator is given."""

    def __init__(self, n_values: int, features: int) -> None:
        super().__init__(n_values, features, dtype=torch.float32)

    def reset_parameters(self, generator: Generator | None = None, std: float = 1.0) -> None:
        """Draw the weights; without a generator they are left as they are."""
        if generator is not None:
            nn.init.normal_(self.weight, std=std, generator=generator)


class Linear(nn.Linear):
    """A dense layer in float32 that starts out uniform, as torch's does, once a generator is given."""

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__(in_features, out_features, dtype=torch.float32)

    def reset_parameters(self, generator: Generator | None = None) -> None:
        """Draw the weights; without a generator they are left as they are."""
        if generator is not None:
            nn.init.kaiming_uniform_(self.weight, a=math.sqrt(5), generator=generator)
            bound = 1 / math.sqrt(self.in_features)
            nn.init.uniform_(self.bias, -bound, bound, generator=generator)


class _Undrawn:
    """A layer that leaves its weights alone when it is made: they are drawn by :func:`draw_initial_weights`."""

    def reset_parameters(self, generator: Generator | None = None) -> None:
        """Do nothing."""


class Conv1d(_Undrawn, nn.Conv1d):
    """A convolution of sequences."""


class Conv2d(_Undrawn, nn.Conv2d):
    """A convolution of images."""


class ConvTranspose1d(_Undrawn, nn.ConvTranspose1d):
    """A transposed convolution of sequences."""


class ConvTranspose2d(_Undrawn, nn.ConvTranspose2d):
    """A transposed convolution of images."""


def draw_from(module: nn.Module, generator: Generator | None) -> None:
    """Let every layer that draws random numbers take them from a generator, on the device of the module."""
    for part in module.modules():
        if isinstance(part, Stochastic):
            part.generator = generator
