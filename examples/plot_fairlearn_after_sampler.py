"""
A rare class, equal odds: rows first, then fairlearn
====================================================

fairlearn's ``ExponentiatedGradient`` constrains a model; the resampler adds rows. Both can stand in one pipeline:
``WithSensitiveColumns`` takes the group out of X and hands it to fairlearn, which wants it as
``sensitive_features=``.

Here the class is rare, so that a model finds little of it. fairlearn's reduction needs the weights of the rows for
itself: they are not free to balance the classes. Rows are.
"""

import warnings

import numpy as np
from fairlearn.reductions import EqualizedOdds, ExponentiatedGradient
from imblearn.pipeline import make_pipeline
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from skfairgen import FairDistillResampler, WithSensitiveColumns
from skfairgen.datasets import make_biased_classification
from skfairgen.metrics import disparity_report
from skfairgen.plotting import TradeoffDisplay

# fairlearn 0.15 assigns in ways that pandas 3 deprecates
warnings.filterwarnings("ignore", module="fairlearn")

made = make_biased_classification(
    6000, n_categorical=0, n_boolean=0, weights=(0.85, 0.15), bias=1.5, missing_rate=0, random_state=0
)
X, X_test, y, y_test = train_test_split(made.data, made.target, test_size=0.5, random_state=0)
(group,) = made.sensitive_columns
print(f"Rows of each group and class:\n{y.groupby([X[group], y], observed=True).size().to_string()}")

# %%
# fairlearn's model takes numbers only: the group stays a column until ``WithSensitiveColumns`` takes it out.


def constrained():
    reduction = ExponentiatedGradient(LogisticRegression(max_iter=1000), EqualizedOdds(), max_iter=10)
    return WithSensitiveColumns(reduction, group, keep=False)


balance = FairDistillResampler([group], sampling_strategy="not majority", max_epochs=8, random_state=0)
models = {"fairlearn": constrained(), "rows, then fairlearn": make_pipeline(balance, constrained())}
decisions = {name: model.fit(X, y).predict(X_test) for name, model in models.items()}

# %%
# On held-out real rows, with 95 % intervals: the share of each class that is decided rightly, and the odds ratio of
# the groups. With rows, the model finds much more of the rare class, at more false alarms.

for name, decided in decisions.items():
    print(name)
    for label in (1, 0):
        right = decided[y_test == label] == label
        error = 1.96 * np.sqrt(right.mean() * (1 - right.mean()) / len(right))
        print(f"  class {label} decided rightly: {right.mean():.2f} ±{error:.2f}")
    ratio = disparity_report(y_test, decided, sensitive_features=X_test[group], random_state=0)
    ratio = ratio.loc["equalized_odds_ratio"]
    print(f"  equalized odds ratio: {ratio.value:.2f} [{ratio.low:.2f}, {ratio.high:.2f}]")

# %%
# Equal odds of a model that finds nobody are cheap, and few positives make their interval wide.

TradeoffDisplay.from_predictions(
    y_test, decisions, sensitive_features=X_test[group], score="true_positive_rate",
    fairness="equal_opportunity_ratio", random_state=0,
)  # fmt: skip
