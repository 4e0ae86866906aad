"""What kind of images or sequences came in, so that the same kind goes out."""

from dataclasses import dataclass, field
from math import prod
from typing import Any, Self

import numpy as np
import pandas as pd

from skfairgen.data._table_format import TableFormat


@dataclass(frozen=True)
class GridFormat:
    """Container, shape and dtype of images or sequences.

    Parameters
    ----------
    shape : tuple of int
        Shape of one sample: sides, then channels; (T, C) for sequences, (H, W, C) for images.
    stored_shape : tuple of int
        Shape of one sample as it came in: without the channels where there was no such axis, one number in flat rows.
    dtype : numpy.dtype or None
        Dtype of the array; None for frames.
    container : {"array", "list", "nested list", "rows"}
        What the caller passed; "nested list" for lists of lists, "rows" for a table whose columns are values.
    table : TableFormat or None
        Format of the rows.
    sensitive : tuple of int
        Positions of the columns of the rows that are no part of a sample.

    Examples
    --------
    >>> import numpy as np
    >>> from skfairgen.data import GridFormat
    >>> format, grid = GridFormat.of(np.zeros((10, 785), dtype="uint8"), (28, 28), sensitive_columns=[784])
    >>> grid.shape
    (10, 28, 28, 1)
    """

    shape: tuple[int, ...]
    stored_shape: tuple[int, ...]
    dtype: np.dtype | None
    container: str
    table: TableFormat | None = None
    sensitive: tuple[int, ...] = field(default=())

    @staticmethod
    def fits(X: Any, sample_shape: Any = None) -> bool:
        """Tell whether `X` is to be read as images or sequences: it has three or four axes, or a `sample_shape`."""
        return sample_shape is not None or _n_axes(X) in (3, 4)

    @classmethod
    def of(cls, X: Any, sample_shape: Any = None, sensitive_columns: Any = ()) -> tuple[Self, np.ndarray]:
        """Return the format of images or sequences, and these as one array of shape (n_samples, *shape).

        Parameters
        ----------
        X : array, list or DataFrame
            (n, T, C) sequences, (n, H, W, C) images, or, with `sample_shape`, (n, H, W) grey images or flat rows.
        sample_shape : tuple of int or None
            Shape of one sample of flat rows, in C order: (H, W, C), (H, W) for grey images, (1, T, C) or (T,) for
            sequences.
        sensitive_columns : label, position or list of them
            Columns of flat rows that are no part of a sample.

        Raises
        ------
        ValueError
            If lengths differ, the shape does not fit, there is no sample, or values are NaN or infinite.
        TypeError
            If the values are no real numbers.
        """
        if _n_axes(X) < 3:
            return cls._of_rows(X, sample_shape, sensitive_columns)
        if np.size(sensitive_columns):
            raise ValueError(
                f"Found sensitive_columns={sensitive_columns!r}, but images and sequences have no columns. Pass their "
                "values to fit as sensitive_features, or flatten X and give sample_shape."
            )
        array = _checked(_as_array(X))
        found = array.shape[1:]
        shape = found if sample_shape is None else _shape_of(sample_shape)
        if len(found) > 3 or prod(shape) != prod(found):
            stated = "" if sample_shape is None else f" and sample_shape={sample_shape}"
            raise ValueError(
                f"Found samples of shape {found}{stated}; expected (T, C) for sequences, (H, W, C) for images, or "
                "(H, W) with sample_shape=(H, W) for grey images."
            )
        container = "array" if isinstance(X, np.ndarray) and X.dtype != object else "list"
        if container == "list" and not isinstance(X[0], np.ndarray):
            container = "nested list"
        return cls(shape, found, array.dtype, container), array.reshape(-1, *shape)

    @classmethod
    def _of_rows(cls, X, sample_shape, sensitive_columns):
        if sample_shape is None:
            raise ValueError("Found a table; give sample_shape, the shape of one sample, to read its rows as images.")
        table, frame = TableFormat.of(X)
        sensitive = table.positions(sensitive_columns, "sensitive_columns") if np.size(sensitive_columns) else []
        shape = _shape_of(sample_shape)
        values = frame.drop(columns=sensitive)
        if values.shape[1] != prod(shape):
            beside = " beside the sensitive ones" if sensitive else ""
            raise ValueError(
                f"sample_shape={sample_shape} needs {prod(shape):,} columns{beside}; found "
                f"{values.shape[1]:,}. Give the shape of one row's sample, or drop the columns that are no part of it."
            )
        array = _checked(values.to_numpy())
        format = cls(shape, (frame.shape[1],), table.dtype, "rows", table, tuple(sensitive))
        return format, array.reshape(-1, *shape)

    @property
    def spec(self) -> tuple[int, ...]:
        """Shape that networks are built from: (C, T) for sequences, (C, H, W) for images."""
        return (self.shape[-1], *self.shape[:-1])

    def sensitive_table(self, X: Any) -> pd.DataFrame:
        """Return the sensitive columns of flat rows as a frame whose labels are their positions."""
        if self.table is None:
            return pd.DataFrame(index=range(len(X)))
        return TableFormat.of(X)[1][list(self.sensitive)]

    def restore(self, grid: np.ndarray, sensitive: Any = None) -> Any:
        """Return an array of shape (n, *shape) as the kind of samples that came in.

        Parameters
        ----------
        grid : ndarray of shape (n, *shape)
            The samples.
        sensitive : DataFrame or None
            Sensitive columns of flat rows, labels as those of :meth:`sensitive_table`.
        """
        if self.table is None:
            array: Any = grid.reshape(len(grid), *self.stored_shape).astype(self.dtype, copy=False)
            return {"array": array.view, "list": lambda: list(array), "nested list": array.tolist}[self.container]()
        values = [position for position in range(self.stored_shape[0]) if position not in self.sensitive]
        frame = pd.DataFrame(grid.reshape(len(grid), -1), columns=values)
        if self.sensitive:
            frame = pd.concat([frame, sensitive.set_axis(frame.index)], axis=1)
        return self.table.restore(frame[list(range(self.stored_shape[0]))])

    def join(self, X: Any, grid: np.ndarray, sensitive: pd.DataFrame | None = None) -> Any:
        """Return `X`, untouched, followed by samples of shape (n, *shape)."""
        added = self.restore(grid, sensitive)
        if isinstance(X, pd.DataFrame):
            return pd.concat([X, added], ignore_index=True)
        return [*X, *added] if isinstance(X, list | tuple) else np.concatenate([X, added])

    def to_state(self) -> dict[str, Any]:
        """Return the format as plain values."""
        return {
            "shape": list(self.shape),
            "stored_shape": list(self.stored_shape),
            "dtype": None if self.dtype is None else self.dtype.str,
            "container": self.container,
            "table": None if self.table is None else self.table.to_state(),
            "sensitive": list(self.sensitive),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any], version: int) -> Self:
        """Return the format that :meth:`to_state` wrote."""
        table = None if state["table"] is None else TableFormat.from_state(state["table"], version)
        dtype = None if state["dtype"] is None else np.dtype(state["dtype"])
        shapes = tuple(state["shape"]), tuple(state["stored_shape"])
        return cls(*shapes, dtype, state["container"], table, tuple(state["sensitive"]))


def _shape_of(sample_shape):
    """Return the sides and the channels that a stated shape means."""
    shape = tuple(int(size) for size in np.atleast_1d(sample_shape))
    if not 1 <= len(shape) <= 3 or min(shape) < 1:
        raise ValueError(
            f"sample_shape={sample_shape!r} is no shape of a sample; expected (H, W, C), (H, W), (1, T, C) or (T,), "
            "every number at least 1."
        )
    if len(shape) < 3:
        return (*shape, 1)
    return shape[1:] if shape[0] == 1 else shape


def _n_axes(X):
    if isinstance(X, np.ndarray) and not (X.dtype == object and X.ndim == 1):
        return X.ndim
    return 1 + _n_axes(X[0]) if isinstance(X, list | tuple | np.ndarray) and len(X) else 0


def _as_array(X):
    if isinstance(X, np.ndarray) and X.ndim > 1:
        return X
    lengths = [len(sample) for sample in X]
    if min(lengths) != max(lengths):
        raise ValueError(
            f"Found sequences of lengths {min(lengths)} to {max(lengths)}; expected one length. Pad them to "
            f"{max(lengths)}, or cut them into windows of one length."
        )
    return np.array([np.asarray(sample) for sample in X])


def _checked(array):
    """Return an array of real, finite numbers as it is.

    Raises
    ------
    TypeError
        If its dtype is not one of real numbers.
    ValueError
        If it is empty, or a value is NaN or infinite.
    """
    if array.dtype.kind not in "buif":
        raise TypeError(
            f"Found values of dtype {array.dtype}; expected real numbers. Convert them, for example by "
            "X.astype('float32')."
        )
    if array.size == 0:
        raise ValueError(f"Found samples of shape {array.shape}; expected at least one sample with a value.")
    is_bad = ~np.isfinite(array).reshape(len(array), -1).all(axis=1)
    if is_bad.any():
        raise ValueError(
            f"Found NaN or infinite values in {is_bad.sum():,} of {len(array):,} samples, the first at position "
            f"{is_bad.argmax()}. Fill them in, or leave these samples out."
        )
    return array
