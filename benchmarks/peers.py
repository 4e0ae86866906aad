"""What other fair methods make of the same tables, under the same judge.

    SKFAIRGEN_DATA=folder python benchmarks/peers.py --seeds 3 --tabfairgdt tabfairgdt-env/bin/python

fairlearn's methods train on real rows; TabFairGDT, where `--tabfairgdt` names a Python that has it
(`peers_tabfairgdt.py` says how), draws as many synthetic rows. On COMPAS each seed is another split.
"""

import argparse
import json
import warnings
from pathlib import Path

from _peers import CONSTRAINTS, exponentiated_gradient, tabfairgdt, threshold_optimizer
from _protocol import SENSITIVE_COLUMN, load_task
from _runs import cpu_clock, flat, show
from adult import BOTH

from skfairgen.exceptions import SkfairgenWarning


def rows(task, seed, python=None):
    """Yield the figures of every method on one table."""
    for constraint in CONSTRAINTS:
        figures = {"with_sensitive": threshold_optimizer(task, seed, constraint)}
        yield flat(figures, method=f"ThresholdOptimizer, {constraint}", seed=seed)
    for constraint in CONSTRAINTS:
        with cpu_clock() as clock:
            figures = {"with_sensitive": exponentiated_gradient(task, seed, constraint)}
        figures["without_sensitive"] = exponentiated_gradient(task, seed, constraint, dropped=task.sensitive_columns)
        yield flat(figures, method=f"ExponentiatedGradient, {constraint}", seed=seed, **clock)
    if python:
        for strength, figures, seconds in tabfairgdt(task, seed, python):
            yield flat(figures, method=f"TabFairGDT, strength {strength:g}", seed=seed, cpu_seconds=seconds)


def main():
    """Print the figures of each table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--datasets", nargs="+", default=["adult", "compas", "law_school", "dutch_census"])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--tabfairgdt", metavar="PYTHON", help="interpreter that has tabfairgdt; left out without it")
    parser.add_argument("--json", help="file to write every run to")
    options = parser.parse_args()
    warnings.simplefilter("ignore", SkfairgenWarning)
    runs = {}
    for dataset in options.datasets:
        print(f"\n{dataset}, {SENSITIVE_COLUMN[dataset]}", flush=True)
        runs[dataset] = [
            row
            for seed in range(options.seeds)
            for row in rows(load_task(dataset, seed if dataset == "compas" else 0), seed, options.tabfairgdt)
        ]
        show(runs[dataset], [*BOTH, "cpu_seconds"])
    if options.json:
        Path(options.json).write_text(json.dumps(runs, indent=2, default=float) + "\n")


if __name__ == "__main__":
    main()
