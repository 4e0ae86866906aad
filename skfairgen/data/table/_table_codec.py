"""A whole table as one integer token a column, and back."""

from collections.abc import Collection
from copy import copy
from typing import Any, Self

import numpy as np
import pandas as pd

from skfairgen.data._state import State, part_state, read_part
from skfairgen.data.table._categorical_column import CategoricalColumn
from skfairgen.data.table._copied_column import CopiedColumn
from skfairgen.data.table._crowded_levels import row_features
from skfairgen.data.table._derived_column import DerivedColumn
from skfairgen.data.table._identifiers import find_identifiers
from skfairgen.data.table._numbers import from_numbers, in_unit_of, is_numeric
from skfairgen.data.table._numeric_column import NumericColumn
from skfairgen.data.table._orders import Orders
from skfairgen.data.table._related_columns import with_relations
from skfairgen.data.table._relation import floats
from skfairgen.data.table._text_columns import warn_about_text
from skfairgen.data.table._token_spec import TokenSpec, token_spec

SMALL_TABLE = 3_000
COLUMN_KINDS = {kind.__name__: kind for kind in (CategoricalColumn, CopiedColumn, DerivedColumn, NumericColumn)}


class TableCodec:
    """Encode the columns of a table as integer tokens, and draw tables back from tokens.

    Numbers, dates and durations become spikes and quantile bins (:class:`NumericColumn`); categories, strings,
    objects and booleans become one token a level (:class:`CategoricalColumn`). A numeric column that is exactly a sum,
    a product, a power or a logarithm of others, or nearly one of earlier ones, becomes its distance from that
    (:class:`DerivedColumn`) and comes after them. One that equals an earlier one in some rows, or is near it, has
    tokens that say so (:class:`CopiedColumn`). Missing values have their own token in every column. The codec holds
    quantile grids and level lists, never a row.

    Parameters
    ----------
    categorical_columns : "auto" or set of int
        Positions of the columns to read as categories; "auto" takes category, string, object and bool columns.
    n_bins : int or "auto"
        Quantile bins of a numeric column; "auto" is 60, and 20 under 3,000 rows.
    min_category_count : int
        Levels seen fewer times than this share one token.
    hidden_columns : set of int
        Positions of columns that no other is to be read as derived from.

    Attributes
    ----------
    columns_ : dict of int to NumericColumn or CategoricalColumn
        The fitted codec of each column position, in the order of the tokens: what derives comes after its sources.
    positions_ : list of int
        The positions in the order of the table.
    cardinalities_ : list of int
        Number of tokens of each column.
    generable_ : list of ndarray of bool
        For each column, the tokens that the fitted table held.
    identifiers_ : list of int
        Positions of the columns that look like identifiers.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skfairgen.data import TableCodec
    >>> table = pd.DataFrame({0: [1.5, None, 2.5, 1.5], 1: ["a", "b", "a", None]})
    >>> codec = TableCodec().fit(table)
    >>> items = codec.encode(table)
    >>> items["tokens"].shape
    (4, 2)
    >>> codec.decode(items, np.random.default_rng(0))[1][:3].tolist()
    ['a', 'b', 'a']
    """

    def __init__(
        self,
        categorical_columns: str | Collection[int] = "auto",
        n_bins: int | str = "auto",
        min_category_count: int = 5,
        hidden_columns: Collection[int] = frozenset(),
    ) -> None:
        self.categorical_columns = categorical_columns
        self.n_bins = n_bins
        self.min_category_count = min_category_count
        self.hidden_columns = hidden_columns

    def fit(self, table: pd.DataFrame, names: Any = None, contexts: np.ndarray | None = None) -> Self:
        """Learn each column's tokens from a frame with integer labels; `names` are for messages.

        `contexts`, the class and group of each row as one code, keep apart what rare levels belong to.

        Raises
        ------
        ValueError
            If a column holds infinite, complex or unhashable values; the message names it.
        """
        names = table.columns if names is None else names
        n_bins = (60 if len(table) >= SMALL_TABLE else 20) if self.n_bins == "auto" else self.n_bins
        self.dtypes_: list[Any] = table.dtypes.tolist()
        self.positions_: list[int] = list(table.columns)
        columns: dict[int, Any] = {}
        for position, name in zip(table.columns, names, strict=True):
            column = table[position].rename(name)
            codec = self._column_codec(position, column, n_bins)
            told = (contexts, row_features(table, position)) if isinstance(codec, CategoricalColumn) else ()
            columns[position] = codec.fit(column, *told)
        related = with_relations(columns, table, frozenset(self.hidden_columns))
        self.columns_: dict[int, Any] = related[0]
        self.orders_: Orders = related[1]
        self.identifiers_: list[int] = find_identifiers(columns, table)
        declared = () if isinstance(self.categorical_columns, str) else self.categorical_columns
        warn_about_text(columns, names, declared)
        self.cardinalities_: list[int] = [column.cardinality_ for column in self.columns_.values()]
        self.generable_: list[np.ndarray] = [column.generable_ for column in self.columns_.values()]
        return self

    def to_state(self) -> dict[str, Any]:
        """Return what a file holds of it: plain values, arrays and states of its parts."""
        is_auto = isinstance(self.categorical_columns, str)
        return {
            "categorical_columns": "auto" if is_auto else sorted(int(place) for place in self.categorical_columns),
            "n_bins": "auto" if isinstance(self.n_bins, str) else int(self.n_bins),
            "min_category_count": int(self.min_category_count),
            "hidden_columns": sorted(int(place) for place in self.hidden_columns),
            "positions": [int(position) for position in self.columns_],
            "order": [int(position) for position in self.positions_],
            "columns": [part_state(column) for column in self.columns_.values()],
            "identifiers": [int(position) for position in self.identifiers_],
            "orders": self.orders_.to_state(),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any], version: int) -> Self:
        """Return the part of a state that :meth:`to_state` gave.

        Raises
        ------
        ValueError
            If a field is missing, or is not what the part expects; the message names it.
        """
        with State(state, "TableCodec") as fields:
            categorical = fields.take("categorical_columns", (str, list), "auto")
            made = cls(
                categorical if isinstance(categorical, str) else set(categorical),
                fields.take("n_bins", (str, int), "auto"),
                fields.take("min_category_count", int, 5),
                set(fields.take("hidden_columns", list, [])),
            )
            positions = fields.list("positions", (int,))
            columns = [read_part(own, COLUMN_KINDS, version) for own in fields.list("columns", length=len(positions))]
            made.columns_ = dict(zip(positions, columns, strict=True))
            made.identifiers_ = fields.take("identifiers", list, [])
            fields.require(set(made.identifiers_) <= set(positions), f"has identifiers {made.identifiers_!r:.80}")
            fields.require(len(made.columns_) == len(positions) > 0, f"has the columns {positions!r:.80}")
            made.positions_ = fields.list("order", (int,), len(positions), default=positions)
            fields.require(set(made.positions_) == set(positions), f"has the order {made.positions_!r:.80}")
            made.dtypes_ = made._own_dtypes()
            orders = fields.any("orders", None)
            made.orders_ = Orders() if orders is None else Orders.from_state(orders, version)
            numeric: set[int] = set()
            for position, column in made.columns_.items():
                fields.require(
                    numeric.issuperset(column.sources), f"derives column {position} from {column.sources!r:.80}"
                )
                numeric |= set() if isinstance(column, CategoricalColumn) else {position}
            fields.require(numeric >= made.orders_.ordered, "has orders of columns that hold no numbers")
            made.cardinalities_ = [column.cardinality_ for column in columns]
            made.generable_ = [column.generable_ for column in columns]
        return made

    def covers(self, table: pd.DataFrame) -> bool:
        """Tell whether a table has the dtypes of the fitted one, and only values that have a token it held.

        Up to twice ``min_category_count`` numbers may lie beyond those of either end, which the fitted rows do too.
        """
        if table.dtypes.tolist() != self.dtypes_:
            return False
        most = 2 * self.min_category_count
        for position, column in self.columns_.items():
            own = column.own if isinstance(column, CopiedColumn) else column
            if isinstance(own, NumericColumn) and own.n_beyond(table[position]) > most:
                return False
        tokens = self.encode(table)["tokens"]
        is_held = [held[column].all() for held, column in zip(self.generable_, tokens.T, strict=True)]
        return all(is_held) and np.array_equal(tokens == 0, table[list(self.columns_)].isna())

    @property
    def spec(self) -> TokenSpec:
        """What a density of these rows is built from, a TokenSpec."""
        return token_spec(self.columns_)

    def item_term_names(self, feature_names: Any) -> list[str]:
        """Return the names of the terms of an item's log-probability: those of its columns, in the codec's order."""
        name_of = dict(zip(self.positions_, feature_names, strict=True))
        return [name_of[position] for position in self.columns_]

    def encode(self, table: pd.DataFrame) -> dict[str, np.ndarray]:
        """Return the items of a table: "tokens", int32 of shape (n_rows, n_columns). Dates may be in another unit."""
        tokens = np.empty((len(table), len(self.columns_)), dtype=np.int32, order="F")
        given = {
            place: in_unit_of(dtype, table[place]) for place, dtype in zip(self.positions_, self.dtypes_, strict=True)
        }
        for place, (position, column) in enumerate(self.columns_.items()):
            tokens[:, place] = column.encode(given[position], *[given] * bool(column.sources))
        return {"tokens": tokens}

    def decode(self, items: dict[str, np.ndarray], rng: np.random.Generator) -> pd.DataFrame:
        """Draw a table for items, as :meth:`encode` returns them; a frame with integer labels and a RangeIndex."""
        tokens = items["tokens"]
        decoded: dict[int, pd.Series] = {}
        known: dict[int, np.ndarray] = {}
        for place, (position, column) in enumerate(self.columns_.items()):
            own, given = tokens[:, place], [decoded] * bool(column.sources)
            if position in self.orders_.ordered and not isinstance(column, DerivedColumn):
                alone, numbers = getattr(column, "own", column), column.decode_numbers(own, rng, *given)
                own_tokens = np.where(own < alone.cardinality_, own, alone.tokens_of(numbers))
                numbers = self.orders_.keep(position, alone, own_tokens, numbers, known, rng)
                decoded[position] = from_numbers(numbers, column.is_missing(own), alone.dtype_)
            else:
                decoded[position] = column.decode(own, rng, *given)
            if position in self.orders_.ordered:
                known[position] = floats(decoded[position])
        return pd.DataFrame({position: decoded[position] for position in self.positions_}, index=range(len(tokens)))

    def matrix(self, table: pd.DataFrame) -> np.ndarray:
        """Return a table as numbers, shape (n_rows, n_columns), float64: NaN where missing, categories by frequency."""
        return np.column_stack(
            [
                self.columns_[position].encode(table[position]).astype(np.float64)
                if isinstance(self.columns_[position], CategoricalColumn)
                else floats(table[position])
                for position in self.positions_
            ]
        )

    def keep_unchanged(
        self, decoded: pd.DataFrame, table: pd.DataFrame, items: dict[str, np.ndarray], drawn: dict[str, np.ndarray]
    ) -> pd.DataFrame:
        """Put a row's own values back into a decoded table wherever its token, and what it derives from, is the same.

        Parameters
        ----------
        decoded, table : DataFrame
            What ``drawn`` was decoded to, and the rows themselves.
        items, drawn : dict of str to ndarray
            Items of the rows, and those that were decoded.

        Returns
        -------
        DataFrame
            ``decoded``, changed in place.
        """
        same = dict(zip(self.columns_, (items["tokens"] == drawn["tokens"]).T, strict=True))
        for position, column in self.columns_.items():
            kept = same[position].copy()
            for source in column.sources:
                kept &= same[source]
            own = _in_dtype_of(decoded[position].dtype, table[position])
            rows = np.arange(len(kept)) + len(kept) * kept  # `where` of Arrow's own may abort
            decoded[position] = pd.concat([decoded[position], own]).take(rows).set_axis(decoded.index)
        return decoded

    def fits(self, schema: Any) -> bool:
        """Tell whether this codec codes the columns to learn of a schema."""
        return sorted(self.columns_) == sorted(schema.feature_positions)

    def without_records(self) -> Self:
        """Return a copy for decoding only, whose columns hold nothing that few rows held."""
        made = copy(self)
        made.columns_ = {place: column.without_records() for place, column in self.columns_.items()}
        made.dtypes_ = made._own_dtypes()
        return made

    def _own_dtypes(self):
        """Return the dtypes of the table, column by column."""
        columns = [self.columns_[position] for position in self.positions_]
        return [getattr(column, "own", column).dtype_ for column in columns]

    def _column_codec(self, position, column, n_bins):
        if self.categorical_columns == "auto":
            is_categorical = not is_numeric(column)
        else:
            is_categorical = position in self.categorical_columns or not is_numeric(column)
        if is_categorical:
            return CategoricalColumn(self.min_category_count)
        return NumericColumn(n_bins, self.min_category_count)


def _in_dtype_of(dtype, own):
    """Return values with the categories, or the unit of dates, of a dtype."""
    if not isinstance(dtype, pd.CategoricalDtype):
        return in_unit_of(dtype, own)
    own = own.astype(object)
    return own.where(own.isin(dtype.categories), None).astype(dtype)
