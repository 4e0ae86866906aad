"""One training for rows of two kinds: for a model that sees the sensitive columns, and for one that does not."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from skfairgen import FairDistillResampler
from skfairgen.estimators import _resampling
from skfairgen.estimators._generator_fitting import warn_of_lost_accuracy
from skfairgen.estimators._resampling import resample_for_both
from skfairgen.exceptions import CollapseWarning


def _table(sensitive):
    rng = np.random.default_rng(0)
    y = pd.Series(rng.integers(0, 2, 120), name="y")
    X = pd.DataFrame(
        {"x": rng.normal(size=120) + y, "s": rng.permutation(["a", "b"] * 60), "age": rng.permutation(120)}
    )
    X["born"] = 2000 - X["age"]
    return X.drop(columns="s" if sensitive == "age" else "age"), y


@pytest.mark.filterwarnings(
    "ignore::skfairgen.exceptions.CollapseWarning", "ignore::skfairgen.exceptions.SmallGroupWarning"
)
@pytest.mark.parametrize(
    ("sensitive", "criterion", "n_trained"),
    [("s", "demographic_parity", 1), ("s", "equal_opportunity", 1), ("age", "demographic_parity", 2)],
)
def test_the_rows_for_both_are_those_of_two_resamplers(monkeypatch, sensitive, criterion, n_trained):
    """`born` is learned as the distance from an age that models see, so that one training is not enough there."""
    options = {"criterion": criterion, "tuned_for": None, "max_epochs": 1, "random_state": 0}
    X, y = _table(sensitive)
    trained = []
    learn = _resampling.fit_generator
    monkeypatch.setattr(_resampling, "fit_generator", lambda *args: trained.append(1) or learn(*args))
    resampler = FairDistillResampler(sensitive, **options)
    both = resample_for_both(resampler, X, y)
    assert len(trained) == n_trained
    for sees, (X_new, y_new) in zip((True, False), both, strict=True):
        alone = FairDistillResampler(sensitive, **options, sensitive_at_prediction=sees).fit_resample(X, y)
        pd.testing.assert_frame_equal(X_new, alone[0], check_exact=True)
        pd.testing.assert_series_equal(y_new, alone[1])
    assert not both[0][1].equals(both[1][1])


@pytest.mark.parametrize("sees_group", [True, False])
def test_a_plan_that_keeps_little_says_for_which_model(sees_group):
    forecast = SimpleNamespace(
        accuracy=0.6, unconstrained_accuracy=0.8, constant_accuracy=0.5, strength_that_keeps_half=0.4
    )
    with pytest.warns(CollapseWarning, match="expected to be right in 60.0% of rows") as caught:
        warn_of_lost_accuracy(SimpleNamespace(forecast=forecast), sees_group)
    assert ("and do not see the group are expected" in str(caught[0].message)) is not sees_group
