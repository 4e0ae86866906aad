"""Colored digits: what a classifier learns from biased images, oversampled cells, and drawn images (targets I1-I7).

    python benchmarks/images.py digits --correlation 0.95 --seeds 0 1 2
    SKFAIRGEN_DATA=folder python benchmarks/images.py mnist5k --correlation 0.95 0.99 --seeds 0 1 2 --json results.json

The color of a training image is its class's own with the given probability, else one of nine others. The tested images
are real, held out and of random color; a small convolutional net is trained for 400 batches on each set. Everything
goes through FairGenerator, distill and FairEncoder with their defaults.
"""

import argparse
import json
import time
import warnings
from pathlib import Path

import numpy as np
import torch
from _grid_judges import accuracy, as_grid, cramers_v, fidelity, leak, oversampled, predict, train_classifier
from _runs import cpu_clock, show
from sklearn.datasets import load_digits

from skfairgen import FairEncoder, FairGenerator, distill
from skfairgen.datasets import fetch_mnist5k
from skfairgen.datasets._colored_digits import draw_colors, paint

N_COLORS = 10
UNBIASED = 1 / N_COLORS
N_TRAIN = {"digits": 1_297, "mnist5k": 3_500}
COLUMNS = ["accuracy", "leak", "obeyed", "kept", "hue_v", "density", "coverage", "c2st", "spread", "cpu_seconds"]
COLUMNS += ["student_share", "per_second", "weight"]


def load(name, correlation, seed):
    """Return (images, classes, colors) of biased, unbiased and test images."""
    if name == "digits":
        digits = load_digits()
        grey, classes = digits.images / 16, digits.target
    else:
        grey, classes = fetch_mnist5k(return_X_y=True)
        grey = grey / 255
    rng = np.random.RandomState(seed)
    train, test = np.split(rng.permutation(len(classes)), [N_TRAIN[name]])
    sets = []
    for rows, rho in ((train, correlation), (train, UNBIASED), (test, UNBIASED)):
        colors = draw_colors(classes[rows], rho, rng)
        sets.append((paint(grey[rows], colors, rng), classes[rows], colors))
    return sets


def rows(name, correlation, seed, prior, with_codes):
    """Yield the figures of every way to train."""
    biased, unbiased, test = load(name, correlation, seed)
    X, y, colors = biased

    def judged(method, images, labels, chances=None, **more):
        net = train_classifier(as_grid(images), labels, N_COLORS, chances=chances, seed=seed)
        figures = {"accuracy": accuracy(net, as_grid(test[0]), test[1])}
        return {"method": f"{method}, {correlation}", "seed": seed, **figures, **more}

    yield judged("biased real", X, y)
    yield judged("cells oversampled", X, y, oversampled(y, colors))
    yield judged("unbiased real", *unbiased[:2])

    with cpu_clock() as fit:
        teacher = FairGenerator(criterion="equalized_odds", prior=prior, random_state=seed)
        teacher.fit(X, y, sensitive_features=colors)
    with cpu_clock() as of_student:
        student = distill(teacher, random_state=seed)
    n_drawn, started = len(X) // 100 * 100, time.process_time()
    balanced = {(label, color): n_drawn // 100 for label in range(10) for color in range(N_COLORS)}
    ask = {"cells": balanced, "return_sensitive_features": True, "random_state": seed}
    drawn, labels, drawn_colors = teacher.sample(**ask)
    per_second = n_drawn / (time.process_time() - started)
    of_color = train_classifier(as_grid(unbiased[0]), unbiased[2], N_COLORS, seed=seed)
    of_class = train_classifier(as_grid(unbiased[0]), unbiased[1], N_COLORS, seed=seed)
    yield judged(
        "replace",
        drawn,
        labels,
        obeyed=accuracy(of_color, as_grid(drawn), drawn_colors),
        hue_v=cramers_v(predict(of_color, as_grid(drawn)), labels),
        **fidelity(of_class, as_grid(test[0]), as_grid(drawn), test[1], labels),
        **fit,
        per_second=per_second,
        weight=teacher.history_["fairness_weight"].iloc[-1],
    )
    is_conflicting = labels != drawn_colors
    added = [np.concatenate(pair) for pair in zip(biased, (drawn, labels, drawn_colors), strict=True)]
    kept = np.concatenate([np.ones(len(X), dtype=bool), is_conflicting])
    images, classes, of_image = (values[kept] for values in added)
    yield judged("augment, conflicting cells", images, classes, oversampled(classes, of_image))
    small, labels = student.sample(cells=balanced, random_state=seed)
    share = student.n_parameters_ / teacher.n_parameters_
    yield judged("student, replace", small, labels, student_share=share, **of_student)
    if with_codes:
        yield {"method": f"codes, {correlation}", "seed": seed, **code_figures(biased, test, of_color, of_class, seed)}


def code_figures(biased, test, of_color, of_class, seed):
    """Return what the code tells of the color, and what recolored images look like."""
    with cpu_clock() as fit:
        encoder = FairEncoder(random_state=seed).fit(biased[0], biased[1], sensitive_features=biased[2])
    other = np.random.default_rng(seed).integers(N_COLORS, size=len(test[0]))
    recolored = as_grid(encoder.counterfactual(test[0], other.tolist(), sensitive_features=test[2], random_state=seed))
    return {
        "leak": leak(encoder.transform(test[0]), test[2]),
        "obeyed": accuracy(of_color, recolored, other),
        "kept": accuracy(of_class, recolored, test[1]),
        **fit,
        "weight": encoder.history_["fairness_weight"].iloc[-1],
    }


def main():
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=list(N_TRAIN))
    parser.add_argument("--correlation", type=float, nargs="+", default=[0.95])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--prior", default="energy")
    parser.add_argument("--codes", action="store_true", help="fit the encoder too")
    parser.add_argument("--json", help="file to write every run to")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    runs = []
    for correlation in options.correlation:
        for seed in options.seeds:
            for row in rows(options.name, correlation, seed, options.prior, options.codes):
                runs.append(row)
                print({name: round(v, 3) if isinstance(v, float) else v for name, v in row.items()}, flush=True)
    show(runs, COLUMNS)
    if options.json:
        Path(options.json).write_text(json.dumps(runs, indent=2, default=float) + "\n")


if __name__ == "__main__":
    main()
