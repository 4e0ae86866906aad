"""Orders that all rows hold are kept by what is decoded, whatever the tokens."""

import numpy as np
import pandas as pd
import pytest

from skfairgen.data import TableCodec

N_ROWS = 3_000


def decoded_independently(table):
    """Return the codec of a table, and a table decoded from its tokens after each column of them was shuffled."""
    codec = TableCodec().fit(table)
    tokens = codec.encode(table)["tokens"]
    rngs = [np.random.default_rng(place) for place in range(tokens.shape[1])]
    shuffled = np.column_stack([rng.permutation(own) for rng, own in zip(rngs, tokens.T, strict=True)])
    return codec, codec.decode({"tokens": shuffled}, np.random.default_rng(0))


def _tables():
    rng = np.random.default_rng(0)
    low = rng.lognormal(3, 1, N_ROWS).round(2)
    high = (low * (1 + rng.gamma(1, 1, N_ROWS))).round(2)
    start = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 2_000, N_ROWS), unit="D")
    end = start + pd.to_timedelta(rng.integers(0, 900, N_ROWS), unit="D")
    first, second = rng.integers(0, 40, N_ROWS), rng.integers(0, 30, N_ROWS)
    gaps = np.where(rng.random(N_ROWS) < 0.1, np.nan, high)
    return {
        "decimals": [low, high],
        "the larger first": [high, low],
        "dates": [pd.Series(start), pd.Series(end)],
        "time zones": [pd.Series(start.tz_localize("UTC")), pd.Series(end.tz_localize("UTC"))],
        "integers": [first, first + second],
        "an integer and a float": [first, first + rng.gamma(2, 5, N_ROWS)],
        "gaps": [low, gaps],
        "three": [low, high, (high * (1 + rng.gamma(1, 1, N_ROWS))).round(2)],
    }


TABLES = _tables()


@pytest.mark.parametrize("kind", TABLES)
def test_an_order_holds_in_every_decoded_row(kind):
    table = pd.DataFrame(dict(enumerate(TABLES[kind])))
    _, decoded = decoded_independently(table)
    assert (decoded.dtypes == table.dtypes).all()
    places = [1, 0] if kind == "the larger first" else list(range(table.shape[1]))
    for low, high in zip(places, places[1:], strict=False):
        assert not (table[low] > table[high]).any()
        assert not (decoded[low] > decoded[high]).any()
        assert decoded[high].isna().sum() == table[high].isna().sum()
        seen = table[high].dropna()
        assert decoded[high].dropna().between(seen.min(), seen.max()).all()


def test_rows_that_hold_the_order_are_left_as_they_are():
    table = pd.DataFrame({0: TABLES["decimals"][0], 1: TABLES["decimals"][1]})
    codec, decoded = decoded_independently(table)
    assert codec.orders_.low_.tolist() == [0] and codec.orders_.high_.tolist() == [1]
    equal = (decoded[0] == decoded[1]).mean()
    assert equal < 0.02  # real rows are never equal by more than rounding
    drawn = codec.decode(codec.encode(table), np.random.default_rng(0))
    assert drawn[1].quantile([0.1, 0.5, 0.9]).to_numpy() == pytest.approx(table[1].quantile([0.1, 0.5, 0.9]), rel=0.05)


def test_columns_in_no_order_have_none():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({0: rng.normal(size=300), 1: rng.normal(size=300) + 1, 2: rng.integers(900, 999, 300)})
    assert len(TableCodec().fit(table).orders_.low_) == 0


def test_orders_are_in_the_state_of_the_codec():
    table = pd.DataFrame({0: TABLES["dates"][0], 1: TABLES["dates"][1]})
    codec, _ = decoded_independently(table)
    again = TableCodec.from_state(codec.to_state(), 2)
    items = codec.encode(table)
    tables = [own.decode(items, np.random.default_rng(0)) for own in (codec, again)]
    pd.testing.assert_frame_equal(*tables)
    assert len(again.orders_.low_) == 1


def test_columns_that_few_rows_know_both_of_have_no_order():
    first, second = np.random.default_rng(0).normal(size=(2, 1_500))
    first[:750], second[753:] = np.nan, np.nan
    second[750:753] = first[750:753] + [0.111, 0.222, 0.333]
    assert len(TableCodec().fit(pd.DataFrame({0: first, 1: second})).orders_.low_) == 0


def test_what_is_stored_of_an_order_is_no_distance_of_one_row():
    rng = np.random.default_rng(0)
    first, second = rng.normal(0, 5, (2, 300)).round(3)
    first[:150], second[162:] = np.nan, np.nan
    second[150:162] = first[150:162] + np.arange(1, 13) + 0.125
    orders = TableCodec().fit(pd.DataFrame({0: first, 1: second})).orders_
    assert not np.isin(orders.gaps_, second - first).any()
