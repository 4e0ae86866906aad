"""Frames and series of other libraries, and pandas' own arrays: read as pandas, given back as they came."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import narwhals as nw
import pandas as pd

from skfairgen.data._state import State

KINDS = ("frame", "series", "batch", "array", "index")


@dataclass(frozen=True)
class Native:
    """What values came in that are no frame, Series, array or list of pandas, numpy and Python.

    Attributes
    ----------
    library : str
        Whose they are: "polars", "pyarrow", or another that narwhals knows; "pandas" for its Index and its arrays.
    kind : {"frame", "series", "batch", "array", "index"}
        What they are there; "batch" and "array" are pyarrow's RecordBatch and Array, or an array of pandas.
    enums : tuple of int
        Positions of the columns whose type lists their values.

    Examples
    --------
    >>> import pyarrow
    >>> from skfairgen.data import Native
    >>> native, frame = Native.of(pyarrow.table({"age": [30, 40]}))
    >>> frame.dtypes.tolist()
    [int64[pyarrow]]
    >>> native.restore(frame).column_names
    ['age']
    """

    library: str
    kind: str
    enums: tuple[int, ...] = ()

    @classmethod
    def of(cls, values: Any, argument: str = "X") -> tuple[Self | None, Any]:
        """Return what values came in, and the values as a DataFrame or Series of pandas with a RangeIndex.

        Values of pandas' DataFrame and Series, of numpy and of Python are returned as they are, with None.

        Raises
        ------
        TypeError
            If they are a query that has not run; `argument` names them.
        ValueError
            If a type is beyond Arrow.
        ImportError
            If pyarrow is missing.
        """
        if type(values).__module__.partition(".")[0] in ("numpy", "builtins") or isinstance(
            values, pd.DataFrame | pd.Series
        ):
            return None, values
        if isinstance(values, pd.MultiIndex):
            raise ValueError(
                f"{argument} is a MultiIndex; expected one value a row. Pass its to_frame(), or one level."
            )
        if isinstance(values, pd.Index | pd.api.extensions.ExtensionArray):
            kind = "index" if isinstance(values, pd.Index) else "array"
            return cls("pandas", kind), pd.Series(values, index=range(len(values)), name=getattr(values, "name", None))
        library, kind, table, enums = _arrow_of(values, argument)
        if table is None:
            return None, values
        arrays = {place: pd.arrays.ArrowExtensionArray(table.column(place)) for place in range(table.num_columns)}
        frame = pd.DataFrame(arrays, index=range(table.num_rows)).set_axis(table.column_names, axis=1)
        native = cls(library, kind, enums)
        return native, frame.iloc[:, 0].rename(getattr(values, "name", None)) if native.is_flat else frame

    @property
    def is_flat(self) -> bool:
        """Whether they have one dimension."""
        return self.kind not in ("frame", "batch")

    def restore(self, values: pd.DataFrame | pd.Series) -> Any:
        """Return a DataFrame or Series, of the dtypes that :meth:`of` gave, as what came in."""
        if self.library == "pandas":
            return values.array if self.kind == "array" else pd.Index(values.array, name=values.name)
        import pyarrow  # without which nothing came in

        columns = [values] if self.is_flat else [values.iloc[:, place] for place in range(values.shape[1])]
        arrays = [pyarrow.array(column.array) for column in columns]
        names = ["values"] if self.is_flat else [str(name) for name in values.columns]
        table = pyarrow.Table.from_arrays(arrays, names)
        if self.library == "pyarrow":
            return {
                "frame": lambda: table,
                "batch": lambda: table.combine_chunks().to_batches()[0],
                "series": lambda: table.column(0),
                "array": lambda: table.column(0).combine_chunks(),
            }[self.kind]()
        table = table.unify_dictionaries()
        backend: Any = self.library
        frame = nw.from_arrow(table, backend=backend)
        levels = {names[place]: table.column(place).combine_chunks().dictionary.to_pylist() for place in self.enums}
        frame = frame.with_columns(*[nw.col(name).cast(nw.Enum(own)) for name, own in levels.items()])
        if not self.is_flat:
            return frame.to_native()
        return frame.get_column("values").alias("" if values.name is None else values.name).to_native()

    def part(self, positions: Sequence[int]) -> Self:
        """Return what a frame of some columns of such a frame is."""
        return replace(self, enums=tuple(k for k, position in enumerate(positions) if position in self.enums))

    def to_state(self) -> dict[str, Any]:
        """Return what a file holds of it."""
        return {"library": self.library, "kind_of_values": self.kind, "enums": list(self.enums)}

    @classmethod
    def from_state(cls, state: dict[str, Any], version: int) -> Self:
        """Return the value of a state that :meth:`to_state` gave.

        Raises
        ------
        ValueError
            If a field is missing, or is not what it should be; the message names it.
        """
        with State(state, "Native") as fields:
            library = fields.choice("library", [name.value for name in nw.Implementation])
            kind = fields.choice("kind_of_values", KINDS)
            enums = fields.list("enums", (int,))
            fields.require(all(place >= 0 for place in enums), f"has the columns {enums!r:.80}")
        return cls(library, kind, tuple(enums))


def as_pandas(values: Any, argument: str = "X") -> Any:
    """Return values of any library as a DataFrame or Series of pandas; others as they are."""
    return Native.of(values, argument)[1]


def _arrow_of(values, argument):
    """Return library and kind of values, an Arrow table of them, None for what is neither, and positions of enums."""
    arrow = sys.modules.get("pyarrow")
    if arrow is not None and isinstance(values, arrow.Table | arrow.RecordBatch):
        is_table = isinstance(values, arrow.Table)
        table = values if is_table else arrow.Table.from_batches([values])
        return "pyarrow", "frame" if is_table else "batch", table, ()
    if arrow is not None and isinstance(values, arrow.ChunkedArray | arrow.Array):
        is_chunked = isinstance(values, arrow.ChunkedArray)
        return "pyarrow", "series" if is_chunked else "array", arrow.Table.from_arrays([values], [""]), ()
    given: Any = nw.from_native(values, allow_series=True, pass_through=True)
    if isinstance(given, nw.LazyFrame):
        raise TypeError(
            f"{argument} is a {type(values).__name__} of {given.implementation.value}, a query that has not run; "
            "expected a frame. Call its collect(), or what runs it there, first."
        )
    if not isinstance(given, nw.DataFrame | nw.Series):
        return "", "", None, ()
    library, is_series = given.implementation.value, isinstance(given, nw.Series)
    frame: Any = given.to_frame() if isinstance(given, nw.Series) else given
    try:
        table = frame.to_arrow()
    except ImportError as error:
        raise ImportError(f"Frames of {library} are read by pyarrow: pip install pyarrow.") from error
    except Exception as error:  # ArrowInvalid, which is none of a fixed set
        raise ValueError(
            f"{argument} has a column of a type unknown to Arrow: {error}. The columns are {frame.schema!s:.500}. "
            "Cast it to numbers or strings, or drop it."
        ) from error
    enums = tuple(place for place, dtype in enumerate(frame.schema.values()) if isinstance(dtype, nw.Enum))
    return library, "series" if is_series else "frame", table, enums
