"""What a latent code costs on Adult: a faithful copy in fidelity, and the published pipeline in a model's figures.

    SKFAIRGEN_DATA=folder python benchmarks/latent.py --seeds 3 --json results.json
    SKFAIRGEN_DATA=folder python benchmarks/latent.py --part published --seeds 3

The coded rows come from the decoder of an unsupervised, unpenalized FairEncoder that has the class among its
columns: "prior", codes drawn from the standard normal distribution; "posterior", codes of the training rows with their
noise, which only somebody who holds those rows can draw.

"published": FairDisCo's penalty, distillation, and rows of the student, beside the generator without a code and the
energy distance. Models that see the sensitive column, trained on the rows and tested on held-out real ones; "f1" and
"dpr" with y = 1 above 50,000, "f1_flipped" and "dpr_flipped" with y = 1 up to it.
"""

import argparse
import json
import warnings
from pathlib import Path

import numpy as np
from _protocol import _figures as judge_figures
from _protocol import _one_hot_boosting, load_task
from _runs import cpu_clock, flat, show
from judge import judge
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skfairgen import FairEncoder, FairGenerator, distill

WIDTHS = (4, 8)
KL_WEIGHTS = (0.2, 1.0)
COLUMNS = ["auc", "accuracy", "dpr", "eor", "c2st_auc", "shapes", "pairs", "likelihood", "kl", "cpu_seconds"]
PUBLISHED_COLUMNS = ["auc", "accuracy", "dpr", "eor", "f1", "selection_rate", "f1_flipped", "dpr_flipped"]
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


def published_rows(task, seed):
    """Yield the figures of models trained on rows of the published pipeline, and of what it is compared with."""
    X, y = task.train
    common = {"criterion": "demographic_parity", "random_state": seed}
    yield from model_figures(task, "real rows", task.train, seed)
    always = np.zeros(len(task.test[1]))
    yield two_codings(task, always, "always up to 50,000", seed)
    with cpu_clock() as clock:
        generator = FairGenerator(task.sensitive_columns, **common).fit(X, y)
    yield from model_figures(task, "no code", generator.sample(len(X), random_state=seed), seed, **clock)
    for penalty in ("fairdisco", "energy_distance"):
        with cpu_clock() as clock:
            teacher = FairGenerator(task.sensitive_columns, latent="fair", penalty=penalty, **common).fit(X, y)
        with cpu_clock() as of_student:
            student = distill(teacher, random_state=seed)
        drawn = teacher.sample(len(X), criterion=None, random_state=seed)
        yield from model_figures(task, f"{penalty}, cells as they are", drawn, seed, **clock)
        yield from model_figures(task, penalty, teacher.sample(len(X), random_state=seed), seed, **clock)
        drawn = student.sample(len(X), random_state=seed)
        yield from model_figures(task, f"{penalty}, student", drawn, seed, **of_student)


def model_figures(task, method, made, seed, **more):
    """Yield the figures of a logistic regression and of XGBoost trained on rows."""
    boosting = _one_hot_boosting(seed)
    linear = make_pipeline(*_one_hot_boosting(seed)[:-1], StandardScaler(), LogisticRegression(max_iter=2_000))
    known = (np.asarray(made[1]) == task.positive).astype(int)
    for name, model in (("logistic", linear), ("XGBoost", boosting)):
        score = model.fit(made[0], known).predict_proba(task.test[0])[:, 1]
        yield two_codings(task, score, f"{method}: {name}", seed, **more)


def two_codings(task, score, method, seed, **more):
    """Return the judge's figures of scores with y = 1 for either class."""
    truth = (np.asarray(task.test[1]) == task.positive).astype(int)
    groups = task.test[0][task.sensitive_columns]
    flipped = judge_figures(1 - truth, 1 - score, groups)
    more |= {"f1_flipped": flipped["f1"], "dpr_flipped": flipped["dpr"]}
    return {"method": method, "seed": seed, **judge_figures(truth, score, groups), **more}


def main():
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=["copy", "published"], default="copy")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--json", help="file to write every run to")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    task = load_task("adult")
    part = rows if options.part == "copy" else published_rows
    runs = []
    for seed in range(options.seeds):
        for row in part(task, seed):
            runs.append(row)
            print({name: round(v, 3) if isinstance(v, float) else v for name, v in row.items()}, flush=True)
    show(runs, COLUMNS if options.part == "copy" else [*PUBLISHED_COLUMNS, "cpu_seconds"])
    if options.json:
        Path(options.json).write_text(json.dumps(runs, indent=2, default=float) + "\n")


if __name__ == "__main__":
    main()
