"""Write the synthetic rows of TabFairGDT, in an environment of its own; nothing of skfairgen is needed.

    python -m venv tabfairgdt-env
    tabfairgdt-env/bin/pip install tabfairgdt==0.1.1
    tabfairgdt-env/bin/python benchmarks/peers_tabfairgdt.py training.csv --target income --sensitive sex \
        --categorical sex workclass --strengths 0.5 1 --seed 0 --out folder

`benchmarks/_peers.py` writes the training file and judges what comes out.

E. Panagiotou, B. Ronval, A. Roy, L. Bothmann, B. Bischl, S. Nijssen, E. Ntoutsi, "TABFAIRGDT: A Fast Fair Tabular Data
Generator using Autoregressive Decision Trees", ICDM 2025. Its trees draw column after column, then the label and the
sensitive value, each from the other columns; leaves are relabeled for demographic parity.
"""

import argparse
import json
import time
from pathlib import Path

import pandas as pd
from tabfairgdt import TABFAIRGDT

# its own handling of missing categories calls methods that pandas no longer has
MISSING = "missing"


def synthesize(rows, target, sensitive, strength, seed):
    """Fit to the rows, and return as many synthetic ones."""
    words = [name for name in rows if rows[name].dtype == "category"]
    kinds = {name: "int" if rows[name].dtype.kind == "i" else "float" for name in rows.columns.drop(words)}
    generator = TABFAIRGDT(
        protected_attribute=sensitive,
        target=target,
        criterion="dp",
        dtype_map=kinds | dict.fromkeys(words, "category"),
        seed=seed,
        parallel=False,
    )
    generator.fit(rows, lamda=strength)
    return generator.generate(k=len(rows))


def main():
    """Write a file a strength, and the CPU seconds of each."""
    options = _parse()
    words = [*options.categorical, options.target]
    rows = pd.read_csv(options.training, dtype=dict.fromkeys(words, str))
    rows[words] = rows[words].fillna(MISSING).astype("category")
    seconds = {}
    for strength in options.strengths:
        started = time.process_time()
        made = synthesize(rows, options.target, options.sensitive, strength, options.seed)
        seconds[f"{strength:g}"] = time.process_time() - started
        made = made.astype(object).mask(made == MISSING)
        made.to_csv(options.out / f"strength_{strength:g}.csv", index=False)
    (options.out / "cpu_seconds.json").write_text(json.dumps(seconds) + "\n")


def _parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("training", help="CSV file of the rows to learn from")
    parser.add_argument("--target", required=True, help="column of two classes")
    parser.add_argument("--sensitive", required=True, help="column of two values")
    parser.add_argument("--categorical", nargs="*", default=[], help="columns of categories, however they are written")
    parser.add_argument(
        "--strengths", nargs="+", type=float, default=[0.5, 1.0], help="0 keeps the labels, 1 is fairest"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    return parser.parse_args()


if __name__ == "__main__":
    main()
