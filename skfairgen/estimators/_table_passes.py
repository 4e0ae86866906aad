"""What each block of a dataset is read for, wherever that is: first rows, a sample, cells, tokens."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from skfairgen.data import ItemReader, Schema, TableFormat, TrainingRows


@dataclass(frozen=True)
class FirstRows:
    """Finds the first row of each combination of values.

    Attributes
    ----------
    keys : list of str
        Names of columns.
    """

    keys: list[str]

    def __call__(self, start: int, block: Any) -> dict[tuple, int]:
        """Return the number of the first row by combination."""
        import pyarrow

        columns = {f"key_{place}": block.column(name) for place, name in enumerate(self.keys)}
        for name, column in columns.items():
            if pyarrow.types.is_dictionary(column.type):
                columns[name] = column.cast(column.type.value_type)
        table = pyarrow.table({**columns, "row": np.arange(start, start + len(block))})
        found = table.group_by(list(columns), use_threads=False).aggregate([("row", "min")])
        values = zip(*(found.column(name).to_pylist() for name in columns), strict=True)
        rows = found.column("row_min").to_pylist()
        return {
            tuple(None if own != own else own for own in value): row for value, row in zip(values, rows, strict=True)
        }


@dataclass(frozen=True)
class ChosenRows:
    """Takes rows by number.

    Attributes
    ----------
    chosen : ndarray of int
        Rising numbers.
    """

    chosen: np.ndarray

    def __call__(self, start: int, block: Any) -> Any:
        """Return the rows of a block that are chosen."""
        low, high = np.searchsorted(self.chosen, (start, start + len(block)))
        return block.take(self.chosen[low:high] - start)


@dataclass(frozen=True)
class CellCounts:
    """Counts the rows of each class, group and stratum.

    Attributes
    ----------
    schema : Schema
        Knows them.
    target : str or None
        Name of the column of labels.
    empty : TrainingRows
        No rows, of the kind that the schema was learned from.
    """

    schema: Schema
    target: str | None
    empty: TrainingRows

    @property
    def positions(self) -> list[int]:
        """Positions of the columns that tell the cell."""
        return sorted({*self.schema.sensitive_positions, *self.schema.legitimate_positions})

    @property
    def columns(self) -> list[str]:
        """Their names."""
        return [self.schema.format.columns[place] for place in self.positions]

    def __call__(self, start: int, block: Any) -> np.ndarray:
        """Return how many rows of a block each cell holds."""
        schema, frame = self.schema, self.empty.frame
        if self.columns:
            frame = TableFormat.of(block.select(self.columns))[1].set_axis(self.positions, axis=1)
        no_codes = np.zeros(len(block), dtype=int)
        codes = {
            "class_codes": class_codes(schema, block, self.target),
            "group_codes": no_codes if schema.groups is None else schema.group_codes(frame),
            "stratum_codes": no_codes if schema.strata is None else schema.stratum_codes(frame),
        }
        return replace(self.empty, **codes).cell_counts(schema)


@dataclass(frozen=True)
class EncodedRows:
    """Turns rows into the arrays to train on.

    Attributes
    ----------
    reader : ItemReader
        From rows to tokens.
    levels : ndarray of shape (n_groups, n_sensitive), int
        Of each group.
    target : str or None
        Name of the column of labels.
    dtypes : dict
        Of each array.
    """

    reader: ItemReader
    levels: np.ndarray
    target: str | None
    dtypes: dict[str, Any]

    def __call__(self, start: int, block: Any) -> dict[str, np.ndarray]:
        """Return the arrays of a block."""
        schema = self.reader.schema
        frame = schema.read(block if self.target is None else block.drop_columns([self.target]))
        arrays = {
            "tokens": self.reader.items(frame)["tokens"],
            "classes": class_codes(schema, block, self.target),
            "levels": self.levels[schema.group_codes(frame)],
        }
        return {name: np.ascontiguousarray(array, dtype=self.dtypes[name]) for name, array in arrays.items()}


def class_codes(schema, block, target):
    """Return the class of each row of a block, 0 without labels."""
    return np.zeros(len(block), dtype=int) if target is None else schema.target.encode(block.column(target))
