"""
From a CSV to a fairer model
============================

You have a CSV file, and a model that selects one group more often than another. Does a remedy help, and
which? And how do you put it into the pipeline that you already have?

The table: 1,989 mortgage applications in Boston in 1990. A remedy is judged on rows that the model was not
trained on.
"""

import tempfile
from pathlib import Path

import pandas as pd
from imblearn.pipeline import make_pipeline
from sklearn.ensemble import HistGradientBoostingClassifier

from skfairgen import FairDistillResampler, compare
from skfairgen.datasets import load_mortgages

# %%
# A CSV file, as you may have one. ``read_csv`` gives features and target.

path = Path(tempfile.mkdtemp()) / "mortgages.csv"
load_mortgages().frame.to_csv(path, index=False)

X = pd.read_csv(path)
y = X.pop("approve")
print(f"{len(X):,} rows, approved: {y.groupby(X['race']).mean().round(3).to_dict()}")

# %%
# Compare the model as it is, with weights, and with fair synthetic rows added. Every row is held out once.

comparison = compare(
    HistGradientBoostingClassifier(random_state=0),
    X,
    y,
    sensitive_columns=["race"],
    remedies=["class x group weights", "fair rows added"],
    cv=2,
    n_jobs=2,
    random_state=0,
)
print(comparison.summary())

# %%
# The picture: the change of the ratio under each remedy, with a 95 % interval. An interval that holds 0 may be
# chance.

comparison.plot()

# %%
# If the summary recommends the fair rows, this is your pipeline. The resampler acts on the rows of ``fit``,
# never on those of ``predict``. The sensitive column stays in X, so that it stays beside its row.

resampler = FairDistillResampler(["race"], criterion="demographic_parity", n_samples=4 * len(X), random_state=0)
model = make_pipeline(resampler, HistGradientBoostingClassifier(random_state=0))
model
