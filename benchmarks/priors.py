"""The priors side by side, on the codes of colored digits.

    python benchmarks/priors.py --seeds 0 1 2 --json results.json

One autoencoder is trained, and each prior on its codes. "energy" is the energy distance between drawn codes and codes
of the training images, mean over the classes; "accuracy" that of a small net trained on the drawn images and tested on
real ones of random color; "right" the share of drawn codes that the teacher's head gives their class.
"""

import argparse
import json
import warnings
from pathlib import Path

import numpy as np
import torch
from _grid_judges import accuracy, as_grid, train_classifier
from _runs import cpu_clock, show
from images import N_COLORS, load

from skfairgen import FairGenerator
from skfairgen.losses import energy_distance
from skfairgen.nn import PRIORS, FairAutoencoder, LatentDensity
from skfairgen.training import TensorRows, TrainingOptions, codes_by_class, fit_prior, row_tensors, torch_generator

N_EACH = 300
COLUMNS = ["accuracy", "right", "energy", "cpu_seconds", "n_parameters"]
OPTIONS = TrainingOptions(1, None, "auto", 0.003, False, "cpu", 0)


def rows(correlation, seed, n_steps):
    """Yield the figures of every prior."""
    (X, y, colors), _, test = load("digits", correlation, seed)
    generator = FairGenerator(criterion="equalized_odds", prior="moments", random_state=seed)
    generator.fit(X, y, sensitive_features=colors)
    density = generator.model_.rows.density
    arrays = {**generator.codec_.encode(X), "classes": y, "levels": colors[:, None]}
    autoencoder = FairAutoencoder(density.encoder, density.decoder)
    autoencoder.head = density.head
    codes = codes_by_class(autoencoder, TensorRows(row_tensors(arrays, "cpu")), torch_generator(seed))
    cells = {(label, color): N_EACH // N_COLORS for label in range(10) for color in range(N_COLORS)}
    labels = torch.arange(10).repeat_interleave(N_EACH)
    for name, kind in PRIORS.items():
        with cpu_clock() as clock:
            prior = kind(density.decoder.latent_features, 10, generator=torch_generator(seed))
            prior = fit_prior(prior, codes, density.head, OPTIONS, torch_generator(seed), n_batches=n_steps)
        with torch.no_grad():
            made = prior.sample(labels, torch.rand(len(labels), prior.n_noise, generator=torch_generator(seed)))
            distances = [energy_distance(made[labels == k], codes[:N_EACH, k]).item() for k in range(10)]
            right = (density.head(made).argmax(dim=1) == labels).float().mean().item()
        generator.model_.rows.density = LatentDensity(prior, density.decoder).eval()
        drawn, drawn_labels = generator.sample(cells=cells, random_state=seed)
        net = train_classifier(as_grid(drawn), drawn_labels, 10, seed=seed)
        yield {
            "method": name,
            "seed": seed,
            "accuracy": accuracy(net, as_grid(test[0]), test[1]),
            "right": right,
            "energy": float(np.mean(distances)),
            "n_parameters": prior.n_parameters,
            **clock,
        }


def main():
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--correlation", type=float, default=0.95)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--steps", type=int, default=1_500)
    parser.add_argument("--json", help="file to write every run to")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    runs = []
    for seed in options.seeds:
        for row in rows(options.correlation, seed, options.steps):
            runs.append(row)
            print({name: round(v, 3) if isinstance(v, float) else v for name, v in row.items()}, flush=True)
    show(runs, COLUMNS)
    if options.json:
        Path(options.json).write_text(json.dumps(runs, indent=2, default=float) + "\n")


if __name__ == "__main__":
    main()
