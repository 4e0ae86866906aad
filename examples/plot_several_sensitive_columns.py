"""
Several sensitive columns
=========================

With two sensitive columns the groups are the combinations, and each has its own gap. Some groups are small:
their figures are noisy, and their intervals say so.
"""

from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import train_test_split

from skfairgen import FairDistillResampler
from skfairgen.datasets import make_biased_classification
from skfairgen.metrics import disparity_report
from skfairgen.plotting import GroupRatesDisplay

made = make_biased_classification(6000, sensitive_levels=(2, 3), bias=2.0, weights=(0.5, 0.5), random_state=0)
X, X_test, y, y_test = train_test_split(made.data, made.target, test_size=0.5, random_state=0)
groups = made.sensitive_columns
print(f"True rates of the favorable class:\n{made.true_class_rates[1].round(2).to_string()}")

# %%
# What the resampler would do, before anything is trained: a row for each cell.

resampler = FairDistillResampler(
    groups, criterion="demographic_parity", mode="replace", distill=False, max_epochs=8, random_state=0
)
print(resampler.explain_plan(X, y)[["class", "group", "n_real", "n_output", "rate_real", "rate_output"]].to_string())

# %%
# Before and after, on held-out real rows.

rows = {"real rows": (X, y), "fair rows": resampler.fit_resample(X, y)}
for name, table in rows.items():
    decided = HistGradientBoostingClassifier(random_state=0).fit(*table).predict(X_test)
    report = disparity_report(y_test, decided, sensitive_features=X_test[groups], random_state=0)
    gap = report.loc["demographic_parity_difference"]
    print(
        f"{name}: largest difference of selection rates {gap.value:.2f} [{gap.low:.2f}, {gap.high:.2f}], "
        f"accuracy {(decided == y_test).mean():.3f}"
    )
    display = GroupRatesDisplay.from_predictions(
        y_test, decided, sensitive_features=X_test[groups], rates=["selection_rate"], random_state=0
    )
    display.ax_.set_title(f"trained on {name}")
