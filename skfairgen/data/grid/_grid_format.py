"""What kind of images or sequences came in, so that the same kind goes out."""

from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np

from skfairgen.data._state import State


@dataclass(frozen=True)
class GridFormat:
    """Container, shape and dtype of images or sequences.

    Parameters
    ----------
    shape : tuple of int
        Shape of one sample: sides, then channels; (T, C) for sequences, (H, W, C) for images.
    stored_shape : tuple of int
        Shape of one sample as it came in: without the channels where there was no such axis.
    dtype : numpy.dtype
        Dtype of the array.
    container : {"array", "list", "nested list"}
        What the caller passed; "nested list" for lists of lists.

    Examples
    --------
    >>> import numpy as np
    >>> from skfairgen.data import GridFormat
    >>> format, grid = GridFormat.of(np.zeros((10, 28, 28), dtype="uint8"), (28, 28))
    >>> grid.shape
    (10, 28, 28, 1)
    """

    shape: tuple[int, ...]
    stored_shape: tuple[int, ...]
    dtype: np.dtype
    container: str
    #: samples have no columns
    columns: None = field(default=None, init=False, repr=False)

    @staticmethod
    def accepts(X: Any, sample_shape: Any = None) -> bool:
        """Tell whether `X` is an array of three or four axes, or a list that makes one."""
        return _n_axes(X) >= 3

    @classmethod
    def of(cls, X: Any, sample_shape: Any = None) -> tuple[Self, np.ndarray]:
        """Return the format of images or sequences, and these as one array of shape (n_samples, *shape).

        Parameters
        ----------
        X : array or list
            (n, T, C) sequences, (n, H, W, C) images, or, with `sample_shape`, (n, H, W) grey images.
        sample_shape : tuple of int or None
            Shape of one sample: (H, W, C), (H, W) for grey images, (1, T, C) or (T,) for sequences.

        Raises
        ------
        ValueError
            If lengths differ, the shape does not fit, there is no sample, or values are NaN or infinite.
        TypeError
            If the values are no real numbers.
        """
        array = checked_numbers(_as_array(X))
        found = array.shape[1:]
        shape = found if sample_shape is None else shape_of(sample_shape)
        if len(found) > 3 or _long_sides(shape) != _long_sides(found):
            stated = "" if sample_shape is None else f" and sample_shape={sample_shape}"
            raise ValueError(
                f"Found samples of shape {found}{stated}; expected (T, C) for sequences, (H, W, C) for images, or "
                "(H, W) with sample_shape=(H, W) for grey images. Reshape X where its axes are in another order."
            )
        container = "array" if isinstance(X, np.ndarray) and X.dtype != object else "list"
        if container == "list" and not isinstance(X[0], np.ndarray):
            container = "nested list"
        return cls(shape, found, array.dtype, container), array.reshape(-1, *shape)

    def read(self, X: Any) -> tuple[Self, np.ndarray]:
        """Return what :meth:`of` does for other samples of this shape.

        Raises
        ------
        ValueError
            If they have another shape.
        """
        found = np.shape(X[0]) if _n_axes(X) >= 3 and len(X) else np.shape(X)[1:]
        if found != self.stored_shape:
            raise ValueError(f"X has samples of shape {found}; expected those of fit, {self.stored_shape}.")
        format, grid = GridFormat.of(np.reshape(_as_array(X), (-1, *self.shape)))
        return replace(self, dtype=format.dtype), grid

    def restore(self, grid: np.ndarray) -> Any:
        """Return an array of shape (n, *shape) as the kind of samples that came in."""
        array: Any = grid.reshape(len(grid), *self.stored_shape).astype(self.dtype, copy=False)
        return {"array": array.view, "list": lambda: list(array), "nested list": array.tolist}[self.container]()

    def join(self, X: Any, grid: np.ndarray) -> Any:
        """Return `X`, untouched, followed by samples of shape (n, *shape)."""
        added = self.restore(grid)
        return [*X, *added] if isinstance(X, list | tuple) else np.concatenate([X, added])

    def to_state(self) -> dict[str, Any]:
        """Return the format as plain values."""
        shapes = {"shape": list(self.shape), "stored_shape": list(self.stored_shape)}
        return {**shapes, "dtype": self.dtype, "container": self.container}

    @classmethod
    def from_state(cls, state: dict[str, Any], version: int) -> Self:
        """Return the format that :meth:`to_state` wrote.

        Raises
        ------
        ValueError
            If it is not what that returns.
        """
        with State(state, "GridFormat") as fields:
            shape, stored = (read_shape(fields, name) for name in ("shape", "stored_shape"))
            dtype = fields.take("dtype", np.dtype)
            container = fields.choice("container", ("array", "list", "nested list"))
            is_one = _long_sides(shape) == _long_sides(stored)
            fields.require(is_one, f"has the shapes {shape} and {stored}, of different sizes")
            fields.require(dtype.kind in "buif", f"has the dtype {dtype}, expected real numbers")
        return cls(shape, stored, dtype, container)


def read_shape(fields: State, name: str) -> tuple[int, ...]:
    """Take a shape of a sample from a state."""
    shape = fields.list(name, (int,))
    fields.require(1 <= len(shape) <= 3 and min(shape) >= 1, f"has {name}={shape!r:.80}, expected numbers above 0")
    return tuple(shape)


def shape_of(sample_shape: Any) -> tuple[int, ...]:
    """Return the sides and the channels that a stated shape means."""
    sizes = np.atleast_1d(np.asarray(sample_shape))
    if sizes.dtype.kind not in "iu" or sizes.ndim > 1 or not 1 <= len(sizes) <= 3 or sizes.min() < 1:
        raise ValueError(
            f"sample_shape={sample_shape!r} is no shape of a sample; expected (H, W, C), (H, W), (1, T, C) or (T,), "
            "every number a whole one of at least 1."
        )
    shape = tuple(sizes.tolist())
    if len(shape) < 3:
        return (*shape, 1)
    return shape[1:] if shape[0] == 1 else shape


def _long_sides(shape):
    return [side for side in shape if side > 1]


def _n_axes(X):
    if isinstance(X, np.ndarray) and not (X.dtype == object and X.ndim == 1):
        return X.ndim
    return 1 + _n_axes(X[0]) if isinstance(X, list | tuple | np.ndarray) and len(X) else 0


def _as_array(X):
    if isinstance(X, np.ndarray) and X.ndim > 1:
        return X
    try:
        samples = [np.asarray(sample) for sample in X]
    except ValueError as error:
        raise ValueError(
            f"Found a sample that is no array: {error}. Give every sample rows of one length, one number a channel."
        ) from error
    shapes = sorted({sample.shape for sample in samples})
    if len({shape[1:] for shape in shapes}) > 1:
        raise ValueError(f"Found samples of shapes {shapes[0]} and {shapes[-1]}; expected one shape. Make them alike.")
    if len(shapes) > 1:
        shortest, longest = shapes[0][0], shapes[-1][0]
        raise ValueError(
            f"Found sequences of lengths {shortest} to {longest}; expected one length. Pad them to {longest}, or cut "
            "them into windows of one length."
        )
    return np.array(samples)


def checked_numbers(array: np.ndarray) -> np.ndarray:
    """Return an array of real, finite numbers as it is.

    Raises
    ------
    TypeError
        If its dtype is not one of real numbers.
    ValueError
        If it is empty, or a value is NaN, infinite or masked.
    """
    if array.dtype.kind not in "buif":
        raise TypeError(
            f"Found values of dtype {array.dtype}; expected real numbers. Convert them, for example by "
            "X.astype('float32')."
        )
    if array.size == 0:
        raise ValueError(f"Found samples of shape {array.shape}; expected at least one sample with a value.")
    is_masked, mask = np.ma.is_masked(array), np.ma.getmask(array)
    array = np.ma.getdata(array)
    found = "masked" if is_masked else "NaN or infinite"
    if is_masked:
        is_bad = mask.reshape(len(array), -1).any(axis=1)
    elif array.dtype.kind == "f":
        is_bad = np.array([not np.isfinite(sample).all() for sample in array])  # one by one: all may fill the memory
    else:
        return array
    if is_bad.any():
        raise ValueError(
            f"Found {found} values in {is_bad.sum():,} of {len(array):,} samples, the first at position "
            f"{is_bad.argmax()}. Fill them in, or leave these samples out."
        )
    return array
