"""Rows in parquet files, more than memory holds: read in blocks that do not depend on how they were written."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, groupby
from os import PathLike
from typing import Any, Self
from zlib import crc32

import numpy as np

from skfairgen.scale._executors import Executor, Serial
from skfairgen.scale._ray_rows import RayRows
from skfairgen.scale._spooled_rows import SpooledRows, without_view

BLOCK_ROWS = 65_536
SPAN_BLOCKS = 16  # that a worker reads at a time
COMPARED_ROWS = 32  # of each block, between readings


class RowDataset:
    """The rows of a dataset of pyarrow, in the order of its files, or of Ray, in that of its blocks.

    Parameters
    ----------
    dataset : pyarrow.dataset.Dataset, RayRows or SpooledRows
        Read as often as needed; its rows must stay the same meanwhile.

    Attributes
    ----------
    n_rows : int
        Number of rows.
    names : list of str
        Names of the columns.
    """

    def __init__(self, dataset: Any) -> None:
        self.dataset = dataset
        self._sums: dict[str, int] = {}  # by column, of the rows that are compared
        self.n_rows: int = dataset.count_rows()
        self.names: list[str] = dataset.schema.names
        if not self.n_rows or not self.names:
            raise ValueError(
                f"The dataset has {self.n_rows} rows and {len(self.names)} columns; expected some of each. Check its "
                "files and filters."
            )

    @staticmethod
    def accepts(X: Any) -> bool:
        """Tell whether X is a path or a list of them, a dataset of pyarrow or Ray, or rows that were spooled."""
        return (
            isinstance(X, str | PathLike | SpooledRows)
            or _are_paths(X)
            or type(X).__module__.startswith(("pyarrow._dataset", "pyarrow.parquet", "ray.data.dataset"))
        )

    @classmethod
    def of(cls, X: Any) -> Self:
        """Return the rows of parquet files, of a folder of them, or of a dataset of pyarrow or Ray.

        Raises
        ------
        ImportError
            If pyarrow is missing.
        ValueError
            If there are no parquet files or no rows, or the files differ in columns or types.
        """
        try:
            import pyarrow.dataset as arrow
        except ImportError as error:
            raise ImportError("A dataset of files is read by pyarrow: pip install pyarrow.") from error
        if isinstance(X, SpooledRows):
            return cls(X)
        if type(X).__module__.startswith("ray."):
            return cls(RayRows(X))
        named = str(X) if isinstance(X, str | PathLike) else X
        if isinstance(named, str) or _are_paths(X):
            named = named if isinstance(named, str) else list(map(str, X))
            with _told_what_to_name(named):
                X = arrow.dataset(named, format="parquet", partitioning="hive")
            if not X.files:
                raise ValueError(f"X={named!r} names a folder without parquet files. Name another.")
        elif not isinstance(X, arrow.Dataset):
            raise ValueError(
                f"X is a {type(X).__name__} of pyarrow; expected a path, a Dataset or an iterator of frames, such as "
                "to_batches() or iter_batches() return."
            )
        with _told_what_to_name(named):
            _check_alike(X)
        return cls(X)

    def blocks(self, names: Sequence[str] | None = None) -> Iterator[Any]:
        """Yield tables of 65,536 rows, the last of fewer, with some columns or all.

        Blocks are counted from the first row, so row groups and files may be cut anywhere.

        Raises
        ------
        ValueError
            If there are more or fewer rows than at first, or others: the first rows of each block are compared.
        """
        names = self.names if names is None else list(names)
        batches = self.dataset.to_batches(columns=names, batch_readahead=2, fragment_readahead=1)
        n_read, sums = 0, dict.fromkeys(names, 0)
        for block in _cut(batches):
            n_read += len(block)
            for name, column in zip(names, block.slice(0, COMPARED_ROWS).columns, strict=True):
                sums[name] = crc32(repr(column.to_pylist()).encode(), sums[name])
            yield block
        changed = [name for name in names if self._sums.setdefault(name, sums[name]) != sums[name]]
        if n_read != self.n_rows or changed:
            found = f"other values or another order in the columns {changed[:5]} than at the reading before"
            if n_read != self.n_rows:
                found = f"{n_read:,} rows, and {self.n_rows:,} when they were counted"
            raise ValueError(
                f"The dataset gave {found}. It is read several times: write rows that chance decides to files first, "
                "or materialize() a dataset of Ray."
            )

    def map(self, function: Callable[[int, Any], Any], executor: Executor, names: Sequence[str] | None = None) -> Any:
        """Yield ``function(start, block)`` for each block, in their order; `start` is the number of its first row.

        Elsewhere than here, files are read where the function runs. Blocks of other datasets travel there.
        """
        if isinstance(executor, Serial):
            return (function(place * BLOCK_ROWS, block) for place, block in enumerate(self.blocks(names)))
        parts = self._spans() or ((place * BLOCK_ROWS, block) for place, block in enumerate(self.blocks(names)))
        return chain.from_iterable(executor.map(_OnPart(function, names), parts))

    def _spans(self):
        """Return what workers can read by themselves; nothing where files do not tell where the rows are."""
        groups = [(file, group) for file in _files(self.dataset) for group in getattr(file, "row_groups", ())]
        ends = np.cumsum([0, *(group.num_rows for _, group in groups)])
        if ends[-1] != self.n_rows:
            return []
        spans = []
        for start in range(0, self.n_rows, SPAN_BLOCKS * BLOCK_ROWS):
            end = min(start + SPAN_BLOCKS * BLOCK_ROWS, self.n_rows)
            low, high = np.searchsorted(ends, start, side="right") - 1, np.searchsorted(ends, end)
            parts = [
                file.subset(row_group_ids=[group.id for _, group in own])
                for file, own in groupby(groups[low:high], key=lambda pair: pair[0])
            ]
            spans.append(_Span(parts, self.dataset.schema, start, start - int(ends[low]), end - start))
        return spans


@dataclass(frozen=True)
class _Span:
    """Rows of files that a worker reads: `n_rows` from number `start`, after so many of the fragments."""

    fragments: list[Any]
    schema: Any
    start: int
    n_before: int
    n_rows: int

    def blocks(self, names):
        """Yield the blocks and the numbers of their first rows."""
        columns = self.schema.names if names is None else names
        batches = (
            batch
            for fragment in self.fragments
            for batch in fragment.to_batches(schema=self.schema, columns=columns, batch_readahead=2)
        )
        start = self.start
        for block in _cut(batches, self.n_before, self.n_rows):
            yield start, block
            start += len(block)


@dataclass(frozen=True)
class _OnPart:
    """Calls a function for each block of a part: a span, or a block that has come with its number."""

    function: Callable[[int, Any], Any]
    names: Sequence[str] | None

    def __call__(self, part: Any) -> list[Any]:
        blocks = part.blocks(self.names) if isinstance(part, _Span) else [part]
        return [self.function(start, block) for start, block in blocks]


def _cut(batches, n_before=0, n_rows=None):
    """Yield the rows of batches as blocks, from the first that counts to the last."""
    import pyarrow

    waiting, n_waiting, n_left = [], 0, n_rows
    for batch in map(_without_views, batches):
        skipped = min(n_before, len(batch))
        n_before -= skipped
        batch = batch.slice(skipped, n_left)
        n_left = None if n_left is None else n_left - len(batch)
        waiting.append(batch)
        n_waiting += len(batch)
        if n_waiting >= BLOCK_ROWS:
            table = pyarrow.Table.from_batches(waiting)
            for start in range(0, n_waiting - BLOCK_ROWS + 1, BLOCK_ROWS):
                yield table.slice(start, BLOCK_ROWS).combine_chunks()
            left = table.slice(n_waiting - n_waiting % BLOCK_ROWS)
            waiting, n_waiting = left.to_batches(), len(left)
        if n_left == 0:
            break
    if n_waiting:
        yield pyarrow.Table.from_batches(waiting).combine_chunks()


def _without_views(batch):
    import pyarrow

    schema = pyarrow.schema([field.with_type(without_view(field.type)) for field in batch.schema])
    return batch if schema.types == batch.schema.types else batch.cast(schema)


def _are_paths(X):
    """Tell whether X is a list of paths: items of another kind may be texts too, so they must name parquet files."""
    return isinstance(X, list | tuple) and len(X) > 0 and all(map(_is_path, X))


def _is_path(item):
    return isinstance(item, PathLike) or (isinstance(item, str) and item.lower().endswith(".parquet"))


@contextmanager
def _told_what_to_name(named):
    """Say what may be named where pyarrow finds no parquet; its errors are an OSError or ArrowInvalid."""
    import pyarrow

    try:
        yield
    except FileNotFoundError as error:
        raise ValueError(
            f"X={named!r:.300}: there is no such file or folder ({error}). Patterns are not read."
        ) from error
    except (OSError, pyarrow.ArrowInvalid) as error:
        raise ValueError(
            f"X={named!r:.300} cannot be read as parquet: {error}. Name a file, a list of files, or a folder of "
            "nothing else (files whose name begins with '_' or '.' are passed over)."
        ) from error


def _files(dataset):
    """Return the fragments of a dataset of pyarrow; none where a filter hides them, or of another dataset."""
    try:
        return list(dataset.get_fragments())
    except (AttributeError, ValueError):
        return []


def _check_alike(dataset):
    """Raise ValueError if a file lacks a column of the dataset, or has it of another type."""
    expected = {field.name: field.type for field in dataset.schema}
    partitioning = getattr(dataset, "partitioning", None)
    told = set() if partitioning is None else set(partitioning.schema.names)
    for fragment in _files(dataset):
        found = {field.name: field.type for field in fragment.physical_schema}
        unlike = [
            f"{name} ({found.get(name, 'missing')}, expected {kind})"
            for name, kind in expected.items()
            if found.get(name) != kind and not (name in told and name not in found)
        ]
        unlike += [f"{name} ({found[name]}, expected none)" for name in found if name not in expected]
        if unlike:
            raise ValueError(
                f"The files have unlike columns: {getattr(fragment, 'path', fragment)} has {', '.join(unlike[:5])}. "
                "Write them with one schema, or pass a pyarrow.dataset.Dataset of those that are alike."
            )
