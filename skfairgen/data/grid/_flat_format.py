"""Images and sequences in flat rows: a table whose columns, but the sensitive ones, are the values of a sample."""

from dataclasses import dataclass
from math import prod
from typing import Any, Self

import pandas as pd

from skfairgen.data._state import State
from skfairgen.data._table_format import TableFormat
from skfairgen.data.grid._grid_format import GridFormat, read_shape, shape_of


@dataclass(frozen=True)
class FlatFormat(TableFormat):
    """A :class:`TableFormat` with the shape of one sample, whose values are in C order.

    Parameters
    ----------
    container, columns, dtype, native, forms
        As in :class:`TableFormat`.
    shape : tuple of int
        Sides, then channels.
    """

    shape: tuple[int, ...] = ()

    @staticmethod
    def accepts(X: Any, sample_shape: Any = None) -> bool:
        """Tell whether `X` is to be read as flat samples: it has a `sample_shape` and fewer than three axes."""
        return sample_shape is not None and not GridFormat.accepts(X)

    @classmethod
    def of(cls, X: Any, sample_shape: Any = ()) -> tuple[Self, pd.DataFrame]:
        """Return the format of flat samples and their columns, as :meth:`TableFormat.of`."""
        table, frame = TableFormat.of(X)
        shape = shape_of(sample_shape)
        return cls(**vars(table), shape=shape), frame

    def read(self, X: Any) -> tuple[TableFormat, pd.DataFrame]:
        """Return what :meth:`of` does for other rows."""
        return TableFormat.of(X)

    def check_columns(self, n_columns: int, is_beside: bool) -> None:
        """Raise ValueError if so many columns, beside the sensitive ones or not, are no sample."""
        if n_columns != prod(self.shape):
            beside = " beside the sensitive ones" if is_beside else ""
            shape = tuple(int(side) for side in self.shape)
            raise ValueError(
                f"sample_shape={shape} needs {prod(shape):,} columns{beside}; found {n_columns:,}. Give the shape of "
                "one row's sample, or drop the columns that are no part of it."
            )

    def to_state(self) -> dict[str, Any]:
        """Return the format as plain values."""
        return {**super().to_state(), "shape": [int(side) for side in self.shape]}

    @classmethod
    def from_state(cls, state: dict[str, Any], version: int) -> Self:
        """Return the format that :meth:`to_state` wrote; errors as in :meth:`TableFormat.from_state`."""
        with State({name: value for name, value in state.items() if name == "shape"}, "FlatFormat") as fields:
            shape = read_shape(fields, "shape")
        table = TableFormat.from_state({name: value for name, value in state.items() if name != "shape"}, version)
        return cls(**vars(table), shape=shape)
