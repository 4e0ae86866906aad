"""The priors side by side, on the codes of colored digits.

    python benchmarks/priors.py --seeds 0 1 2 --json results.json

"energy" is the energy distance between drawn codes and codes of the training images, mean over the classes; "accuracy"
that of a small net trained on the drawn images and tested on real ones of random color; "right" the share of drawn
codes that the teacher's head gives their class.
"""

import argparse
import json
import warnings
from pathlib import Path

import numpy as np
import torch
from _grid_judges import accuracy, train_classifier
from _latent_students import codes_of, draw, train_prior
from _latent_training import LatentTeacher, train_latent_teacher
from _runs import cpu_clock, show
from images import N_BATCHES, N_COLORS, as_shipped, load

from skfairgen.losses import energy_distance
from skfairgen.nn.priors import PRIORS

N_EACH = 300
COLUMNS = ["accuracy", "right", "energy", "cpu_seconds", "n_parameters"]


def rows(correlation, seed, n_steps):
    """Yield the figures of every prior."""
    codec, (biased, _, test) = load("digits", correlation, seed)
    generator = torch.Generator().manual_seed(seed)
    teacher = LatentTeacher(codec.spec, codec.bounds, 10, N_COLORS, generator=generator)
    train_latent_teacher(teacher, *biased, n_batches=N_BATCHES["digits"], seed=seed)
    codes, classes = codes_of(teacher, *biased, generator)
    labels = torch.arange(10).repeat_interleave(N_EACH)
    colors = torch.arange(N_COLORS).repeat(10 * N_EACH // N_COLORS)
    for name in PRIORS:
        with cpu_clock() as clock:
            prior = train_prior(name, codes, classes, teacher.head, generator, n_steps=n_steps)
        with torch.no_grad():
            made = prior.sample(labels, torch.rand(len(labels), prior.n_noise, generator=generator))
            distances = [energy_distance(made[labels == k], codes[classes == k][:N_EACH]).item() for k in range(10)]
            right = (teacher.head(made).argmax(dim=1) == labels).float().mean().item()
        grid = as_shipped(codec, draw(teacher.decoder, prior, labels, colors, generator))
        yield {
            "method": name,
            "seed": seed,
            "accuracy": accuracy(train_classifier(grid, labels, 10, seed=seed), *test[:2]),
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
