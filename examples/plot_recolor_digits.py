"""
Recolor digits
==============

The digits of scikit-learn, where nine of ten have the color of their digit. ``FairEncoder`` makes a code of an image
that keeps the digit and hides the color. A grid search chooses how hard, on training rows only, and the encoder gives
each digit another color.
"""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skfairgen import FairEncoder
from skfairgen.datasets import make_colored_digits
from skfairgen.plotting import SamplesDisplay

digits = make_colored_digits(0.9, random_state=0)
fair = make_colored_digits(0.1, random_state=1)  # the same digits, of random color
is_train = np.arange(len(digits.target)) < 1_200

# %%
# The images as flat rows, with the color beside the pixels: sensitive values stay aligned in searches so.

names = np.unique(digits.sensitive_features).tolist()
rows, fair_rows = (
    np.column_stack([[names.index(color) for color in made.sensitive_features], made.data]) for made in (digits, fair)
)
X, y, X_test, y_test = rows[is_train], digits.target[is_train], fair_rows[~is_train], fair.target[~is_train]


def accuracy_of_cells(model, X, y):
    """Return the accuracy with the same weight for every (digit, color) pair that occurs."""
    is_right, cells = model.predict(X) == y, 10 * y + X[:, 0]
    return np.mean([is_right[cells == cell].mean() for cell in np.unique(cells)])


# %%
# More epochs (leave ``max_epochs`` out) make codes better.

encoder = FairEncoder(0, sample_shape=digits.sample_shape, max_epochs=15, leakage_threshold=1.0, random_state=0)
model = make_pipeline(encoder, LogisticRegression(max_iter=5_000))
weights = {"fairencoder__fairness_weight": [0.0, 30.0]}
search = GridSearchCV(model, weights, cv=2, scoring=accuracy_of_cells, error_score="raise").fit(X, y)
raw = make_pipeline(StandardScaler(), LogisticRegression(max_iter=5_000)).fit(X[:, 1:], y)
print(f"held-out digits of random color, from pixels: accuracy {raw.score(X_test[:, 1:], y_test):.3f}")
print(f"from codes: accuracy {search.best_estimator_.score(X_test, y_test):.3f}, {search.best_params_}")

# %%
# Training digits in blue.

recolored = search.best_estimator_[0].counterfactual(X, names.index("blue"))[:, 1:]
red, green, blue = recolored.reshape(-1, 3).mean(axis=0)
print(f"mean red, green and blue: {red:.0f}, {green:.0f}, {blue:.0f}")
images = recolored.reshape(-1, *digits.sample_shape).astype("uint8")
SamplesDisplay.from_arrays(images[:200], y[:200], ["blue"] * 200, n_each=6)
