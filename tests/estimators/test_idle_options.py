"""An option that would do nothing is an error, before anything is trained."""

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from skfairgen import FairDistillResampler
from skfairgen.datasets import make_biased_classification

PARITY = {"criterion": "demographic_parity"}
ODDS = {"sampling_strategy": "equalized_odds"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"strength": 0.5}, "strength=0.5 does nothing with criterion=None"),
        ({"label_draw": "decide"}, "label_draw='decide' does nothing"),
        ({"tuned_for": None}, "tuned_for=None does nothing"),
        ({"tuned_for": HistGradientBoostingClassifier()}, "tuned_for=.* does nothing"),
        ({"sensitive_at_prediction": False}, "sensitive_at_prediction=False does nothing"),
        ({"criterion": "balanced_cells", "label_draw": "decide"}, "label_draw='decide' does nothing"),
        ({"criterion": "balanced_cells", "tuned_for": None}, "tuned_for=None does nothing"),
        ({**PARITY, "label_draw": "sample", "tuned_for": None}, "tuned_for=None does nothing"),
        ({"n_samples": 5_000}, "n_samples=5000 does nothing .* there is no criterion"),
        ({**PARITY, "n_samples": 5_000, "sampling_strategy": "parity"}, "sampling_strategy tells the rows"),
        ({**PARITY, "n_samples": 100}, "n_samples=100 is the rows of the output with the real ones"),
        ({**ODDS, "criterion": "equalized_odds"}, "adds rows as they are to the real ones"),
        ({**ODDS, "mode": "replace"}, "adds rows as they are to the real ones"),
        ({**ODDS, "sensitive_columns": None}, "needs sensitive columns and two classes"),
        ({"criterion": "equalized_odds", "label_draw": "sample"}, "belongs to 'demographic_parity'"),
        ({"criterion": "equal_opportunity", "label_draw": "minimal"}, "belongs to 'demographic_parity'"),
        ({"criterion": "equalized_odds", "legitimate_columns": "normal_0"}, "belongs to 'demographic_parity'"),
    ],
)
def test_options_that_do_nothing_are_refused_before_training(made, options, message, monkeypatch):
    monkeypatch.setattr("skfairgen.estimators._generator_fitting.learn_rows", lambda *_, **__: pytest.fail("trained"))
    resampler = FairDistillResampler(**{"sensitive_columns": "group_0", **options})
    for method in (resampler.fit_resample, resampler.explain_plan):
        with pytest.raises(ValueError, match=message):
            method(made.data, made.target)


def test_rows_added_for_equalized_odds_bring_the_rates_of_a_model_together():
    options = {"bias": 1.5, "proxy_strength": 1.0, "class_sep": 1.5, "missing_rate": 0.0}
    table, fresh = (
        make_biased_classification(n, **options, random_state=seed) for n, seed in ((3_000, 0), (10_000, 1))
    )
    resampler = FairDistillResampler("group_0", **ODDS, distill=False, max_epochs=8, random_state=0)
    X, y = resampler.fit_resample(table.data, table.target)
    assert len(X) == 3_000 + sum(resampler.sampling_strategy_.values()) > 3_000
    gaps = []
    for rows, labels in ((table.data, table.target), (X, y)):
        model = HistGradientBoostingClassifier(categorical_features="from_dtype", max_iter=40, random_state=0)
        predicted = pd.Series(model.fit(rows, labels).predict(fresh.data))
        by_class = predicted.groupby([fresh.target.to_numpy(), fresh.data["group_0"].to_numpy()]).mean().unstack()
        gaps.append(np.ptp(by_class, axis=1).max())
    assert gaps[1] < 0.7 * gaps[0]
