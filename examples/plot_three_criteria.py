"""
Three criteria on one table
===========================

"Fair" has several meanings, and where groups differ they exclude each other. This table was made, so its
truth is known: the second group gets the favorable class less often, and features tell the class equally well
in both groups.

One generator is fitted. The criterion is chosen when rows are drawn: the network is not trained again.
"""

import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import train_test_split

from skfairgen import FairGenerator
from skfairgen.datasets import make_biased_classification
from skfairgen.metrics import disparity_report
from skfairgen.plotting import TradeoffDisplay

made = make_biased_classification(6000, bias=1.5, weights=(0.5, 0.5), missing_rate=0, random_state=0)
X, X_test, y, y_test = train_test_split(made.data, made.target, test_size=0.5, random_state=0)
print(f"True rates of the favorable class: {made.true_class_rates[1].round(2).to_dict()}")

# %%
# A model is trained on rows of each criterion, and judged on real rows that neither it nor the generator has
# seen.

generator = FairGenerator(["group_0"], max_epochs=10, random_state=0).fit(X, y)
decisions = {"real rows": HistGradientBoostingClassifier(random_state=0).fit(X, y).predict(X_test)}
for criterion in ("demographic_parity", "equal_opportunity", "equalized_odds"):
    rows = generator.sample(len(X), criterion=criterion, random_state=0)
    decisions[criterion] = HistGradientBoostingClassifier(random_state=0).fit(*rows).predict(X_test)

# %%
# Each row of the table: the model's three ratios on held-out rows, with 95 % intervals. 1 is equal. Each
# criterion lifts its own ratio; look at what it does to the others, and to the accuracy.

ratios = ["demographic_parity_ratio", "equal_opportunity_ratio", "equalized_odds_ratio"]
table = {}
for name, decided in decisions.items():
    report = disparity_report(y_test, decided, sensitive_features=X_test["group_0"], random_state=0).loc[ratios]
    table[name] = [f"{row.value:.2f} [{row.low:.2f}, {row.high:.2f}]" for row in report.itertuples()]
    table[name].append(f"{(decided == y_test).mean():.3f}")
print(pd.DataFrame(table, index=[*ratios, "accuracy"]).T.to_string())

# %%
# The same as pictures.

for fairness in ("demographic_parity_ratio", "equalized_odds_ratio"):
    TradeoffDisplay.from_predictions(
        y_test, decisions, sensitive_features=X_test["group_0"], fairness=fairness, random_state=0
    )
