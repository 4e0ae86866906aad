"""
The same person in another group
================================

``FairEncoder`` draws each row again as it would be in another group, as far as the model has learned what
depends on the group. In this made table only the proxies depend on it; all other columns depend on the class
alone. So we know what has to change, and what has not.

It is not a causal statement: the model learned what goes together, not what makes what.
"""

import matplotlib.pyplot as plt
import pandas as pd

from skfairgen import FairEncoder
from skfairgen.datasets import make_biased_classification

made = make_biased_classification(4000, bias=0.0, n_proxies=2, proxy_strength=2.5, missing_rate=0, random_state=0)
X, y = made.data, made.target
encoder = FairEncoder("group_0", n_components=4, max_epochs=10, random_state=0).fit(X[:3000], y[:3000])

# %%
# Rows of group "a", and their counterparts in group "b". First a few.

people = X[3000:].query("group_0 == 'a'").reset_index(drop=True)
others = encoder.counterfactual(people, "b", random_state=0)
print(pd.concat({"a": people.head(3), "b": others.head(3)}).T.to_string())

# %%
# How far each number moved, in standard deviations of its column, with a 95 % interval of the mean. Only the
# proxy should move; values of the others change here and there, but not in one direction.

numbers = people.select_dtypes("number").columns
moved = (others[numbers] - people[numbers]) / people[numbers].std()
error = 1.96 * moved.sem()
for name in numbers:
    print(f"{name:12} moved by {moved[name].mean():+.2f} ±{error[name]:.2f} standard deviations")

figure, ax = plt.subplots(figsize=(6, 2.8), layout="constrained")
ax.barh(numbers, moved.mean(), xerr=error, color="#4c78a8")
ax.set_xlabel("mean change from group a to group b, in standard deviations")
ax.spines[["top", "right"]].set_visible(False)

# %%
# The proxy moved to where real people of group "b" have it.

real = X[3000:].query("group_0 == 'b'")["proxy_0"]
for name, values in {
    "people of a": people["proxy_0"],
    "their counterparts": others["proxy_0"],
    "people of b": real,
}.items():
    print(f"{name:20} mean of proxy_0 {values.mean():.2f} ±{1.96 * values.sem():.2f}")

# %%
# Words: the share of values that changed, with a 95 % interval of the share. Again the proxy changes most.

words = people.select_dtypes(exclude="number").columns.drop("group_0")
for name in words:
    changed = others[name] != people[name]
    print(f"{name:12} changed in {changed.mean():.2f} ±{1.96 * changed.sem():.2f} of the rows")
