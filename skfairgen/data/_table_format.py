"""What kind of table came in, so that the same kind goes out."""

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy.sparse import issparse
from sklearn.utils import check_array

from skfairgen.data._column_forms import FORMS, plain_column
from skfairgen.data._column_positions import column_positions
from skfairgen.data._native import Native
from skfairgen.data._state import State, part_state, read_part
from skfairgen.data._typing import Columns, Table


@dataclass(frozen=True)
class TableFormat:
    """Container, column labels and dtype of a table.

    Parameters
    ----------
    container : {"frame", "array", "list"}
        What the caller passed.
    columns : pandas.Index
        Column labels, in order; 0 to n_columns - 1 for arrays and lists.
    dtype : numpy.dtype or None
        Dtype of the array; None for frames.
    native : Native or None
        What a frame of another library than pandas is.
    forms : dict of int to ObjectForm or ArrowForm
        How the columns came, by position, that are read as what they restate.
    """

    container: str
    columns: pd.Index
    dtype: np.dtype | None = None
    native: Native | None = None
    forms: dict[int, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, X: Table) -> tuple[Self, pd.DataFrame]:
        """Return the format of a table and its columns as a DataFrame with labels 0 to n_columns - 1.

        Each column keeps its own dtype; columns of Python's numbers and dates, and those of a list, are given the dtype
        of their values.

        Raises
        ------
        TypeError
            If `X` is sparse.
        ValueError
            If `X` is not two-dimensional, has no row or no column, or holds complex numbers or values within values.
        """
        native, X = Native.of(X)
        if isinstance(X, pd.DataFrame):
            if X.shape[0] == 0 or X.shape[1] == 0:
                raise _nothing_in(X.shape)
            frame = X.set_axis(range(X.shape[1]), axis=1).reset_index(drop=True)
            forms, frame = _plain(frame, X.columns)
            return cls("frame", X.columns, None, native, forms), frame
        container = "list" if isinstance(X, list | tuple) else "array"
        if issparse(X):
            raise TypeError("Sparse data was passed for X, but dense data is required. Use '.toarray()' to convert it.")
        array = check_array(_two_axes(X, container), dtype=None, ensure_all_finite=False, input_name="X")
        forms, frame = _plain(pd.DataFrame(array, copy=False))
        return cls(container, frame.columns, array.dtype, None, forms), frame.infer_objects()

    def read(self, X: Table) -> tuple["TableFormat", pd.DataFrame]:
        """Return what :meth:`of` does for another table."""
        return TableFormat.of(X)

    def to_state(self) -> dict[str, Any]:
        """Return what a file holds of it: plain values, arrays and states of its parts."""
        return {
            "container": self.container,
            "columns": self.columns,
            "dtype": self.dtype,
            "native": None if self.native is None else self.native.to_state(),
            "forms": [[int(position), part_state(form)] for position, form in self.forms.items()],
        }

    @classmethod
    def from_state(cls, state: dict[str, Any], version: int) -> Self:
        """Return the part of a state that :meth:`to_state` gave.

        Raises
        ------
        ValueError
            If a field is missing, or is not what the part expects; the message names it.
        """
        with State(state, "TableFormat") as fields:
            container = fields.choice("container", ("frame", "array", "list"))
            columns, dtype = fields.take("columns", pd.Index), fields.take("dtype", (np.dtype, None))
            fields.require(len(columns) > 0, "has no columns")
            fields.require((dtype is None) == (container == "frame"), f"has a {container} of the dtype {dtype}")
            native = fields.any("native", None)
            native = None if native is None else Native.from_state(native, version)
            forms = {place: read_part(form, FORMS, version) for place, form in fields.list("forms", default=[])}
            is_place = all(type(place) is int and 0 <= place < len(columns) for place in forms)
            fields.require(is_place, f"has forms of the columns {list(forms)!r:.80}")
        return cls(container, columns, dtype, native, forms)

    def restore(self, frame: pd.DataFrame) -> Any:
        """Return a frame with labels 0 to n_columns - 1 as the kind of table that came in."""
        if self.container == "frame":
            given = self._as_given(frame)
            return given if self.native is None else self.native.restore(given)
        if frame.shape[0] == 0:
            array = np.empty(frame.shape, dtype=self.dtype)
        elif self.dtype == object:
            array = np.column_stack([_objects(column) for _, column in self._as_given(frame).items()])
        else:
            array = frame.to_numpy(dtype=self.dtype)
        return array.tolist() if self.container == "list" else array

    def restore_columns(self, frame: pd.DataFrame, positions: list[int]) -> Any:
        """Return some columns of such a frame, in a frame of the library that the table came from."""
        given = self._as_given(frame).iloc[:, positions]
        return given if self.native is None else self.native.part(positions).restore(given)

    def join(self, X: Any, frame: pd.DataFrame) -> Any:
        """Return `X`, untouched, followed by the rows of a frame with labels 0 to n_columns - 1."""
        if self.native is not None:
            return self.native.restore(pd.concat([Native.of(X)[1], self._as_given(frame)], ignore_index=True))
        added = self.restore(frame)
        if self.container == "frame":
            return pd.concat([X, added], ignore_index=True)
        return [*X, *added] if self.container == "list" else np.concatenate([X, added])

    def positions(self, labels: Columns, parameter: str) -> list[int]:
        """Return the positions of columns given by label or, failing that, by position.

        Raises
        ------
        ValueError
            As :func:`column_positions`.
        """
        return column_positions(self.columns, labels, parameter)

    def _as_given(self, frame):
        """Return a frame of pandas under its own labels, with columns as they came."""
        columns = {place: self.forms[place].restore(frame[place]) for place in self.forms}
        return _with_columns(frame, columns).set_axis(self.columns, axis=1)


def _two_axes(X, container):
    """Return X as an array, of objects where it is a list: their common type would turn numbers beside words to words.

    Raises
    ------
    ValueError
        If it has not two axes.
    """
    try:
        array = np.array(X, dtype=object) if container == "list" else np.asarray(X)
        if np.ma.isMaskedArray(X) and np.ma.getmaskarray(X).any():
            array = array.astype(object)
            array[np.ma.getmaskarray(X)] = None
        n_axes = np.ndim(array)
    except ValueError as error:  # rows of unequal shapes
        raise ValueError(f"X cannot be read as a table: {error}. Pass rows of one length.") from error
    if array.dtype.kind == "c":
        raise ValueError("Complex data not supported: X holds complex numbers. Split them into two columns each.")
    if n_axes == 2 and 0 in array.shape:
        raise _nothing_in(array.shape)
    if n_axes == 2:
        return array
    if n_axes == 1 and container == "list" and len({np.size(row) for row in X}) > 1:
        raise ValueError("X is a list whose rows differ in length. Pass rows of one length.")
    remedy = "Reshape your data: X.reshape(-1, 1) for one column, or X.reshape(1, -1) for one row."
    if n_axes > 2 and not isinstance(X, np.ndarray):
        remedy = "Images and sequences are arrays of numpy: pass numpy.asarray(X)."
    raise ValueError(
        f"Expected 2D array, got {n_axes}D array instead: X is a {type(X).__name__} of the shape {np.shape(array)}. "
        f"{remedy}"
    )


def _nothing_in(shape):
    return ValueError(
        f"Found a table of {shape[0]} sample(s) and {shape[1]} feature(s) (shape={shape}) while a minimum of 1 is "
        "required of each. Pass a table that has rows and columns."
    )


def _plain(frame, names=None):
    """Return the forms of the columns that have one, by position, and the frame as what they restate."""
    names = frame.columns if names is None else names
    read = {place: plain_column(frame[place].rename(name)) for place, name in zip(frame, names, strict=True)}
    read = {place: own for place, own in read.items() if own[0] is not None}
    forms = {place: form for place, (form, _) in read.items()}
    return forms, _with_columns(frame, {place: column for place, (_, column) in read.items()})


def _with_columns(frame, columns):
    """Return a frame of columns under integer labels with some in the place of others."""
    if not columns:
        return frame
    made = {place: columns.get(place, column) for place, column in frame.items()}
    return pd.DataFrame(made, index=frame.index)


def _objects(column):
    values = np.empty(len(column), dtype=object)
    values[:] = column.astype(object)
    return values
