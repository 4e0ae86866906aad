"""Other fair methods under the protocol: fairlearn's reduction and post-processing, and the rows of TabFairGDT."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from _protocol import _figures, _one_hot_boosting, crossed, train_and_test
from _runs import cpu_clock, flat
from fairlearn.postprocessing import ThresholdOptimizer
from fairlearn.reductions import DemographicParity, EqualizedOdds, ExponentiatedGradient
from judge import read_synthetic
from sklearn.base import BaseEstimator

CONSTRAINTS = {"demographic_parity": DemographicParity, "equalized_odds": EqualizedOdds}
TABFAIRGDT_SCRIPT = Path(__file__).with_name("peers_tabfairgdt.py")


def peer_rows(task, seed, python=None):
    """Yield the figures of every method on one table of two classes.

    fairlearn's methods train on real rows; TabFairGDT, where `python` names an interpreter that has it, draws as many
    synthetic rows.
    """
    for constraint in CONSTRAINTS:
        figures = {"with_sensitive": threshold_optimizer(task, seed, constraint)}
        yield flat(figures, method=f"ThresholdOptimizer, {constraint}", seed=seed)
    for constraint in CONSTRAINTS:
        with cpu_clock() as clock:
            figures = {"with_sensitive": exponentiated_gradient(task, seed, constraint)}
        figures["without_sensitive"] = exponentiated_gradient(task, seed, constraint, dropped=task.sensitive_columns)
        yield flat(figures, method=f"ExponentiatedGradient, {constraint}", seed=seed, **clock)
    if python and len(task.sensitive_columns) == 1 and task.train[0][task.sensitive_columns[0]].nunique() == 2:
        for strength, figures, seconds in tabfairgdt(task, seed, python):
            yield flat(figures, method=f"TabFairGDT, strength {strength:g}", seed=seed, cpu_seconds=seconds)


def exponentiated_gradient(task, seed, constraint="demographic_parity", dropped=()):
    """Return the figures of fairlearn's reduction: a lottery over the judge's classifier, fitted to several weights.

    It reads the group of the training rows only, so it can do without the sensitive columns when it predicts: pass
    them as `dropped`. `eps` and `max_iter` are fairlearn's defaults; on Adult and COMPAS it stops within 7 iterations.

    There is no ROC-AUC: on those tables the lottery weighs two or three classifiers, so its probabilities take four to
    eight values, which are no ranking.
    """
    (X, y), (test_X, _) = task.train, task.test
    pipeline = _one_hot_boosting(seed)
    encode, boosting = pipeline[:-1], pipeline[-1]
    mitigator = ExponentiatedGradient(boosting, CONSTRAINTS[constraint](), eps=0.01, max_iter=50)
    mitigator.fit(
        encode.fit_transform(X.drop(columns=list(dropped))),
        (np.asarray(y) == task.positive).astype(int),
        sensitive_features=crossed(X, task.sensitive_columns),
    )
    predicted = mitigator.predict(encode.transform(test_X.drop(columns=list(dropped))), random_state=seed)
    return _figures_of_labels(task, predicted)


def threshold_optimizer(task, seed, constraint="demographic_parity"):
    """Return the figures of fairlearn's post-processing of the judge's scores; it needs the group to predict."""
    (X, y), (test_X, _) = task.train, task.test
    positive = (np.asarray(y) == task.positive).astype(int)
    model = _one_hot_boosting(seed).fit(X, positive)
    # fairlearn 0.15 refuses mixed frames, and float32 scores on pandas 3: it gets the scores as a float64 column
    scores, test_scores = (model.predict_proba(rows)[:, 1:].astype(np.float64) for rows in (X, test_X))
    optimizer = ThresholdOptimizer(
        estimator=_GivenScores(), constraints=constraint, prefit=True, predict_method="predict_proba"
    )
    optimizer.fit(scores, positive, sensitive_features=crossed(X, task.sensitive_columns))
    groups = crossed(test_X, task.sensitive_columns)
    return _figures_of_labels(task, optimizer.predict(test_scores, sensitive_features=groups, random_state=seed))


def tabfairgdt(task, seed, python, strengths=(0.5, 1.0)):
    """Yield a strength, the judge's figures of as many rows as there are to train on, and the CPU seconds they took.

    Parameters
    ----------
    task : Task
        Of one sensitive column with two values, and two classes: TabFairGDT takes no others.
    seed : int
    python : path
        Of the interpreter that has ``tabfairgdt``; `peers_tabfairgdt.py` says how to make one.
    strengths : sequence of float
        Its lamda: 0 keeps the labels, 1 is the fairest.
    """
    with tempfile.TemporaryDirectory() as folder:
        training_file = Path(folder) / "training.csv"
        arguments = write_training_rows(task, training_file)
        options = ["--seed", str(seed), "--out", folder, "--strengths", *map(str, strengths)]
        command = [str(python), str(TABFAIRGDT_SCRIPT), str(training_file), *arguments, *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ | {"TQDM_DISABLE": "1"})
        seconds = json.loads((Path(folder) / "cpu_seconds.json").read_text())
        for strength in strengths:
            figures = train_and_test(
                read_synthetic(Path(folder) / f"strength_{strength:g}.csv", task),
                task.test,
                sensitive_columns=task.sensitive_columns,
                positive=task.positive,
                random_state=seed,
            )
            yield strength, figures, seconds[f"{strength:g}"]


def write_training_rows(task, path):
    """Write the training rows as CSV, and return the options that tell `peers_tabfairgdt.py` what is in them."""
    X, y = task.train
    if len(task.sensitive_columns) > 1 or X[task.sensitive_columns[0]].nunique() != 2:
        raise ValueError(f"TabFairGDT takes one sensitive column of two values, not {task.sensitive_columns}.")
    X.assign(**{y.name: y}).to_csv(path, index=False)
    words = [name for name in X if not pd.api.types.is_numeric_dtype(X[name]) or pd.api.types.is_bool_dtype(X[name])]
    return ["--target", y.name, "--sensitive", task.sensitive_columns[0], "--categorical", *words]


def _figures_of_labels(task, predicted):
    test_X, test_y = task.test
    truth = (np.asarray(test_y) == task.positive).astype(int)
    groups = test_X[task.sensitive_columns]
    figures = _figures(truth, np.asarray(predicted, dtype=float), groups, task.min_group_rows)
    figures.pop("auc")  # hard predictions have no ranking
    return figures


class _GivenScores(BaseEstimator):
    """A classifier whose scores are its only feature."""

    def fit(self, X, y):
        return self

    def __sklearn_is_fitted__(self):
        return True

    def predict_proba(self, X):
        return np.column_stack([1 - X, X])
