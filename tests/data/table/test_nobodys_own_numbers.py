"""No number that few rows hold is stored, or drawn more often than by coincidence."""

import numpy as np
import pandas as pd
import pytest

from skfairgen.data import NumericColumn, TableCodec


def columns(n_rows):
    rng = np.random.default_rng(0)
    return {
        "telephone numbers": pd.Series(rng.integers(10**8, 10**9, n_rows)),
        "running numbers": pd.Series(np.arange(n_rows)),
        "cents": pd.Series(rng.lognormal(10, 1, n_rows).round(2)),
        "floats": pd.Series(rng.normal(size=n_rows)),
        "ages": pd.Series(rng.normal(40, 12, n_rows).round().astype(int)),
        "coarse integers": pd.Series(rng.integers(0, 10**6, n_rows) * 250 + 40),
        "floats of whole numbers": pd.Series(rng.normal(0, 2_000, n_rows).round()),
        "dates": pd.Series(pd.Timestamp("2000-01-01") + pd.to_timedelta(rng.integers(0, 10**7, n_rows), unit="m")),
    }


def held_by_few(column):
    counts = column.value_counts()
    return counts.index[counts < 5]


@pytest.mark.parametrize("unit", [0.01, 1])
def test_numbers_that_many_rows_are_near_are_drawn_as_often_as_others(unit):
    rng = np.random.default_rng(0)
    column, fresh = ((pd.Series(rng.normal(size=1_400) * 200).round() * unit).round(2) for _ in range(2))
    column, fresh = (own.astype(int) if unit == 1 else own for own in (column, fresh))
    held = column.value_counts().loc[lambda counts: counts == 1].index
    drawn = NumericColumn().fit(column)
    rows = drawn.decode(np.resize(drawn.encode(column), 20_000), np.random.default_rng(1))
    assert 0.6 * fresh.isin(held).mean() < rows.isin(held).mean() < 1.1 * fresh.isin(held).mean()


def decoded(column, n_rows=20_000):
    codec = TableCodec().fit(pd.DataFrame({0: column}))
    tokens = codec.encode(pd.DataFrame({0: column}))["tokens"]
    rng = np.random.default_rng(1)
    return codec.decode({"tokens": tokens[rng.integers(0, len(tokens), n_rows)]}, rng)[0]


@pytest.mark.parametrize("n_rows", [60, 300, 1_500])
@pytest.mark.parametrize("kind", ["telephone numbers", "cents", "floats", "coarse integers", "dates"])
def test_no_number_of_one_row_is_drawn_again(kind, n_rows):
    column = columns(n_rows)[kind]
    assert decoded(column).isin(held_by_few(column)).mean() < 0.005


@pytest.mark.parametrize("n_rows", [60, 3_000])
@pytest.mark.parametrize("kind", columns(60))
def test_a_column_for_private_files_stores_no_number_that_few_rows_hold(kind, n_rows):
    column = columns(n_rows)[kind]
    codec = NumericColumn().fit(column)
    private = NumericColumn.from_state(codec.without_records().to_state(), 2)
    few = held_by_few(column).to_numpy()
    few = few.astype("int64") if few.dtype.kind == "M" else few
    for stored in (private.grid_[1:], private.spikes_, private.edges_):
        assert not np.isin(stored, few).any()
    drawn = private.decode(
        np.random.default_rng(0).choice(np.flatnonzero(private.generable_), 2_000), np.random.default_rng(0)
    )
    assert drawn.dtype == column.dtype
    assert drawn.between(column.min(), column.max()).all()


def test_a_number_that_one_row_holds_is_not_drawn_too_often():
    rng = np.random.default_rng(0)
    ages = pd.Series(np.append(rng.integers(18, 91, 2_999), 117))
    codec = TableCodec().fit(pd.DataFrame({0: ages}))
    tokens = codec.encode(pd.DataFrame({0: ages}))["tokens"]
    assert np.bincount(tokens[:, 0])[1:].min() >= 5  # no token for one row, which a network draws too often
    assert (decoded(ages, 60_000) > 100).mean() < 3 / 3_000


def test_no_single_row_sets_how_far_a_column_reaches():
    incomes = pd.Series(np.append(np.random.default_rng(0).lognormal(10, 1, 2_999), 4e9))
    assert decoded(incomes, 60_000).max() < 1e8


def test_what_is_left_still_has_the_shape_of_the_column():
    for n_rows in (300, 3_000):
        for kind in ("cents", "floats", "telephone numbers"):
            column = columns(n_rows)[kind]
            quantiles = np.linspace(0.05, 0.95, 19)
            expected = column.quantile(quantiles)
            assert decoded(column).quantile(quantiles).to_numpy() == pytest.approx(
                expected.to_numpy(), abs=0.06 * (expected.max() - expected.min())
            )
