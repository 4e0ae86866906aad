"""What distilling keeps, by size, loss and table, beside the teacher in the same run.

    SKFAIRGEN_DATA=folder python benchmarks/distillation.py --seeds 3 --json results.json

``--part sizes|losses|tables|rows`` runs one part; "rows" is what ``FairDistillResampler(distill="auto")`` goes by. The
divergence (``kl``, nats a row) is on rows of the teacher.
"""

import argparse
import json
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
from _protocol import load_task
from _runs import cpu_clock, flat, show
from judge import judge

from skfairgen import FairGenerator, distill
from skfairgen.exceptions import SkfairgenWarning

N_ROWS = (500, 1_000, 2_000, 4_000, 8_000, 16_000)
COLUMNS = ["auc", "accuracy", "dpr", "eor", "auc_without", "dpr_without", "c2st_auc", "kl", "share", "kilobytes"]
COLUMNS += ["cpu_seconds", "of_teacher_seconds"]

DATASETS = ["adult", "compas", "law_school", "dutch_census"]


def compared(task, students, seeds, criterion=None):
    """Yield the figures of a teacher and of its students, the arguments of `distill` by name, for each seed."""
    for seed in seeds:
        teacher = FairGenerator(task.sensitive_columns, criterion=criterion, random_state=seed)
        with cpu_clock() as clock:
            teacher.fit(*task.train)
        yield figures(teacher, task, seed, method="teacher", **clock)
        for method, options in students(task).items():
            with cpu_clock() as spent:
                student = distill(teacher, random_state=seed, **options)
            report = student.distillation_report_.query("column != '(label)'")
            more = {
                "kl": report.loc[report["group"] == "(all)", "kl"].sum(min_count=1),
                "share": student.n_parameters_ / teacher.n_parameters_,
                "kilobytes": student.size_bytes_ / 1e3,
                "of_teacher_seconds": spent["cpu_seconds"] / clock["cpu_seconds"],
            }
            yield figures(student, task, seed, method=method, **spent, **more)


def figures(generator, task, seed, **more):
    """Return the judge's figures of as many rows as were learned from."""
    made = generator.sample(len(task.train[0]), random_state=seed)
    common = {"sensitive_columns": task.sensitive_columns, "positive": task.positive, "random_state": seed}
    return flat(judge(*made, *task.train, *task.test, **common, fidelity="fast"), seed=seed, **more)


def by_size(task):
    """Students of several shares of the teacher's parameters."""
    return {f"{share:.0%}": {"size": share} for share in (0.05, 0.1, 0.2, 0.5)}


def by_loss(task):
    """Ablation of the losses, at the default size and at a quarter of it, and distilling on the real rows."""
    losses = {
        "quality": {},
        "quality + utility": {"utility_weight": 1.0},
        "utility alone": {"utility_weight": 1.0, "quality_weight": 0.0},
    }
    small = {f"{name}, 5%": {"size": 0.05, **options} for name, options in list(losses.items())[:2]}
    return {**losses, "quality, on real rows": {"data": task.train}, **small}


def default(task):
    """The student as it comes."""
    return {"student": {}}


def fewer_rows(task, n_rows, seed=0):
    """Return the task with some of its training rows."""
    kept = np.random.default_rng(seed).permutation(len(task.train[0]))[:n_rows]
    return replace(task, train=tuple(part.iloc[kept].reset_index(drop=True) for part in task.train))


def main():
    """Print the figures of every part."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--part", choices=["sizes", "losses", "tables", "rows"], help="one part; all without it")
    parser.add_argument("--json", help="file to write every run to")
    parser.add_argument("--criteria", nargs="+", default=["None", "equalized_odds", "demographic_parity"])
    parser.add_argument("--datasets", nargs="+", default=DATASETS, choices=DATASETS, help="of the part tables")
    options = parser.parse_args()
    warnings.simplefilter("ignore", SkfairgenWarning)
    seeds = range(options.seeds)
    adult = load_task("adult")
    parts = {
        "sizes": [("adult", adult, None, by_size)],
        "losses": [("adult", adult, None, by_loss)],
        "tables": [
            (name, load_task(name), criterion, default)
            for name in options.datasets
            for criterion in (None if word == "None" else word for word in options.criteria)
        ],
        "rows": [(f"{n_rows:,} rows of adult", fewer_rows(adult, n_rows), None, default) for n_rows in N_ROWS],
    }
    runs = {}
    for part in [options.part] if options.part else parts:
        for name, task, criterion, students in parts[part]:
            title = f"{part}: {name}, criterion {criterion}"
            print(f"\n{title}", flush=True)
            runs[title] = list(compared(task, students, seeds, criterion))
            show(runs[title], COLUMNS)
    if options.json:
        Path(options.json).write_text(json.dumps(runs, indent=2, default=lambda value: float(np.asarray(value))) + "\n")


if __name__ == "__main__":
    main()
