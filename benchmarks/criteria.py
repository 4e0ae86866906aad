"""What the criteria do to models trained on the rows: the curve of strength, beside other fair methods.

    SKFAIRGEN_DATA=folder python benchmarks/criteria.py --seeds 3 --picture criteria.png --tabfairgdt env/bin/python

A synthetic table has as many rows as the real one, or four times as many where the method says "4 x rows"; models are
tested on held-out real rows, with the sensitive columns as features and without them. COMPAS has five seeds, and each
is another split.
"""

import argparse
import json
import warnings
from pathlib import Path

import numpy as np
from _peers import peer_rows
from _protocol import crossed, load_task, train_and_test
from _runs import cpu_clock, flat, show, summarize
from adult import BOTH, _oversample, train_and_test_weighted
from imblearn.over_sampling import SMOTENC, RandomOverSampler
from pandas.api.types import is_numeric_dtype
from pandas.errors import PerformanceWarning

from skfairgen import FairDistillResampler, FairGenerator
from skfairgen.exceptions import SkfairgenWarning

TABLES = {
    "adult": "Adult, sex",
    "adult_race_sex": "Adult, race and sex",
    "compas": "COMPAS, race",
    "law_school": "Law school, race",
    "dutch_census": "Dutch census, sex",
    "made_4_classes": "made, 4 classes, 2 x 2 groups",
}
CRITERIA = ("demographic_parity", "equalized_odds")
STRENGTHS = (0.25, 0.5, 0.75, 1.0)
PEERS = {
    "real rows": "*",
    "class x group weights": "^",
    "random copies, parity cells": "v",
    "SMOTENC, parity cells": "D",
    "ThresholdOptimizer, demographic_parity": "X",
    "ThresholdOptimizer, equalized_odds": "P",
    "ExponentiatedGradient, demographic_parity": "s",
    "ExponentiatedGradient, equalized_odds": "h",
    "TabFairGDT, strength 0.5": "<",
    "TabFairGDT, strength 1": ">",
}


def rows(task, seed, part=None, python=None):
    """Yield the figures of every method of a part, or of all parts, on one table."""
    judged = {
        "sensitive_columns": task.sensitive_columns,
        "positive": task.positive,
        "random_state": seed,
        "min_group_rows": task.min_group_rows,
    }
    if part in (None, "peers"):
        yield from simple_rows(task, judged, seed)
        if task.positive is not None:
            yield from peer_rows(task, seed, python)
    if part in (None, "criteria"):
        yield from criteria_rows(task, judged, seed)
    if part in (None, "blind"):
        yield from blind_rows(task, judged, seed)


def simple_rows(task, judged, seed):
    """Yield the figures of real rows: as they are, weighted, and with more of some cells."""
    yield flat(train_and_test(task.train, task.test, **judged), method="real rows", seed=seed)
    yield flat(train_and_test_weighted(task, seed), method="class x group weights", seed=seed)
    plan = FairDistillResampler(task.sensitive_columns).fit(*task.train).sampling_strategy_
    has_numbers = any(is_numeric_dtype(dtype) for dtype in task.train[0].dtypes)
    for name, sampler in {"random copies": RandomOverSampler, "SMOTENC": SMOTENC}.items():
        if sampler is RandomOverSampler or has_numbers:
            made = _oversample(sampler, task, plan, seed)
            yield flat(train_and_test(made, task.test, **judged), method=f"{name}, parity cells", seed=seed)


def criteria_rows(task, judged, seed):
    """Yield the figures of one generator's rows under each criterion and strength."""
    with cpu_clock() as clock:
        generator = FairGenerator(task.sensitive_columns, random_state=seed).fit(*task.train)
    for criterion, strength in [(None, 1.0), *((criterion, s) for criterion in CRITERIA for s in STRENGTHS)]:
        figures = _draw_and_test(generator, task, judged, criterion=criterion, strength=strength)
        yield flat(figures, method=f"{criterion} {strength:g}", seed=seed, **clock)
    for criterion in CRITERIA:
        figures = _draw_and_test(generator, task, judged, n_times=4, criterion=criterion)
        yield flat(figures, method=f"{criterion}, 4 x rows 1", seed=seed, **clock)
    generator.set_params(label_draw="minimal")
    figures = _draw_and_test(generator, task, judged, criterion=CRITERIA[0])
    yield flat(figures, method=f"{CRITERIA[0]}, minimal 1", seed=seed, **clock)


def blind_rows(task, judged, seed):
    """Yield the figures of rows whose labels are for models that do not see the group."""
    with cpu_clock() as clock:
        blind = FairGenerator(
            task.sensitive_columns, criterion=CRITERIA[0], sensitive_at_prediction=False, random_state=seed
        ).fit(*task.train)
    for strength in STRENGTHS[2:]:
        figures = _draw_and_test(blind, task, judged, strength=strength)
        yield flat(figures, method=f"{CRITERIA[0]}, blind {strength:g}", seed=seed, **clock)


def _draw_and_test(generator, task, judged, n_times=1, **wanted):
    X, y = generator.sample(n_times * len(task.train[0]), random_state=judged["random_state"], **wanted)
    names = crossed(X, task.sensitive_columns)
    is_large = (names.map(names.value_counts()) >= 500).to_numpy()
    classes = np.unique(y) if task.positive is None else [task.positive]
    gaps = [
        np.abs((y == label)[is_large].groupby(names[is_large].to_numpy()).mean() - (y == label).mean()).max()
        for label in classes
    ]
    return {**train_and_test((X, y), task.test, **judged), "fidelity": {"synthetic_gap": max(gaps)}}


def draw(runs, path):
    """Write the accuracy-fairness picture, a row a table: against demographic parity, and against equalized odds."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    ratios = {"dpr": "demographic parity ratio", "eor": "equalized odds ratio"}
    size = {"figsize": (11, 3.6 * len(runs) + 1.2), "squeeze": False, "layout": "constrained"}
    figure, axes = plt.subplots(len(runs), len(ratios), sharey="row", **size)
    for pair, (dataset, found) in zip(axes, runs.items(), strict=True):
        mean, _ = summarize(found)
        for axis, (ratio, label) in zip(pair, ratios.items(), strict=True):
            _draw_methods(axis, mean, ratio)
            axis.set(xlabel=f"{label} (1 is best)", title=TABLES[dataset])
        pair[0].set_ylabel("accuracy on real rows")
    figure.legend(*axes[0][0].get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=8)
    figure.savefig(path, dpi=80)


def _draw_methods(axis, mean, ratio):
    for criterion, marker in zip(CRITERIA, "os", strict=True):
        curve = mean.loc[["None 1", *(f"{criterion} {s:g}" for s in STRENGTHS)]]
        axis.plot(curve[ratio], curve["accuracy"], marker + "-", label=f"{criterion}, strength 0 to 1")
    blind = mean.loc[[f"{CRITERIA[0]}, blind {s:g}" for s in STRENGTHS[2:]]]
    axis.plot(blind[f"{ratio}_without"], blind["accuracy_without"], "P--", label="blind labels, blind model")
    for name, marker in PEERS.items():
        if name in mean.index:
            axis.plot(*mean.loc[name, [ratio, "accuracy"]], marker, mfc="none", color="black", ms=7, label=name)


def main():
    """Print the figures of each table, and draw them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--datasets", nargs="+", default=list(TABLES), choices=TABLES)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--part", choices=["peers", "criteria", "blind"], help="only some methods")
    parser.add_argument("--tabfairgdt", metavar="PYTHON", help="interpreter that has tabfairgdt; left out without it")
    parser.add_argument("--json", help="file to write every run to")
    parser.add_argument("--picture", help="PNG to draw")
    options = parser.parse_args()
    warnings.simplefilter("ignore", SkfairgenWarning)
    warnings.simplefilter("ignore", PerformanceWarning)  # fairlearn's tables of many groups
    runs = {}
    for dataset in options.datasets:
        print(f"\n{TABLES[dataset]}", flush=True)
        seeds = range(max(options.seeds, 5) if dataset == "compas" else options.seeds)
        runs[dataset] = [
            row
            for seed in seeds
            for row in rows(
                load_task(dataset, seed if dataset == "compas" else 0), seed, options.part, options.tabfairgdt
            )
        ]
        show(runs[dataset], [*BOTH, "synthetic_gap", "cpu_seconds"])
        if options.json:
            Path(options.json).write_text(json.dumps(runs, indent=2, default=float) + "\n")
    if options.picture and not options.part:
        draw(runs, options.picture)


if __name__ == "__main__":
    main()
