"""Draw the README's picture: approvals of held-out mortgage applications as they are, with weights, with fair rows.

python benchmarks/first_picture.py docs/before_after.png

The comparison is that of ``skfairgen demo``, whose text is printed.
"""

import sys

from matplotlib import pyplot
from sklearn.ensemble import HistGradientBoostingClassifier

from skfairgen import compare
from skfairgen.cli._demo import N_FOLDS, REMEDIES
from skfairgen.datasets import load_mortgages
from skfairgen.plotting import GroupRatesDisplay


def main(path):
    """Compare the remedies, and write the picture to `path`."""
    X, y = load_mortgages(return_X_y=True)
    classifier = HistGradientBoostingClassifier(random_state=0)
    found = compare(
        classifier, X, y, sensitive_columns="race", remedies=REMEDIES, cv=N_FOLDS, random_state=0, verbose=1
    )
    print(found.summary())
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 3.6), layout="constrained")
    said = {name: found.predictions_["with sensitive", name][0] for name in ("as it is", *REMEDIES)}
    options = {"sensitive_features": X["race"], "rates": "selection_rate", "random_state": 0}
    GroupRatesDisplay.from_predictions(y, said, **options, ax=left)
    left.set_xlabel("share approved, of held-out applications")
    found.plot(ax=right)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main(*sys.argv[1:])
