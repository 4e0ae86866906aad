"""Frames that come one after another and only once, kept on disk while they are read again and again."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from errno import ENOSPC
from tempfile import TemporaryFile, gettempdir
from typing import Any

SPOOLED_ROWS = 65_536  # written at a time


class SpooledRows:
    """Rows of frames in a parquet file, read as a dataset of pyarrow is.

    Parameters
    ----------
    frames : iterable of DataFrame, pyarrow.Table or RecordBatch
        With the same columns and types; read once. A column without any value has every type.
    file : binary file
        Empty; it holds the rows.

    Attributes
    ----------
    schema : pyarrow.Schema
        Of the first frame.

    Raises
    ------
    ImportError
        If pyarrow is missing.
    ValueError
        If there are no frames, or one is unlike the first; the message names the frame and the column.
    """

    def __init__(self, frames: Iterable[Any], file: Any) -> None:
        try:
            import pyarrow
            from pyarrow import parquet
        except ImportError as error:
            raise ImportError("An iterator of frames is kept on disk by pyarrow: pip install pyarrow.") from error
        tables = self._alike(frames)
        first = next(tables, None)
        if first is None:
            raise ValueError("X is an iterator that gave no frames. Iterators can be read once: make a new one.")
        own = [name for name, kind in zip(self.schema.names, self.schema.types, strict=True) if _is_strange(kind)]
        if own:
            raise ValueError(
                f"The columns {own} have the type {self.schema.field(own[0]).type}, which parquet cannot hold. Turn "
                "their values into text or numbers."
            )
        with parquet.ParquetWriter(file, self.schema) as writer:
            waiting, n_waiting = [first], len(first)
            for table in tables:
                if n_waiting >= SPOOLED_ROWS:
                    writer.write_table(pyarrow.concat_tables(waiting))
                    waiting, n_waiting = [], 0
                waiting.append(table)
                n_waiting += len(table)
            writer.write_table(pyarrow.concat_tables(waiting))
        self._parquet = parquet.ParquetFile(file)

    def count_rows(self) -> int:
        """Return the number of rows."""
        return self._parquet.metadata.num_rows

    def to_batches(self, columns: Sequence[str], **_: Any) -> Iterator[Any]:
        """Yield all rows as record batches."""
        for batch in self._parquet.iter_batches(SPOOLED_ROWS, columns=list(columns)):
            yield batch.select(list(columns))

    def _alike(self, frames):
        """Yield frames as tables of the schema of the first, which is kept."""
        for place, frame in enumerate(frames):
            table = _as_table(frame, place)
            if not place:
                self.schema = table.schema
            missing = [name for name in self.schema.names if name not in table.column_names]
            added = [name for name in table.column_names if name not in self.schema.names]
            if missing or added:
                raise ValueError(
                    f"Frame {place} {'lacks' if missing else 'also has'} the column {(missing or added)[0]!r}, unlike "
                    "frame 0. Give all frames the same columns."
                )
            table = table.select(self.schema.names)
            for name, kind, expected in zip(table.column_names, table.schema.types, self.schema.types, strict=True):
                if kind != expected and str(kind) != "null":
                    raise ValueError(
                        f"Frame {place} has the column {name!r} of the type {kind}, frame 0 of {expected}. Give all "
                        "frames the same types, as by `dtype=` of pandas.read_csv."
                    )
            yield table.cast(self.schema)


def gives_frames(X: Any) -> bool:
    """Tell whether X is an iterator, or what gives one and has no length, or a list of frames."""
    if isinstance(X, list | tuple):
        return hasattr(next(iter(X), None), "columns")
    return isinstance(X, Iterable) and not hasattr(X, "__len__") and not hasattr(X, "columns")


@contextmanager
def spooled(X: Any) -> Iterator[Any]:
    """Give X, or rows that can be read again where it gives frames: until the context ends.

    They are in a file of the temporary folder that has no name, so that none is left, whatever happens.
    """
    if not gives_frames(X):
        yield X
        return
    with TemporaryFile() as file:
        with told_where_it_is_full():
            rows = SpooledRows(X, file)
        yield rows


@contextmanager
def told_where_it_is_full() -> Iterator[None]:
    """Name the temporary folder in the error of a disk without space."""
    try:
        yield
    except OSError as error:
        if error.errno != ENOSPC:
            raise
        message = f"No space is left in the temporary folder {gettempdir()}. Set TMPDIR to a folder of a larger disk."
        raise OSError(ENOSPC, message) from error


def _as_table(frame, place):
    """Return a frame as a table of pyarrow without metadata; dictionaries have indices of one type."""
    import pyarrow

    if hasattr(frame, "iloc"):  # pandas, whose index is no column
        try:
            table = pyarrow.Table.from_pandas(frame, preserve_index=False)
        except pyarrow.ArrowException as error:
            raise ValueError(
                f"Frame {place} has a column that pyarrow cannot hold: {error}. Give its values one type, as text."
            ) from error
    elif hasattr(frame, "__arrow_c_stream__"):
        table = pyarrow.table(frame)
    elif isinstance(frame, pyarrow.RecordBatch):
        table = pyarrow.Table.from_batches([frame])
    else:
        raise ValueError(
            f"X is an iterator whose item {place} is a {type(frame).__name__}; expected a frame of pandas, polars or "
            "pyarrow. Rows that are no frames are passed as a list or an array."
        )
    if len(set(table.column_names)) < len(table.column_names):
        raise ValueError(f"Frame {place} has two columns of one name: {table.column_names!r:.200}. Rename one.")
    kinds = []
    for kind in map(without_view, table.schema.types):
        if pyarrow.types.is_dictionary(kind):
            kind = pyarrow.dictionary(pyarrow.int32(), kind.value_type, kind.ordered)
        kinds.append(kind)
    return table.cast(pyarrow.schema(zip(table.column_names, kinds, strict=True)))


def _is_strange(kind):
    """Tell whether a type is a dictionary of what only pandas knows, such as its intervals."""
    return hasattr(kind, "value_type") and hasattr(kind.value_type, "extension_name")


def without_view(kind: Any) -> Any:
    """Return a type of pyarrow, or for texts and bytes as polars shares them one that files and groups know."""
    import pyarrow

    if pyarrow.types.is_dictionary(kind):
        return pyarrow.dictionary(kind.index_type, without_view(kind.value_type), kind.ordered)
    return {"string_view": pyarrow.large_string(), "binary_view": pyarrow.large_binary()}.get(str(kind), kind)
