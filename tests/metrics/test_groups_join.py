"""The groups of reports are those of estimators."""

import numpy as np
import pandas as pd
import pytest

from skfairgen.data import GroupCodec, group_name
from skfairgen.exceptions import SmallGroupWarning
from skfairgen.metrics import demographic_parity_ratio, fidelity_report, group_rates
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


def test_bands_of_a_report_are_those_of_estimators():
    ages = pd.DataFrame({"age": [*range(18, 78), None] * 4})
    codec = GroupCodec().fit(ages)
    report = fidelity_report(ages, None, ages[::-1], None, sensitive_columns="age", n_neighbors=3, min_rows=2)
    found = [group_name(group) for level, group, _ in report.index if level == "group"]
    assert found == codec.groups_


def test_a_metric_says_that_it_takes_each_number_for_a_group():
    y, ages = [0, 1] * 30, pd.Series(range(18, 78), name="age")
    with pytest.warns(SmallGroupWarning, match="'age' holds 60 different numbers, and each is a group here"):
        assert demographic_parity_ratio(y, y, sensitive_features=ages) == 0
    assert demographic_parity_ratio(y, y, sensitive_features=pd.qcut(ages, 4)) > 0.8
    assert demographic_parity_ratio(y, y, sensitive_features=ages.astype("category")) == 0
