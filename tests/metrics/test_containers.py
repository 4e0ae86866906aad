"""Metrics read labels and groups from any one-dimensional container, and single values."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from skfairgen.metrics import demographic_parity_difference, group_rates

CONTAINERS = [list, tuple, np.array, pd.Series, pd.Index, pd.array, pd.Categorical, pl.Series, pa.array]


@pytest.mark.parametrize("container", CONTAINERS, ids=lambda container: container.__qualname__)
def test_any_container_gives_the_same(container):
    y_true, y_pred, groups = [0, 1, 0, 1], [0, 1, 1, 1], ["a", "a", "b", "b"]
    given = container(y_true), container(y_pred)
    assert demographic_parity_difference(*given, sensitive_features=container(groups)) == 0.5
    weight = container([1, 2, 3, 4])
    found = demographic_parity_difference(*given, sensitive_features=groups, sample_weight=weight)
    assert found == pytest.approx(1 / 3)


@pytest.mark.filterwarnings("ignore::skfairgen.exceptions.SmallGroupWarning")
def test_single_values_are_one_row():
    assert group_rates(1, 1, sensitive_features="a")["selection_rate"].to_dict() == {"a": 1.0}
