"""Rows to code that are not like those of fit."""

import numpy as np
import pandas as pd
import pytest

from skfairgen import FairEncoder
from skfairgen.exceptions import TextColumnWarning

N_ROWS = 200


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(900, size=N_ROWS), unit="D")
    word, group = rng.choice(["1", "2"], N_ROWS), rng.choice(["a", "b"], N_ROWS)
    return pd.DataFrame({"group": group, "x": rng.normal(size=N_ROWS), "day": days, "word": word})


@pytest.fixture(scope="module")
def encoder(table):
    return FairEncoder("group", supervised=False, leakage_threshold=1.0, max_epochs=1, random_state=0).fit(table)


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"day": 20200304}, r"Column 'day' holds numbers such as 20200304, where fit held dates"),
        ({"x": pd.Timestamp("2020-01-01")}, r"Column 'x' holds dates such as Timestamp.*where fit held numbers"),
        ({"x": pd.Timedelta("1D")}, r"Column 'x' holds durations such as"),
    ],
)
def test_numbers_and_dates_do_not_stand_for_each_other(encoder, table, changed, match):
    with pytest.raises(ValueError, match=match):
        encoder.transform(table.assign(**changed))


def test_categories_that_are_all_new_are_warned_of(encoder, table):
    with pytest.warns(TextColumnWarning, match="Column 'word' holds no category that fit met, but such as 1"):
        codes = encoder.transform(table.assign(word=table["word"].astype(int)))
    assert np.isfinite(codes).all()
    encoder.transform(table.assign(word=np.where(np.arange(N_ROWS) < 5, "9", table["word"])))  # some: no warning
