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
from _grid_judges import accuracy, leak, train_classifier
from _latent_students import codes_of, draw, train_prior
from _latent_training import LatentTeacher, cell_balanced_probabilities, train_latent_teacher
from _runs import cpu_clock, show

from skfairgen.data import GridCodec
from skfairgen.datasets import fetch_watch_exercises
from skfairgen.metrics import c2st_auc

CORRELATION = 0.95
N_CLASSES, N_ARMS, N_TEST_PEOPLE = 7, 2, 3
N_BATCHES = 300
MOST_JUDGED = 1_000
COLUMNS = ["accuracy", "conflicting", "leak", "leak_raw", "c2st", "cpu_seconds", "prior_seconds", "weight"]


def load(split):
    """Return the codec and (grid, classes, arms) of biased, unbiased and test windows."""
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
    codec = GridCodec().fit(watch.sequences[biased])
    sets = [
        (tensor(codec, watch.sequences[rows]), torch.as_tensor(classes[rows]), torch.as_tensor(arms[rows]))
        for rows in (biased, unbiased, np.flatnonzero(is_test))
    ]
    return codec, sets


def tensor(codec, sequences):
    """Return windows as the networks see them."""
    return torch.from_numpy(codec.encode(sequences)["grid"])


def rows(split):
    """Yield the figures of every way to train."""
    codec, (biased, unbiased, test) = load(split)
    cells = (biased[1] * N_ARMS + biased[2]).numpy()
    is_conflicting = test[2] != test[1] % 2

    def judged(method, grid, labels, chances=None, **more):
        net = train_classifier(grid, labels, N_CLASSES, chances=chances, seed=split)
        conflicting = accuracy(net, test[0][is_conflicting], test[1][is_conflicting])
        return {
            "method": method,
            "seed": split,
            "accuracy": accuracy(net, *test[:2]),
            "conflicting": conflicting,
            **more,
        }

    yield judged("biased real", *biased[:2])
    yield judged("cells oversampled", *biased[:2], cell_balanced_probabilities(cells, 1.0))
    yield judged("unbiased real", *unbiased[:2])

    generator = torch.Generator().manual_seed(split)
    with cpu_clock() as fit:
        teacher = LatentTeacher(codec.spec, codec.bounds, N_CLASSES, N_ARMS, generator=generator)
        history = train_latent_teacher(teacher, *biased, n_batches=N_BATCHES, seed=split)
    with cpu_clock() as prior_clock:
        codes, classes = codes_of(teacher, *biased, generator)
        prior = train_prior("energy", codes, classes, teacher.head, generator)
    n_each = len(biased[0]) // (N_CLASSES * N_ARMS)
    labels = torch.arange(N_CLASSES).repeat_interleave(N_ARMS * n_each)
    arms = torch.arange(N_ARMS).repeat_interleave(n_each).repeat(N_CLASSES)
    drawn = codec.decode({"grid": draw(teacher.decoder, prior, labels, arms, generator).numpy()}, None)
    drawn = tensor(codec, drawn)
    rng = np.random.default_rng(split)
    flat = [
        grid[torch.as_tensor(rng.permutation(len(grid))[:MOST_JUDGED])].flatten(1).double().numpy()
        for grid in (unbiased[0], drawn)
    ]
    means, _ = teacher.encode(test[0])
    yield judged(
        "replace",
        drawn,
        labels,
        leak=leak(means, test[2]),
        leak_raw=leak(test[0].flatten(1), test[2]),
        c2st=c2st_auc(*flat),
        **fit,
        prior_seconds=prior_clock["cpu_seconds"],
        weight=history["weight"][-1],
    )
    fewer = rng.permutation(len(drawn))
    both = torch.cat([biased[0], drawn[fewer]]), torch.cat([biased[1], labels[fewer]])
    yield judged("augment, all cells", *both)


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
