"""Rows of files, more than memory holds: a sample that codecs learn from, exact cells, and tokens on disk."""

from contextlib import ExitStack
from dataclasses import dataclass, replace
from tempfile import TemporaryFile
from typing import Any

import numpy as np
import pandas as pd

from skfairgen._listed import listed
from skfairgen.criteria import Cells
from skfairgen.data import TableFormat, as_pandas, column_positions, read_training_rows
from skfairgen.estimators._fitted import feature_names
from skfairgen.estimators._learning import TrainingTable, read_table
from skfairgen.scale import RowDataset
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
    """

    dataset: Any = None
    target: str | None = None

    def arrays(self, reader):
        """Return the arrays to train on, of all rows: mapped from files without a name, which no crash leaves behind.

        Tokens that the sample did not hold, such as of a missing value, are marked as held.
        """
        kind = np.uint16 if max(reader.codec.cardinalities_) < 2**16 else np.int32
        kinds = {"tokens": kind, "classes": np.int32, "levels": np.int32}
        with ExitStack() as stack:
            parts = {name: _Stored(own, stack.enter_context(TemporaryFile())) for name, own in kinds.items()}
            self._write(parts, reader)
            return {name: part.mapped() for name, part in parts.items()}

    def _write(self, parts, reader):
        schema, codec = self.schema, reader.codec
        for block in self.dataset.blocks():
            rows = block if self.target is None else block.drop_columns([self.target])
            frame = schema.read(rows)
            tokens = reader.items(frame)["tokens"]
            for held, column in zip(codec.generable_, tokens.T, strict=True):
                held[np.unique(column)] = True
            parts["tokens"].append(tokens)
            parts["classes"].append(_class_codes(schema, block, self.target))
            parts["levels"].append(self.cells.levels[schema.group_codes(frame)])


def read_any_table(estimator, X, y, sensitive_features, sample_weight):
    """Read what was passed to the ``fit`` of an estimator: rows in memory, or a dataset of files."""
    if not RowDataset.accepts(X):
        return read_table(estimator, X, y, sensitive_features, sample_weight)
    return read_dataset(estimator, X, y, sensitive_features=sensitive_features, sample_weight=sample_weight)


def read_dataset(estimator, X, y, **given):
    """Read a dataset of files that was passed to the ``fit`` of an estimator, with `y` the name of a column.

    Raises
    ------
    ValueError
        If the dataset cannot be learned from, a column does not exist, labels are missing, or something was given
        that belongs to tables in memory.
    """
    checked_device(estimator.device, estimator.n_threads)
    dataset = RowDataset.of(X)
    _check_given(estimator, dataset, y, given)
    sensitive = _names(dataset, y, estimator.sensitive_columns, "sensitive_columns")
    table = _sample(dataset, y, sensitive)
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
    if schema.groups is not None and schema.groups.banded_columns_ and len(rows) < dataset.n_rows:
        banded = [schema.format.columns[place] for place in schema.groups.banded_columns_]
        raise ValueError(
            f"The sensitive columns {banded} hold more than 20 numbers, whose quartiles a sample does not tell. Cut "
            "them into classes before you write the files, or declare them in categorical_columns."
        )
    counts = _count_cells(dataset, y, schema, rows)
    names = feature_names(estimator, as_pandas(features), rows.frame, schema.format.columns)
    cells = Cells(counts, schema.group_levels, schema.level_cardinalities)
    return StreamedTable(schema, rows, cells, names, dataset, y)


def _check_given(estimator, dataset, y, given):
    named = [name for name, value in given.items() if value is not None]
    named += [name for name in ("sample_shape",) if getattr(estimator, name) is not None]
    named += ["warm_start=True"] * bool(estimator.warm_start) + ["latent='fair'"] * (estimator.latent == "fair")
    if named:
        raise ValueError(
            f"Found {', '.join(named)} with a dataset of files, which are for rows in memory. Leave it out; sensitive "
            "values are columns of the dataset, named by sensitive_columns."
        )
    if y is not None and y not in dataset.names:
        raise ValueError(
            f"y={y!r:.80} is no column of the dataset; expected one of {listed(dataset.names)}. With a dataset of "
            "files, y is the name of the column of labels."
        )


def _names(dataset, y, columns, parameter):
    """Return the names of the columns that an estimator's parameter means."""
    if columns is None:
        return []
    others = pd.Index([name for name in dataset.names if name != y])
    return [others[place] for place in column_positions(others, columns, parameter)]


def _sample(dataset, y, sensitive):
    """Return rows drawn by their number alone, and the first row of each class and combination of sensitive values."""
    import pyarrow

    n_rows = dataset.n_rows
    chosen = np.arange(min(n_rows, SAMPLE_ROWS))
    if n_rows > SAMPLE_ROWS:
        chosen = np.sort(np.random.default_rng(0).choice(n_rows, SAMPLE_ROWS, replace=False, shuffle=False))
    keys = [*sensitive, *([] if y is None else [y])]
    parts, known, start = [], set(), 0
    for block in dataset.blocks():
        if y is not None and block.column(y).null_count:
            raise ValueError(
                f"y is missing in {block.column(y).null_count:,} of the rows {start:,} to {start + len(block):,} of "
                f"the dataset, column {y!r}. Drop these rows, or give them a class of their own."
            )
        low, high = np.searchsorted(chosen, (start, start + len(block)))
        own = chosen[low:high] - start
        if n_rows > SAMPLE_ROWS and keys:
            own = np.union1d(own, _first_rows(block, keys, known))
        parts.append(block.take(own))
        start += len(block)
    return pyarrow.concat_tables(parts)


def _first_rows(block, keys, known):
    """Return the places of rows whose combination of values is not among the known ones, and add these to them."""
    import pyarrow

    columns = {f"key_{place}": block.column(name) for place, name in enumerate(keys)}
    for name, column in columns.items():
        if pyarrow.types.is_dictionary(column.type):
            columns[name] = column.cast(column.type.value_type)
    table = pyarrow.table({**columns, "row": np.arange(len(block))})
    found = table.group_by(list(columns), use_threads=False).aggregate([("row", "min")])
    values = zip(*(found.column(name).to_pylist() for name in columns), strict=True)
    new = []
    for value, row in zip(values, found.column("row_min").to_pylist(), strict=True):
        value = tuple(None if own != own else own for own in value)
        if value not in known:
            known.add(value)
            new.append(row)
    if len(known) > MAX_CELLS:
        raise ValueError(
            f"The columns {keys} hold more than {MAX_CELLS:,} combinations; expected classes and groups. Cut numbers "
            "into classes, or name other columns."
        )
    return np.array(new, dtype=int)


def _count_cells(dataset, y, schema, rows):
    """Return how many rows each class, group and stratum holds, counted over all rows."""
    positions = sorted({*schema.sensitive_positions, *schema.legitimate_positions})
    names = [schema.format.columns[place] for place in positions]
    if not names and y is None:
        return np.full((1, 1, 1), dataset.n_rows)
    counts = 0
    for block in dataset.blocks([*names, *([] if y is None else [y])]):
        frame = rows.frame.iloc[:0]
        if names:
            frame = TableFormat.of(block.select(names))[1].set_axis(positions, axis=1)
        classes = _class_codes(schema, block, y)
        groups = schema.group_codes(frame) if schema.groups is not None else np.zeros(len(block), dtype=int)
        strata = schema.stratum_codes(frame) if schema.strata is not None else np.zeros(len(block), dtype=int)
        own = replace(rows, class_codes=classes, group_codes=groups, stratum_codes=strata)
        counts = counts + own.cell_counts(schema)
    return counts


def _class_codes(schema, block, y):
    return np.zeros(len(block), dtype=int) if y is None else schema.target.encode(block.column(y))


class _Stored:
    """An array that grows in a file, and is mapped when it is whole; a mapped file may be closed."""

    def __init__(self, dtype, file):
        self.dtype, self.n_rows, self.width = np.dtype(dtype), 0, ()
        self.file = file

    def append(self, values):
        self.n_rows, self.width = self.n_rows + len(values), values.shape[1:]
        self.file.write(np.ascontiguousarray(values, dtype=self.dtype).data if values.size else b"")

    def mapped(self):
        self.file.flush()
        shape = (self.n_rows, *self.width)
        if 0 in shape:
            return np.zeros(shape, dtype=self.dtype)
        return np.memmap(self.file, self.dtype, "r", shape=shape)
