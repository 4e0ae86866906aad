"""compare: what each remedy does to a model, on held-out real rows."""

from collections.abc import Hashable, Sequence
from numbers import Integral, Real
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.metrics import roc_auc_score
from sklearn.utils import check_random_state, check_scalar
from sklearn.utils.multiclass import check_classification_targets

from skfairgen.data import Columns, RandomState, Rows
from skfairgen.report._comparison import Comparison
from skfairgen.report._frames import checked_columns, checked_pair, positive_positions
from skfairgen.report._groups import group_codes, large_groups
from skfairgen.report._held_out import DOES_NOT_SEE, SEES, run_trials
from skfairgen.report._inequality import inequality_p_value
from skfairgen.report._paired_bootstrap import FIGURES, RATIOS, interval, paired_draws
from skfairgen.report._remedies import AS_IT_IS, Remedy, resolve_remedies
from skfairgen.report._rule import judge

N_BOOTSTRAP = 2_000
SIGNIFICANCE = 0.05


def compare(
    estimator: Any,
    X: Rows,
    y: ArrayLike,
    *,
    sensitive_columns: Columns,
    remedies: Literal["auto"] | Sequence[str | Remedy] = "auto",
    cv: int = 5,
    n_repeats: int = 1,
    scoring: str = "demographic_parity_ratio",
    max_accuracy_loss: float = 0.02,
    pos_label: Hashable = None,
    random_state: RandomState = None,
    n_jobs: int | None = None,
    verbose: int = 0,
) -> Comparison:
    """Say what each remedy does to a model, on real rows that it was not trained on.

    Every real row is held out once, in one of `cv` folds. The estimator is trained on the other folds as they are, and
    once for each remedy; each time with the sensitive columns as features and without them. All models are judged on
    the same rows, so the intervals of the changes are paired.

    Parameters
    ----------
    estimator : classifier or Pipeline
        Your model, unfitted; it is cloned. A Pipeline is given the columns of X as they are. For any other estimator
        words are one-hot encoded, and missing numbers filled by the median and all numbers scaled, if X needs it.
    X : DataFrame or array-like of shape (n_rows, n_columns)
        Real rows.
    y : array-like of shape (n_rows,)
        Their classes.
    sensitive_columns : label or list of labels
        Columns of X whose values make the groups; positions for arrays. Several are crossed. A numeric column of more
        than 20 values is cut at its quartiles.
    remedies : "auto" or list of str and Remedy, default="auto"
        What to compare with the model as it is:

        - "class x group weights": ``sample_weight`` that makes class and group independent; costs nothing.
        - "random copies": the fewest copies of rows that make every group's class rates equal; costs nothing.
        - "SMOTENC": the same rows interpolated between neighbors.
        - "fair rows added": rows of :class:`skfairgen.FairDistillResampler` beside the real ones, four times as many
          in all. Its criterion is that of `scoring`.
        - "fair rows instead": its rows alone.
        - "group thresholds": fairlearn's ``ThresholdOptimizer``, which needs the group to predict.

        "auto" is all of these; the last one where fairlearn is installed and y has two classes.
    cv : int, default=5
        Number of folds; each gets its share of every class in every group.
    n_repeats : int, default=1
        How many ways to cut the folds; the predictions are pooled, which takes out part of the chance in the folds.
    scoring : str, default="demographic_parity_ratio"
        The ratio that the recommendation is for, 1 when the groups are equal: "demographic_parity_ratio",
        "equalized_odds_ratio" or "equal_opportunity_ratio".
    max_accuracy_loss : float, default=0.02
        The largest fall in accuracy that a recommended remedy may cost.
    pos_label : label or None, default=None
        The favorable class. None: 1, for classes in {0, 1} or {-1, 1}; for more than two classes, the worst class
        counts.
    random_state : int, RandomState or None, default=None
        Seed of folds, remedies and intervals. Give the estimator its own.
    n_jobs : int or None, default=None
        Processes of joblib; None is 1.
    verbose : int, default=0
        1 shows a progress bar.

    Returns
    -------
    Comparison
        With ``summary()``, ``to_frame()``, ``plot()``, ``to_html()``, ``to_json()`` and ``best_``.

    Raises
    ------
    ValueError
        If a name is unknown, y lacks a label or has one class, the positive class is not evident, fewer than two groups
        have 30 rows, or the estimator cannot be trained on the rows as they are.

    See Also
    --------
    evaluate : What a synthetic table is worth.

    Notes
    -----
    The intervals are for the models that were trained: they hold the chance in which rows judge them (2,000 resamples
    of the rows, with what every model said of each), not the chance in training. Another training set of an unstable
    model moves a change by more; see ``docs/measured.md``. The recommendation asks first whether the model as it is
    treats the groups unequally beyond both chances.

    Groups of fewer than 30 rows are left out of the ratios, and named in the notes.

    A remedy that cannot run on the table is left out; the reason is told.

    "fair rows" are planned twice from one training: for the model that sees the sensitive columns, and, with
    ``sensitive_at_prediction=False``, for the one that does not.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skfairgen import compare
    >>> from skfairgen.datasets import make_biased_classification
    >>> made = make_biased_classification(600, bias=3.0, weights=(0.5, 0.5), proxy_strength=3.0, random_state=0)
    >>> comparison = compare(
    ...     LogisticRegression(), made.data, made.target, sensitive_columns=made.sensitive_columns,
    ...     remedies=["class x group weights", "random copies"], cv=3, max_accuracy_loss=0.1, random_state=0,
    ... )
    >>> comparison.best_["with sensitive"] is not None
    True
    """
    X, y, sensitive_columns = _checked(X, y, sensitive_columns, scoring, cv, n_repeats, max_accuracy_loss)
    classes, truth = np.unique(y, return_inverse=True)
    positives = positive_positions(classes, pos_label)
    groups, names = group_codes(X, sensitive_columns)
    compared, small = large_groups(groups, names)
    chosen = resolve_remedies(remedies, y)
    rng = check_random_state(random_state)
    trials = run_trials(
        estimator,
        X,
        y,
        truth * len(names) + groups,
        chosen,
        sensitive_columns=sensitive_columns,
        criterion=scoring.removesuffix("_ratio"),
        cv=cv,
        n_repeats=n_repeats,
        seed=rng,
        n_jobs=n_jobs,
        verbose=verbose,
    )
    if (SEES, AS_IT_IS) in trials.skipped:
        raise ValueError(
            f"The estimator could not be trained on the rows as they are: {trials.skipped[SEES, AS_IT_IS]}"
        )
    paired, verdicts, frames = {}, {}, {}
    for features in (SEES, DOES_NOT_SEE):
        held_out = {name: said for (where, name), said in trials.held_out.items() if where == features}
        if AS_IT_IS not in held_out:
            continue
        codes = {name: said.codes for name, said in held_out.items()}
        paired[features] = paired_draws(
            codes, truth, compared, positives, len(classes), n_bootstrap=N_BOOTSTRAP, random_state=rng
        )
        others = [remedy for remedy in chosen if remedy.name in held_out and remedy.name != AS_IT_IS]
        is_unequal = inequality_p_value(codes[AS_IT_IS], truth, compared, positives, scoring, cv) < SIGNIFICANCE
        rule = scoring, max_accuracy_loss, len(classes), is_unequal
        verdicts[features] = judge(paired[features], others, *rule, sees=features == SEES)
        frames[features] = _figures(held_out, paired[features], verdicts[features], truth, trials.folds, positives)
    return Comparison(
        pd.concat(frames, names=["features", "remedy"]),
        verdicts,
        paired,
        scoring=scoring,
        max_accuracy_loss=max_accuracy_loss,
        sensitive_columns=sensitive_columns,
        favorable_class=classes[positives[-1]],
        worst_class_counts=len(positives) > 1,
        group_of_row=np.array(names, dtype=object)[groups],
        cv=cv,
        n_repeats=n_repeats,
        predictions={key: classes[said.codes] for key, said in trials.held_out.items()},
        skipped=trials.skipped,
        notes=small + trials.notes,
    )


def _checked(X, y, sensitive_columns, scoring, cv, n_repeats, max_accuracy_loss):
    check_scalar(cv, "cv", Integral, min_val=2)
    check_scalar(n_repeats, "n_repeats", Integral, min_val=1)
    check_scalar(max_accuracy_loss, "max_accuracy_loss", Real, min_val=0)
    if scoring not in RATIOS:
        raise ValueError(f"scoring must be one of {', '.join(map(repr, RATIOS))}, got {scoring!r}.")
    X, y = checked_pair(X, y)
    if y.nunique() < 2:
        raise ValueError(f"y holds the class {y.tolist()[0]!r} alone: there is nothing to predict.")
    check_classification_targets(y)
    return X, y, checked_columns(X, sensitive_columns)


def _figures(held_out, paired, verdict, truth, folds, positives):
    rows = {}
    for name, said in held_out.items():
        row = dict(paired.values[name])
        for figure in FIGURES:
            change, drawn = paired.change(AS_IT_IS, name, figure)
            row[f"{figure}_change"] = change
            row[f"{figure}_low"], row[f"{figure}_high"] = interval(drawn, change)
        row["roc_auc"] = _mean_auc(said.scores, truth, folds, positives)
        row["beyond_chance"] = name in verdict.beyond_chance
        row["recommended"] = name == verdict.best
        row["seconds"] = said.seconds
        rows[name] = row
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.insert(
        frame.columns.get_loc("roc_auc") + 1, "roc_auc_change", frame["roc_auc"] - frame.loc[AS_IT_IS, "roc_auc"]
    )
    return frame


def _mean_auc(scores, truth, folds, positives):
    """Mean over the folds: the scores of two models are not on one scale. Of several classes, the mean over them."""
    if np.isnan(scores).any():
        return np.nan
    aucs = []
    for repeat, parts in enumerate(folds):
        for fold in np.unique(parts):
            rows = parts == fold
            is_class = truth[rows, np.newaxis] == np.array(positives)
            known = is_class.any(0) & ~is_class.all(0)
            aucs += [roc_auc_score(is_class[:, k], scores[repeat, rows, positives[k]]) for k in np.flatnonzero(known)]
    return float(np.mean(aucs)) if aucs else np.nan
