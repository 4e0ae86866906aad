"""Strata are combinations of values, and none is small."""

import numpy as np
import pandas as pd

from skfairgen.data import StrataCodec


def table(n_rows=2_000, seed=0):
    rng = np.random.default_rng(seed)
    job = rng.choice(["clerk", "nurse", "pilot"], n_rows, p=[0.7, 0.285, 0.015])
    return pd.DataFrame({3: job, 5: rng.normal(size=n_rows), 6: rng.choice(["x", None], n_rows)})


def test_every_stratum_holds_a_fiftieth_of_the_rows_and_a_hundred():
    for frame in (table(), table(20_000)):
        strata = StrataCodec().fit(frame)
        sizes = np.bincount(strata.encode(frame), minlength=strata.n_strata_)
        pooled = strata.strata_.get(())
        assert (np.delete(sizes, [] if pooled is None else [pooled]) >= max(100, len(frame) / 50)).all()
        assert sizes.sum() == len(frame) and strata.n_strata_ > 5


def test_small_combinations_are_pooled_by_their_first_columns():
    frame = pd.DataFrame({0: ["a"] * 300 + ["b"] * 150, 1: ["u", "v", "w"] * 150})
    frame.loc[frame[0] == "a", 1] = ["u"] * 200 + ["v"] * 60 + ["w"] * 40
    codes = StrataCodec().fit(frame).encode(frame)
    of_a, of_b = codes[:300], codes[300:]
    assert len(set(of_a[:200])) == 1 and len(set(of_a[200:])) == 1 and of_a[0] != of_a[-1]
    assert len(set(of_b)) == 1 and not set(of_b) & set(of_a)


def test_a_missing_value_is_a_value_and_numbers_are_cut_at_their_quartiles():
    frame = table()
    of_missing = StrataCodec().fit(frame[[6]]).encode(frame[[6]])
    assert pd.crosstab(of_missing, frame[6].isna().to_numpy()).to_numpy().tolist() in (
        [[0, frame[6].isna().sum()], [frame[6].notna().sum(), 0]],
        [[frame[6].notna().sum(), 0], [0, frame[6].isna().sum()]],
    )
    quarters = StrataCodec().fit(frame[[5]]).encode(frame[[5]])
    assert np.abs(np.bincount(quarters) - 500).max() <= 1
    assert pd.Series(frame[5]).groupby(quarters).max().is_monotonic_increasing


def test_combinations_never_met_have_a_stratum_too():
    frame = pd.DataFrame({0: ["a"] * 200 + ["b"] * 200, 1: ["u"] * 200 + ["v"] * 200})
    strata = StrataCodec().fit(frame)
    others = pd.DataFrame({0: ["a", "c"], 1: ["v", "u"]})
    codes = strata.encode(others)
    assert ((codes >= 0) & (codes < strata.n_strata_)).all()


def test_a_small_table_is_one_stratum():
    frame = table(90)
    strata = StrataCodec().fit(frame)
    assert strata.n_strata_ == 1 and set(strata.encode(frame)) == {0}
