"""Warnings about codes: they reveal the group, carry nothing, or were not trained to the end."""

import warnings

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from skfairgen.criteria import cross_validated_auc
from skfairgen.data import is_coded
from skfairgen.estimators._leakage_probe import probe_dependence
from skfairgen.exceptions import CollapseWarning, LeakageWarning, TrainingBudgetWarning

MIN_VARIANCE = 0.01  # of a component that carries anything (Burda, Grosse, Salakhutdinov 2016)
MAX_PROBED, N_FOLDS = 5_000, 3  # rows and folds of the probe of what is kept


def measure_code(encoder, model, learned, table, labels, rng):
    """Return how well a probe guesses each sensitive column from codes, and warn of what is wrong with the codes.

    Codes of images and sequences are judged when each was put into a group drawn at random: where the class nearly
    tells the group, the codes of rows as they are cannot be told apart from those that reveal it.

    Returns
    -------
    DataFrame
        A row a sensitive column: ``auc``, ``low`` and ``high``.
    """
    items = learned.reader.items(table.rows.frame)
    codes = model.encode(items, table.rows.group_codes, encoder.n_threads)
    probed, groups = codes, table.rows.group_codes
    if is_coded(table.schema.format):
        groups = rng.integers(len(table.cells.levels), size=len(codes))
        probed = model.recode(codes, groups, rng, encoder.n_threads)
    levels, names = table.cells.levels[groups], table.schema.sensitive_names
    with threadpool_limits(encoder.n_threads):
        dependence = probe_dependence(probed, levels, names, learned.held_out, rng)
    if encoder.criterion == "demographic_parity":
        warn_of_leakage(dependence, encoder.leakage_threshold)
    judged = learned.held_out if len(learned.held_out) else np.arange(len(codes))
    known = labels.class_codes[labels.class_codes >= 0]
    is_trained = labels.predicted is not None and encoder.outcome_weight != 0
    log_shares = model.log_class_shares(codes[judged], encoder.n_threads) if is_trained else None
    base_shares = np.bincount(known) / max(len(known), 1)
    columns = np.column_stack([values.reshape(len(codes), -1) for values in items.values()])
    with threadpool_limits(encoder.n_threads):
        warn_of_collapse(codes, columns, log_shares, judged, labels.class_codes, base_shares)
    return dependence


def warn_of_leakage(dependence, threshold):
    """Warn of the first sensitive column that a probe guesses better than a threshold, by its whole interval."""
    leaking = dependence.index[dependence["low"] > threshold]
    if len(leaking) == 0:
        return
    warnings.warn(
        f"The code reveals {leaking[0]!r}: a probe on held-out codes reaches a ROC-AUC of "
        f"{dependence.loc[leaking[0], 'auc']:.2f}, above leakage_threshold={threshold}. Raise fairness_weight, or "
        "lower n_components or reconstruction_weight.",
        LeakageWarning,
        stacklevel=3,
    )


def warn_of_unmet_bound(learned, max_dependence):
    """Warn that no epoch under the whole penalty kept to the bound."""
    split = "valid" if len(learned.held_out) else "train"
    dependence = learned.history[f"{split}_dependence"].dropna()
    found = f"a dependence of {dependence.iloc[-1]:.4f}" if len(dependence) else "no epoch to measure"
    warnings.warn(
        f"Training ended with {found}, and nowhere kept to max_dependence={max_dependence}. Raise max_epochs, "
        "max_seconds, fairness_weight or max_dependence.",
        TrainingBudgetWarning,
        stacklevel=3,
    )


def warn_of_collapse(codes, columns, log_shares, judged, class_codes, base_shares):
    """Warn of codes that do not vary, or keep less than half of what the columns tell of the class.

    The latter is measured only where the class is predicted no better than by its base rate.

    Parameters
    ----------
    codes : ndarray of shape (n_rows, n_components)
    columns : ndarray of shape (n_rows, n_columns)
        What the rows hold, as numbers.
    log_shares : ndarray of shape (n_judged, n_classes) or None
        Log-probabilities of the classes of the rows judged; None where nothing is to be predicted.
    judged : ndarray of int
        Positions of those rows.
    class_codes : ndarray of shape (n_rows,), int
        Classes, negative where unknown.
    base_shares : ndarray of shape (n_classes,)
        Share of each class in the rows learned from.
    """
    found = None
    if codes.var(axis=0).max() < MIN_VARIANCE:
        found = f"The code carries nothing: no component has a variance above {MIN_VARIANCE}"
    elif log_shares is not None and not _tells_the_class(log_shares, class_codes[judged], base_shares):
        found = _little_kept(codes, columns, class_codes)
    if found is not None:
        warnings.warn(
            f"{found}. Lower fairness_weight, or raise reconstruction_weight or max_epochs.",
            CollapseWarning,
            stacklevel=4,
        )


def _little_kept(codes, columns, class_codes):
    """Say what share of what the columns tell of the class is kept; None where it is half or more."""
    rows = np.flatnonzero(class_codes >= 0)[:MAX_PROBED]
    truth = class_codes[rows]
    rows = rows[np.isin(truth, np.flatnonzero(np.bincount(truth) >= N_FOLDS))]
    if len(np.unique(class_codes[rows])) < 2:
        return None
    model = HistGradientBoostingClassifier(early_stopping=False, max_iter=30, random_state=0)
    folds = StratifiedKFold(N_FOLDS, shuffle=True, random_state=0)
    of_codes, of_columns = (
        cross_validated_auc(model, table[rows], class_codes[rows], folds) for table in (codes, columns)
    )
    share = max(of_codes - 0.5, 0.0) / max(of_columns - 0.5, 1e-9)
    if share >= 0.5:
        return None
    return (
        f"The code keeps {share:.0%} of what the columns tell of the outcome: a probe reaches a ROC-AUC of "
        f"{of_codes:.2f} on codes and {of_columns:.2f} on columns"
    )


def _tells_the_class(log_shares, class_codes, base_shares):
    is_labeled = class_codes >= 0
    truth = class_codes[is_labeled]
    if len(np.unique(truth)) < 2:
        return True
    return np.mean(log_shares[is_labeled, truth] - np.log(base_shares[truth])) > 0
