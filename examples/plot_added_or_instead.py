"""
Rows added, or rows instead
===========================

Synthetic rows may stand beside the real ones (``mode="augment"``, the default), or in their place
(``mode="replace"``). Real rows keep their labels, and with them a part of the gap; the more rows are added,
the less of it.
"""

from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import train_test_split

from skfairgen import FairDistillResampler
from skfairgen.datasets import make_biased_classification
from skfairgen.metrics import disparity_report
from skfairgen.plotting import TradeoffDisplay

made = make_biased_classification(4000, bias=1.5, weights=(0.5, 0.5), random_state=1)
X, X_test, y, y_test = train_test_split(made.data, made.target, test_size=0.5, random_state=0)

ways = {
    "2 x rows, half added": {"n_samples": 2 * len(X)},
    "4 x rows, 3 parts added": {"n_samples": 4 * len(X)},
    "rows instead": {"mode": "replace"},
}

# %%
# A model is trained on each table, and judged on held-out real rows.

decisions = {"real rows": HistGradientBoostingClassifier(random_state=0).fit(X, y).predict(X_test)}
for name, options in ways.items():
    resampler = FairDistillResampler(
        ["group_0"], criterion="demographic_parity", distill=False, max_epochs=8, random_state=0, **options
    )
    rows = resampler.fit_resample(X, y)
    decisions[name] = HistGradientBoostingClassifier(random_state=0).fit(*rows).predict(X_test)

for name, decided in decisions.items():
    report = disparity_report(y_test, decided, sensitive_features=X_test["group_0"], random_state=0)
    ratio = report.loc["demographic_parity_ratio"]
    print(
        f"{name:24} parity ratio {ratio.value:.2f} [{ratio.low:.2f}, {ratio.high:.2f}], "
        f"accuracy {(decided == y_test).mean():.3f}"
    )

# %%
# Upwards is more accurate, to the right is fairer.

TradeoffDisplay.from_predictions(
    y_test, decisions, sensitive_features=X_test["group_0"], fairness="demographic_parity_ratio", random_state=0
)
