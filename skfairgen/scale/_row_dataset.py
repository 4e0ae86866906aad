"""Rows in parquet files, more than memory holds: read in blocks that do not depend on how they were written."""

from collections.abc import Iterator, Sequence
from os import PathLike
from typing import Any, Self

from skfairgen.scale._ray_rows import RayRows

BLOCK_ROWS = 65_536


class RowDataset:
    """The rows of a dataset of pyarrow, in the order of its files, or of Ray, in that of its blocks.

    Parameters
    ----------
    dataset : pyarrow.dataset.Dataset or RayRows
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
        self.n_rows: int = dataset.count_rows()
        self.names: list[str] = dataset.schema.names
        if not self.n_rows or not self.names:
            raise ValueError(
                f"The dataset has {self.n_rows} rows and {len(self.names)} columns; expected some of each. Check its "
                "files and filters."
            )

    @staticmethod
    def accepts(X: Any) -> bool:
        """Tell whether X is a path, or a dataset of pyarrow or Ray."""
        return isinstance(X, str | PathLike) or type(X).__module__.startswith(("pyarrow._dataset", "ray.data."))

    @classmethod
    def of(cls, X: Any) -> Self:
        """Return the rows of a parquet file, of a folder of them, or of a dataset of pyarrow or Ray.

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
        if type(X).__module__.startswith("ray."):
            return cls(RayRows(X))
        if isinstance(X, str | PathLike):
            try:
                X = arrow.dataset(X, format="parquet", partitioning="hive")
                is_found = not hasattr(X, "files") or len(X.files) > 0
            except (OSError, ValueError) as error:  # ArrowInvalid is a ValueError
                raise ValueError(f"X={str(X)!r} cannot be read as parquet: {error}. Name a file or folder.") from error
            if not is_found:
                raise ValueError(f"X names a folder without parquet files; the dataset is {X!r:.200}. Name another.")
        _check_alike(X)
        return cls(X)

    def blocks(self, names: Sequence[str] | None = None) -> Iterator[Any]:
        """Yield tables of 65,536 rows, the last of fewer, with some columns or all.

        Blocks are counted from the first row, so row groups and files may be cut anywhere.
        """
        import pyarrow

        names = self.names if names is None else list(names)
        waiting, n_waiting, n_read = [], 0, 0
        for batch in self.dataset.to_batches(columns=names, batch_readahead=2, fragment_readahead=1):
            waiting.append(batch)
            n_waiting, n_read = n_waiting + len(batch), n_read + len(batch)
            if n_waiting >= BLOCK_ROWS:
                table = pyarrow.Table.from_batches(waiting)
                for start in range(0, n_waiting - BLOCK_ROWS + 1, BLOCK_ROWS):
                    yield table.slice(start, BLOCK_ROWS).combine_chunks()
                left = table.slice(n_waiting - n_waiting % BLOCK_ROWS)
                waiting, n_waiting = left.to_batches(), len(left)
        if n_waiting:
            yield pyarrow.Table.from_batches(waiting).combine_chunks()
        if n_read != self.n_rows:
            raise ValueError(
                f"The dataset gave {n_read:,} rows, and {self.n_rows:,} when they were counted. It is read several "
                "times: write rows that chance decides to files first."
            )


def _check_alike(dataset):
    """Raise ValueError if a file lacks a column of the dataset, or has it of another type."""
    expected = {field.name: field.type for field in dataset.schema}
    partitioning = getattr(dataset, "partitioning", None)
    told = set() if partitioning is None else set(partitioning.schema.names)
    for fragment in dataset.get_fragments():
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
