"""Networks of tables: the density and the encoder of token rows, and the autoencoder made of them."""

from skfairgen.nn.table._column_density import ColumnDensity
from skfairgen.nn.table._column_encoder import ColumnEncoder
from skfairgen.nn.table._table_autoencoder import table_autoencoder

__all__ = ["ColumnDensity", "ColumnEncoder", "table_autoencoder"]
