"""Networks of tables: the density of token rows, and the encoder of token rows."""

from skfairgen.nn.table._column_density import ColumnDensity
from skfairgen.nn.table._column_encoder import ColumnEncoder

__all__ = ["ColumnDensity", "ColumnEncoder"]
