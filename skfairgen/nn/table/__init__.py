"""Networks of tables: the density and the encoder of token rows, and the autoencoder made of them."""

from skfairgen.nn.table._column_density import ColumnDensity
from skfairgen.nn.table._column_encoder import ColumnEncoder
from skfairgen.nn.table._column_skip import TokenNumbers

__all__ = ["ColumnDensity", "ColumnEncoder", "TokenNumbers"]
