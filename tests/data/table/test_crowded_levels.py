"""Columns of more levels than have a token each."""

import numpy as np
import pandas as pd
import pytest

from skfairgen.data import CategoricalColumn, TableCodec


def towns(rows_of_each, n_levels=3_000, seed=0):
    """Return a table of towns, whose number tells the income there, and the sex that alone lives in a town."""
    rng = np.random.default_rng(seed)
    town = np.repeat(np.arange(n_levels), rows_of_each)
    income = town + rng.normal(scale=n_levels / 50, size=len(town))
    words = pd.Series([f"town {own}" for own in town])
    words[rng.random(len(town)) < 0.05] = None
    return pd.DataFrame({0: words, 1: income}), town % 2


@pytest.mark.parametrize("rows_of_each", [2, 10])
@pytest.mark.parametrize("is_private", [False, True])
def test_crowded_levels_are_drawn_where_rows_are_alike(rows_of_each, is_private):
    table, sex = towns(rows_of_each)
    codec = TableCodec().fit(table, contexts=sex)
    assert codec.cardinalities_[0] <= 1_001
    items = codec.encode(table)
    codec = codec.without_records() if is_private else codec
    words = codec.decode(items, np.random.default_rng(0))[0]
    known = words.notna().to_numpy()
    if is_private and rows_of_each == 2:  # nobody may be named
        assert not known.any()
        return
    assert (known == table[0].notna()).all()
    place = words[known].str.split().str[1].astype(int)
    assert (place % 2 == sex[known]).all()
    assert np.corrcoef(place, table[1][known])[0, 1] > 0.97
    assert words.nunique() > 0.7 * table[0].nunique()


def test_private_copies_hold_no_level_of_few_rows():
    rng = np.random.default_rng(0)
    counts = rng.integers(1, 12, size=3_000)
    column = pd.Series(np.repeat([f"town {own}" for own in range(3_000)], counts))
    codec = CategoricalColumn().fit(column, None, [])
    state = codec.without_records().to_state()
    held = column.value_counts()
    assert set(state["levels"]) == set(held.index[held >= 5])
    tokens = codec.encode(column)
    drawn = CategoricalColumn.from_state(state, 2).decode(tokens, np.random.default_rng(0))
    assert set(drawn) <= set(state["levels"])


def test_crowded_levels_come_back_from_a_state():
    table, sex = towns(10)
    codec = CategoricalColumn().fit(table[0], sex, [table[1].to_numpy()])
    again = CategoricalColumn.from_state(codec.to_state(), 2)
    tokens = codec.encode(table[0])
    np.testing.assert_array_equal(again.encode(table[0]), tokens)
    drawn = [own.decode(tokens, np.random.default_rng(0)) for own in (codec, again)]
    pd.testing.assert_series_equal(*drawn)


def test_a_thousand_levels_have_a_token_each():
    table, sex = towns(10, n_levels=1_000)
    assert CategoricalColumn().fit(table[0], sex, [table[1].to_numpy()]).cardinality_ == 1_001


def test_levels_of_groups_keep_a_token_each():
    table, _ = towns(2)
    assert CategoricalColumn(min_count=1).fit(table[0]).cardinality_ == 1 + table[0].nunique()


def test_levels_that_nothing_tells_apart_share_one_token():
    column = pd.Series(np.tile([f"town {own}" for own in range(2_000)], 6))
    features = [np.repeat(np.arange(6.0), 2_000)]
    assert CategoricalColumn().fit(column, None, features).cardinality_ == 1 + 500 + 1
