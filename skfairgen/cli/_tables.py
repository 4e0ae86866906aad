"""Tables from and to CSV and parquet files, and the standard streams."""

import gzip
import json
import sys
from collections import Counter
from contextlib import contextmanager
from errno import ENOENT
from importlib import import_module
from importlib.util import find_spec
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.api.types import infer_dtype

from skfairgen.cli._terminal import say
from skfairgen.files import atomic_write

STREAM = "-"
SUFFIXES = (".csv", ".csv.gz", ".parquet")


def read_table(path, dtypes=None):
    """Return the table of a file, and say what was read.

    Parameters
    ----------
    path : str
        File; "-" is the standard input, as CSV.
    dtypes : dict or None
        Columns to pandas dtypes; the others are inferred.

    Raises
    ------
    OSError
        If there is no such file.
    ValueError
        If it cannot be read, has no row or two columns of a name, or a dtype does not fit.
    """
    suffix = _suffix(path)
    dtypes = {} if dtypes is None else dtypes
    try:
        frame = _read_parquet(path, dtypes) if suffix == ".parquet" else _read_csv(path, dtypes)
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path} cannot be read as UTF-8, from byte {error.start + 1}: save it as CSV UTF-8."
        ) from error
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    if frame.empty:
        raise ValueError(f"{path} holds no row.")
    found = {str(name): str(dtype) for name, dtype in frame.dtypes.items()}
    say(f"{path}: {len(frame):,} rows, {frame.shape[1]} columns. Their dtypes, for --dtypes if one is wrong:")
    say(json.dumps(found, ensure_ascii=False))
    return frame


def read_labeled(options, path, like=None):
    """Return the features and the classes of a table, without the rows that lack a class; no classes without a target.

    What are words in the features `like` are read as words.

    Raises
    ------
    ValueError
        If the target or a sensitive column is not there.
    """
    words = {} if like is None else {name: "str" for name in like if infer_dtype(like[name], skipna=True) == "string"}
    frame = read_table(path, words | (read_dtypes(options.dtypes) or {}))
    for name in [options.target, *options.sensitive]:
        if name is not None and name not in frame:
            raise ValueError(f"{path} has no column {name!r}. {_columns(frame)}")
    if options.target is None:
        return frame, None
    if options.target in options.sensitive:
        raise ValueError(
            f"{options.target!r} is named as target and as sensitive column: name another for one of them."
        )
    has_class = frame[options.target].notna()
    if not has_class.all():
        say(f"{int((~has_class).sum()):,} rows lack {options.target!r} and are left out.")
    frame = frame[has_class].reset_index(drop=True)
    return frame.drop(columns=options.target), frame[options.target]


def read_dtypes(path):
    """Return the dtypes that a JSON file tells; None without one."""
    if path is None:
        return None
    with open(path, encoding="utf-8") as file:
        try:
            dtypes = json.load(file)
        except ValueError as error:
            raise ValueError(f"{path} is not JSON: {error}.") from None
    if not isinstance(dtypes, dict):
        raise ValueError(f'{path} holds no JSON object; expected columns to dtypes, such as {{"zip": "str"}}.')
    for name, dtype in dtypes.items():
        try:
            pd.api.types.pandas_dtype(dtype)
        except TypeError:
            raise ValueError(f"{path} gives {name!r} the dtype {dtype!r}, which pandas does not know.") from None
    return dtypes


def favorable_class(y, word):
    """Return the class that people want: the named one, or 1 where it is evident; None for more than two classes.

    Raises
    ------
    ValueError
        If there is no such class, or none is named where two are as likely.
    """
    classes = np.unique(y)
    named = {str(label): label for label in classes.tolist()}
    if word is not None and word not in named:
        raise ValueError(f"Column {y.name!r} holds no {word!r}, only {', '.join(named)}.")
    if word is not None:
        return named[word]
    if set(classes.tolist()) <= {-1, 0, 1}:
        return 1
    if len(classes) == 2:
        raise ValueError(
            f"Column {y.name!r} holds {classes[0]} and {classes[1]}: name the one that people want with --favorable."
        )
    return None


def write_table(batches, path):
    """Write frames one below the other to a file, which is there only when it is whole; "-" is the standard output.

    Raises
    ------
    ImportError
        If pyarrow is missing.
    OSError
        If the file cannot be written.
    """
    suffix = _suffix(path)
    if path == STREAM:
        _write_csv(batches, sys.stdout)
        return
    with atomic_write(path) as file:
        if suffix == ".parquet":
            _write_parquet(batches, file)
        elif suffix == ".csv.gz":
            with gzip.open(file, "wt", encoding="utf-8", newline="") as text:
                _write_csv(batches, text)
        else:
            _write_csv(batches, file)


@contextmanager
def binary_output(path):
    """Open a binary file that is there only when it is whole; "-" is the standard output."""
    if path == STREAM:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with atomic_write(path) as file:
        yield file


def check_output(path, *inputs, is_table=False):
    """Raise an error if nothing can be written under this name: better known before the work than after.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    ValueError, ImportError
        If it is one of the files to be read, a table cannot have this name, or pyarrow is missing.
    """
    read = {Path(name).resolve() for name in inputs if name is not None}
    if path not in (None, STREAM) and Path(path).resolve() in read:
        raise ValueError(f"{path} is read, and would be overwritten: name another file for the result.")
    if path not in (None, STREAM) and not Path(path).parent.is_dir():
        raise FileNotFoundError(ENOENT, "No such folder", str(Path(path).parent))
    if is_table:
        _suffix(path)


def _suffix(path):
    known = [suffix for suffix in SUFFIXES if path == STREAM or path.lower().endswith(suffix)]
    if not known:
        raise ValueError(f"{path} ends in none of {', '.join(SUFFIXES)}: name a file of one of these, or - for CSV.")
    if known[0] == ".parquet" and find_spec("pyarrow") is None:
        raise ImportError(f"{path} needs pyarrow: pip install pyarrow. Or take a CSV file.")
    return known[0]


def _read_csv(path, dtypes):
    times = [name for name, dtype in dtypes.items() if pd.api.types.is_datetime64_any_dtype(dtype)]
    file = StringIO(sys.stdin.read()) if path == STREAM else path
    # the names as they are: pandas renames some
    names = pd.read_csv(file, header=None, nrows=1, dtype=str, keep_default_na=False)
    if path == STREAM:
        file.seek(0)
    _check_names(names.iloc[0].tolist())
    return pd.read_csv(
        file, dtype={name: dtype for name, dtype in dtypes.items() if name not in times}, parse_dates=times
    )


def _check_names(names):
    repeated = [name for name, n_columns in Counter(filter(None, names)).items() if n_columns > 1]
    if repeated:
        raise ValueError(f"more than one column has the name {', '.join(map(repr, repeated))}: rename all but one.")


def _read_parquet(path, dtypes):
    with open(path, "rb") as file:
        _check_names(import_module("pyarrow.parquet").read_schema(file).names)
        file.seek(0)
        return pd.read_parquet(file).astype(dtypes)


def _write_csv(batches, file):
    for place, batch in enumerate(batches):
        batch.to_csv(file, index=False, header=place == 0)


def _write_parquet(batches, file):
    pyarrow = import_module("pyarrow")
    parquet = import_module("pyarrow.parquet")
    batches = iter(batches)
    table = pyarrow.Table.from_pandas(next(batches), preserve_index=False)
    with parquet.ParquetWriter(file, table.schema) as writer:
        writer.write_table(table)
        for batch in batches:
            writer.write_table(pyarrow.Table.from_pandas(batch, schema=table.schema, preserve_index=False))


def _columns(frame):
    names = list(map(str, frame.columns))
    separator = next((mark for mark in ";\t|" if mark in names[0]), None)
    if len(names) == 1 and separator is not None:
        return f"Its only column is {names[0]!r}: save the file with commas in the place of {separator!r}."
    return f"Its columns: {', '.join(names)}."
