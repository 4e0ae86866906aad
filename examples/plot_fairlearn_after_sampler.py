"""
fairlearn after our sampler
===========================

fairlearn's ``ExponentiatedGradient`` constrains a model; the resampler repairs the rows. Both can stand in
one pipeline: ``WithSensitiveColumns`` takes the group out of X and hands it to fairlearn, which wants it as
``sensitive_features=``.

Does the resampler help beside fairlearn? Here the class is rare, so that few rows of the second group have
it.
"""

import warnings

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
print(f"Rows of each class and group:\n{y.groupby([X[group], y]).size().to_string()}")

# %%
# fairlearn's model takes numbers only: the group stays a column until ``WithSensitiveColumns`` takes it out.


def constrained():
    reduction = ExponentiatedGradient(LogisticRegression(max_iter=1000), EqualizedOdds(), max_iter=10)
    return WithSensitiveColumns(reduction, group, keep=False)


balance = FairDistillResampler([group], sampling_strategy="not majority", max_epochs=8, random_state=0)
models = {
    "logistic regression": make_pipeline(LogisticRegression(max_iter=1000)),
    "fairlearn": constrained(),
    "rows, then fairlearn": make_pipeline(balance, constrained()),
}

# %%
# On held-out real rows, with intervals.

decisions = {}
for name, model in models.items():
    hide = X.columns.drop(group) if name == "logistic regression" else X.columns
    decisions[name] = model.fit(X[hide], y).predict(X_test[hide])
    report = disparity_report(y_test, decisions[name], sensitive_features=X_test[group], random_state=0)
    ratio = report.loc["equal_opportunity_ratio"]
    found = decisions[name][y_test == 1].mean()
    print(
        f"{name:22} equal opportunity ratio {ratio.value:.2f} [{ratio.low:.2f}, {ratio.high:.2f}], "
        f"finds {found:.2f} of class 1, accuracy {(decisions[name] == y_test).mean():.3f}"
    )

TradeoffDisplay.from_predictions(
    y_test, decisions, sensitive_features=X_test[group], score="true_positive_rate",
    fairness="equal_opportunity_ratio", random_state=0,
)  # fmt: skip
