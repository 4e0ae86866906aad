"""Wrist exercises whose arm goes with the exercise: what a classifier learns from biased and drawn windows (S1-S3).

    SKFAIRGEN_DATA=folder python benchmarks/sequences.py --splits 0 1 2 --json results.json

Seven people train, three unseen ones test. Of the training windows, 95 % are of the arm that has the parity of the
exercise's number: the aligned ones, and as many of the others. Tested are all windows of the unseen people, and those
of the other arm apart ("conflicting").
"""

import argparse
import json
import warnings
from pathlib import Path

import numpy as np
import torch
from _grid_judges import accuracy, as_grid, leak, oversampled, train_classifier
from _runs import cpu_clock, show

from skfairgen import FairEncoder, FairGenerator
from skfairgen.datasets import fetch_watch_exercises
from skfairgen.metrics import c2st_auc

CORRELATION = 0.95
N_CLASSES, N_ARMS, N_TEST_PEOPLE = 7, 2, 3
MOST_JUDGED = 1_000
COLUMNS = ["accuracy", "conflicting", "leak", "leak_raw", "c2st", "cpu_seconds", "weight"]


def load(split):
    """Return (windows, classes, arms) of biased, unbiased and test windows, scaled by the biased ones."""
    watch = fetch_watch_exercises()
    classes = np.searchsorted(np.unique(watch.target), watch.target)
    arms = (watch.sensitive_features == "right").astype(int)
    rng = np.random.default_rng(split)
    tested = rng.permutation(np.unique(watch.people))[:N_TEST_PEOPLE]
    is_test = np.isin(watch.people, tested)
    is_aligned = arms == classes % 2
    aligned, others = (rng.permutation(np.flatnonzero(~is_test & mask)) for mask in (is_aligned, ~is_aligned))
    biased = np.concatenate([aligned, others[: round(len(aligned) * (1 - CORRELATION) / CORRELATION)]])
    unbiased = rng.permutation(np.flatnonzero(~is_test))[: len(biased)]
    known = watch.sequences[biased]
    scaled = ((watch.sequences - known.mean(axis=(0, 1))) / known.std(axis=(0, 1))).astype("float32")
    return [(scaled[rows], classes[rows], arms[rows]) for rows in (biased, unbiased, np.flatnonzero(is_test))]


def rows(split):
    """Yield the figures of every way to train."""
    biased, unbiased, test = load(split)
    X, y, arms = biased
    is_conflicting = test[2] != test[1] % 2
    grid = as_grid(test[0])

    def judged(method, samples, labels, chances=None, **more):
        net = train_classifier(as_grid(samples), labels, N_CLASSES, chances=chances, seed=split)
        conflicting = accuracy(net, grid[torch.as_tensor(is_conflicting)], test[1][is_conflicting])
        figures = {"accuracy": accuracy(net, grid, test[1]), "conflicting": conflicting}
        return {"method": method, "seed": split, **figures, **more}

    yield judged("biased real", X, y)
    yield judged("cells oversampled", X, y, oversampled(y, arms))
    yield judged("unbiased real", *unbiased[:2])
    with cpu_clock() as fit:
        teacher = FairGenerator(criterion="equalized_odds", random_state=split)
        teacher.fit(X, y, sensitive_features=arms)
    each = len(X) // (N_CLASSES * N_ARMS)
    cells = {(label, arm): each for label in range(N_CLASSES) for arm in range(N_ARMS)}
    drawn, labels = teacher.sample(cells=cells, random_state=split)
    rng = np.random.default_rng(split)
    flat = [
        own[rng.permutation(len(own))[:MOST_JUDGED]].reshape(-1, own[0].size).astype(float)
        for own in (unbiased[0], drawn)
    ]
    yield judged("replace", drawn, labels, c2st=c2st_auc(*flat), **fit)
    yield judged("augment, all cells", np.concatenate([X, drawn]), np.concatenate([y, labels]))
    with cpu_clock() as fit:
        encoder = FairEncoder(random_state=split).fit(X, y, sensitive_features=arms)
    yield {
        "method": "codes",
        "seed": split,
        "leak": leak(encoder.transform(test[0]), test[2]),
        "leak_raw": leak(test[0].reshape(len(test[0]), -1), test[2]),
        **fit,
        "weight": encoder.history_["fairness_weight"].iloc[-1],
    }


def main():
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--splits", type=int, nargs="+", default=[0])
    parser.add_argument("--json", help="file to write every run to")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    runs = []
    for split in options.splits:
        for row in rows(split):
            runs.append(row)
            print({name: round(v, 3) if isinstance(v, float) else v for name, v in row.items()}, flush=True)
    show(runs, COLUMNS)
    if options.json:
        Path(options.json).write_text(json.dumps(runs, indent=2, default=float) + "\n")


if __name__ == "__main__":
    main()
