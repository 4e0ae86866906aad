"""Rows added to the 1990 Boston mortgages: what that does to approvals of real, held-out applications.

    python benchmarks/mortgages.py --fold-seeds 5

Three folds for each fold seed, so that every real row is held out once. The ratio is the least approval rate of a group
over the largest; its change has a paired 95 % bootstrap interval over applications. Beside the rows: class x
group weights of the real rows, which cost nothing.
"""

import argparse
import json
import warnings
from pathlib import Path

import numpy as np
from imblearn.pipeline import make_pipeline
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold
from skrub import TableVectorizer

from skfairgen import FairDistillResampler
from skfairgen.datasets import load_mortgages
from skfairgen.exceptions import SkfairgenWarning

N_BOOTSTRAP = 2_000


def scores(method, X, y, seed):
    """Return the probability of approval of each application, by a model that has not seen it."""
    found = np.empty(len(X))
    for learned, held_out in StratifiedKFold(3, shuffle=True, random_state=seed).split(
        X, y.astype(str) + X["race"].astype(str)
    ):
        rows, labels = X.iloc[learned], y.iloc[learned]
        classifier, weights = make_pipeline(TableVectorizer(), HistGradientBoostingClassifier(random_state=seed)), {}
        if method == "weights":
            cells = labels.astype(str) + "|" + rows["race"].astype(str)
            count = {
                name: values.map(values.value_counts())
                for name, values in (("y", labels.astype(str)), ("s", rows["race"].astype(str)))
            }
            weight = count["y"] * count["s"] / (len(rows) * cells.map(cells.value_counts()))
            weights = {"histgradientboostingclassifier__sample_weight": weight}
        if method == "rows":
            options = {"criterion": "demographic_parity", "n_samples": 4 * len(rows), "random_state": seed}
            rows, labels = FairDistillResampler("race", mode="augment", **options).fit_resample(rows, labels)
        classifier.fit(rows, labels, **weights)
        found[held_out] = classifier.predict_proba(X.iloc[held_out])[:, 1]
    return found


def ratio(approved, groups, weights):
    """Return the least approval rate of a group over the largest."""
    rates = [np.average(approved[own], weights=weights[own]) for own in groups]
    return min(rates) / max(rates)


def compare(X, y, seed):
    """Return the figures of each method under one fold seed."""
    groups = [(X["race"] == name).to_numpy() for name in X["race"].unique()]
    drawn = np.random.default_rng(seed).multinomial(len(X), np.full(len(X), 1 / len(X)), size=N_BOOTSTRAP)
    real = scores("real", X, y, seed)
    ones, found = np.ones(len(X)), []
    for method in ("real", "weights", "rows"):
        own = real if method == "real" else scores(method, X, y, seed)
        before, after = (ratio_of > 0.5 for ratio_of in (real, own))
        change = [ratio(after, groups, w) - ratio(before, groups, w) for w in drawn]
        low, high = np.quantile(change, [0.025, 0.975])
        found.append(
            {
                "method": method,
                "seed": seed,
                "ratio": ratio(after, groups, ones),
                "change": ratio(after, groups, ones) - ratio(before, groups, ones),
                "low": low,
                "high": high,
                "accuracy": accuracy_score(y, after),
                "auc": roc_auc_score(y, own),
            }
        )
        line = (
            f"{name} {value:.3f}" if isinstance(value, float) else f"{name} {value}"
            for name, value in found[-1].items()
        )
        print("  ".join(line), flush=True)
    return found


def main():
    """Print the figures of each fold seed, and their means."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fold-seeds", type=int, default=5)
    parser.add_argument("--json", help="file to write every run to")
    options = parser.parse_args()
    warnings.simplefilter("ignore", SkfairgenWarning)
    X, y = load_mortgages(return_X_y=True)
    runs = [row for seed in range(options.fold_seeds) for row in compare(X, y, seed)]
    for method in ("real", "weights", "rows"):
        own = [row for row in runs if row["method"] == method]
        means = {name: np.mean([row[name] for row in own]) for name in ("ratio", "change", "accuracy", "auc")}
        print(f"mean {method}: " + ", ".join(f"{name} {value:.3f}" for name, value in means.items()))
    if options.json:
        Path(options.json).write_text(json.dumps(runs, indent=2, default=float) + "\n")


if __name__ == "__main__":
    main()
