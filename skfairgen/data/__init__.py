"""From what users pass to items and back: kinds of X, schema, groups, classes, and the codecs of each kind."""

from skfairgen.data._as_frame import as_frame
from skfairgen.data._asked_groups import group_codes_of
from skfairgen.data._column_positions import column_positions
from skfairgen.data._group_name import group_name
from skfairgen.data._groups import GroupCodec, in_bands, is_many_numbers
from skfairgen.data._item_reader import ItemReader
from skfairgen.data._kinds import KINDS, Kind, is_coded
from skfairgen.data._native import Native, as_pandas
from skfairgen.data._numpy_defaults import numpy_defaults
from skfairgen.data._partial_target import UNLABELED, read_partial_target
from skfairgen.data._schema import Schema
from skfairgen.data._sensitive_format import SensitiveFormat
from skfairgen.data._state import State
from skfairgen.data._strata import StrataCodec
from skfairgen.data._table_format import TableFormat
from skfairgen.data._target import TargetCodec
from skfairgen.data._training_rows import TrainingRows, read_training_rows, read_weights
from skfairgen.data._typing import Columns, RandomState, Rows, Table
from skfairgen.data.grid import GridCodec, GridFormat
from skfairgen.data.table._categorical_column import CategoricalColumn
from skfairgen.data.table._numbers import from_numbers, in_unit_of, is_numeric
from skfairgen.data.table._numeric_column import NumericColumn
from skfairgen.data.table._table_codec import TableCodec

__all__ = [
    "CategoricalColumn",
    "Columns",
    "GridCodec",
    "GridFormat",
    "GroupCodec",
    "ItemReader",
    "KINDS",
    "Kind",
    "Native",
    "NumericColumn",
    "RandomState",
    "Rows",
    "Schema",
    "SensitiveFormat",
    "State",
    "StrataCodec",
    "Table",
    "TableCodec",
    "TableFormat",
    "TargetCodec",
    "TrainingRows",
    "UNLABELED",
    "as_frame",
    "as_pandas",
    "column_positions",
    "from_numbers",
    "group_codes_of",
    "group_name",
    "in_bands",
    "in_unit_of",
    "is_coded",
    "is_many_numbers",
    "is_numeric",
    "numpy_defaults",
    "read_partial_target",
    "read_training_rows",
    "read_weights",
]
