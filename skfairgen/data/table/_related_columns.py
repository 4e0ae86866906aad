"""The columns of a table with those that follow from others, or copy them, put as such."""

from typing import Any

import pandas as pd

from skfairgen.data.table._derived_column import DerivedColumn
from skfairgen.data.table._find_copies import find_copies
from skfairgen.data.table._find_relations import find_relations, order_of
from skfairgen.data.table._numbers import kind_of_numbers
from skfairgen.data.table._numeric_column import NumericColumn
from skfairgen.data.table._orders import Orders
from skfairgen.data.table._relation import floats


def with_relations(
    columns: dict[int, Any], table: pd.DataFrame, hidden: frozenset[int]
) -> tuple[dict[int, Any], Orders]:
    """Return column codecs in an order in which each comes after what it is decoded from, and the orders of values.

    Parameters
    ----------
    columns : dict of int to NumericColumn or CategoricalColumn
        Fitted codecs, by position.
    table : DataFrame
        The columns themselves.
    hidden : set of int
        Columns that no other is to be decoded from.
    """
    numeric = {place: column for place, column in columns.items() if isinstance(column, NumericColumn)}
    numbers = {place: floats(table[place]) for place in numeric}
    kinds = {place: kind_of_numbers(column.dtype_) for place, column in numeric.items()}
    found = find_relations(numeric, numbers, hidden)
    derived = {
        place: DerivedColumn(own.relation, numeric[place], own.is_native).fit(table[place], table)
        for place, own in found.items()
    }
    order = order_of(list(columns), {place: own.sources for place, own in derived.items()})
    ordered = {place: derived.get(place, columns[place]) for place in order}
    copies = find_copies(ordered, table, kinds, hidden)
    copied = [{place, source} for place, own in copies.items() for source in own.sources]
    return {**ordered, **copies}, Orders().fit(numbers, kinds, copied)
