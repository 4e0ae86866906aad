"""Warnings about codes: they reveal the group, carry nothing, or were not trained to the end."""

import warnings

import numpy as np
from threadpoolctl import threadpool_limits

from skfairgen.estimators._leakage_probe import probe_dependence
from skfairgen.exceptions import CollapseWarning, LeakageWarning, TrainingBudgetWarning

MIN_VARIANCE = 0.01  # of a component that carries anything (Burda, Grosse, Salakhutdinov 2016)


def measure_code(encoder, model, learned, table, labels, rng):
    """Return how well a probe guesses each sensitive column from codes, and warn of what is wrong with the codes.

    Returns
    -------
    DataFrame
        A row a sensitive column: ``auc``, ``low`` and ``high``.
    """
    items = learned.reader.items(table.rows.frame)
    codes = model.encode(items, table.rows.group_codes, encoder.n_threads)
    levels, names = table.cells.levels[table.rows.group_codes], table.schema.sensitive_names
    with threadpool_limits(encoder.n_threads):
        dependence = probe_dependence(codes, levels, names, learned.held_out, rng)
    if encoder.criterion == "demographic_parity":
        warn_of_leakage(dependence, encoder.leakage_threshold)
    judged = learned.held_out if len(learned.held_out) else np.arange(len(codes))
    known = labels.class_codes[labels.class_codes >= 0]
    is_trained = labels.predicted is not None and encoder.outcome_weight > 0
    log_shares = model.log_class_shares(codes[judged], encoder.n_threads) if is_trained else None
    warn_of_collapse(codes, log_shares, labels.class_codes[judged], np.bincount(known) / max(len(known), 1))
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


def warn_of_collapse(codes, log_shares, class_codes, base_shares):
    """Warn of codes that do not vary, or tell the class no better than its base rate.

    Parameters
    ----------
    codes : ndarray of shape (n_rows, n_components)
    log_shares : ndarray of shape (n_judged, n_classes) or None
        Log-probabilities of the classes of the rows judged; None where nothing is to be predicted.
    class_codes : ndarray of shape (n_judged,), int
        Their classes, negative where unknown.
    base_shares : ndarray of shape (n_classes,)
        Share of each class in the rows learned from.
    """
    reason = None
    if codes.var(axis=0).max() < MIN_VARIANCE:
        reason = f"no component has a variance above {MIN_VARIANCE}"
    elif log_shares is not None and not _tells_the_class(log_shares, class_codes, base_shares):
        reason = "it predicts the outcome no better than the share of each class"
    if reason is None:
        return
    warnings.warn(
        f"The code carries nothing: {reason}. Lower fairness_weight, or raise reconstruction_weight or max_epochs.",
        CollapseWarning,
        stacklevel=3,
    )


def _tells_the_class(log_shares, class_codes, base_shares):
    is_labeled = class_codes >= 0
    truth = class_codes[is_labeled]
    if len(np.unique(truth)) < 2:
        return True
    return np.mean(log_shares[is_labeled, truth] - np.log(base_shares[truth])) > 0
