"""The priors side by side: the same generator, with each way to draw its codes.

    python benchmarks/priors.py digits --seeds 0 1 2 --json results.json
    python benchmarks/priors.py modes --seeds 0
    SKFAIRGEN_DATA=folder python benchmarks/priors.py adult --seeds 0

"digits": colored digits, tested on real ones of random color. "modes": made images of a bar in one of six places, whose
class is whether the place is odd, so that each class has three modes. "adult": the table by way of a code. The
generators of a seed would all train the same autoencoder first, so it is trained once. "accuracy" is that of a model (a
small net, a forest, XGBoost) trained on drawn items and tested on real held-out ones; density and coverage are counted
in a classifier's features, in pixels, or in those of the columns; "energy" is the energy distance between drawn codes
and codes of the held-out items, mean over the classes; "right" the share of drawn codes that the teacher's head gives
their class; "fit_s" CPU seconds of fit beside the autoencoder's, and "per_second" items drawn.
"""

import argparse
import json
import time
import warnings
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from _grid_judges import accuracy, as_grid, fidelity, train_classifier
from _protocol import load_task, train_and_test
from _runs import show
from images import N_COLORS, load
from sklearn.ensemble import RandomForestClassifier

from skfairgen import FairGenerator
from skfairgen.losses import energy_distance
from skfairgen.metrics import c2st_auc, density_coverage
from skfairgen.models import _latent_model
from skfairgen.nn import PRIORS, FairAutoencoder
from skfairgen.training import TensorRows, codes_by_class, row_tensors, torch_generator

N_CODES = 500
COLUMNS = ["accuracy", "auc", "density", "coverage", "c2st", "energy", "right", "fit_s", "per_second", "n_parameters"]


def code_figures(generator, held_out, seed):
    """Return how drawn codes are distributed beside those of held-out items, and whether they are of their class."""
    X, y, sensitive_features = held_out
    schema, model = generator.reader_.schema, generator.model_.rows
    density = model.density
    frame = schema.read(X, y, sensitive_features)
    arrays = {
        **generator.reader_.items(frame),
        "classes": np.searchsorted(generator.classes_, np.asarray(y)),
        "levels": model.cells.levels[schema.group_codes(frame, sensitive_features)],
    }
    autoencoder = FairAutoencoder(density.encoder, density.decoder)
    autoencoder.head = density.head
    codes, _ = codes_by_class(autoencoder, TensorRows(row_tensors(arrays, "cpu")), torch_generator(seed), N_CODES)
    labels = torch.arange(codes.shape[1]).repeat_interleave(N_CODES)
    noise = torch.rand(len(labels), density.prior.n_noise, generator=torch_generator(seed))
    with torch.no_grad():
        drawn = density.prior.sample(labels, noise)
        apart = energy_distance(drawn.view(codes.shape[1], N_CODES, -1), codes.transpose(0, 1).contiguous())
        right = (density.head(drawn).argmax(dim=1) == labels).float().mean()
    return {"energy": float(apart.mean()), "right": float(right), "n_parameters": density.prior.n_parameters}


@contextmanager
def one_autoencoder():
    """Let all fits take the first one's autoencoder, with the random numbers that come after it."""
    train, kept = _latent_model.fit_latent, []

    def once(autoencoder, rows, objective, options, rng, generator, **more):
        if not kept:
            kept.extend([train(autoencoder, rows, objective, options, rng, generator, **more), generator.get_state()])
        generator.set_state(kept[1])
        return kept[0]

    _latent_model.fit_latent = once
    yield
    _latent_model.fit_latent = train


def generators(options, seed, *data, **more):
    """Yield a fitted generator of every prior and the CPU seconds of its fit without the autoencoder."""
    with one_autoencoder():
        FairGenerator(**options, prior="moments", random_state=seed).fit(*data, **more)
        for name in PRIORS:
            started = time.process_time()
            generator = FairGenerator(**options, prior=name, random_state=seed).fit(*data, **more)
            yield name, generator, time.process_time() - started


def digit_rows(correlation, seed):
    """Yield the figures of every prior on colored digits, and of real images of random color."""
    biased, unbiased, test = load("digits", correlation, seed)
    of_digit = train_classifier(as_grid(unbiased[0]), unbiased[1], N_COLORS, seed=seed)
    X, y, colors = biased
    cells = {(label, color): len(X) // 100 for label in range(10) for color in range(N_COLORS)}

    def judged(images, labels):
        net = train_classifier(as_grid(images), labels, 10, seed=seed)
        places = np.random.default_rng(seed).permutation(len(images))
        found = fidelity(of_digit, as_grid(test[0]), as_grid(images[places]), test[1], labels[places])
        return {"seed": seed, "accuracy": accuracy(net, as_grid(test[0]), test[1]), **found}

    yield {"method": "real, any color", **judged(*unbiased[:2])}
    for name, generator, fit_s in generators({"criterion": "equalized_odds"}, seed, X, y, sensitive_features=colors):
        started = time.process_time()
        drawn = generator.sample(cells=cells, random_state=seed)
        clock = {"fit_s": fit_s, "per_second": len(drawn[0]) / (time.process_time() - started)}
        yield {"method": name, **judged(*drawn), **code_figures(generator, test, seed), **clock}


def bars(n_rows, correlation, rng):
    """Return images of a bar in one of six places, classes and groups: how bright the bar is."""
    places = rng.integers(0, 6, n_rows)
    groups = np.where(rng.random(n_rows) < correlation, places % 2, 1 - places % 2)
    images = np.zeros((n_rows, 8, 8, 1))
    for k in range(3):
        images[np.arange(n_rows), places + k] = 1
    images = 20 + images * np.where(groups, 200, 100)[:, None, None, None] + rng.normal(0, 8, images.shape)
    return np.clip(np.rint(images), 0, 255).astype("uint8"), places % 2, groups


def mode_rows(correlation, seed):
    """Yield the figures of every prior on made images of three modes a class."""
    rng = np.random.default_rng(seed)
    (X, y, groups), test = bars(600, correlation, rng), bars(600, 0.5, rng)

    def flat(images):
        return images.reshape(len(images), -1).astype(float)

    for name, generator, fit_s in generators({"criterion": "equalized_odds"}, seed, X, y, sensitive_features=groups):
        drawn, labels = generator.sample(600, random_state=seed)
        forest = RandomForestClassifier(random_state=seed).fit(flat(drawn), labels)
        density, coverage = density_coverage(test[0], drawn, features=flat)
        found = {"accuracy": forest.score(flat(test[0]), test[1]), "density": density, "coverage": coverage}
        yield {"method": name, "seed": seed, **found, **code_figures(generator, test, seed), "fit_s": fit_s}


def adult_rows(seed):
    """Yield the figures of every prior on Adult, and of its real rows."""
    task = load_task("adult")
    common = {"sensitive_columns": task.sensitive_columns, "positive": task.positive, "random_state": seed}

    def judged(X, y):
        told = train_and_test((X, y), task.test, **common)["with_sensitive"]
        real, made = (table.sample(5_000, random_state=seed).reset_index(drop=True) for table in (task.test[0], X))
        density, coverage = density_coverage(real, made)
        found = {"density": density, "coverage": coverage, "c2st": c2st_auc(real, made, random_state=seed)}
        return {"seed": seed, "accuracy": told["accuracy"], "auc": told["auc"], **found}

    yield {"method": "real rows", **judged(*task.train)}
    options = {"sensitive_columns": task.sensitive_columns, "latent": "fair"}
    for name, generator, fit_s in generators(options, seed, *task.train):
        started = time.process_time()
        drawn = generator.sample(len(task.train[0]), random_state=seed)
        clock = {"fit_s": fit_s, "per_second": len(drawn[0]) / (time.process_time() - started)}
        yield {"method": name, **judged(*drawn), **code_figures(generator, (*task.test, None), seed), **clock}


def main():
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=["digits", "modes", "adult"])
    parser.add_argument("--correlation", type=float, default=0.95)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--json", help="file to write every run to")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    runs = []
    for seed in options.seeds:
        of_images = {"digits": digit_rows, "modes": mode_rows}
        given = (seed,) if options.name == "adult" else (options.correlation, seed)
        for row in of_images.get(options.name, adult_rows)(*given):
            runs.append(row)
            print({name: round(v, 3) if isinstance(v, float) else v for name, v in row.items()}, flush=True)
    show(runs, COLUMNS)
    if options.json:
        Path(options.json).write_text(json.dumps(runs, indent=2, default=float) + "\n")


if __name__ == "__main__":
    main()
