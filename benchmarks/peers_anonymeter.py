"""Singling out and linkability beside anonymeter, who defined them: the same tables, the same settings.

SKFAIRGEN_DATA=folder python benchmarks/peers_anonymeter.py .venv-anonymeter

anonymeter is installed into an environment of its own, made in that folder if it is not there.
"""

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import numpy as np
import pandas as pd
from _protocol import load_task
from evaluate import noisy_copy, partly_redrawn

from skfairgen.metrics import linkability, singling_out

N_ROWS, N_ATTACKS, N_COLUMNS = 1_500, 500, 3
SEEDS = range(3)
PEER = """
import json, sys
import pandas as pd
from anonymeter.evaluators import LinkabilityEvaluator, SinglingOutEvaluator

folder, n_attacks, n_columns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
real, made, control = (pd.read_csv(f"{folder}/{name}.csv") for name in ("real", "made", "control"))
words = real.select_dtypes(exclude="number").columns
real, made, control = (table.astype(dict.fromkeys(words, object)) for table in (real, made, control))
halves = list(real.columns[::2]), list(real.columns[1::2])
options = {"n_attacks": n_attacks, "control": control}
found = {
    "singling out": SinglingOutEvaluator(real, made, n_cols=n_columns, **options),
    "linkability": LinkabilityEvaluator(real, made, aux_cols=halves, n_neighbors=1, **options),
}
said = {}
for name, evaluator in found.items():
    evaluator.evaluate()
    results = evaluator.results()
    risk = results.risk()
    rates = results.n_success / n_attacks, results.n_control / n_attacks
    said[name] = [*map(float, rates), float(risk.value), *map(float, risk.ci)]
print(json.dumps(said))
"""


def tables(seed):
    """Return people of Adult in the table, people who are not, and three synthetic tables by name."""
    X, y = load_task("adult").train
    whole = X.assign(income=y.astype(str)).astype({label: object for label in X.select_dtypes("category")})
    rows = np.random.default_rng(seed).permutation(len(whole))[: 3 * N_ROWS]
    real, control, fresh = (whole.iloc[part].reset_index(drop=True) for part in np.split(rows, 3))
    made = {
        "fresh people": fresh,
        "a copy with noise": noisy_copy(real, None, seed)[0],
        "a copy, a tenth redrawn": partly_redrawn(real, None, seed)[0],
    }
    return real, control, made


def ours(real, made, control, seed):
    """Return [attack, control, risk, low, high] of both attacks."""
    options = {"n_attacks": N_ATTACKS, "random_state": seed}
    found = {
        "singling out": singling_out(real, made, control, n_columns=N_COLUMNS, **options),
        "linkability": linkability(real, made, control, **options),
    }
    return {name: figures[["attack", "control", "risk", "low", "high"]].to_list() for name, figures in found.items()}


def theirs(python, real, made, control):
    """Return the same of anonymeter, which cuts the risk and its interval to [0, 1]."""
    with tempfile.TemporaryDirectory() as folder:
        for name, table in {"real": real, "made": made, "control": control}.items():
            words = table.select_dtypes(exclude="number").columns
            table.fillna(dict.fromkeys(words, "missing")).to_csv(f"{folder}/{name}.csv", index=False)
        words = [python, "-W", "ignore", "-c", PEER, folder, str(N_ATTACKS), str(N_COLUMNS)]
        return json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)


def main(folder):
    """Print both sides by table and attack, means over the seeds; fail where their intervals lie apart."""
    python = Path(folder) / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "anonymeter"], check=True)
    rows = {}
    for seed in SEEDS:
        real, control, candidates = tables(seed)
        for name, made in candidates.items():
            sides = {"ours": ours(real, made, control, seed), "anonymeter": theirs(python, real, made, control)}
            for side, found in sides.items():
                for attack, figures in found.items():
                    rows[attack, name, side, seed] = figures
    frame = pd.DataFrame(rows, index=["attack", "control", "risk", "low", "high"]).T
    print(frame.groupby(level=[0, 1, 2]).mean().round(3).to_string())
    low, high = (frame[end].clip(0, 1).unstack(level=2) for end in ("low", "high"))
    is_apart = low.max(axis=1) > high.min(axis=1)
    sys.exit(f"The intervals lie apart:\n{frame.unstack(level=2)[is_apart]}" if is_apart.any() else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
