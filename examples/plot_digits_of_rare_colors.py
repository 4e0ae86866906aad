"""
Add digits of rare colors
=========================

A classifier of digits that has hardly seen a red 7 takes red things for 0. ``FairDistillResampler`` draws the digits in
the colors that they lack. The test: held-out digits of random color.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from imblearn.pipeline import make_pipeline
from sklearn.ensemble import RandomForestClassifier

from skfairgen import FairDistillResampler
from skfairgen.datasets import make_colored_digits
from skfairgen.exceptions import SmallGroupWarning

digits = make_colored_digits(0.95, random_state=0)
fair = make_colored_digits(0.1, random_state=1)  # the same digits, of random color
is_train = np.arange(len(digits.target)) < 1_200

# %%
# The images as flat rows, with the color beside the pixels: sensitive values stay aligned in pipelines so.

names = np.unique(digits.sensitive_features).tolist()
rows, fair_rows = (
    np.column_stack([[names.index(color) for color in made.sensitive_features], made.data]).astype("uint8")
    for made in (digits, fair)
)
X, y, X_test, y_test = rows[is_train], digits.target[is_train], fair_rows[~is_train], fair.target[~is_train]

# %%
# More epochs (leave ``max_epochs`` out) make digits better. Most colors of a digit are held by one row or two, or by
# none, and the warning says so.

resampler = FairDistillResampler(
    0,
    sample_shape=digits.sample_shape,
    criterion="equalized_odds",
    n_samples=4 * len(X),
    max_epochs=20,
    random_state=0,
)
accuracies = {}
for name, steps in {"as they are": [], "with drawn digits": [resampler]}.items():
    model = make_pipeline(*steps, RandomForestClassifier(random_state=0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SmallGroupWarning)
        accuracies[name] = model.fit(X, y).score(X_test, y_test)
    print(f"biased digits {name}: accuracy {accuracies[name]:.3f} on held-out digits of random color")

figure, ax = plt.subplots(figsize=(5, 2), layout="constrained")
ax.barh(list(accuracies), list(accuracies.values()), color="#4c78a8")
ax.set_xlabel("accuracy on held-out digits of random color")
