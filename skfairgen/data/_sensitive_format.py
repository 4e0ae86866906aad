"""Sensitive values that are given beside X: read, restored and joined in the kind that they came in."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from skfairgen.data._native import Native, as_pandas
from skfairgen.data._state import State
from skfairgen.data._table_format import TableFormat


@dataclass(frozen=True)
class SensitiveFormat:
    """Kind of the values given as `sensitive_features`.

    Parameters
    ----------
    table : TableFormat
        Kind of their table.
    is_series : bool
        Whether they were a Series.
    is_flat : bool
        Whether they were another one-dimensional container.
    native : Native or None
        What one-dimensional container of another library they were.
    """

    table: TableFormat
    is_series: bool
    is_flat: bool
    native: Native | None = None

    @classmethod
    def of(cls, values: Any) -> tuple[Self, pd.DataFrame]:
        """Return the format of sensitive values, and the values as a frame under integer labels.

        Raises
        ------
        ValueError
            If they have no row or no column, or more than two dimensions.
        """
        native, read = Native.of(values, "sensitive_features")
        native, values = (native, read) if isinstance(read, pd.Series) else (None, values)
        is_series = isinstance(values, pd.Series)
        is_flat = not is_series and np.ndim(values) == 1
        if is_series:
            values = values.to_frame()
        elif is_flat:
            values = [[value] for value in values] if isinstance(values, list) else np.reshape(values, (-1, 1))
        table, frame = TableFormat.of(values)
        return cls(table, is_series, is_flat, native), frame

    def restore(self, frame: pd.DataFrame) -> Any:
        """Return a frame of sensitive values as the kind that was given."""
        if self.is_series:
            series = self.table.restore(frame).iloc[:, 0].rename(self.table.columns[0])
            return series if self.native is None else self.native.restore(series)
        restored = self.table.restore(frame)
        if not self.is_flat:
            return restored
        return [row[0] for row in restored] if self.table.container == "list" else restored.ravel()

    def join(self, values: Any, added: Any) -> Any:
        """Return the given sensitive values, untouched, followed by restored ones."""
        if self.is_series or self.table.container == "frame":
            joined = pd.concat([as_pandas(values), as_pandas(added)], ignore_index=True)
            native = self.native or self.table.native
            return joined if native is None else native.restore(joined)
        return [*values, *added] if self.table.container == "list" else np.concatenate([values, added])

    def to_state(self) -> dict[str, Any]:
        """Return the kind as plain values."""
        return {
            "table": self.table.to_state(),
            "is_series": self.is_series,
            "is_flat": self.is_flat,
            "native": None if self.native is None else self.native.to_state(),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any], version: int) -> Self:
        """Return the kind of a state.

        Raises
        ------
        ValueError
            If it is not what :meth:`to_state` returns.
        """
        with State(state, "SensitiveFormat") as fields:
            table = TableFormat.from_state(fields.any("table"), version)
            native = fields.any("native", None)
            native = None if native is None else Native.from_state(native, version)
            return cls(table, fields.take("is_series", bool), fields.take("is_flat", bool), native)
