"""Rows of files, more than memory holds: a sample that codecs learn from, exact cells, and tokens on disk."""

from contextlib import ExitStack
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any

import numpy as np
import pandas as pd

from skfairgen._listed import listed
from skfairgen.criteria import Cells
from skfairgen.data import TrainingRows, as_pandas, column_positions, read_training_rows
from skfairgen.estimators._fitted import feature_names
from skfairgen.estimators._learning import TrainingTable, read_table
from skfairgen.estimators._table_passes import CellCounts, ChosenRows, EncodedRows, FirstRows
from skfairgen.scale import RowDataset, as_executor, told_where_it_is_full
from skfairgen.training import checked_device

SAMPLE_ROWS = 250_000  # that codecs are learned from
MAX_CELLS = 100_000


@dataclass(frozen=True)
class StreamedTable(TrainingTable):
    """A dataset of files as ``fit`` reads it: ``rows`` is a sample, ``cells`` counts all of its rows.

    Attributes
    ----------
    dataset : RowDataset
        All rows.
    target : str or None
        Name of the column of labels.
    executor : {"serial", "joblib", "ray"} or Executor
        Where they are read.
    """

    dataset: Any = None
    target: str | None = None
    executor: Any = "serial"

    def arrays(self, reader):
        """Return the arrays to train on, of all rows: mapped from files without a name, which no crash leaves behind.

        Tokens that the sample did not hold, such as of a missing value, are marked as held.
        """
        codec = reader.codec
        kind = np.uint16 if max(codec.cardinalities_) < 2**16 else np.int32
        dtypes = {"tokens": kind, "classes": np.int32, "levels": np.int32}
        encode = EncodedRows(reader, self.cells.levels, self.target, dtypes)
        with told_where_it_is_full(), ExitStack() as stack:
            parts = {name: _Stored(own, stack.enter_context(TemporaryFile())) for name, own in dtypes.items()}
            for arrays in self.dataset.map(encode, self.executor):
                for held, column in zip(codec.generable_, arrays["tokens"].T, strict=True):
                    held[column] = True
                for name, part in parts.items():
                    part.append(arrays[name])
            return {name: part.mapped() for name, part in parts.items()}


def read_any_table(estimator, X, y, sensitive_features, sample_weight, executor):
    """Read what was passed to the ``fit`` of an estimator: rows in memory, or a dataset of files."""
    if not RowDataset.accepts(X):
        if executor != "serial":
            raise ValueError(
                f"executor={executor!r:.80} spreads the reading of a dataset, and X is a {type(X).__name__}. Leave it "
                "out."
            )
        return read_table(estimator, X, y, sensitive_features, sample_weight)
    return read_dataset(estimator, X, y, executor, sensitive_features=sensitive_features, sample_weight=sample_weight)


def read_dataset(estimator, X, y, executor="serial", **given):
    """Read a dataset of files that was passed to the ``fit`` of an estimator, with `y` the name of a column.

    Raises
    ------
    ValueError
        If the dataset cannot be learned from, a column does not exist, labels are missing, or something was given
        that belongs to tables in memory.
    """
    checked_device(estimator.device, estimator.n_threads)
    executor = as_executor(executor)
    dataset = RowDataset.of(X)
    _check_given(estimator, dataset, y, given)
    sensitive = _names(dataset, y, estimator.sensitive_columns, "sensitive_columns")
    table = _sample(dataset, y, sensitive, executor)
    labels = None if y is None else table.column(y)
    features = table if y is None else table.drop_columns([y])
    legitimate = getattr(estimator, "legitimate_columns", None)
    schema, rows = read_training_rows(
        features,
        labels,
        sensitive_columns=estimator.sensitive_columns,
        legitimate_columns=legitimate,
        categorical_columns=estimator.categorical_columns,
    )
    if schema.target is not None:
        schema.target.name_ = y  # a column of files has it, and drawn files then too
    if schema.groups is not None and schema.groups.banded_columns_ and len(rows) < dataset.n_rows:
        banded = [schema.format.columns[place] for place in schema.groups.banded_columns_]
        raise ValueError(
            f"The sensitive columns {banded} hold more than 20 numbers, whose quartiles a sample does not tell. Cut "
            "them into classes before you write the files, or declare them in categorical_columns."
        )
    counts = _count_cells(dataset, y, schema, rows, executor)
    names = feature_names(estimator, as_pandas(features), rows.frame, schema.format.columns)
    cells = Cells(counts, schema.group_levels, schema.level_cardinalities)
    return StreamedTable(schema, rows, cells, names, dataset, y, executor)


def _check_given(estimator, dataset, y, given):
    named = [name for name, value in given.items() if value is not None]
    named += [name for name in ("sample_shape",) if getattr(estimator, name) is not None]
    named += ["warm_start=True"] * bool(estimator.warm_start) + ["latent='fair'"] * (estimator.latent == "fair")
    if named:
        raise ValueError(
            f"Found {', '.join(named)} with a dataset of files, which are for rows in memory. Leave it out; sensitive "
            "values are columns of the dataset, named by sensitive_columns."
        )
    if y is not None and not (isinstance(y, str) and y in dataset.names):
        raise ValueError(
            f"y={y!r:.80} is no column of the dataset; expected one of {listed(dataset.names)}. With a dataset of "
            "files or frames, y is the name of the column of labels."
        )


def _names(dataset, y, columns, parameter):
    """Return the names of the columns that an estimator's parameter means."""
    if columns is None:
        return []
    others = pd.Index([name for name in dataset.names if name != y])
    return [others[place] for place in column_positions(others, columns, parameter)]


def _sample(dataset, y, sensitive, executor):
    """Return rows drawn by their number alone, and the first row of each class and combination of sensitive values."""
    import pyarrow

    n_rows = dataset.n_rows
    chosen = np.arange(n_rows)
    if n_rows > SAMPLE_ROWS:
        drawn = np.random.default_rng(0).choice(n_rows, SAMPLE_ROWS, replace=False, shuffle=False)
        chosen = np.union1d(drawn, _first_rows(dataset, [*sensitive, *([] if y is None else [y])], executor))
    table = pyarrow.concat_tables(dataset.map(ChosenRows(chosen), executor))
    if y is not None and table.column(y).null_count:
        row = chosen[np.argmax(table.column(y).is_null())]
        raise ValueError(
            f"y is missing in row {row:,} of the dataset, column {y!r}, and maybe in others. Drop such rows, or give "
            "them a class of their own."
        )
    return table


def _first_rows(dataset, keys, executor):
    """Return the number of the first row of each combination of values, also of missing ones."""
    first = {}
    for found in dataset.map(FirstRows(keys), executor, keys) if keys else ():
        for value, row in found.items():
            first.setdefault(value, row)
        if len(first) > MAX_CELLS:
            raise ValueError(
                f"The columns {keys} hold more than {MAX_CELLS:,} combinations; expected classes and groups. Cut "
                "numbers into classes, or name other columns."
            )
    return np.array(list(first.values()), dtype=int)


def _count_cells(dataset, y, schema, rows, executor):
    """Return how many rows each class, group and stratum holds, counted over all rows."""
    none = np.zeros(0, dtype=int)
    count = CellCounts(schema, y, TrainingRows(rows.frame.iloc[:0], none, none, none, rows.ranks[:0]))
    names = [*count.columns, *([] if y is None else [y])]
    if not names:
        return np.full((1, 1, 1), dataset.n_rows)
    return sum(dataset.map(count, executor, names))


class _Stored:
    """An array that grows in a file, and is mapped when it is whole; a mapped file may be closed."""

    def __init__(self, dtype, file):
        self.dtype, self.n_rows, self.width = np.dtype(dtype), 0, ()
        self.file = file

    def append(self, values):
        self.n_rows, self.width = self.n_rows + len(values), values.shape[1:]
        self.file.write(values.data if values.size else b"")

    def mapped(self):
        self.file.flush()
        shape = (self.n_rows, *self.width)
        if 0 in shape:
            return np.zeros(shape, dtype=self.dtype)
        return np.memmap(self.file, self.dtype, "r", shape=shape)
