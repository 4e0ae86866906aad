"""Held-out predictions: every real row once a repeat, by a model trained on the other folds."""

import re
import time
import warnings
from dataclasses import dataclass, field

import numpy as np
from joblib import Parallel, delayed
from sklearn.base import clone
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter
from tqdm.auto import tqdm

from skfairgen._listed import listed
from skfairgen.report._plain_features import with_plain_features
from skfairgen.report._remedies import Setting, rows_by_sight

SEES, DOES_NOT_SEE = "with sensitive", "without sensitive"
_NUMBERS = re.compile(r"\d+([.,]\d+)*")


@dataclass
class HeldOut:
    """What the models of one remedy and one set of features said of rows they were not trained on.

    Attributes
    ----------
    codes : ndarray of shape (n_repeats, n_rows), int
        Position of the predicted class among the sorted classes.
    scores : ndarray of shape (n_repeats, n_rows, n_classes), float
        ``predict_proba``; NaN for a model that has none.
    seconds : float
        Mean time of a fold.
    """

    codes: np.ndarray
    scores: np.ndarray
    seconds: float = 0.0


@dataclass
class Trials:
    """All held-out predictions of a comparison.

    Attributes
    ----------
    held_out : dict of (features, remedy) to HeldOut
    folds : ndarray of shape (n_repeats, n_rows), int
    skipped : dict of (features, remedy) to str
        Why a remedy did not run.
    notes : list of str
        What was warned about, and which models and remedies did. Messages that differ only in numbers are one note.
    """

    held_out: dict
    folds: np.ndarray
    skipped: dict = field(default_factory=dict)
    notes: list = field(default_factory=list)


def run_trials(estimator, X, y, cells, remedies, *, sensitive_columns, criterion, cv, n_repeats, seed, n_jobs, verbose):
    """Train every remedy on every fold, with the sensitive columns as features and without.

    Parameters
    ----------
    estimator : classifier
    X : DataFrame of shape (n_rows, n_columns)
    y : Series of shape (n_rows,)
    cells : ndarray of shape (n_rows,)
        Each row's (class, group) pair: each fold gets its share of each.
    remedies : list of Remedy
    sensitive_columns : list of labels
    criterion : str
    cv, n_repeats : int
    seed : RandomState
    n_jobs : int or None
    verbose : bool

    Returns
    -------
    Trials
    """
    classes = np.unique(y)
    seeds = seed.randint(2**31 - 1, size=(n_repeats, cv))
    folds = np.stack([_folds(cells, cv, int(first)) for first in seeds[:, 0]])
    jobs = [(remedy, repeat, fold) for repeat in range(n_repeats) for fold in range(cv) for remedy in remedies]
    work = (
        delayed(_trial)(
            estimator,
            *(X, y, folds[repeat] == fold, classes, remedy),
            Setting(sensitive_columns, criterion, int(seeds[repeat, fold])),
        )
        for remedy, repeat, fold in jobs
    )
    answers = Parallel(n_jobs=n_jobs, return_as="generator")(work)
    answers = tqdm(answers, total=len(jobs), desc="Comparing", unit="model", disable=not verbose)
    return _collect(jobs, answers, folds, len(classes))


def _folds(cells, cv, seed):
    folds = np.empty(len(cells), dtype=int)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The least populated class")
        for fold, (_, test) in enumerate(StratifiedKFold(cv, shuffle=True, random_state=seed).split(cells, cells)):
            folds[test] = fold
    return folds


def _trial(estimator, X, y, is_test, classes, remedy, setting):
    """Return {features: (codes, scores, seconds) or the reason why not} and what was warned about."""
    X_train, y_train, X_test = X[~is_test].reset_index(drop=True), y[~is_test].reset_index(drop=True), X[is_test]
    answers = {}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        start = time.perf_counter()
        try:
            rows = rows_by_sight(remedy, remedy.rows(X_train, y_train, setting))
        except (ValueError, ImportError) as error:
            return dict.fromkeys((SEES, DOES_NOT_SEE), str(error)), []
        shared = time.perf_counter() - start
        for features, dropped in {SEES: [], DOES_NOT_SEE: setting.sensitive_columns}.items():
            if dropped and remedy.needs_group:
                answers[features] = "It needs the group of a row to predict."
                continue
            start = time.perf_counter()
            try:
                own = rows[features == SEES], X_test, dropped
                said = _fit_and_predict(estimator, *own, classes, remedy, setting)
            except (ValueError, ImportError) as error:
                answers[features] = str(error)
                continue
            answers[features] = (*said, shared + time.perf_counter() - start)
    return answers, [str(warning.message) for warning in caught]


def _fit_and_predict(estimator, rows, X_test, dropped, classes, remedy, setting):
    X, y, weights = rows
    unknown = set(np.asarray(y).tolist()) - set(classes.tolist())
    if unknown:
        raise ValueError(f"Its rows have classes that the real rows do not: {listed(sorted(unknown, key=str))}.")
    X, X_test = (frame.drop(columns=dropped, errors="ignore") for frame in (X, X_test))
    model = remedy.model(with_plain_features(clone(estimator), X), setting)
    model.fit(X, y, **({} if weights is None else _weight_argument(model, weights)))
    codes = np.searchsorted(classes, np.asarray(model.predict(X_test), dtype=classes.dtype))
    scores = np.full((len(X_test), len(classes)), np.nan)
    if hasattr(model, "predict_proba"):
        scores[:] = 0.0
        scores[:, np.searchsorted(classes, np.asarray(model.classes_, dtype=classes.dtype))] = model.predict_proba(
            X_test
        )
    return codes, scores


def _weight_argument(model, weights):
    name, last = model.steps[-1] if isinstance(model, Pipeline) else (None, model)
    if not has_fit_parameter(last, "sample_weight"):
        raise ValueError(f"{type(last).__name__}.fit takes no sample_weight.")
    return {"sample_weight" if name is None else f"{name}__sample_weight": weights}


def _collect(jobs, answers, folds, n_classes):
    trials = Trials({}, folds)
    n_repeats, n_rows = folds.shape
    notes = {}
    for (remedy, repeat, fold), (by_features, warned) in zip(jobs, answers, strict=True):
        for message in warned:
            _, remedies = notes.setdefault(_NUMBERS.sub("#", message), (message, {}))
            remedies[remedy.name] = None
        for features, said in by_features.items():
            key = features, remedy.name
            if isinstance(said, str):
                trials.skipped[key] = said
                continue
            if key not in trials.held_out:
                empty = np.zeros((n_repeats, n_rows), dtype=np.int64), np.zeros((n_repeats, n_rows, n_classes))
                trials.held_out[key] = HeldOut(*empty)
            test, held_out = folds[repeat] == fold, trials.held_out[key]
            held_out.codes[repeat, test], held_out.scores[repeat, test], seconds = said
            held_out.seconds += seconds / (n_repeats * (folds.max() + 1))
    trials.held_out = {key: said for key, said in trials.held_out.items() if key not in trials.skipped}
    trials.notes = [f"{', '.join(remedies)}: {message}" for message, remedies in notes.values()]
    return trials
