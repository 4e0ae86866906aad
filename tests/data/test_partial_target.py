"""Which rows have a label."""

import numpy as np
import pandas as pd
import pytest

from skfairgen.data._partial_target import read_partial_target


@pytest.mark.parametrize(
    ("y", "classes", "codes"),
    [
        (["b", None, "a"], ["a", "b"], [1, -1, 0]),
        ([1, -1, 0], [0, 1], [1, -1, 0]),
        ([1, -1, 1], [-1, 1], [1, 0, 1]),
        ([2.0, np.nan, 1.0], [1.0, 2.0], [1, -1, 0]),
        (pd.Series([True, None, False], dtype="boolean"), [False, True], [1, -1, 0]),
        (pd.Series(["x", None, "y"], dtype="category"), ["x", "y"], [0, -1, 1]),
        ([None, None], [], [-1, -1]),
    ],
)
def test_missing_labels_and_minus_one_beside_two_numbers_are_no_labels(y, classes, codes):
    found, found_codes = read_partial_target(y)
    assert found.tolist() == classes and found_codes.tolist() == codes


def test_continuous_labels_are_refused():
    with pytest.raises(ValueError, match="Unknown label type"):
        read_partial_target([0.1, 0.25, 0.7])
