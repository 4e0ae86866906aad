"""Images and sequences as arrays of about unit scale, and back."""

import os
from collections.abc import Mapping
from typing import Any, Self

import numpy as np

BATCH_NUMBERS = 256 * 20  # that training holds for each value of a sample: a batch of activations
N_COPIES = 3  # of all samples, in float32


class GridCodec:
    """Scale images or sequences channel by channel, and turn them back into values of the fitted kind.

    Each channel gets mean 0 and standard deviation 1. The codec holds four numbers a channel, never a sample.

    Attributes
    ----------
    spec : tuple of int
        Shape that networks are built from: (C, T) for sequences, (C, H, W) for images.
    bounds : ndarray of shape (C, 2)
        Least and greatest fitted value of each channel, in the unit of the items.
    ranges_ : ndarray of shape (C, 2)
        The same in the unit of the samples.
    means_, scales_ : ndarray of shape (C,)
        Mean and standard deviation of each channel; 1 in the place of a standard deviation of 0.
    dtype_ : numpy.dtype
        Dtype of the samples.

    Examples
    --------
    >>> import numpy as np
    >>> from skfairgen.data import GridCodec
    >>> images = np.arange(48, dtype="uint8").reshape(1, 4, 4, 3)
    >>> codec = GridCodec().fit(images)
    >>> items = codec.encode(images)
    >>> items["grid"].shape
    (1, 3, 4, 4)
    >>> np.array_equal(codec.decode(items, np.random.default_rng(0)), images)
    True
    """

    means_: np.ndarray
    scales_: np.ndarray

    def fit(self, grid: np.ndarray) -> Self:
        """Learn the scale of each channel from an array of shape (n, T, C) or (n, H, W, C).

        Raises
        ------
        MemoryError
            If training on so many values would not fit into the memory of this machine.
        """
        _check_memory(grid.shape)
        others = tuple(range(grid.ndim - 1))
        self.dtype_: np.dtype = grid.dtype
        self.shape_: tuple[int, ...] = grid.shape[1:]
        self.ranges_: np.ndarray = np.stack([grid.min(axis=others), grid.max(axis=others)], axis=1).astype(float)
        self.means_ = np.clip(grid.mean(axis=others, dtype=float), *self.ranges_.T)
        scales = grid.std(axis=others, dtype=float)
        self.scales_ = np.where(scales > 0, scales, 1.0)
        return self

    @property
    def spec(self) -> tuple[int, ...]:
        """Shape that networks are built from."""
        return (self.shape_[-1], *self.shape_[:-1])

    @property
    def bounds(self) -> np.ndarray:
        """Least and greatest fitted value of each channel, in the unit of the items."""
        return (self.ranges_ - self.means_[:, None]) / self.scales_[:, None]

    def encode(self, grid: np.ndarray) -> dict[str, np.ndarray]:
        """Return ``{"grid": float32 array of shape (n, C, T) or (n, C, H, W)}``."""
        scaled = (grid - self.means_) / self.scales_
        return {"grid": np.ascontiguousarray(np.moveaxis(scaled.astype("float32"), -1, 1))}

    def decode(self, items: Mapping[str, np.ndarray], rng: np.random.Generator) -> np.ndarray:
        """Return an array of shape (n, T, C) or (n, H, W, C); `rng` is not drawn from.

        Values are of the fitted dtype, integers rounded, and lie within the fitted range of their channel.
        """
        values = np.moveaxis(np.asarray(items["grid"], dtype=float), 1, -1) * self.scales_ + self.means_
        values = np.clip(values, *self.ranges_.T)
        return (values if self.dtype_.kind == "f" else np.rint(values)).astype(self.dtype_)

    def to_state(self) -> dict[str, Any]:
        """Return what was fitted as plain values and arrays."""
        return {
            "shape": list(self.shape_),
            "dtype": self.dtype_.str,
            "ranges": self.ranges_,
            "means": self.means_,
            "scales": self.scales_,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any], version: int) -> Self:
        """Return the codec that :meth:`to_state` wrote."""
        codec = cls()
        codec.shape_ = tuple(state["shape"])
        codec.dtype_ = np.dtype(state["dtype"])
        codec.ranges_, codec.means_, codec.scales_ = (state[name] for name in ("ranges", "means", "scales"))
        return codec


def _check_memory(shape):
    n_samples, n_values = shape[0], int(np.prod(shape[1:]))
    needed = 4 * n_values * (N_COPIES * n_samples + BATCH_NUMBERS)
    available = _memory_of_this_machine()
    if needed > available:
        sides = " x ".join(f"{size:,}" for size in shape[1:])
        raise MemoryError(
            f"Found {n_samples:,} samples of {sides} values; training on them takes about {needed / 2**30:,.0f} GiB, "
            f"and this machine has {available / 2**30:,.0f} GiB. Shrink the samples, or fit on fewer of them."
        )


def _memory_of_this_machine():
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # a system that does not tell
        return np.inf
