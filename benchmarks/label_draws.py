"""The price of each way to draw labels under demographic parity: what the rows keep and lose.

    SKFAIRGEN_DATA=folder python benchmarks/label_draws.py --seeds 3

As many rows as there are to train on. "c2st" tells training rows from drawn ones with the label as a column (0.5 is
best); "positives" is the share of the positive class; "brier" is the Brier score of the judge's probabilities on
held-out real rows; "dpr_10" and "dpr_30" are the demographic parity ratios where the top 10 % and 30 % of held-out rows
are selected. "expected" is every row with both labels, weighted: ``return_sample_weight=True``.
"""

import argparse
import json
import warnings
from pathlib import Path

import numpy as np
from _protocol import _one_hot_boosting, crossed, load_task, train_and_test
from _runs import flat, show
from sklearn.metrics import brier_score_loss

from skfairgen import FairGenerator
from skfairgen.exceptions import SkfairgenWarning
from skfairgen.metrics import c2st_auc, demographic_parity_ratio

DRAWS = ("sample", "minimal", "sharpen", "decide")
FIGURES = ["auc", "accuracy", "dpr", "eor", "dpr_without", "c2st", "positives", "brier", "dpr_10", "dpr_30"]


def rows(task, seed):
    """Yield the figures of real rows, of a copy, and of each draw."""
    yield {"method": "real rows", "seed": seed, **figures(task, task.train, seed)}
    generator = FairGenerator(task.sensitive_columns, random_state=seed).fit(*task.train)
    n_rows = len(task.train[0])
    yield {"method": "no criterion", "seed": seed, **figures(task, generator.sample(n_rows, random_state=seed), seed)}
    options = {"criterion": "demographic_parity", "random_state": seed}
    for label_draw in DRAWS:
        generator = FairGenerator(task.sensitive_columns, label_draw=label_draw, **options).fit(*task.train)
        made = generator.sample(n_rows, random_state=seed)
        yield {"method": label_draw, "seed": seed, **figures(task, made, seed)}
        if label_draw in ("sample", "sharpen"):
            *made, weights = generator.sample(n_rows, return_sample_weight=True, random_state=seed)
            yield {"method": f"{label_draw}, expected", "seed": seed, **figures(task, made, seed, weights)}


def figures(task, made, seed, weights=None):
    """Return what a model trained on rows does on real rows, and how the rows compare with the real ones."""
    judged = {"sensitive_columns": task.sensitive_columns, "positive": task.positive, "random_state": seed}
    found = flat(train_and_test(made, task.test, **judged, sample_weight=weights))
    positive = np.asarray(made[1]) == task.positive
    model = _one_hot_boosting(seed).fit(made[0], positive.astype(int), xgbclassifier__sample_weight=weights)
    score, truth = model.predict_proba(task.test[0])[:, 1], np.asarray(task.test[1]) == task.positive
    groups = crossed(task.test[0], task.sensitive_columns).to_numpy()
    for share in (10, 30):
        top = (score > np.quantile(score, 1 - share / 100)).astype(int)
        found[f"dpr_{share}"] = demographic_parity_ratio(truth.astype(int), top, sensitive_features=groups)
    found |= {"brier": brier_score_loss(truth, score), "positives": np.average(positive, weights=weights)}
    if weights is None:
        (X, y), (real_X, real_y) = made, task.train
        tables = (rows.assign(label=np.asarray(labels)) for rows, labels in ((real_X, real_y), (X, y)))
        found["c2st"] = c2st_auc(*tables, random_state=seed)
    return found


def main():
    """Print the figures, a line a draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dataset", default="adult")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--json", help="file to write every run to")
    options = parser.parse_args()
    warnings.simplefilter("ignore", SkfairgenWarning)
    task = load_task(options.dataset)
    found = [row for seed in range(options.seeds) for row in rows(task, seed)]
    show(found, FIGURES)
    if options.json:
        Path(options.json).write_text(json.dumps(found, indent=2, default=float) + "\n")


if __name__ == "__main__":
    main()
