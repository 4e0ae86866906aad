"""How well columns or codes tell the group, by a classifier that guesses it."""

from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

MAX_TRAINING_ROWS = 20_000
MIN_MEMBERS = 10
N_FOLDS = 3
N_BOOTSTRAP = 100


def group_aucs(
    codes: np.ndarray, levels: np.ndarray, held_out: np.ndarray | None, rng: np.random.Generator
) -> np.ndarray:
    """Return the ROC-AUC of gradient boosting that guesses each sensitive column from codes, with its interval.

    The probe learns from the rows that the encoder was trained on, and is judged on the others. Where none were held
    out, or fewer than 10 of two levels, it is cross-validated on all rows. The AUC of several levels is the mean of
    each level against the rest. A level with fewer than 10 rows to learn from or to be judged on is left out.

    Parameters
    ----------
    codes : ndarray of shape (n_rows, n_components)
    levels : ndarray of shape (n_rows, n_sensitive), int
        Level codes of the sensitive columns.
    held_out : ndarray of int
        Positions of the rows that the encoder was not trained on.
    rng : numpy.random.Generator
        Draws the bootstrap weights and the rows the probe learns from, 20,000 at most.

    Returns
    -------
    ndarray of shape (n_sensitive, 3)
        The AUC, and its 95 % percentile bootstrap interval over rows; NaN where a column has fewer than two levels
        that can be judged. 0.5 is chance.
    """
    is_held_out = np.zeros(len(codes), dtype=bool)
    is_held_out[held_out] = True
    return np.array([_probe(codes, column, is_held_out, rng) for column in levels.T]).reshape(-1, 3)


def cross_validated_auc(model: Any, features: np.ndarray, codes: np.ndarray, folds: Any) -> float:
    """Return the ROC-AUC, out of fold, of a classifier that guesses group codes from features.

    Of more than two groups it is the mean of each against the rest.
    """
    shares = cross_val_predict(model, features, codes, cv=folds, method="predict_proba")
    return _mean_auc(codes, shares, np.unique(codes), None)


def _probe(codes, levels, is_held_out, rng):
    learned = np.flatnonzero(~is_held_out)
    judged = np.flatnonzero(is_held_out) if is_held_out.any() else learned
    usable = [
        level
        for level in np.unique(levels)
        if min((levels[learned] == level).sum(), (levels[judged] == level).sum()) >= MIN_MEMBERS
    ]
    if len(usable) < 2:
        too_few = np.nan, np.nan, np.nan
        return _probe(codes, levels, np.zeros_like(is_held_out), rng) if is_held_out.any() else too_few
    learned, judged = (rows[np.isin(levels[rows], usable)] for rows in (learned, judged))
    learned = rng.permutation(learned)[:MAX_TRAINING_ROWS]
    model = HistGradientBoostingClassifier(early_stopping=False, max_iter=50, random_state=0)
    if is_held_out.any():
        model.fit(codes[learned], levels[learned])
        shares, classes = model.predict_proba(codes[judged]), model.classes_
    else:
        judged, classes = learned, np.array(usable)
        folds = StratifiedKFold(N_FOLDS)
        shares = cross_val_predict(model, codes[judged], levels[judged], cv=folds, method="predict_proba")
    truth = levels[judged]
    weights = rng.multinomial(len(judged), np.full(len(judged), 1 / len(judged)), size=N_BOOTSTRAP)
    drawn = [_mean_auc(truth, shares, classes, weight) for weight in weights]
    return _mean_auc(truth, shares, classes, None), *np.nanquantile(drawn, [0.025, 0.975])


def _mean_auc(truth, shares, classes, weight):
    kinds = classes[1:] if len(classes) == 2 else classes
    aucs = []
    for kind in kinds:
        is_kind = truth == kind
        if weight is not None and 0 in (weight[is_kind].sum(), weight[~is_kind].sum()):
            return np.nan
        place = int(np.flatnonzero(classes == kind)[0])
        aucs.append(roc_auc_score(is_kind, shares[:, place], sample_weight=weight))
    return float(np.mean(aucs))
