"""Colored digits: what a classifier learns from biased images, oversampled cells, and drawn images (targets I1-I7).

    python benchmarks/images.py digits --correlation 0.95 0.99 --seeds 3
    SKFAIRGEN_DATA=folder python benchmarks/images.py mnist5k --correlation 0.95 0.99 --seeds 3 --json results.json

The color of a training image is its class's own with the given probability, else one of nine others. The tested images
are real, held out and of random color; a small convolutional net is trained for 400 batches on each set.
"""

import argparse
import json
import time
import warnings
from pathlib import Path

import numpy as np
import torch
from _grid_judges import accuracy, cramers_v, fidelity, leak, predict, train_classifier
from _latent_students import codes_of, distil_decoder, draw, train_prior
from _latent_training import LatentTeacher, cell_balanced_probabilities, train_latent_teacher
from _runs import cpu_clock, show
from sklearn.datasets import load_digits

from skfairgen.data import GridCodec
from skfairgen.datasets import fetch_mnist5k
from skfairgen.datasets._colored_digits import draw_colors, paint

N_COLORS = 10
UNBIASED = 1 / N_COLORS
N_TRAIN = {"digits": 1_297, "mnist5k": 3_500}
N_BATCHES = {"digits": 300, "mnist5k": 520}
STUDENT_SIZE = 0.15
COLUMNS = ["accuracy", "leak", "obeyed", "kept", "hue_v", "density", "coverage", "c2st", "spread", "cpu_seconds"]
COLUMNS += ["prior_seconds", "student_seconds", "student_share", "per_second", "weight"]


def load(name, correlation, seed):
    """Return the codec and (grid, classes, colors) of biased, unbiased and test images."""
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
    codec = GridCodec().fit(sets[0][0])
    return codec, [(tensor(codec, images), *map(torch.as_tensor, labels)) for images, *labels in sets]


def tensor(codec, images):
    """Return images as the networks see them."""
    return torch.from_numpy(codec.encode(images)["grid"])


def as_shipped(codec, grid):
    """Return drawn images after a way through whole numbers, as a user gets them."""
    return tensor(codec, codec.decode({"grid": grid.numpy()}, None))


def rows(name, correlation, seed, prior_name):
    """Yield the figures of every way to train."""
    codec, (biased, unbiased, test) = load(name, correlation, seed)
    cells = (biased[1] * N_COLORS + biased[2]).numpy()
    common = {"seed": seed}

    def judged(method, grid, labels, chances=None, **more):
        net = train_classifier(grid, labels, N_COLORS, chances=chances, seed=seed)
        return {"method": f"{method}, {correlation}", "accuracy": accuracy(net, *test[:2]), **common, **more}

    yield judged("biased real", *biased[:2])
    yield judged("cells oversampled", *biased[:2], cell_balanced_probabilities(cells, 1.0))
    yield judged("unbiased real", *unbiased[:2])

    generator = torch.Generator().manual_seed(seed)
    with cpu_clock() as fit:
        teacher = LatentTeacher(codec.spec, codec.bounds, 10, N_COLORS, generator=generator)
        history = train_latent_teacher(teacher, *biased, n_batches=N_BATCHES[name], seed=seed)
    with cpu_clock() as prior_clock:
        codes, classes = codes_of(teacher, *biased, generator)
        prior = train_prior(prior_name, codes, classes, teacher.head, generator)
    with cpu_clock() as student_clock:
        student = distil_decoder(teacher, prior, STUDENT_SIZE, N_COLORS, generator)

    n_drawn = len(biased[0]) // 100 * 100
    labels = torch.arange(10).repeat(n_drawn // 10)
    colors = torch.arange(N_COLORS).repeat_interleave(n_drawn // N_COLORS)
    started = time.process_time()
    drawn = draw(teacher.decoder, prior, labels, colors, generator)
    per_second = n_drawn / (time.process_time() - started)
    drawn, small = (as_shipped(codec, grid) for grid in (drawn, draw(student, prior, labels, colors, generator)))

    means, _ = teacher.encode(test[0])
    other = torch.randint(N_COLORS, (len(means),), generator=generator)
    recolored = as_shipped(codec, teacher.decode(means, other))
    of_color = train_classifier(unbiased[0], unbiased[2], N_COLORS, seed=seed)
    of_class = train_classifier(*unbiased[:2], N_COLORS, seed=seed)
    mixed = rng_permutation(len(drawn), seed)
    yield judged(
        "replace",
        drawn,
        labels,
        leak=leak(means, test[2]),
        obeyed=accuracy(of_color, recolored, other),
        kept=accuracy(of_class, recolored, test[1]),
        hue_v=cramers_v(predict(of_color, drawn).numpy(), labels.numpy()),
        **fidelity(of_class, test[0], drawn[mixed], test[1], labels[mixed]),
        **fit,
        prior_seconds=prior_clock["cpu_seconds"],
        per_second=per_second,
        weight=history["weight"][-1],
    )
    both = torch.cat([biased[0], drawn[mixed]]), torch.cat([biased[1], labels[mixed]])
    is_conflicting = labels != colors
    added = torch.cat([biased[0], drawn[is_conflicting]]), torch.cat([biased[1], labels[is_conflicting]])
    of_cell = np.concatenate([cells, (labels * N_COLORS + colors).numpy()[is_conflicting.numpy()]])
    yield judged("augment, conflicting cells", *added, cell_balanced_probabilities(of_cell, 1.0))
    yield judged("augment, all cells", *both)
    yield judged(
        "student, replace",
        small,
        labels,
        student_seconds=student_clock["cpu_seconds"],
        student_share=student.n_parameters / teacher.decoder.n_parameters,
    )


def rng_permutation(n_rows, seed):
    """Return positions in random order."""
    return torch.as_tensor(np.random.default_rng(seed).permutation(n_rows))


def main():
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=list(N_TRAIN))
    parser.add_argument("--correlation", type=float, nargs="+", default=[0.95])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--prior", default="energy")
    parser.add_argument("--json", help="file to write every run to")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    runs = []
    for correlation in options.correlation:
        for seed in options.seeds:
            for row in rows(options.name, correlation, seed, options.prior):
                runs.append(row)
                print({name: round(v, 3) if isinstance(v, float) else v for name, v in row.items()}, flush=True)
    show(runs, COLUMNS)
    if options.json:
        Path(options.json).write_text(json.dumps(runs, indent=2, default=float) + "\n")


if __name__ == "__main__":
    main()
