"""The kinds of X: which format reads it, and which codec turns it into items."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from skfairgen.data._table_format import TableFormat
from skfairgen.data.table import TableCodec


@dataclass(frozen=True)
class Kind:
    """One kind of X.

    Attributes
    ----------
    accepts : callable
        Takes X and tells whether it is of this kind.
    format : type
        Its ``of(X)`` returns the format and the things that X holds; a format restores and joins them.
    codec : callable
        Takes the schema, `categorical_columns` as users give them and a set of hidden positions; returns a codec that
        is not fitted.
    codec_type : type
        Class of the codec, whose ``from_state`` reads a saved one.
    """

    accepts: Callable[[Any], bool]
    format: Any
    codec: Callable[..., Any]
    codec_type: Any


def _table_codec(schema, categorical_columns, hidden):
    if not isinstance(categorical_columns, str):
        categorical_columns = set(schema.format.positions(categorical_columns, "categorical_columns"))
    return TableCodec(categorical_columns, hidden_columns=hidden)


#: The kinds by name, tried from the last to the first: a table takes what no other kind does.
KINDS = {"table": Kind(lambda X: True, TableFormat, _table_codec, TableCodec)}


def kind_of(X: Any) -> str:
    """Return the name of the kind of X."""
    return next(name for name in reversed(KINDS) if KINDS[name].accepts(X))


def kind_of_format(format: Any) -> str:
    """Return the name of the kind that a format belongs to."""
    return next(name for name in reversed(KINDS) if type(format) is KINDS[name].format)
