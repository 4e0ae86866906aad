"""Work in parts, on one core or many machines, and its results in parquet files."""

from skfairgen.scale._block_writer import BlockWriter
from skfairgen.scale._executors import Executor, as_executor
from skfairgen.scale._parquet import FileWriter, write_parquet
from skfairgen.scale._ray_rows import drawn_rows
from skfairgen.scale._row_dataset import RowDataset
from skfairgen.scale._shared_training import SharedTraining
from skfairgen.scale._spooled_rows import gives_frames, spooled, told_where_it_is_full

__all__ = [
    "BlockWriter",
    "Executor",
    "FileWriter",
    "RowDataset",
    "SharedTraining",
    "as_executor",
    "drawn_rows",
    "gives_frames",
    "spooled",
    "told_where_it_is_full",
    "write_parquet",
]
