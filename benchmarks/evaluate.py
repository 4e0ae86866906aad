"""evaluate() on our own generator, and on two kinds of copies: what each attack finds, and what it costs.

SKFAIRGEN_DATA=folder python benchmarks/evaluate.py --table german_credit
"""

import argparse

import numpy as np
import pandas as pd
from _protocol import SENSITIVE_COLUMN, load_task
from _runs import cpu_clock

from skfairgen import FairGenerator, evaluate


def noisy_copy(X, y, seed=0):
    """Return the rows with a twentieth of a standard deviation of noise on every number."""
    rng = np.random.default_rng(seed)
    numbers = X.select_dtypes("number")
    return X.assign(**{name: X[name] + rng.normal(0, 0.05 * X[name].std(), len(X)) for name in numbers}), y


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
        "ours": generator,
        "a copy with noise": noisy_copy(*task.train),
        "a copy, a tenth redrawn": partly_redrawn(*task.train),
    }
    reached = {}
    for candidate, synthetic in candidates.items():
        with cpu_clock() as clock:
            found = evaluate(
                synthetic,
                *(*task.train, *task.test),
                sensitive_columns=task.sensitive_columns,
                pos_label=task.positive,
                random_state=0,
            )
        reached[candidate] = found.privacy_[["reached", "control", "excess", "low", "high", "finding"]]
        print(f"\n{candidate}, {clock['cpu_seconds']:.1f} CPU s\n{found.summary()}", flush=True)
    print(f"\n{pd.concat(reached, axis=1).round(3).to_string()}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--table", choices=SENSITIVE_COLUMN, default="german_credit")
    main(parser.parse_args().table)
