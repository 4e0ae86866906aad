"""
What fairness costs, and where to stop
======================================

``strength`` is the share of the gap that a repair removes. More of it costs accuracy. A grid search tries
several; ``best_under`` keeps the most accurate candidate whose gap is small enough.
"""

import numpy as np
from imblearn.pipeline import make_pipeline
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import GridSearchCV, train_test_split

from skfairgen import FairDistillResampler, FairnessScorer
from skfairgen.datasets import make_biased_classification
from skfairgen.metrics import best_under, disparity_report
from skfairgen.plotting import TradeoffDisplay

made = make_biased_classification(3000, bias=1.5, weights=(0.5, 0.5), random_state=0)
X, X_test, y, y_test = train_test_split(made.data, made.target, test_size=0.4, random_state=0)

# %%
# The sensitive column is a column of X, so the scorer finds it in the rows that it scores: nothing has to be
# routed.

resampler = FairDistillResampler(
    ["group_0"], criterion="demographic_parity", mode="replace", max_epochs=6, distill=False, random_state=0
)
search = GridSearchCV(
    make_pipeline(resampler, HistGradientBoostingClassifier(random_state=0)),
    {"fairdistillresampler__strength": np.linspace(0, 1, 3)},
    cv=2,
    scoring={"accuracy": "accuracy", "gap": FairnessScorer("demographic_parity_difference", "group_0")},
    refit=best_under("accuracy", "gap", max_gap=0.15),
    n_jobs=2,
)
search.fit(X, y)

# %%
# Each mark is a strength, with a standard error over the folds each way; the ring is around the chosen one.

TradeoffDisplay.from_cv_results(search, score="accuracy", fairness="gap")

# %%
# The best of several candidates looks better than it is. So it is judged once more, on rows that the search has
# not seen.

report = disparity_report(y_test, search.predict(X_test), sensitive_features=X_test["group_0"], random_state=0)
gap = report.loc["demographic_parity_difference"]
strength = search.best_params_["fairdistillresampler__strength"]
print(f"chosen strength: {strength:g}")
print(f"gap on fresh rows: {gap.value:.3f}, 95 % interval {gap.low:.3f} to {gap.high:.3f}")
print(f"accuracy on fresh rows: {(search.predict(X_test) == y_test).mean():.3f}")
