"""Rows into parquet files, in memory that does not grow with their number."""

from pathlib import Path

import numpy as np
import pandas as pd


def write_parquet(batches, path, reader, *, rows_per_file, target_name=None):
    """Write batches of rows and labels to the files of a folder, and return their paths.

    Parameters
    ----------
    batches : iterable of (X, y)
        Rows and labels, as a generator draws them.
    path : str or Path
        Folder of the files; made where there is none.
    reader : ItemReader
        Knows the values that columns of objects may hold.
    rows_per_file : int
        Rows of a file; the last may hold fewer.
    target_name : str or None
        Name of the column of labels; None takes the name of y, or "target".

    Raises
    ------
    ImportError
        If pyarrow is missing.
    FileExistsError
        If the folder holds parquet files already.
    """
    parquet = _Parquet()
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.glob("*.parquet")):
        raise FileExistsError(f"{folder} holds parquet files already; name an empty folder.")
    files, writer, left, schema = [], None, 0, None
    for X, y in batches:
        frame = _frame(X, y, target_name)
        schema = schema or parquet.schema(frame, _values_of_objects(frame, reader))
        table = parquet.table(frame, schema)
        while table.num_rows:
            if left == 0:
                writer = _closed(writer)
                files.append(folder / f"part-{len(files):05d}.parquet")
                writer, left = parquet.writer(files[-1], table.schema), rows_per_file
            writer.write_table(table.slice(0, left))
            written = min(left, table.num_rows)
            table, left = table.slice(written), left - written
    _closed(writer)
    return files


def _frame(X, y, target_name):
    frame = X if isinstance(X, pd.DataFrame) else pd.DataFrame(X)
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
        if held is not None and pd.api.types.is_object_dtype(frame.dtypes.iloc[position]):
            values[name] = held
    return values


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
        return schema

    def table(self, frame, schema):
        """Return a batch as a table of that schema."""
        return self.pyarrow.Table.from_pandas(frame, schema=schema, preserve_index=False)

    def writer(self, path, schema):
        return self.pyarrow.parquet.ParquetWriter(path, schema)


def _closed(writer):
    if writer is not None:
        writer.close()
