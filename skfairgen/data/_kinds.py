"""The kinds of X: which format reads it, and which codec turns it into items."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from skfairgen.data._table_format import TableFormat
from skfairgen.data.grid import FlatFormat, GridCodec, GridFormat
from skfairgen.data.table import TableCodec


@dataclass(frozen=True)
class Kind:
    """One kind of X.

    Attributes
    ----------
    accepts : callable
        Takes X and the `sample_shape` that users give, or None; tells whether X is of this kind.
    format : type
        Its ``of(X)``, or ``of(X, sample_shape)``, returns the format and the things that X holds; a format reads more
        of them, restores and joins them.
    codec : callable
        Takes the schema, `categorical_columns` as users give them and a set of hidden positions; returns a codec that
        is not fitted.
    codec_type : type
        Class of the codec, whose ``from_state`` reads a saved one.
    is_coded : bool
        Whether such things are learned through a code, and have no density without one.
    """

    accepts: Callable[[Any, Any], bool]
    format: Any
    codec: Callable[..., Any]
    codec_type: Any
    is_coded: bool = False


def _table_codec(schema, categorical_columns, hidden):
    if not isinstance(categorical_columns, str):
        categorical_columns = set(schema.format.positions(categorical_columns, "categorical_columns"))
    return TableCodec(categorical_columns, hidden_columns=hidden)


def _grid_codec(schema, categorical_columns, hidden):
    return GridCodec()


def _flat_codec(schema, categorical_columns, hidden):
    if not isinstance(categorical_columns, str):
        named = schema.format.positions(categorical_columns, "categorical_columns")
        if not set(named) <= set(schema.sensitive_positions):
            raise ValueError(
                f"categorical_columns={categorical_columns!r} names values of images or sequences, which are numbers. "
                "Name sensitive columns only, or leave it out."
            )
    banded = [] if schema.groups is None else schema.groups.banded_columns_
    if banded and schema.sensitive_features is None:
        raise ValueError(
            f"The sensitive columns {[schema.format.columns[place] for place in banded]} hold more than 20 numbers; "
            "images and sequences need groups. Cut them into classes first, for example by pandas.cut."
        )
    schema.format.check_columns(len(schema.feature_positions), bool(schema.sensitive_positions))
    return GridCodec(schema.format.shape)


#: The kinds by name, tried from the last to the first: a table takes what no other kind does.
KINDS = {
    "table": Kind(lambda *_: True, TableFormat, _table_codec, TableCodec),
    "flat grid": Kind(FlatFormat.accepts, FlatFormat, _flat_codec, GridCodec, is_coded=True),
    "grid": Kind(GridFormat.accepts, GridFormat, _grid_codec, GridCodec, is_coded=True),
}


def kind_of(X: Any, sample_shape: Any = None) -> str:
    """Return the name of the kind of X."""
    return next(name for name in reversed(KINDS) if KINDS[name].accepts(X, sample_shape))


def kind_of_format(format: Any) -> str:
    """Return the name of the kind that a format belongs to."""
    return next(name for name in reversed(KINDS) if type(format) is KINDS[name].format)


def is_coded(format: Any) -> bool:
    """Tell whether things of a format are learned through a code."""
    return KINDS[kind_of_format(format)].is_coded
