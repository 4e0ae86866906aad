"""The sizes that a grid passes through on its way to a code and back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from skfairgen.nn._random_layers import Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d

SMALLEST_SIDE = 8  # a side is halved while it is not shorter than this
MOST_WIDENING = 4  # channels double with every halving, up to this factor


@dataclass(frozen=True)
class Pyramid:
    """How often each side is halved, and the channels of each level.

    Parameters
    ----------
    shape : tuple of int
        Channels, then one side (sequences) or two (images), each at least 1.
    channels : int
        Channels of the finest level.

    Raises
    ------
    ValueError
        If the shape has not one or two sides, or a number is below 1.
    """

    shape: tuple[int, ...]
    channels: int

    def __post_init__(self) -> None:
        if len(self.shape) not in (2, 3) or min(*self.shape, self.channels) < 1:
            raise ValueError(
                f"Found shape {tuple(self.shape)} and {self.channels} channels; expected (C, T) for sequences or "
                "(C, H, W) for images, every number at least 1."
            )

    @property
    def sides(self) -> tuple[int, ...]:
        """The sides of the grid."""
        return tuple(self.shape[1:])

    @property
    def strides(self) -> list[tuple[int, ...]]:
        """For each level, the finest first, the stride along each side: 2 where it is halved, else 1."""
        halvings = [_n_halvings(side) for side in self.sides]
        return [tuple(1 + (level < n) for n in halvings) for level in range(max(1, *halvings))]

    @property
    def widths(self) -> list[int]:
        """Channels of each level, the finest first."""
        return [self.channels * min(2**level, MOST_WIDENING) for level in range(len(self.strides))]

    @property
    def base(self) -> tuple[int, ...]:
        """Shape of the coarsest level: channels and sides."""
        return (self.widths[-1], *(-(-side // 2 ** _n_halvings(side)) for side in self.sides))

    def pad(self, grid: Tensor) -> Tensor:
        """Add zeros at the end of each side, so that it can be halved."""
        ends = [-side % 2 ** _n_halvings(side) for side in self.sides]
        return F.pad(grid, [amount for end in reversed(ends) for amount in (0, end)])

    def crop(self, grid: Tensor) -> Tensor:
        """Undo :meth:`pad`."""
        inside: tuple[Any, ...] = (..., *(slice(side) for side in self.sides))
        return grid[inside]

    def convolution(
        self, in_channels: int, out_channels: int, stride: Sequence[int], transposed: bool = False
    ) -> nn.Module:
        """Return the convolution that divides the sides by `stride`, or, transposed, multiplies them."""
        kinds: dict[int, Any] = {1: (Conv1d, ConvTranspose1d), 2: (Conv2d, ConvTranspose2d)}
        kernel = tuple(4 if step == 2 else 3 for step in stride)
        return kinds[len(self.sides)][transposed](in_channels, out_channels, kernel, stride, 1)


def _n_halvings(side):
    n = 0
    while side >= SMALLEST_SIDE:
        side, n = -(-side // 2), n + 1
    return n
