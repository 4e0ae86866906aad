"""What kind of table came in, so that the same kind goes out."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy.sparse import issparse
from sklearn.utils import check_array

from skfairgen.data._column_positions import column_positions
from skfairgen.data._state import State
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
    """

    container: str
    columns: pd.Index
    dtype: np.dtype | None = None

    @classmethod
    def of(cls, X: Table) -> tuple[Self, pd.DataFrame]:
        """Return the format of a table and its columns as a DataFrame with labels 0 to n_columns - 1.

        Each column keeps its own dtype; columns of an object array, or of a list, are given the dtype of their values.

        Raises
        ------
        TypeError
            If `X` is sparse.
        ValueError
            If `X` is not two-dimensional, has no row or no column, or holds complex numbers.
        """
        if isinstance(X, pd.DataFrame):
            if X.shape[0] == 0 or X.shape[1] == 0:
                raise ValueError(
                    f"Found a table of {X.shape[0]} sample(s) and {X.shape[1]} feature(s) (shape={X.shape}) "
                    "while a minimum of 1 of each is required. Pass a table that has rows and columns."
                )
            frame = X.set_axis(range(X.shape[1]), axis=1).reset_index(drop=True)
            return cls("frame", X.columns), frame
        if issparse(X):
            raise TypeError("Sparse data was passed for X, but dense data is required. Use '.toarray()' to convert it.")
        container = "list" if isinstance(X, list | tuple) else "array"
        # as an array of one dtype, the numbers beside a word would be words
        values = np.asarray(X, dtype=object) if container == "list" else X
        array = check_array(values, dtype=None, ensure_all_finite=False, input_name="X")
        frame = pd.DataFrame(array, copy=False)
        if array.dtype == object:
            frame = frame.infer_objects()
        return cls(container, frame.columns, array.dtype), frame

    def to_state(self) -> dict[str, Any]:
        """Return what a file holds of it: plain values, arrays and states of its parts."""
        return {"container": self.container, "columns": self.columns, "dtype": self.dtype}

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
        return cls(container, columns, dtype)

    def restore(self, frame: pd.DataFrame) -> Any:
        """Return a frame with labels 0 to n_columns - 1 as the kind of table that came in."""
        if self.container == "frame":
            return frame.set_axis(self.columns, axis=1)
        if frame.shape[0] == 0:
            array = np.empty(frame.shape, dtype=self.dtype)
        elif self.dtype == object:
            array = np.column_stack([_objects(frame[column]) for column in frame])
        else:
            array = frame.to_numpy(dtype=self.dtype)
        return array.tolist() if self.container == "list" else array

    def join(self, X: Any, frame: pd.DataFrame) -> Any:
        """Return `X`, untouched, followed by the rows of a frame with labels 0 to n_columns - 1."""
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


def _objects(column):
    values = np.empty(len(column), dtype=object)
    values[:] = column.astype(object)
    return values
