"""Numbers that many rows share are drawn as such, though no bin is full of them."""

import numpy as np
import pandas as pd
import pytest

from skfairgen.data import NumericColumn

N_ROWS = 2_000


def _heaped(rng):
    """Return numbers of which half are among thirty that stand alone, as survey weights are."""
    heaps = rng.choice(np.arange(75_000, 500_000), 30, replace=False)
    return np.where(rng.random(N_ROWS) < 0.5, rng.choice(heaps, N_ROWS), rng.integers(75_000, 500_000, N_ROWS)), heaps


@pytest.mark.parametrize("kind", ["int64", "float64", "dates"])
def test_heaps_are_drawn_as_often_as_they_are_held(kind):
    rng = np.random.default_rng(0)
    numbers, heaps = _heaped(rng)
    column, heaps = (pd.Series(own).astype("int64" if kind == "dates" else kind) for own in (numbers, heaps))
    if kind == "float64":
        column, heaps = column / 8, heaps / 8
    if kind == "dates":
        column, heaps = (pd.to_datetime("2000-01-01") + pd.to_timedelta(own, unit="h") for own in (column, heaps))
    codec = NumericColumn(20).fit(column)
    drawn = codec.decode(codec.encode(column), rng)
    assert drawn.isin(heaps).mean() == pytest.approx(column.isin(heaps).mean(), abs=0.02)


@pytest.mark.parametrize("spread", [12, 60, 400])
def test_numbers_that_lie_close_are_no_heaps(spread):
    column = pd.Series(np.random.default_rng(0).normal(0, spread, 20_000).round())
    few = NumericColumn(20).fit(column)
    assert len(few.spikes_) == 0 or few.token_counts_[1 : 1 + len(few.spikes_)].min() > 20_000 / 20 / 2
    assert len(NumericColumn(20).fit(column // 20).spikes_) <= 40


def test_no_heap_is_of_few_rows():
    rng = np.random.default_rng(0)
    column = pd.Series(
        np.where(rng.random(N_ROWS) < 0.5, rng.integers(0, 200, N_ROWS) * 1_000, rng.integers(0, 200_000))
    )
    codec = NumericColumn(20, min_count=25).fit(column)
    assert codec.token_counts_[1 : 1 + len(codec.spikes_)].min(initial=25) >= 25
