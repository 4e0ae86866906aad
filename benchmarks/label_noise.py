"""What it costs a model that labels are drawn: real rows of Adult with moved scores, as labels and as weights.

    SKFAIRGEN_DATA=folder python benchmarks/label_noise.py --seeds 3

The scores are those of a generator for the real training rows, moved to demographic parity. "drawn": one label a row.
"expected": every row twice, once with each label, weighted by its score: what infinitely many draws come to. So nothing
here is synthetic but the labels, and the difference is that of drawing.
"""

import argparse

import numpy as np
import pandas as pd
from _protocol import load_task, train_and_test
from _runs import flat, show
from adult import BOTH

from skfairgen import FairGenerator
from skfairgen.criteria import draw_labels
from skfairgen.estimators._teacher_rows import tokens_and_groups


def rows(task, seed):
    """Yield the figures of drawn and of expected labels."""
    X, y = task.train
    generator = FairGenerator(task.sensitive_columns, criterion="demographic_parity", random_state=seed).fit(X, y)
    rng = np.random.default_rng(seed)
    _, moved = generator._scores_before_and_after(*tokens_and_groups(generator, X), rng)
    classes = generator.classes_
    judged = {"sensitive_columns": task.sensitive_columns, "positive": task.positive, "random_state": seed}
    drawn = pd.Series(classes[draw_labels(moved, rng)], name=y.name)
    yield flat(train_and_test((X, drawn), task.test, **judged), method="drawn", seed=seed)
    twice = pd.concat([X] * len(classes), ignore_index=True)
    labels = pd.Series(np.repeat(classes, len(X)), name=y.name)
    figures = train_and_test((twice, labels), task.test, **judged, sample_weight=moved.T.ravel())
    yield flat(figures, method="expected", seed=seed)


def main():
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    task = load_task("adult")
    show([row for seed in range(options.seeds) for row in rows(task, seed)], BOTH)


if __name__ == "__main__":
    main()
