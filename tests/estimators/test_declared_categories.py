"""A number that is declared a category is a group a level, everywhere."""

import numpy as np
import pandas as pd
import pytest

from skfairgen import FairDistillResampler, FairEncoder, FairGenerator
from skfairgen.data import read_training_rows
from skfairgen.metrics import FairnessScorer

N_REGIONS = 29


@pytest.fixture
def regions():
    rng = np.random.default_rng(0)
    region = np.arange(1160) % N_REGIONS
    X = pd.DataFrame({"region": region, "x": rng.normal(size=1160)})
    return X, (rng.random(1160) < 0.2 + region / 50).astype(int)


class TheRegionDecides:
    """A classifier that selects the regions from 15 on."""

    def predict(self, X):
        return (X["region"] >= 15).astype(int)


def test_parity_makes_the_rates_of_declared_groups_equal(regions):
    resampler = FairDistillResampler("region", categorical_columns=["region"], sampling_strategy="parity")
    plan = resampler.fit(*regions).sampling_plan_
    rates = plan[plan["class"] == 1].set_index("group")["rate_output"]
    assert rates.index.tolist() == list(range(N_REGIONS))
    assert rates.max() - rates.min() < 0.02


@pytest.mark.filterwarnings("ignore::skfairgen.exceptions.SkfairgenWarning")  # of one epoch
@pytest.mark.parametrize("kind", [FairGenerator, FairEncoder])
def test_estimators_take_declared_numbers_for_groups(kind, regions):
    X, y = regions
    fitted = kind("region", categorical_columns=[0], max_epochs=1, batch_size=600, random_state=0).fit(X, y)
    assert fitted.groups_ == list(range(N_REGIONS))


def test_declared_legitimate_numbers_are_strata(regions):
    X, y = regions
    asked = {"legitimate_columns": "region", "categorical_columns": ["region"]}
    schema, _ = read_training_rows(pd.concat([X] * 3), np.tile(y, 3), **asked)
    assert schema.strata.levels_.groups_ == list(range(N_REGIONS))


def test_the_scorer_groups_as_estimators_do(regions):
    X, y = regions
    by_region = FairnessScorer("demographic_parity_ratio", "region", categorical_columns=["region"])
    by_band = FairnessScorer("demographic_parity_ratio", "region")
    assert by_region(TheRegionDecides(), X, y) == 0
    assert by_band(TheRegionDecides(), X.replace({"region": {28: 1}}), y) == 0
    shared = FairnessScorer("demographic_parity_difference", "region", greater_is_better=True)
    bands = FairGenerator("region", max_epochs=1, batch_size=600, random_state=0).fit(X, y).groups_
    rates = [np.mean([value >= 15 for value in X["region"] if value in band]) for band in bands[1:]]
    assert shared(TheRegionDecides(), X, y) == pytest.approx(max(rates))
