"""From a table to integer tokens and back: schema, per-column codecs, groups."""

from skfairgen.data._groups import GroupCodec
from skfairgen.data._state import State
from skfairgen.data._strata import StrataCodec
from skfairgen.data._table_format import TableFormat
from skfairgen.data._target import TargetCodec
from skfairgen.data.table._categorical_column import CategoricalColumn
from skfairgen.data.table._numbers import in_unit_of
from skfairgen.data.table._numeric_column import NumericColumn
from skfairgen.data.table._table_codec import TableCodec

__all__ = [
    "CategoricalColumn",
    "GroupCodec",
    "NumericColumn",
    "State",
    "StrataCodec",
    "TableCodec",
    "TableFormat",
    "TargetCodec",
    "in_unit_of",
]
