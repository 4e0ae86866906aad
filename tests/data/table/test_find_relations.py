"""Exact relations hold in what is decoded, even where every token is drawn independently of the others."""

import time

import numpy as np
import pandas as pd
import pytest

from skfairgen.data import TableCodec
from skfairgen.data.table._derived_column import DerivedColumn
from skfairgen.data.table._find_relations import order_of

N_ROWS = 2_000


def rng():
    return np.random.default_rng(0)


def drawn_independently(columns):
    """Return a table, and the one decoded from its tokens after each column of tokens was shuffled."""
    table = pd.DataFrame(columns).set_axis(range(len(columns)), axis=1)
    codec = TableCodec().fit(table)
    tokens = codec.encode(table)["tokens"]
    shuffled = np.column_stack([np.random.default_rng(place).permutation(own) for place, own in enumerate(tokens.T)])
    decoded = codec.decode({"tokens": shuffled}, rng())
    assert decoded.columns.tolist() == list(range(len(columns)))
    assert (decoded.dtypes == table.dtypes).all()
    return table, decoded


def share(holds, table, decoded):
    assert holds(table).all()
    return holds(decoded).mean()


@pytest.mark.parametrize("n_parts", [2, 4, 8, 30])
@pytest.mark.parametrize("total_first", [False, True])
def test_a_total_of_any_number_of_parts_holds_in_any_order(n_parts, total_first):
    parts = rng().gamma(2, 50, (N_ROWS, n_parts)).round(2)
    columns = [*parts.T, parts.sum(axis=1)]
    tables = drawn_independently(dict(enumerate(columns[::-1] if total_first else columns)))
    total = 0 if total_first else n_parts
    assert share(lambda own: (own.drop(columns=total).sum(axis=1) - own[total]).abs() < 0.006, *tables) > 0.99


def test_small_integers_and_zeros_keep_sums_squares_and_products():
    few, price = rng().integers(0, 5, (3, N_ROWS)), rng().lognormal(2, 1, N_ROWS).round(2)
    squares = drawn_independently({0: few[0] ** 2, 1: few[0]})
    assert share(lambda own: own[0] == own[1] ** 2, *squares) == 1
    sums = drawn_independently({0: few.sum(axis=0), 1: few[0], 2: few[1], 3: few[2]})
    assert share(lambda own: own[0] == own[1] + own[2] + own[3], *sums) == 1
    products = drawn_independently({0: few[0], 1: (few[0] * price).round(2), 2: price})
    assert share(lambda own: (own[1] - own[0] * own[2]).abs() < 0.0051, *products) > 0.99


@pytest.mark.parametrize("swapped", [False, True])
def test_logarithms_and_ages_hold_in_either_order(swapped):
    def ordered(*columns):
        return dict(enumerate(columns[::-1] if swapped else columns))

    first, last = (1, 0) if swapped else (0, 1)
    wages = rng().integers(100, 2_500, N_ROWS)
    logs = drawn_independently(ordered(wages, np.log(wages)))
    assert share(lambda own: (np.log(own[first]) - own[last]).abs() < 1e-5, *logs) > 0.99
    births = pd.Timestamp("1930-01-01") + pd.to_timedelta(rng().integers(0, 25_000, N_ROWS), unit="D")

    def age(births):
        return np.floor((pd.Timestamp("2020-06-01") - births).dt.days / 365.25).astype(int)

    ages = drawn_independently(ordered(pd.Series(births), age(pd.Series(births))))
    assert share(lambda own: age(own[first]) == own[last], *ages) > 0.99


def test_short_tables_and_tables_with_gaps_keep_their_totals():
    parts = rng().gamma(2, 50, (60, 4)).round(2)
    tables = drawn_independently(dict(enumerate([parts.sum(axis=1), *parts.T])))
    assert share(lambda own: (own.drop(columns=0).sum(axis=1) - own[0]).abs() < 0.006, *tables) > 0.9
    parts = rng().gamma(2, 50, (N_ROWS, 4)).round(2)
    table = pd.DataFrame(np.column_stack([parts.sum(axis=1), parts]))
    table = table.mask(rng().random(table.shape) < 0.05)
    codec = TableCodec().fit(table)
    decoded = codec.decode(codec.encode(table), rng())
    assert decoded.isna().equals(table.isna())
    whole = decoded.dropna()
    assert ((whole.drop(columns=0).sum(axis=1) - whole[0]).abs() < 0.006).mean() > 0.99


def test_percentages_that_were_rounded_still_add_up_to_about_a_hundred():
    table = pd.DataFrame((100 * rng().dirichlet(np.full(5, 3.0), N_ROWS)).round(1))
    codec = TableCodec().fit(table)
    decoded = codec.decode(codec.encode(table), rng())
    assert ((decoded.sum(axis=1) - 100).abs() < 0.31).mean() > 0.98


def test_a_hidden_column_gives_no_other():
    values = rng().normal(50, 10, N_ROWS).round(1)
    table = pd.DataFrame({0: values, 1: 2 * values, 2: values + 1})
    codec = TableCodec(hidden_columns={0}).fit(table)
    derived = {place: own.relation.sources for place, own in codec.columns_.items() if isinstance(own, DerivedColumn)}
    assert derived and all(0 not in sources for sources in derived.values())


def test_columns_come_after_what_they_derive_from():
    assert order_of([0, 1, 2, 3], {0: [2], 2: [3]}) == [3, 2, 0, 1]


def test_unrelated_columns_are_searched_in_about_linear_time():
    factors = rng().normal(size=(2_000, 5))

    def seconds(n_columns):
        values = factors @ rng().normal(size=(5, n_columns)) + rng().normal(size=(2_000, n_columns))
        start = time.process_time()
        codec = TableCodec().fit(pd.DataFrame(values))
        assert not any(isinstance(own, DerivedColumn) for own in codec.columns_.values())
        return time.process_time() - start

    seconds(20)
    assert seconds(160) < 16 * seconds(40)  # the fourth power of two would be the square


@pytest.mark.parametrize("off_share", [0.01, 0.06])
def test_a_total_that_some_rows_break_holds_in_the_others(off_share):
    rng = np.random.default_rng(0)
    parts = rng.lognormal(5, 1, (2_000, 3)).round()
    total, is_off = parts.sum(axis=1), rng.random(2_000) < off_share
    total[is_off] = rng.lognormal(6, 1, is_off.sum()).round()
    table = pd.DataFrame(np.column_stack([parts[:, :2], total, parts[:, 2:]]), columns=range(4))
    codec = TableCodec().fit(table)
    decoded = codec.decode(codec.encode(table), rng)
    assert (decoded[2] == decoded[[0, 1, 3]].sum(axis=1)).mean() == pytest.approx(1 - is_off.mean(), abs=0.02)
