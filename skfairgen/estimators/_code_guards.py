"""Warnings about codes: they reveal the group, carry nothing, or were not trained to the end."""

import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from skfairgen.criteria import cross_validated_auc
from skfairgen.estimators._leakage_probe import probe_dependence
from skfairgen.exceptions import CollapseWarning, LeakageWarning, TrainingBudgetWarning

MIN_VARIANCE = 0.01  # of a component that carries anything (Burda, Grosse, Salakhutdinov 2016)
LEAKAGE = 0.75  # of the codes of a generator: they may tell a little, since a group is drawn beside each
MIN_TOLD = 0.55  # ROC-AUC of the outcome by columns, below which they tell nothing
MAX_PROBED, N_FOLDS = 5_000, 3  # rows and folds of the probe of what is kept


@dataclass(frozen=True)
class CodeGuard:
    """How codes are judged.

    Attributes
    ----------
    is_recoded : bool
        Whether each is judged when its row was put into a group drawn at random: where the class nearly tells the
        group, the codes of rows as they are cannot be told apart from those that reveal it.
    predicts : bool
        Whether the code is to predict the class.
    threshold : float or None
        ROC-AUC of the probe above which is warned; None for never.
    to_hide, to_keep : str
        What a user can do.
    """

    is_recoded: bool
    predicts: bool
    threshold: float | None
    to_hide: str
    to_keep: str


def guard_of_encoder(encoder, is_coded, labels):
    """Return how the codes of a FairEncoder are judged."""
    hidden = ("demographic_parity", "equalized_odds") if is_coded else ("demographic_parity",)
    return CodeGuard(
        is_coded,
        labels.predicted is not None and encoder.outcome_weight != 0,
        encoder.leakage_threshold if encoder.criterion in hidden else None,  # recoded items: of no class, so of each
        f"leakage_threshold={encoder.leakage_threshold}. Raise {'max_epochs or ' * is_coded}fairness_weight, or lower "
        "n_components or reconstruction_weight.",
        "Lower fairness_weight, or raise reconstruction_weight or max_epochs.",
    )


def guard_of_generator(generator, predicts):
    """Return how the codes of a FairGenerator are judged."""
    penalty = ", or use penalty='energy_distance'" if generator.penalty == "fairdisco" else ""
    guidance = "" if generator.guidance else ", or prior='flow' with guidance=3, which leaves this out of what is drawn"
    to_hide = f"{LEAKAGE}. Drawn rows may look like another group than theirs. Raise max_epochs{penalty}{guidance}."
    return CodeGuard(True, predicts, LEAKAGE, to_hide, "Raise max_epochs, or give more rows.")


def measure_code(model, learned, table, class_codes, rng, guard, n_threads):
    """Return how well a probe guesses each sensitive column from codes, and warn of what is wrong with the codes.

    Returns
    -------
    DataFrame
        A row a sensitive column: ``auc``, ``low`` and ``high``.
    """
    frame, groups, held_out = table.rows.frame, table.rows.group_codes, learned.held_out
    if guard.is_recoded and len(groups) - len(held_out) > MAX_PROBED:  # to encode an image takes long
        others = rng.choice(np.setdiff1d(np.arange(len(groups)), held_out), MAX_PROBED, replace=False)
        rows = np.concatenate([held_out, others]).astype(int)
        frame = frame.iloc[rows].reset_index(drop=True) if hasattr(frame, "iloc") else frame[rows]
        groups, class_codes, held_out = groups[rows], class_codes[rows], np.arange(len(held_out))
    items = learned.reader.items(frame)
    codes = model.encode(items, groups, n_threads)
    probed = codes
    if guard.is_recoded:
        groups = rng.integers(len(table.cells.levels), size=len(codes))
        probed = model.recode(codes, groups, rng, n_threads)
    levels, names = table.cells.levels[groups], table.schema.sensitive_names
    with threadpool_limits(n_threads):
        dependence = probe_dependence(probed, levels, names, held_out, rng)
    if guard.threshold is not None:
        warn_of_leakage(dependence, guard.threshold, guard.to_hide)
    judged = held_out if len(held_out) else np.arange(len(codes))
    known = class_codes[class_codes >= 0]
    log_shares = model.log_class_shares(codes[judged], n_threads) if guard.predicts else None
    base_shares = np.bincount(known) / max(len(known), 1)
    columns = np.column_stack([values.reshape(len(codes), -1) for values in items.values()])
    with threadpool_limits(n_threads):
        warn_of_collapse(codes, columns, log_shares, judged, class_codes, base_shares, guard.to_keep)
    return dependence


def warn_of_leakage(dependence, threshold, remedy):
    """Warn of the first sensitive column that a probe guesses better than a threshold, by its whole interval."""
    leaking = dependence[dependence["low"] > threshold]
    if len(leaking) == 0:
        return
    warnings.warn(
        f"The code reveals the sensitive column {leaking.index.tolist()[0]!r}: a probe on held-out codes reaches a "
        f"ROC-AUC of {leaking['auc'].iloc[0]:.2f}, above {remedy}",
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


def warn_of_collapse(codes, columns, log_shares, judged, class_codes, base_shares, remedy):
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
    remedy : str
        What to do.
    """
    found = None
    if codes.var(axis=0).max() < MIN_VARIANCE:
        found = f"The code carries nothing: no component has a variance above {MIN_VARIANCE}"
    elif log_shares is not None and not _tells_the_class(log_shares, class_codes[judged], base_shares):
        found = _little_kept(codes, columns, class_codes)
    if found is not None:
        warnings.warn(
            f"{found}. {remedy}",
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
    if of_columns < MIN_TOLD:
        return None  # nothing to keep
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
