"""Tables as tokens: one integer a column, and back."""

from skfairgen.data.table._categorical_column import CategoricalColumn
from skfairgen.data.table._numbers import in_unit_of
from skfairgen.data.table._numeric_column import NumericColumn
from skfairgen.data.table._table_codec import TableCodec

__all__ = ["CategoricalColumn", "NumericColumn", "TableCodec", "in_unit_of"]
