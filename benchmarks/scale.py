"""How cost grows: CPU seconds and peak memory of a fit with rows, columns, levels, groups and classes.

Each point is a process of its own. The exponent is the slope of log cost over log size, by least squares. A memory is
what a fit takes beyond the imports and the table. ``cap`` and ``crowd`` compare a bound to none, in time and
in fidelity: passes over 250,000 rows, shared tokens of very many levels. ``draw`` writes rows to parquet by a teacher
and by its student.

    python benchmarks/scale.py [rows columns levels groups classes] [--epochs 1] [--json scale.json]
    python benchmarks/scale.py cap --sizes 300000 1000000
    python benchmarks/scale.py crowd --epochs 5 --seeds 0 1 2
    python benchmarks/scale.py draw --sizes 15 50 --epochs 1
"""

import argparse
import importlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

SIZES = {
    "rows": (30_000, 100_000, 300_000, 1_000_000),
    "columns": (50, 100, 200, 500),
    "levels": (100, 1_000, 10_000, 100_000),
    "groups": (2, 8, 30),
    "classes": (2, 8, 30),
}
#: what a comparison lifts: the axis, sizes, and the constant that bounds it
BOUNDS = {
    "cap": ("rows", (300_000, 1_000_000), "skfairgen.training._loop", "MAX_ROWS_AN_EPOCH"),
    "crowd": ("levels", (2_000, 5_000), "skfairgen.data.table._categorical_column", "MAX_LEVELS"),
}
PLAIN = {"rows": 5_000, "columns": 15, "levels": 10, "groups": 2, "classes": 2}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", default=list(SIZES))
    parser.add_argument("--sizes", type=int, nargs="*")
    parser.add_argument("--epochs", type=int, default=14)
    parser.add_argument("--seeds", type=int, nargs="*", default=[0], help="of the comparisons")
    parser.add_argument("--json")
    parser.add_argument("--point", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.point:
        print(json.dumps(fit_once(**json.loads(options.point))))
        return
    results = [row for what in options.what for row in measure(what, options)]
    if options.json:
        pd.DataFrame(results).to_json(options.json, orient="records", indent=1)


def measure(what, options):
    """Print and return the points of one axis, and its exponents."""
    axis, sizes, *_ = BOUNDS.get(what, (what, SIZES.get(what)))
    sizes = options.sizes or sizes
    least_rows = {"levels": 200_000}.get(axis, PLAIN["rows"])  # a level that a row holds is a level at all
    if what in BOUNDS:
        settings = [{"rows": least_rows, axis: size, "seed": seed} for size in sizes for seed in options.seeds]
        return [run({**own, "lifted": lifted}, options) for own in settings for lifted in (None, what)]
    if what == "draw":
        return [run({"rows": 50_000, "columns": size, "n_drawn": 200_000}, options) for size in sizes or (15, 50)]
    points = [run({"rows": least_rows, what: size}, options) for size in sizes]
    for cost in ("fit_seconds", "fit_megabytes"):
        usable = [(size, point[cost]) for size, point in zip(sizes, points, strict=True) if point[cost] > 0]
        slope = np.polyfit(*np.log(usable).T, 1)[0] if len(usable) > 1 else float("nan")
        print(f"{what}: {cost} grows with the power {slope:.2f}", flush=True)
    return points


def run(settings, options):
    """Fit in a process of its own."""
    settings = {**PLAIN, **settings, "epochs": options.epochs}
    command = [sys.executable, __file__, "--point", json.dumps(settings)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    point = {**settings, **json.loads(done.stdout.splitlines()[-1])}
    print(point, flush=True)
    return point


def made(rows, columns, levels, groups, classes, seed=0):
    """Return a table of half numbers, half categories that hang together, with a group and a class."""
    rng, weights = np.random.default_rng(seed), np.random.default_rng(0).normal(size=(4, columns))
    score = rng.normal(size=(rows, 4)) @ weights + rng.normal(size=(rows, columns))
    table = {}
    for place in range(columns - 1):
        if place % 2:
            n_levels = levels if place == 1 else min(levels, 10)
            rank = (score[:, place].argsort().argsort() * n_levels) // rows
            table[f"category_{place}"] = pd.Categorical.from_codes(rank, [f"level {code}" for code in range(n_levels)])
        else:
            table[f"number_{place}"] = np.exp(0.5 * score[:, place]).round(2)
    table["group"] = np.char.add("group ", rng.integers(0, groups, rows).astype(str))
    y = (score[:, -1].argsort().argsort() * classes) // rows
    return pd.DataFrame(table), y


def fit_once(rows, columns, levels, groups, classes, epochs, lifted=None, seed=None, n_drawn=None):
    """Return what one fit, and 100,000 rows of it, cost; without a bound, where one is lifted; with a seed, judged."""
    from skfairgen import FairGenerator

    if lifted is not None:
        *_, module, bound = BOUNDS[lifted]
        setattr(importlib.import_module(module), bound, 10**9)
    X, y = made(rows, columns, levels, groups, classes, seed or 0)
    before, start, wall = peak_megabytes(), time.process_time(), time.perf_counter()
    generator = FairGenerator(["group"], max_epochs=epochs, random_state=seed or 0).fit(X, y)
    if n_drawn:
        return drawing_rates(generator, n_drawn)
    fitted, start_of_sample = time.process_time(), time.process_time()
    wall = time.perf_counter() - wall
    after = peak_megabytes()
    drawn, labels = generator.sample(100_000, random_state=0)
    cost = {
        "fit_seconds": round(fitted - start, 2),
        "wall_seconds": round(wall, 2),
        "fit_megabytes": round(after - before),
        "sample_seconds": round(time.process_time() - start_of_sample, 2),
        "sample_megabytes": round(peak_megabytes() - after),
    }
    return cost if seed is None else {**cost, **judge(X, drawn, labels)}


def drawing_rates(generator, n_rows):
    """Return how many rows a CPU second a generator and its student write to parquet, and the student's size."""
    from skfairgen import distill

    student = distill(generator, random_state=0)
    rates = {"student_parameters": student.n_parameters_}
    for name, own in (("teacher", generator), ("student", student)):
        with tempfile.TemporaryDirectory() as folder:
            own.sample_to_parquet(Path(folder) / "warm", 2_000, random_state=0)
            start = time.process_time()
            own.sample_to_parquet(Path(folder) / "rows", n_rows, random_state=0)
            rates[name] = round(n_rows / (time.process_time() - start))
    return rates


def judge(X, drawn, labels, n_rows=20_000):
    """Return the ROC-AUC of telling rows apart, and of a model of y trained on drawn rows, tested on fresh ones."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score

    from skfairgen.metrics import c2st_auc

    fresh, truth = made(n_rows, X.shape[1], X.iloc[:, 1].nunique(), 2, 2, seed=1_000)
    X, drawn, fresh = (table.drop(columns="group").apply(as_number) for table in (X, drawn, fresh))
    model = HistGradientBoostingClassifier(random_state=0).fit(drawn[: 5 * n_rows], labels[: 5 * n_rows])
    scores = model.predict_proba(fresh)[:, 1]
    apart = c2st_auc(X[:n_rows], drawn[:n_rows], random_state=0)
    return {"c2st": round(float(apart), 3), "roc_auc": round(float(roc_auc_score(truth, scores)), 4)}


def as_number(column):
    """Return a column of numbers as it is, and of levels by their number: they follow a score in that order."""
    return column.astype(str).str.split().str[1].astype(int) if column.name.startswith("category") else column


def peak_megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
