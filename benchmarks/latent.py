"""What a latent code costs a faithful copy in fidelity, beside the generator, which has none.

    SKFAIRGEN_DATA=folder python benchmarks/latent.py --seeds 3 --json results.json

The coded rows come from the decoder of an unsupervised, unpenalized FairEncoder that has the class among its
columns: "prior", codes drawn from the standard normal distribution; "posterior", codes of the training rows with their
noise, which only somebody who holds those rows can draw.
"""

import argparse
import json
import warnings
from pathlib import Path

import numpy as np
from _protocol import load_task
from _runs import cpu_clock, flat, show
from judge import judge

from skfairgen import FairEncoder, FairGenerator

WIDTHS = (4, 8)
KL_WEIGHTS = (0.2, 1.0)
COLUMNS = ["auc", "accuracy", "dpr", "eor", "c2st_auc", "shapes", "pairs", "likelihood", "kl", "cpu_seconds"]
TRAINING = {"max_epochs": 14, "lr": 0.01, "batch_size": 512}  # the generator's own


def rows(task, seed):
    """Yield the figures of the generator and of every code."""
    X, y = task.train
    with cpu_clock() as clock:
        generator = FairGenerator(task.sensitive_columns, random_state=seed).fit(X, y)
    made = generator.sample(len(X), random_state=seed)
    yield figures(task, made, seed, method="no code", likelihood=-generator.history_["valid_loss"].min(), **clock)
    table = X.assign(**{y.name: y.to_numpy()})
    for width in WIDTHS:
        for weight in KL_WEIGHTS:
            encoder = FairEncoder(
                task.sensitive_columns,
                n_components=width,
                criterion=None,
                kl_weight=weight,
                random_state=seed,
                **TRAINING,
            )
            with cpu_clock() as clock:
                encoder.fit(table)
            last = encoder.history_.iloc[-1]
            more = {"likelihood": last["valid_likelihood"], "kl": last["valid_kl"], **clock}
            for name, codes in codes_of(encoder, table, np.random.default_rng(seed)).items():
                groups = None if name == "prior" else X[task.sensitive_columns]
                drawn = encoder.inverse_transform(codes, groups, random_state=seed)
                made = drawn.drop(columns=y.name), drawn[y.name]
                yield figures(task, made, seed, method=f"{width} components, KL x {weight:g}, {name}", **more)


def codes_of(encoder, table, rng):
    """Return codes to decode, by name: as the decoder saw them in training, with noise."""
    drawn = rng.standard_normal((len(table), encoder.n_components))
    noise = encoder.model_.resolution
    return {"prior": drawn, "posterior": encoder.transform(table) + noise * drawn}


def figures(task, made, seed, **more):
    """Return the judge's figures of drawn rows."""
    common = {"sensitive_columns": task.sensitive_columns, "positive": task.positive, "random_state": seed}
    return flat(judge(*made, *task.train, *task.test, **common, fidelity="fast"), seed=seed, **more)


def main():
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--json", help="file to write every run to")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    task = load_task("adult")
    runs = [row for seed in range(options.seeds) for row in rows(task, seed)]
    show(runs, COLUMNS)
    if options.json:
        Path(options.json).write_text(json.dumps(runs, indent=2, default=float) + "\n")


if __name__ == "__main__":
    main()
