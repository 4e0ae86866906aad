"""Uniform numbers to normal ones and back."""

import torch
from torch import Tensor


def to_normal(uniforms: Tensor) -> Tensor:
    """Turn uniform numbers in [0, 1) into standard normal ones; 0 becomes the least finite one."""
    least = torch.finfo(uniforms.dtype).eps / 2
    return torch.special.ndtri(uniforms.clamp(least, 1 - 2 * least))


def to_uniform(normals: Tensor) -> Tensor:
    """Turn standard normal numbers into uniform ones in (0, 1)."""
    return torch.special.ndtr(normals)
