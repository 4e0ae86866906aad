"""Judge a synthetic table by the protocol: utility and fairness on real test rows, and fidelity.

    python benchmarks/judge.py --dataset adult --synthetic table.csv --json out.json
    python benchmarks/judge.py --dataset adult --baseline smotenc --fidelity none

The baseline "real" trains on the real rows; its fidelity is that of one half of them to the other.

The tables are those of `skfairgen.datasets`; the environment variable `SKFAIRGEN_DATA` names their folder.
"""

import argparse
import json
import math
import os
import platform
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from _protocol import SENSITIVE_COLUMN, baseline_rows, load_task, train_and_test
from sklearn.model_selection import train_test_split

from skfairgen.metrics import c2st_auc, column_pair_trends, column_shapes, fidelity_report

_PACKAGES = ["skfairgen", "numpy", "pandas", "scikit-learn", "imbalanced-learn", "xgboost"]


def judge(
    synthetic_X,
    synthetic_y,
    train_X,
    train_y,
    test_X,
    test_y,
    *,
    sensitive_columns,
    positive,
    fidelity=True,
    random_state=0,
):
    """Judge synthetic rows.

    Parameters
    ----------
    synthetic_X, synthetic_y : DataFrame, array-like
        The rows to judge.
    train_X, train_y : DataFrame, array-like
        The real rows the generator was fitted on.
    test_X, test_y : DataFrame, array-like
        Held-out real rows.
    sensitive_columns : list of str
        Columns that make the groups.
    positive : label
        Positive class.
    fidelity : bool or "fast", default=True
        True: every figure of `fidelity_report`, overall, by group and by cell (under a minute for 32,561
        rows); "fast": column shapes, pair trends and C2ST of the whole table (seconds); False: none.
    random_state : int
        Seed of every classifier and draw.

    Returns
    -------
    dict
        ``with_sensitive`` and ``without_sensitive`` (each ``auc``, ``accuracy``, ``dpr``, ``eor``,
        ``selection_rate``, ``f1``), ``n_rows``, and, if asked for, ``fidelity`` (``c2st_auc``, ``shapes``,
        ``pairs``, with True also the other figures) and ``fidelity_by_group``, a list with a dict a group or
        cell. Undefined figures are None.
    """
    synthetic = _like(synthetic_X, train_X), _values(synthetic_y, train_y)
    test = test_X, pd.Series(np.asarray(test_y))
    result = train_and_test(
        synthetic, test, sensitive_columns=sensitive_columns, positive=positive, random_state=random_state
    )
    result["n_rows"] = len(synthetic_X)
    train = train_X, train_y
    return result | fidelity_figures(train, synthetic, test, sensitive_columns, fidelity, random_state)


def fidelity_figures(train, synthetic, holdout, sensitive_columns, fidelity=True, random_state=0):
    """Return the ``fidelity`` entries of `judge` for (X, y) pairs."""
    if fidelity == "fast":
        return {"fidelity": _fast_fidelity(train, synthetic, random_state)}
    if fidelity:
        return _full_fidelity(train, synthetic, holdout, sensitive_columns, random_state)
    return {}


def halves_of(rows, random_state=0):
    """Cut (X, y) into two random halves: how faithful real rows are to real rows."""
    first, second = train_test_split(np.arange(len(rows[0])), test_size=0.5, random_state=random_state)
    return [tuple(part.iloc[half].reset_index(drop=True) for part in rows) for half in (first, second)]


def _fast_fidelity(train, synthetic, random_state):
    real, made = (X.assign(target=pd.Series(np.asarray(y), index=X.index, dtype=object)) for X, y in (train, synthetic))
    return {
        "c2st_auc": c2st_auc(real, made, random_state=random_state),
        "shapes": float(column_shapes(real, made).mean()),
        "pairs": float(column_pair_trends(real, made)["score"].mean()),
    }


def _full_fidelity(train, synthetic, holdout, sensitive_columns, random_state):
    report = fidelity_report(
        *train,
        *synthetic,
        holdout_X=holdout[0],
        holdout_y=holdout[1],
        sensitive_columns=sensitive_columns,
        random_state=random_state,
    ).rename(columns={"column_shapes": "shapes", "column_pair_trends": "pairs"})
    rows = [_plain(row) for row in report.reset_index().to_dict("records")]
    overall = {name: value for name, value in rows[0].items() if name not in report.index.names}
    return {"fidelity": overall, "fidelity_by_group": rows[1:]}


def _plain(row):
    return {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in row.items()}


def _like(synthetic_X, train_X):
    return synthetic_X[list(train_X.columns)].reset_index(drop=True)


def _values(synthetic_y, train_y):
    return pd.Series(np.asarray(synthetic_y), name=getattr(train_y, "name", None))


def main(argv=None):
    """Run the judge from the command line."""
    options = _parse(argv)
    task = load_task(options.dataset, options.split)
    start = time.process_time()
    common = {"sensitive_columns": task.sensitive_columns, "positive": task.positive}
    fidelity = {"full": True, "fast": "fast", "none": False}[options.fidelity]
    if options.baseline:
        rows = baseline_rows(options.baseline, task.train, task.sensitive_columns, options.random_state)
    else:
        rows = read_synthetic(options.synthetic, task)
    seed = options.random_state
    if options.baseline == "real":
        result = judge(*rows, *task.train, *task.test, **common, fidelity=False, random_state=seed)
        result |= fidelity_figures(*halves_of(task.train, seed), task.test, task.sensitive_columns, fidelity, seed)
    else:
        result = judge(*rows, *task.train, *task.test, **common, fidelity=fidelity, random_state=seed)
    result |= {
        "dataset": options.dataset,
        "split": options.split,
        "rows": options.baseline or Path(options.synthetic).name,
        "random_state": seed,
        "cpu_seconds": round(time.process_time() - start, 1),
        "machine": {"system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count()},
        "versions": {"python": platform.python_version()} | {name: version(name) for name in _PACKAGES},
    }
    text = json.dumps(result, indent=2)
    if options.json:
        Path(options.json).write_text(text + "\n")
    else:
        print(text)


def read_synthetic(path, task):
    """Read a CSV or parquet table with the columns of the real one, target included."""
    X, y = task.train
    if str(path).endswith(".parquet"):
        table = pd.read_parquet(path)
    else:
        words = [label for label in X.columns if not pd.api.types.is_numeric_dtype(X[label])]
        table = pd.read_csv(path, dtype=dict.fromkeys(words, str))
        table = table.assign(**{label: _as_levels(table[label], X[label]) for label in words if label in table})
    wanted = [*X.columns, y.name]
    absent = [label for label in wanted if label not in table.columns]
    if absent:
        raise SystemExit(f"{path} lacks the columns {absent}: it needs all of {wanted}.")
    return table[list(X.columns)], table[y.name]


def _as_levels(written, real):
    """Turn the words of a file into the levels of the real column, which may be numbers; other words stay words."""
    if not isinstance(real.dtype, pd.CategoricalDtype):
        return written
    levels = {str(level): level for level in real.cat.categories}
    column = written.astype(object).map(lambda word: levels.get(word, word))
    known = column.isna() | column.isin(real.cat.categories)
    return column.astype(real.dtype if known.all() else "category")


def _parse(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dataset", required=True, choices=SENSITIVE_COLUMN)
    rows = parser.add_mutually_exclusive_group(required=True)
    rows.add_argument("--synthetic", help="CSV or parquet file with the columns of the real table")
    rows.add_argument("--baseline", choices=["real", "random_oversampling", "smotenc"])
    parser.add_argument("--fidelity", choices=["full", "fast", "none"], default="full")
    parser.add_argument("--random-state", type=int, default=0)
    parser.add_argument("--split", type=int, default=0, help="seed of the train/test split (Adult has its own)")
    parser.add_argument("--json", help="file to write the result to; standard output without it")
    return parser.parse_args(argv)


if __name__ == "__main__":
    main()
