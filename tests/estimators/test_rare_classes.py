"""A class of few rows keeps what sets it apart, whatever column stands beside."""

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import RandomOverSampler
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import average_precision_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from skfairgen import FairDistillResampler, FairGenerator

pytestmark = pytest.mark.filterwarnings("ignore::skfairgen.exceptions.SmallGroupWarning")
N_ROWS, N_RARE = 20_000, 20


def payments(seed, n_rows=N_ROWS, n_rare=N_RARE):
    """Return payments of which the rare class has large amounts, beside 300 shops that tell nothing."""
    rng = np.random.default_rng(seed)
    y = np.zeros(n_rows, dtype=int)
    y[rng.choice(n_rows, n_rare, replace=False)] = 1
    amount = np.where(y == 1, rng.lognormal(5.8, 0.35, n_rows), rng.lognormal(4, 0.5, n_rows))
    gap = rng.normal(2.5 * y, 1)
    shop = np.array([f"shop {i}" for i in range(300)])[rng.integers(0, 300, n_rows)]
    sex = rng.choice(["f", "m"], n_rows)
    return pd.DataFrame(
        {"amount": amount, "gap": gap, "shop": shop, "hour": rng.integers(0, 24, n_rows), "sex": sex}
    ), y


@pytest.mark.parametrize("columns", [["amount", "sex"], ["shop", "amount", "gap", "hour", "sex"]])
def test_a_rare_class_keeps_its_amounts(columns):
    X, y = payments(0)
    generator = FairGenerator("sex", max_epochs=2, random_state=0).fit(X[columns], y)
    drawn, labels = generator.sample(2_000, class_shares={0: 0.5, 1: 0.5}, random_state=0)
    for label, bound in ((0, 0.05), (1, 0.25)):
        real, own = X["amount"][y == label].median(), drawn["amount"][labels == label].median()
        assert own == pytest.approx(real, rel=bound)


def test_rows_drawn_for_a_rare_class_teach_a_model_more_than_copies():
    X, y = payments(0)
    X_test, y_test = payments(1, 50_000, 200)
    asked = {1: 1_000}
    sampler = FairDistillResampler("sex", sampling_strategy=asked, distill=False, max_epochs=2, random_state=0)
    rows = {"drawn": sampler, "copies": RandomOverSampler(sampling_strategy=asked, random_state=0)}
    precision = {}
    for name, resampler in rows.items():
        coded = make_column_transformer((OrdinalEncoder(), ["shop", "sex"]), remainder="passthrough")
        model = make_pipeline(coded, HistGradientBoostingClassifier(random_state=0))
        model.fit(*resampler.fit_resample(X, y))
        precision[name] = average_precision_score(y_test, model.predict_proba(X_test)[:, 1])
    assert precision["drawn"] > precision["copies"] > 0.5
