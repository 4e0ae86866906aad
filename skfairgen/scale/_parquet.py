"""Rows into parquet files: each whole or absent, and the same whoever writes it."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from skfairgen.data import ItemReader, as_frame, as_pandas, from_numbers
from skfairgen.files import atomic_write
from skfairgen.scale._executors import as_executor

REQUEST = "_request.json"  # what the files were asked for: an unfinished folder is completed by the same request alone
SUCCESS = "_SUCCESS"  # written last, as Hadoop and Spark do


@dataclass(frozen=True)
class FileWriter:
    """Writes one file of rows; which rows is a pure function of the seed and the file's place.

    Attributes
    ----------
    draw : callable
        ``draw(n_rows, rng)`` returns X and y.
    reader : ItemReader
        Knows the values that columns of objects may hold.
    folder : Path
        Of the files.
    seed, n_samples, rows_per_file, batch_size : int
        Batch i of the rows is drawn by ``numpy.random.default_rng([seed, i])``, whichever files it falls in.
    target_name : str or None
        Name of the column of labels; None takes the name of y, or "target".
    """

    draw: Callable[[int, np.random.Generator], tuple[Any, Any]]
    reader: ItemReader
    folder: Path
    seed: int
    n_samples: int
    rows_per_file: int
    batch_size: int
    target_name: str | None = None

    @property
    def n_files(self) -> int:
        """Number of files of all rows."""
        return -(-self.n_samples // self.rows_per_file)

    def path(self, place: int) -> Path:
        """Return the path of a file."""
        return self.folder / f"part-{place:05d}.parquet"

    def __call__(self, place: int) -> Path:
        """Write the file at a place, unless it is there: files get their names when they are whole."""
        path = self.path(place)
        if path.exists():
            return path
        writer = None
        try:
            with atomic_write(path) as file, ExitStack() as stack:
                for table in self.tables(place):
                    writer = writer or stack.enter_context(_Parquet().writer(file, table.schema))
                    writer.write_table(table)
        except FileNotFoundError:  # another process of the same job has ended meanwhile, and swept up
            if not path.exists():
                raise
        return path

    def tables(self, place: int) -> Iterator[Any]:
        """Yield the rows of the file at a place, as tables of pyarrow with one schema."""
        parquet, schema = _Parquet(), None
        for frame in self._frames(place):
            schema = schema or parquet.schema(frame, _values_of_objects(frame, self.reader))
            yield parquet.table(frame, schema)

    def _fitted_name(self):
        target = self.reader.schema.target
        return None if target is None else target.name_

    def _frames(self, place):
        """Yield the rows of a file: whole batches, but for the rows of the files before and after it."""
        first, end = place * self.rows_per_file, min((place + 1) * self.rows_per_file, self.n_samples)
        for batch in range(first // self.batch_size, -(-end // self.batch_size)):
            start = batch * self.batch_size
            n_rows = min(self.batch_size, self.n_samples - start)
            X, y = self.draw(n_rows, np.random.default_rng([self.seed, batch]))
            yield _frame(X, y, self.target_name or self._fitted_name()).iloc[max(first - start, 0) : end - start]


def write_parquet(writer: Any, request: dict[str, Any], executor: Any = "serial") -> list[Path]:
    """Write all files of a folder, and return their paths.

    An empty file ``_SUCCESS`` is written last. A job that ended before it is completed by the same request: files that
    are there are kept.

    Parameters
    ----------
    writer : FileWriter or BlockWriter
        Writes the file at a place among `n_files`, in `folder`.
    request : dict
        What decides the rows, as JSON: the same request gives the same files.
    executor : {"serial", "joblib", "ray"} or Executor
        Where the files are written; all workers must see the folder.

    Raises
    ------
    ImportError
        If pyarrow, or the library of the executor, is missing.
    FileExistsError
        If the folder holds parquet files already, or the unfinished job of another request.
    ValueError
        If the folder is an address.
    """
    _Parquet()
    executor = as_executor(executor)
    folder = writer.folder
    if re.match(r"\w\w+:", str(folder)):  # Path takes it for a folder of this name
        raise ValueError(
            f"path={str(folder)!r} is an address; files are written to folders. Name one, such as where the store is "
            "mounted, or write what sample_to_ray returns."
        )
    folder.mkdir(parents=True, exist_ok=True)
    _claim(folder, json.dumps(request, sort_keys=True).encode())
    try:
        files = list(executor.map(writer, range(writer.n_files)))
    except BaseException:
        if not any(folder.glob("*.parquet")):
            (folder / REQUEST).unlink(missing_ok=True)
        raise
    for leftover in folder.glob(".*.unfinished"):  # of workers that were killed
        leftover.unlink(missing_ok=True)
    (folder / SUCCESS).touch()
    return files


def _claim(folder, request):
    """Note in a folder what its files are asked for; of two jobs that start together, one does."""
    record = folder / REQUEST
    is_free = record.exists() or not any(folder.glob("*.parquet"))
    if is_free and not (folder / SUCCESS).exists():
        try:
            with open(record, "xb") as file:
                file.write(request)
            return
        except FileExistsError:
            if record.read_bytes() == request:
                return
        except OSError:
            record.unlink(missing_ok=True)
            raise
    raise FileExistsError(
        f"{folder} holds parquet files already, or the job of another call; name an empty folder. (A job that was "
        "interrupted is completed by the same call with the same integer random_state; one that will not be is "
        f"forgotten when {REQUEST} and its files are deleted.)"
    )


def _frame(X, y, target_name):
    frame, y = as_frame(X), as_pandas(y, "y")
    frame = frame.set_axis([str(label) for label in frame.columns], axis=1)
    if y is None:
        return frame
    name = target_name or getattr(y, "name", None) or "target"
    labels = [y] if np.ndim(y) == 1 else [column for _, column in pd.DataFrame(np.asarray(y)).items()]
    names = [str(name)] if len(labels) == 1 else [f"{name}_{place}" for place in range(len(labels))]
    for name, label in zip(names, labels, strict=True):
        if name in frame:
            raise ValueError(f"The labels cannot be written as column {name!r}, which X has; give a target_name.")
        frame[name] = label
    return frame


def _values_of_objects(frame, reader):
    """Return all values that columns of objects may hold, by name: a batch may lack some, or all."""
    schema = reader.schema
    known = {} if schema.groups is None or schema.sensitive_features is not None else schema.groups.columns_
    values = {}
    for position, name in enumerate(frame.columns[: len(schema.format.columns)]):
        column = reader.codec.columns_.get(position)
        held = known[position].values if column is None else getattr(column, "levels_", None)
        if position in schema.format.forms and held is None:  # numbers, of which the widest tell the type
            own = getattr(column, "own", column)
            held = schema.format.forms[position].restore(from_numbers(own.grid_, own.grid_ != own.grid_, own.dtype_))
        if held is not None and pd.api.types.is_object_dtype(frame.dtypes.iloc[position]):
            values[name] = held
    return values


def _has_a_name(dtype):
    """Tell whether pandas, when it reads a file, finds a dtype by the name that it wrote there."""
    try:
        return pd.api.types.pandas_dtype(str(dtype)) is not None
    except (NotImplementedError, TypeError, ValueError):
        return not isinstance(dtype, pd.ArrowDtype)


class _Parquet:
    """pyarrow, imported when it is needed."""

    def __init__(self):
        try:
            import pyarrow
            import pyarrow.parquet
        except ImportError as error:
            raise ImportError("sample_to_parquet needs pyarrow: pip install pyarrow.") from error
        self.pyarrow = pyarrow

    def schema(self, frame, values):
        """Return the schema of all batches, given one of them and the values that its columns of objects may hold."""
        schema = self.pyarrow.Schema.from_pandas(frame, preserve_index=False)
        for name, known in values.items():
            kind = self.pyarrow.array(pd.Series(known, dtype=object), from_pandas=True).type
            place = schema.get_field_index(name)
            schema = schema.set(place, schema.field(place).with_type(kind))
        return schema if all(map(_has_a_name, frame.dtypes)) else schema.remove_metadata()

    def table(self, frame, schema):
        """Return a batch as a table of that schema."""
        table = self.pyarrow.Table.from_pandas(frame, schema=schema, preserve_index=False)
        return table.replace_schema_metadata(schema.metadata)  # pandas adds its own

    def writer(self, path, schema):
        return self.pyarrow.parquet.ParquetWriter(path, schema)
