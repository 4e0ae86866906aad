"""What it costs that many columns see each other by running sums: fidelity and CPU seconds of each width, and of none.

C2ST = ROC-AUC of telling drawn rows from training rows (.5 is best). Slope = that of drawn on real correlations of
numeric columns. Nats = loss of held-out rows. Context "full" is a dense layer, whatever the number of columns.

python benchmarks/wide.py --tables factors mixture --columns 50 100 --contexts 0 32 128 --seeds 2
"""

import argparse

import numpy as np
import pandas as pd
from _runs import cpu_clock, show
from hard_tables import _with_target, factors, held_out_nats, slope

from skfairgen import FairGenerator
from skfairgen.metrics import c2st_auc
from skfairgen.nn import _for_items


def mixture(n_columns, seed, n_rows):
    """Return a mixed table of twelve kinds of rows: each has its own shares of categories, and levels of numbers.

    Every fifth column is the sign of a product of two numbers before it: no correlation shows that.
    """
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 12, 2 * n_rows)
    X = {}
    for place in range(n_columns):
        if place % 5 == 4:
            first, second = (X[f"x{place - back}"] for back in (2, 4))
            product = (first - np.median(first)) * (second - np.median(second))
            flipped = rng.random(len(kind)) < 0.1
            X[f"x{place}"] = np.where((product > 0) ^ flipped, "alike", "unlike")
        elif place % 2:
            shares = rng.dirichlet(np.full(6, 0.7), size=12).cumsum(axis=1)
            drawn = (rng.random((len(kind), 1)) > shares[kind]).sum(axis=1).clip(max=5)
            X[f"x{place}"] = np.char.add("level ", drawn.astype(str))
            X[f"x{place}"] = X[f"x{place}"] if place % 5 in (1, 3) else drawn.astype(float)
        else:
            X[f"x{place}"] = np.exp(rng.normal(size=12)[kind] + 0.6 * rng.normal(size=len(kind))).round(2)
    return _with_target(pd.DataFrame(X), kind + rng.normal(size=len(kind)) > 5.5, rng)


TABLES = {"factors": factors, "mixture": mixture}


def measure(name, n_columns, context, seed, n_rows):
    """Return the figures of one fit."""
    task = TABLES[name](n_columns, seed, n_rows)
    _for_items.MANY_COLUMNS, _for_items.CONTEXT_FEATURES = (0, context) if context else (10**9, 0)
    generator = FairGenerator(task.sensitive_columns, random_state=seed)
    with cpu_clock() as clock:
        generator.fit(*task.train)
    real = task.train[0]
    made = generator.sample(len(real), random_state=1)[0]
    return {
        "name": f"{name} {n_columns}, {context or 'full'}",
        "seed": seed,
        "fit_s": clock["cpu_seconds"],
        "nats": held_out_nats(generator, task),
        "c2st": c2st_auc(real, made, random_state=0),
        "slope": slope(real, made),
    }


def main():
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", nargs="*", default=list(TABLES))
    parser.add_argument("--columns", type=int, nargs="*", default=[50, 100])
    parser.add_argument("--contexts", type=int, nargs="*", default=[0, 32, 128])
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--rows", type=int, default=5_000)
    options = parser.parse_args()
    for name in options.tables:
        for n_columns in options.columns:
            found = [
                measure(name, n_columns, context, seed, options.rows)
                for context in options.contexts
                for seed in range(options.seeds)
            ]
            show(found, ["fit_s", "nats", "c2st", "slope"], by="name")


if __name__ == "__main__":
    main()
