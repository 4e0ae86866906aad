"""The main job on Adult and German credit, beside the simple things to beat, in one run.

    SKFAIRGEN_DATA=folder python benchmarks/adult.py --seeds 3 --json results.json

A faithful copy, augmenting to parity, the cost against SMOTENC, and a small table.
"""

import argparse
import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from _protocol import crossed, load_task, train_and_test
from _runs import cpu_clock, flat, show
from imblearn.over_sampling import SMOTENC, RandomOverSampler
from judge import judge

from skfairgen import FairDistillResampler, FairGenerator
from skfairgen.exceptions import SkfairgenWarning

UTILITY = ["auc", "accuracy", "dpr", "eor", "selection_rate"]
BOTH = [*UTILITY, *(f"{name}_without" for name in UTILITY)]
FIDELITY = ["c2st_auc", "shapes", "pairs", "closest_record_share", "coverage"]


def copy_rows(task, seeds):
    """Fit a faithful copy, as many rows as came in, beside the real rows and SMOTENC's cost."""
    X, y = task.train
    common = {"sensitive_columns": task.sensitive_columns, "positive": task.positive}
    yield flat(judge(X, y, *task.train, *task.test, **common, fidelity="fast"), method="real only", seed=0)
    for seed in seeds:
        resampler = FairDistillResampler(task.sensitive_columns, mode="replace", random_state=seed)
        with cpu_clock() as clock:
            made = resampler.fit_resample(X, y)
        row = judge(*made, *task.train, *task.test, **common, random_state=seed)
        yield flat(row, method="skfairgen, replace", seed=seed, **clock)


def augmented_rows(task, seeds):
    """Add the rows that make every group's class rates equal, by copying, by SMOTENC, and by the resampler."""
    X, y = task.train
    plan = FairDistillResampler(task.sensitive_columns).fit(X, y).sampling_strategy_
    for seed in seeds:
        makers = {
            "real only": lambda seed: (X, y),
            "random copies, parity cells": lambda seed: _oversample(RandomOverSampler, task, plan, seed),
            "SMOTENC, parity cells": lambda seed: _oversample(SMOTENC, task, plan, seed),
            "SMOTENC, all cells equal": lambda seed: _oversample(SMOTENC, task, "not majority", seed),
            "skfairgen, parity": lambda seed: FairDistillResampler(
                task.sensitive_columns, random_state=seed
            ).fit_resample(X, y),
        }
        for method, make in makers.items():
            with cpu_clock() as clock:
                made = make(seed)
            row = train_and_test(
                made, task.test, sensitive_columns=task.sensitive_columns, positive=task.positive, random_state=seed
            )
            yield flat(row, method=method, seed=seed, **clock)
        row = train_and_test_weighted(task, seed)
        yield flat(row, method="class x group weights", seed=seed, cpu_seconds=0.0)


def teacher_rows(task, seeds):
    """CPU seconds of fitting the generator alone."""
    for seed in seeds:
        with cpu_clock() as clock:
            FairGenerator(task.sensitive_columns, random_state=seed).fit(*task.train)
        yield {"method": "fit", "seed": seed, **clock}


def train_and_test_weighted(task, seed):
    """Return the judge's figures of real rows weighted so that class and group are independent (Reweighing)."""
    X, y = task.train
    cells = pd.DataFrame({"y": np.asarray(y), "s": crossed(X, task.sensitive_columns)})
    share = cells.value_counts(normalize=True)
    expected = cells["y"].map(cells["y"].value_counts(normalize=True)).astype(float) * cells["s"].map(
        cells["s"].value_counts(normalize=True)
    ).astype(float)
    weights = expected / share.loc[list(cells.itertuples(index=False, name=None))].to_numpy()
    return train_and_test(
        task.train,
        task.test,
        sensitive_columns=task.sensitive_columns,
        positive=task.positive,
        random_state=seed,
        sample_weight=weights.to_numpy(),
        min_group_rows=task.min_group_rows,
    )


def _oversample(sampler_class, task, plan, seed):
    X, y = task.train
    cells = y.astype(str) + "|" + crossed(X, task.sensitive_columns)
    strategy = plan
    if not isinstance(plan, str):
        counts = cells.value_counts()
        named = {
            "|".join(map(str, (label, *(group if isinstance(group, tuple) else (group,))))): n_rows
            for (label, group), n_rows in plan.items()
        }
        strategy = {cell: int(counts[cell] + n_rows) for cell, n_rows in named.items() if cell in counts}
    words = [name for name in X if not pd.api.types.is_numeric_dtype(X[name])]
    if sampler_class is SMOTENC:
        X = X.assign(**{name: X[name].astype(object).fillna("missing").astype(str) for name in words})
        sampler = SMOTENC(words, sampling_strategy=strategy, random_state=seed)
    else:
        sampler = RandomOverSampler(sampling_strategy=strategy, random_state=seed)
    made, cells_out = sampler.fit_resample(X, cells)
    label_of = dict(zip(cells, y, strict=True))
    return made, pd.Series([label_of[cell] for cell in cells_out], name=y.name)


def main():
    """Print the figures of both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--json", help="file to write every run to")
    options = parser.parse_args()
    warnings.simplefilter("ignore", SkfairgenWarning)
    seeds = range(options.seeds)
    runs = {}
    adult, german = load_task("adult"), load_task("german_credit")
    for title, rows, columns in [
        ("Adult, sex: fit alone", teacher_rows(adult, seeds), ["cpu_seconds"]),
        ("Adult, sex: augment to parity", augmented_rows(adult, seeds), [*BOTH, "cpu_seconds"]),
        ("German credit, sex: fit alone", teacher_rows(german, seeds), ["cpu_seconds"]),
        ("German credit, sex: augment to parity", augmented_rows(german, seeds), [*BOTH, "cpu_seconds"]),
        ("Adult, sex: a faithful copy", copy_rows(adult, seeds), [*BOTH, *FIDELITY, "cpu_seconds"]),
    ]:
        print(f"\n{title}", flush=True)
        runs[title] = list(rows)
        show(runs[title], columns)
    if options.json:
        Path(options.json).write_text(json.dumps(runs, indent=2, default=float) + "\n")


if __name__ == "__main__":
    main()
