"""Images and sequences as arrays of about unit scale, and back."""

import os
from collections.abc import Mapping
from copy import copy
from typing import Any, NamedTuple, Self

import numpy as np

from skfairgen.data._state import DTYPES, State
from skfairgen.data.grid._grid_format import checked_numbers, read_shape
from skfairgen.data.grid._number_columns import array_of_columns, columns_of_array, is_real

BATCH_NUMBERS = 256 * 20  # that training holds for each value of a sample: a batch of activations
N_COPIES = 3  # of all samples, in float32
RANGES = ("ranges", "common_ranges")
CHUNK_ROWS = 1_024  # samples that are held in float64 at a time


class GridSpec(NamedTuple):
    """What networks of images or sequences are built from.

    Attributes
    ----------
    shape : tuple of int
        (C, T) for sequences, (C, H, W) for images.
    bounds : tuple of (float, float)
        Least and greatest value of each channel, in the unit of the items.
    """

    shape: tuple[int, ...]
    bounds: tuple[tuple[float, float], ...]

    @property
    def kind(self) -> str:
        """Name of the networks that model such items."""
        return "grid"


class GridCodec:
    """Scale images or sequences channel by channel, and turn them back into values of the fitted kind.

    Each channel gets mean 0 and standard deviation 1. The codec holds six numbers a channel, never a sample.

    Parameters
    ----------
    shape : tuple of int or None
        Sides and channels of one sample of flat rows; None for arrays, which show their shape.

    Attributes
    ----------
    ranges_ : ndarray of shape (C, 2)
        Least and greatest value of each channel, in the unit of the samples.
    common_ranges_ : ndarray of shape (C, 2)
        The same, but for the 4 samples that reach farthest at either end: what a file without records holds.
    means_, scales_ : ndarray of shape (C,)
        Mean and standard deviation of each channel; 1 in the place of a standard deviation of 0.
    dtype_ : numpy.dtype
        Dtype of the samples.
    positions_ : list of int or None
        Positions of the columns of flat rows.
    dtypes_ : list of dtype or None
        Dtypes of the columns of flat rows; None where all are `dtype_`.

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

    hidden_columns: frozenset[int] = frozenset()
    min_category_count: int = 5
    identifiers_: tuple[int, ...] = ()
    #: the codec of each column on its own: none has one
    columns_: Mapping[int, Any] = {}
    means_: np.ndarray
    scales_: np.ndarray

    def __init__(self, shape: tuple[int, ...] | None = None) -> None:
        self.shape = shape

    def fit(self, samples: Any, names: Any = None) -> Self:
        """Learn the scale of each channel from an array (n, T, C) or (n, H, W, C), or from the columns of flat rows.

        Raises
        ------
        ValueError
            If a value is NaN or infinite, or so large that their sum is.
        TypeError
            If a column of flat rows does not hold real numbers.
        MemoryError
            If training on so many values would not fit into the memory of this machine.
        """
        self.positions_: list[int] | None = None if self.shape is None else list(samples.columns)
        grid = self._grid(samples, names)
        _check_memory(grid.shape)
        others = tuple(range(grid.ndim - 1))
        self.dtype_: np.dtype = grid.dtype
        own = [] if self.shape is None else samples.dtypes.tolist()
        self.dtypes_: list[Any] | None = None if all(dtype == self.dtype_ for dtype in own) else own
        self.shape_: tuple[int, ...] = grid.shape[1:]
        ends = [np.sort(reach(grid, axis=others[1:]), axis=0) for reach in (np.min, np.max)]
        self.ranges_: np.ndarray = np.stack([ends[0][0], ends[1][-1]], axis=1).astype(float)
        place = min(self.min_category_count, (len(grid) + 1) // 2) - 1
        self.common_ranges_: np.ndarray = np.stack([ends[0][place], ends[1][-1 - place]], axis=1).astype(float)
        with np.errstate(over="ignore"):
            means = grid.mean(axis=others, dtype=float)
        if not np.isfinite(means).all():
            raise ValueError(
                f"Found values from {self.ranges_.min():.3g} to {self.ranges_.max():.3g}, too large to be added up. "
                "Divide X by a power of ten."
            )
        scales = _standard_deviations(grid, means, others)
        self.means_ = np.clip(means, *self.common_ranges_.T)
        self.scales_ = np.where(scales > 0, scales, 1.0)
        return self

    @property
    def spec(self) -> GridSpec:
        """What networks are built from."""
        bounds = (self.common_ranges_ - self.means_[:, None]) / self.scales_[:, None]
        return GridSpec((self.shape_[-1], *self.shape_[:-1]), tuple((float(low), float(high)) for low, high in bounds))

    def encode(self, samples: Any) -> dict[str, np.ndarray]:
        """Return ``{"grid": float32 array of shape (n, C, T) or (n, C, H, W)}``."""
        grid = self._grid(samples)
        items = np.empty((len(grid), grid.shape[-1], *grid.shape[1:-1]), dtype="float32")
        for rows in _chunks(len(grid)):
            scaled = (grid[rows] - self.means_) / self.scales_
            if np.abs(scaled).max() > np.finfo("float32").max:
                raise ValueError(
                    f"Found values of up to {np.abs(grid[rows]).max():.3g}, far beyond those of fit, "
                    f"{self.ranges_.min():.3g} to {self.ranges_.max():.3g}. Pass samples in the unit of fit."
                )
            items[rows] = np.moveaxis(scaled, -1, 1)
        return {"grid": items}

    def decode(self, items: Mapping[str, np.ndarray], rng: np.random.Generator) -> Any:
        """Return an array of shape (n, T, C) or (n, H, W, C), or the columns of flat rows; `rng` is not drawn from.

        Values are of the fitted dtype, integers rounded, and lie within the fitted range of their channel.
        """
        drawn = np.asarray(items["grid"])
        grid = np.empty((len(drawn), *self.shape_), dtype=self.dtype_)
        for channel, (scale, mean, range_) in enumerate(zip(self.scales_, self.means_, self.ranges_, strict=True)):
            values = drawn[:, channel].astype(float)  # one channel at a time is half of the memory, and much faster
            values *= scale
            values += mean
            np.clip(values, *range_, out=values)
            grid[..., channel] = values if self.dtype_.kind == "f" else np.rint(values, out=values)
        if self.positions_ is None:
            return grid
        return columns_of_array(grid.reshape(len(grid), len(self.positions_)), self.positions_, self.dtypes_)

    def keep_unchanged(
        self, decoded: Any, samples: Any, items: Mapping[str, np.ndarray], drawn: Mapping[str, np.ndarray]
    ) -> Any:
        """Put samples back, in place, where all of their items are the same."""
        is_same = (items["grid"] == drawn["grid"]).reshape(len(decoded), -1).all(axis=1)
        if self.positions_ is None:
            decoded[is_same] = samples[is_same]
        else:
            decoded.loc[is_same] = samples[is_same]
        return decoded

    def covers(self, samples: Any) -> bool:
        """Tell whether samples have the shape and the dtype of the fitted ones, and lie within their ranges."""
        grid = self._grid(samples)
        own = None if self.dtypes_ is None else samples.dtypes.tolist()
        if grid.shape[1:] != self.shape_ or grid.dtype != self.dtype_ or own != self.dtypes_:
            return False
        others = tuple(range(grid.ndim - 1))
        return bool(
            (grid.min(axis=others) >= self.ranges_[:, 0]).all() and (grid.max(others) <= self.ranges_[:, 1]).all()
        )

    def fits(self, schema: Any) -> bool:
        """Tell whether this codec codes the samples of a schema."""
        return self.positions_ == schema.feature_positions and self.shape_ == tuple(schema.format.shape)

    def without_records(self) -> Self:
        """Return a copy for decoding only, whose ranges at least 5 samples reach."""
        made = copy(self)
        made.ranges_ = self.common_ranges_
        return made

    def to_state(self) -> dict[str, Any]:
        """Return what was fitted as plain values and arrays."""
        return {
            "shape": [int(side) for side in self.shape_],
            "columns": None if self.positions_ is None else [int(place) for place in self.positions_],
            "dtype": self.dtype_,
            "dtypes": self.dtypes_,
            "ranges": self.ranges_,
            "common_ranges": self.common_ranges_,
            "means": self.means_,
            "scales": self.scales_,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any], version: int) -> Self:
        """Return the codec that :meth:`to_state` wrote.

        Raises
        ------
        ValueError
            If it is not what that returns.
        """
        with State(state, "GridCodec") as fields:
            shape = read_shape(fields, "shape")
            columns = fields.take("columns", (list, None))
            made = cls(None if columns is None else shape)
            made.shape_, made.positions_ = shape, columns
            made.dtype_ = fields.take("dtype", np.dtype)
            made.dtypes_ = fields.take("dtypes", (list, None), default=None)
            is_meant = made.dtypes_ is None or len(made.dtypes_) == len(columns or ())
            is_meant = is_meant and all(isinstance(dtype, DTYPES) and is_real(dtype) for dtype in made.dtypes_ or ())
            fields.require(is_meant, f"has the dtypes {made.dtypes_!r:.80}, expected one of numbers for each column")
            made.ranges_, made.common_ranges_ = (fields.array(name, "f", (shape[-1], 2)) for name in RANGES)
            made.means_ = fields.array("means", "f", (shape[-1],))
            made.scales_ = fields.array("scales", "f", (shape[-1],), low=np.finfo(float).tiny)
            fields.require(made.dtype_.kind in "buif", f"has the dtype {made.dtype_}, expected real numbers")
            begin_first = all((ends[:, 0] <= ends[:, 1]).all() for ends in (made.ranges_, made.common_ranges_))
            fields.require(begin_first, "has ranges that end before they begin")
        return made

    def _grid(self, samples, names=None):
        """Return samples as an array of shape (n, *shape)."""
        if self.shape is None:
            return samples
        return checked_numbers(array_of_columns(samples, names)).reshape(-1, *self.shape)


def _chunks(n_rows):
    return [slice(start, start + CHUNK_ROWS) for start in range(0, n_rows, CHUNK_ROWS)]


def _standard_deviations(grid, means, axes):
    """Return the standard deviation of each channel, however large or small its values are."""
    far = np.maximum(grid.max(axis=axes) - means, means - grid.min(axis=axes))
    unit = np.where(far > 0, far, 1.0)
    total = sum(np.square((grid[rows] - means) / unit).sum(axis=axes) for rows in _chunks(len(grid)))
    return unit * np.sqrt(total / (grid.size // len(means)))


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
