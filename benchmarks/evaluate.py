"""evaluate() on our own generator, and on two kinds of copies: what each attack finds, and what it costs.

SKFAIRGEN_DATA=folder python benchmarks/evaluate.py --table german_credit
"""

import argparse

import numpy as np
import pandas as pd
from _protocol import SENSITIVE_COLUMN, load_task
from _runs import cpu_clock
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skfairgen import FairGenerator, evaluate

NOISE = 0.05  # standard deviations


def noisy_copy(X, y, seed=0):
    """Return the rows with a twentieth of a standard deviation of noise on every number."""
    rng = np.random.default_rng(seed)
    numbers = X.select_dtypes("number")
    return X.assign(**{name: X[name] + rng.normal(0, NOISE * X[name].std(), len(X)) for name in numbers}), y


def likelihood_of_copier(X, y):
    """Return the log-likelihood under what drew the noisy copy, up to a constant: its nearest row gives nearly all.

    It never draws a word that a row does not hold; here a wrong word costs as much as half a standard deviation.
    """
    table = X.assign(target=y.to_numpy())
    numbers, words = (list(X.select_dtypes(**kind)) for kind in ({"include": "number"}, {"exclude": "number"}))
    encode = make_column_transformer(
        (make_pipeline(StandardScaler(), SimpleImputer(strategy="median")), numbers),
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), [*words, "target"]),
    ).fit(table)
    weights = np.r_[np.ones(len(numbers)), np.full(encode.transform(table[:1]).shape[1] - len(numbers), 0.5)] / NOISE
    nearest = NearestNeighbors(n_neighbors=1).fit(encode.transform(table) * weights)

    def log_likelihood(rows):
        distances, _ = nearest.kneighbors(encode.transform(rows.set_axis(table.columns, axis=1)) * weights)
        return -(distances[:, 0] ** 2) / 2

    return log_likelihood


def partly_redrawn(X, y, seed=0):
    """Return the rows with a tenth of the values of every column drawn again from that column."""
    rng = np.random.default_rng(seed)
    columns = {}
    for name, column in X.items():
        rows = np.arange(len(X))
        again = rng.random(len(X)) < 0.1
        rows[again] = rng.integers(0, len(X), again.sum())
        columns[name] = column.iloc[rows].array
    return pd.DataFrame(columns, index=X.index), y


def main(name):
    """Print the account of each candidate, and its CPU seconds."""
    task = load_task(name)
    generator = FairGenerator(sensitive_columns=task.sensitive_columns, random_state=0).fit(*task.train)
    candidates = {
        "ours": (generator, None),
        "a copy with noise": (noisy_copy(*task.train), likelihood_of_copier(*task.train)),
        "a copy, a tenth redrawn": (partly_redrawn(*task.train), None),
    }
    reached = {}
    for candidate, (synthetic, log_likelihood) in candidates.items():
        with cpu_clock() as clock:
            found = evaluate(
                synthetic,
                *(*task.train, *task.test),
                sensitive_columns=task.sensitive_columns,
                pos_label=task.positive,
                log_likelihood=log_likelihood,
                random_state=0,
            )
        reached[candidate] = found.privacy_[["reached", "control", "excess", "low", "high", "finding"]]
        print(f"\n{candidate}, {clock['cpu_seconds']:.1f} CPU s\n{found.summary()}", flush=True)
    print(f"\n{pd.concat(reached, axis=1).round(3).to_string()}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--table", choices=SENSITIVE_COLUMN, default="german_credit")
    main(parser.parse_args().table)
