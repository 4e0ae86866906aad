"""Text that reads as numbers or dates is told, with the line that turns it."""

import numpy as np
import pandas as pd
import pytest

from skfairgen.data import TableCodec
from skfairgen.exceptions import TextColumnWarning

NUMBERS = np.random.default_rng(0).integers(1, 60, 200)
DAYS = pd.Timestamp("2020-01-01") + pd.to_timedelta(NUMBERS, unit="D")
TEXT = {
    "numbers": pd.Series(NUMBERS.astype(str)),
    "decimals": pd.Series((NUMBERS / 4).astype(str), dtype=object),
    "dates": pd.Series(DAYS.strftime("%Y-%m-%d")),
    "moments": pd.Series(DAYS.strftime("%d.%m.%Y %H:%M")).astype("category"),
    "arrow": pd.Series(NUMBERS.astype(str)).astype("string[pyarrow]"),
}


@pytest.mark.parametrize("kind", TEXT)
def test_the_line_that_turns_it_is_told(kind):
    function = "to_datetime" if kind in ("dates", "moments") else "to_numeric"
    with pytest.warns(TextColumnWarning, match=rf"Column 'when' .*X\['when'\] = pandas.{function}\(X\['when'\]"):
        TableCodec().fit(TEXT[kind].to_frame(0), ["when"])


def test_codes_words_and_declared_columns_are_left_alone():
    table = pd.DataFrame(
        {
            0: [f"{number:05d}" for number in NUMBERS],
            1: [f"w{number}" for number in NUMBERS],
            2: (NUMBERS % 10).astype(str),
            3: NUMBERS.astype(str),
        }
    )
    TableCodec({3}).fit(table)  # warnings are errors


@pytest.mark.parametrize(
    ("form", "line"),
    [("${:,}", r"str.replace(r'[$€£¥%]|"), ("{}%", r"str.replace(r'[$€£¥%]|"), ("-{},5", ".str.replace(',', '.'))")],
)
def test_numbers_with_signs_are_told_with_a_line_that_reads_them(form, line):
    X = pd.DataFrame({"own": [form.format(3 * number) for number in range(600)]})
    with pytest.warns(TextColumnWarning, match="reads as numbers") as caught:
        TableCodec().fit(X.set_axis([0], axis=1), ["own"])
    told = str(caught[0].message)
    assert line in told
    typed = told.partition("Turn it by X['own'] = ")[2].rpartition(", or name it")[0]
    assert eval(typed, {"pandas": pd, "X": X}).dtype.kind in "if"
