"""Demographic parity, plain and within strata of legitimate columns: the gaps in drawn rows and in predictions.

    SKFAIRGEN_DATA=folder python benchmarks/conditional.py --seeds 3

"plain" and "conditional" are ``demographic_parity_difference`` and ``conditional_demographic_parity_difference``: of
the labels of as many drawn rows as there are to train on ("drawn"), and of the predictions of ``XGBClassifier()``,
trained on them with the sensitive column, for held-out real rows.
"""

import argparse
import json
import warnings
from pathlib import Path

import numpy as np
from _protocol import _one_hot_boosting, load_task
from _runs import show
from sklearn.metrics import accuracy_score, roc_auc_score

from skfairgen import FairGenerator
from skfairgen.exceptions import SkfairgenWarning
from skfairgen.metrics import conditional_demographic_parity_difference, demographic_parity_difference

LEGITIMATE = {
    "adult": ["education", "occupation"],
    "compas": ["priors_count", "c_charge_degree"],
    "law_school": ["lsat", "ugpa"],
}
COLUMNS = ["drawn_plain", "drawn_conditional", "plain", "conditional", "accuracy", "auc"]


def rows(task, legitimate, seed):
    """Yield the gaps of the real rows, and of rows drawn with and without legitimate columns."""
    yield {"method": "real rows", "seed": seed, **figures(task, task.train, legitimate, seed)}
    for name, columns in {"demographic parity": None, "within strata": legitimate}.items():
        generator = FairGenerator(
            task.sensitive_columns, criterion="demographic_parity", legitimate_columns=columns, random_state=seed
        ).fit(*task.train)
        made = generator.sample(len(task.train[0]), random_state=seed)
        yield {"method": name, "seed": seed, **figures(task, made, legitimate, seed)}


def figures(task, made, legitimate, seed):
    """Return the gaps in labels and in predictions, and how good the predictions are."""
    X, labels = made[0], (np.asarray(made[1]) == task.positive).astype(int)
    test_X, truth = task.test[0], (np.asarray(task.test[1]) == task.positive).astype(int)
    score = _one_hot_boosting(seed).fit(X, labels).predict_proba(test_X)[:, 1]
    drawn = gaps(labels, labels, X, task, legitimate)
    found = gaps(truth, (score > 0.5).astype(int), test_X, task, legitimate)
    return {
        **{f"drawn_{name}": value for name, value in drawn.items()},
        **found,
        "accuracy": accuracy_score(truth, score > 0.5),
        "auc": roc_auc_score(truth, score),
    }


def gaps(truth, predicted, X, task, legitimate):
    """Return the plain and the conditional gap."""
    groups = {"sensitive_features": X[task.sensitive_columns]}
    strata = {"legitimate_features": X[legitimate]}
    return {
        "plain": demographic_parity_difference(truth, predicted, **groups),
        "conditional": conditional_demographic_parity_difference(truth, predicted, **groups, **strata),
    }


def main():
    """Print the figures of every table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--json", help="file to write every run to")
    options = parser.parse_args()
    warnings.simplefilter("ignore", SkfairgenWarning)
    runs = {}
    for dataset, legitimate in LEGITIMATE.items():
        print(f"\n{dataset}, legitimate: {', '.join(legitimate)}", flush=True)
        runs[dataset] = [
            row
            for seed in range(options.seeds)
            for row in rows(load_task(dataset, seed if dataset == "compas" else 0), legitimate, seed)
        ]
        show(runs[dataset], COLUMNS)
    if options.json:
        Path(options.json).write_text(json.dumps(runs, indent=2, default=float) + "\n")


if __name__ == "__main__":
    main()
