"""
Audit somebody's synthetic table
================================

A vendor sends a CSV file, and says that it is synthetic, faithful and private. ``evaluate`` takes any table.
Here two of them: one from an honest sampler of the columns, one from a vendor who copied the real rows and
changed a few values.
"""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

from skfairgen import evaluate
from skfairgen.datasets import make_biased_classification

made = make_biased_classification(2400, bias=1.0, weights=(0.5, 0.5), random_state=0)
X, X_held_out, y, y_held_out = train_test_split(made.data, made.target, test_size=0.5, random_state=0)
real = X.assign(target=y).reset_index(drop=True)

# %%
# Two foreign files. The first draws each column by itself, given the class; the second is a copy with a little
# noise.

random = np.random.default_rng(0)
columns = {
    name: real.groupby("target")[name].transform(lambda values: random.permutation(values.to_numpy()))
    for name in real.columns.drop("target")
}
copied = real.copy()
numeric = [name for name in real.columns if name.startswith(("normal", "skewed"))]
copied[numeric] += random.normal(0, 0.05, (len(real), len(numeric)))
folder = Path(tempfile.mkdtemp())
pd.DataFrame({**columns, "target": real["target"]}).to_csv(folder / "columns.csv", index=False)
copied.to_csv(folder / "copied.csv", index=False)

# %%
# What are they worth? Each attack is made on people of the real table and on people who are not in it; what it
# finds of the second is what the population tells. Only what goes beyond is a leak.

audits = {}
for name in ("columns", "copied"):
    audits[name] = evaluate(
        pd.read_csv(folder / f"{name}.csv"), X, y.rename("target"), X_held_out, y_held_out,
        sensitive_columns=["group_0"], max_rows=1000,
    )  # fmt: skip
    print(f"--- {name}.csv\n\n{audits[name].summary()}\n")

# %%
# The attacks on everyone, with 95 % intervals of what was found beyond the control.

for name, audit in audits.items():
    found = audit.privacy_.loc["everyone", ["excess", "low", "high", "finding"]]
    print(f"--- {name}.csv\n{found.round(3).to_string()}\n")
