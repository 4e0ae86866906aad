"""Work in parts, on one core or many machines, and its results in parquet files."""

from skfairgen.scale._executors import Executor, as_executor
from skfairgen.scale._parquet import FileWriter, write_parquet

__all__ = ["Executor", "FileWriter", "as_executor", "write_parquet"]
