"""The groups of reports are those of estimators."""

import numpy as np
import pandas as pd
import pytest

from skfairgen.data import GroupCodec
from skfairgen.metrics import group_rates
from skfairgen.metrics._groups import encode_groups

VALUES = {
    "text": ["m", "f", None, "m"],
    "numbers": [2.0, np.nan, 1.0, 2.0],
    "nullable": pd.array([2, None, 1, 2], dtype="Int64"),
    "booleans": [True, False, True, False],
    "flags": pd.array([True, None, False, True], dtype="boolean"),
    "categories": pd.Categorical(["m", "f", None, "m"], categories=["x", "m", "f"]),
    "days": pd.to_datetime(["2020-01-02", None, "2020-01-01", "2020-01-02"]),
    "mixed": [1, "a", None, 1],
}


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("crossed", [False, True])
def test_groups_join_those_of_estimators(kind, crossed):
    frame = pd.DataFrame({"s": VALUES[kind]} | ({"t": [0, 0, 1, 1]} if crossed else {}))
    codec = GroupCodec().fit(frame)
    groups = encode_groups(frame, len(frame))
    assert set(groups.labels) == set(codec.groups_) and len(groups.labels) == len(codec.groups_)
    assert [groups.labels[code] for code in groups.codes] == [codec.groups_[code] for code in codec.encode(frame)]


@pytest.mark.parametrize("kind", ["text", "numbers", "nullable"])
def test_a_missing_group_is_none_in_a_report(kind):
    values = pd.Series(VALUES[kind], name="s")
    y_true, y_pred = [0] * 8 + [1] * 8, [0, 0, 0, 0, 1, 1, 1, 1] * 2
    rates = group_rates(y_true, y_pred, sensitive_features=pd.concat([values] * 4))
    assert rates.loc[None, "selection_rate"] == 0.5
    assert [name for name in rates.index if pd.isna(name)] == [None]
