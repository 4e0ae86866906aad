"""Rows of a dataset, changed block by block, into parquet files."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

from skfairgen.files import atomic_write
from skfairgen.scale._row_dataset import BLOCK_ROWS, RowDataset

BLOCKS_A_FILE = 16  # of 65,536 rows


class BlockWriter:
    """Writes one file after another of what a function makes of the blocks of a dataset.

    Parameters
    ----------
    dataset : RowDataset
        Read once.
    make : callable
        ``make(block)`` returns a table of pyarrow, of the same schema for each block.
    folder : Path
        Of the files.

    Attributes
    ----------
    n_files : int
        Number of files of all rows.
    """

    def __init__(self, dataset: RowDataset, make: Callable[[Any], Any], folder: Path) -> None:
        self.folder: Path = folder
        self.make: Callable[[Any], Any] = make
        self.n_files: int = -(-dataset.n_rows // (BLOCKS_A_FILE * BLOCK_ROWS))
        self._blocks: Iterator[Any] = dataset.blocks()

    def __call__(self, place: int) -> Path:
        """Write the file at a place, unless it is there; all before it come first."""
        from pyarrow import parquet

        path, writer = self.folder / f"part-{place:05d}.parquet", None
        blocks = islice(self._blocks, BLOCKS_A_FILE)
        if path.exists():
            for _ in blocks:  # read past them
                pass
            return path
        with atomic_write(path) as file, ExitStack() as stack:
            for table in map(self.make, blocks):
                writer = writer or stack.enter_context(parquet.ParquetWriter(file, table.schema))
                writer.write_table(table)
        return path
