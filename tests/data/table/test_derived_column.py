import numpy as np
import pandas as pd
import pytest

from skfairgen.data import TableCodec
from skfairgen.data.table._derived_column import DerivedColumn


@pytest.fixture
def sources():
    rng = np.random.default_rng(0)
    return pd.DataFrame({0: rng.normal(50, 10, 5_000).round(1), 1: rng.lognormal(3, 1, 5_000).round(2)})


def round_trip(table):
    codec = TableCodec().fit(table)
    return codec, codec.decode(codec.encode(table), np.random.default_rng(0))


def test_an_exact_sum_comes_back_exact(sources):
    codec, decoded = round_trip(_with_sum(sources))
    assert isinstance(codec.columns_[2], DerivedColumn)
    inside = _within_bounds(decoded[2])
    assert inside.mean() > 0.99
    np.testing.assert_allclose(decoded[2][inside], (decoded[0] + decoded[1])[inside], atol=1e-9)


def test_a_ratio_to_a_count_that_can_be_zero_comes_back_exact(sources):
    count = np.random.default_rng(1).poisson(2, len(sources))
    table = pd.DataFrame({0: sources[1], 1: count, 2: sources[1] / (1 + count)})
    codec, decoded = round_trip(table)
    assert isinstance(codec.columns_[2], DerivedColumn)
    np.testing.assert_allclose(decoded[2], decoded[0] / (1 + decoded[1]), rtol=1e-5)


def test_a_near_copy_keeps_its_distance(sources):
    noise = np.random.default_rng(1).normal(0, 0.1, len(sources))
    table = pd.DataFrame({0: sources[0], 1: sources[0] + noise})
    _, decoded = round_trip(table)
    assert (decoded[1] - decoded[0]).std() == pytest.approx(noise.std(), rel=0.05)


def test_a_date_that_follows_another_keeps_whole_days():
    rng = np.random.default_rng(0)
    start = pd.Series(pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 2_000, 3_000), "D"))
    table = pd.DataFrame({0: start, 1: start + pd.to_timedelta(rng.integers(1, 8, 3_000), "D")})
    codec, decoded = round_trip(table)
    assert isinstance(codec.columns_[1], DerivedColumn)
    gap = (decoded[1] - decoded[0]).dt.days
    assert decoded[1].dtype == table[1].dtype
    assert (decoded[1].dt.normalize() == decoded[1]).all()
    assert gap.between(1, 7).mean() > 0.99


def test_missing_values_stay_missing_and_missing_sources_do_no_harm(sources):
    table = _with_sum(sources)
    table.loc[:99, 0] = np.nan
    table.loc[200:299, 2] = np.nan
    codec, decoded = round_trip(table)
    assert decoded[2].isna().equals(table[2].isna())
    assert decoded[2].dropna().between(table[2].min(), table[2].max()).all()
    sharp = _within_bounds(decoded[2]) & (decoded.index >= 300)
    np.testing.assert_allclose(decoded[2][sharp], (decoded[0] + decoded[1])[sharp], atol=0.011)


def test_integers_stay_integers_within_bounds():
    rng = np.random.default_rng(0)
    total = rng.integers(0, 10_000, 4_000)
    table = pd.DataFrame({0: total, 1: total * 3 + rng.integers(0, 50, 4_000)})
    codec, decoded = round_trip(table)
    assert isinstance(codec.columns_[1], DerivedColumn)
    assert decoded[1].dtype == np.int64
    assert decoded[1].between(table[1].min(), table[1].max()).all()


def test_unrelated_columns_keep_their_own_bins(sources):
    codec = TableCodec().fit(sources)
    assert not any(isinstance(column, DerivedColumn) for column in codec.columns_.values())


def _with_sum(table):
    return pd.DataFrame({0: table[0], 1: table[1], 2: table[0] + table[1]})


def _within_bounds(column):
    return column.between(column.min(), column.max(), inclusive="neither")


def test_numbers_that_cannot_be_squared_are_learned():
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            0: np.full(200, 1.5),
            2: 1e300 * rng.normal(size=200),
            3: np.full(200, 1e308),
            4: rng.integers(0, 2**64, 200, dtype=np.uint64),
            5: 1e-300 * rng.normal(size=200),
        }
    )
    drawn = round_trip(table)[1]
    for place in table:
        assert drawn[place].between(table[place].min(), table[place].max()).all()


@pytest.mark.parametrize("kind", ["dates", "nanoseconds", "decimals", "products"])
def test_a_near_copy_that_is_often_equal_stays_so(kind, sources):
    rng = np.random.default_rng(0)
    later = rng.gamma(2, 1, len(sources)) * (rng.random(len(sources)) > 0.4)
    first = {
        "dates": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 10**8, len(sources)), unit="s"),
        "nanoseconds": pd.Series(pd.to_datetime(10**18 + rng.integers(0, 10**17, len(sources)))),
        "decimals": sources[0],
        "products": (sources[1] + 10).round(2),
    }[kind]
    days = pd.to_timedelta((86_400 * later).round(), unit="s")
    steps = {"dates": days, "nanoseconds": days, "decimals": (later / 4).round(1)}
    second = (first * (1 + 0.01 * later)).round(2) if kind == "products" else first + steps[kind]
    table = pd.DataFrame({0: first, 1: second})
    codec, decoded = round_trip(table)
    assert isinstance(codec.columns_[1], DerivedColumn)
    assert (decoded[1] == decoded[0]).mean() == pytest.approx((table[1] == table[0]).mean(), abs=0.02)
    assert (decoded[1] >= decoded[0]).all()
