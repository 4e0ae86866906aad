"""A code that keeps little is warned of by the share that it keeps."""

import warnings

import numpy as np
import pytest

from skfairgen.estimators._code_guards import warn_of_collapse
from skfairgen.exceptions import CollapseWarning


def judge(noise, told=1.0):
    """Judge codes that tell the class with noise, and whose own head tells nothing."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 1_500)
    columns = (told * truth + rng.normal(0, 1.5, 1_500))[:, None]
    codes = columns + rng.normal(0, noise, (1_500, 1))
    log_shares = np.log(np.column_stack([0.9 - 0.8 * truth, 0.1 + 0.8 * truth])[:, ::-1])  # worse than the base rate
    warn_of_collapse(codes, columns, log_shares, np.arange(1_500), truth, np.array([0.5, 0.5]), "Do so.")


def test_codes_that_keep_little_are_warned_of_by_the_share():
    with pytest.warns(CollapseWarning, match=r"keeps \d+% of what the columns tell of the outcome: .* on columns"):
        judge(50.0)


def test_codes_that_keep_most_are_not():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        judge(0.5)


def test_codes_have_nothing_to_keep_where_the_columns_tell_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        judge(50.0, told=0.0)
