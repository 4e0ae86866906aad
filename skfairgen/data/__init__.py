"""From a table to integer tokens and back: schema, per-column codecs, groups."""

from skfairgen.data._as_frame import as_frame
from skfairgen.data._column_positions import column_positions
from skfairgen.data._group_name import group_name
from skfairgen.data._groups import GroupCodec
from skfairgen.data._state import State
from skfairgen.data._strata import StrataCodec
from skfairgen.data._table_format import TableFormat
from skfairgen.data._target import TargetCodec
from skfairgen.data._typing import Columns, RandomState, Rows, Table
from skfairgen.data.table._categorical_column import CategoricalColumn
from skfairgen.data.table._numbers import in_unit_of
from skfairgen.data.table._numeric_column import NumericColumn
from skfairgen.data.table._table_codec import TableCodec, is_numeric

__all__ = [
    "CategoricalColumn",
    "Columns",
    "GroupCodec",
    "NumericColumn",
    "RandomState",
    "Rows",
    "State",
    "StrataCodec",
    "Table",
    "TableCodec",
    "TableFormat",
    "TargetCodec",
    "as_frame",
    "column_positions",
    "group_name",
    "in_unit_of",
    "is_numeric",
]
