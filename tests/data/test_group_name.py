"""The names of groups."""

import numpy as np
import pandas as pd
import pytest

from skfairgen.data import group_name


@pytest.mark.parametrize("missing", [None, np.nan, float("nan"), pd.NA, pd.NaT])
def test_every_kind_of_missing_value_has_one_name(missing):
    assert group_name(missing) is None
    assert group_name(("f", missing)) == ("f", None)


def test_other_values_are_their_own_names():
    interval = pd.Interval(0, 1)
    for value in ("f", 1, 2.5, True, interval, pd.Timestamp("2020-01-01")):
        assert group_name(value) is value
