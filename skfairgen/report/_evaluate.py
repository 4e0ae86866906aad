"""evaluate: what a synthetic table is worth."""

from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.ensemble import HistGradientBoostingClassifier
from tqdm.auto import tqdm

from skfairgen.data import Columns, Rows
from skfairgen.metrics import column_pair_trends, column_shapes, fidelity_report, privacy_audit, utility_matrix
from skfairgen.report._evaluation import Evaluation
from skfairgen.report._frames import check_like, checked_columns, checked_pair, positive_positions
from skfairgen.report._groups import group_codes, large_groups
from skfairgen.report._held_out import DOES_NOT_SEE, SEES
from skfairgen.report._paired_bootstrap import RATIOS, interval, paired_draws
from skfairgen.report._plain_features import with_plain_features
from skfairgen.report._quiet import noting
from skfairgen.report._synthetic_rows import likelihood_of, synthetic_rows

REAL, SYNTHETIC = "real rows", "synthetic rows"
_N_BOOTSTRAP = 2_000


def evaluate(
    synthetic: Any,
    X_train: Rows,
    y_train: ArrayLike,
    X_test: Rows,
    y_test: ArrayLike,
    *,
    sensitive_columns: Columns,
    pos_label: Hashable = None,
    log_likelihood: Callable[[pd.DataFrame], ArrayLike] | None = None,
    max_rows: int = 10_000,
    random_state: int = 0,
    verbose: int = 0,
) -> Evaluation:
    """Say what a synthetic table is worth: fairness, utility, fidelity and privacy, on held-out real rows.

    Anybody's table will do: for a frame, none of this package's estimators is loaded.

    Parameters
    ----------
    synthetic : (X, y), DataFrame or estimator
        The synthetic features and classes; one table that has the target among its columns, under the name of
        `y_train`; or a fitted estimator that draws them with ``sample`` (a generator, a student), or that keeps one as
        ``generator_`` (a resampler), from which as many rows are drawn as there are to train on.
    X_train, y_train : DataFrame or array-like of shape (n_train, n_columns), array-like of shape (n_train,)
        The real rows that the generator was fitted on.
    X_test, y_test : DataFrame or array-like of shape (n_test, n_columns), array-like of shape (n_test,)
        Real rows that it has not seen.
    sensitive_columns : label or list of labels
        Columns of X whose values make the groups.
    pos_label : label or None, default=None
        The favorable class. None: 1, for classes in {0, 1} or {-1, 1}; for more than two classes, the worst class
        counts.
    log_likelihood : callable or None, default=None
        ``log_likelihood(rows) -> array of shape (n_rows,)``, in nats, of rows with the target as last column, for the
        attack of somebody who has the generator. None: that of `synthetic`, where it is a generator or student of this
        package.
    max_rows : int, default=10_000
        Of a larger table so many rows are drawn for what rests on neighbors, and a fifth of them for attacks on
        persons.
    random_state : int, default=0
        Seed of everything.
    verbose : int, default=0
        1 shows a progress bar.

    Returns
    -------
    Evaluation
        With ``fairness_``, ``utility_``, ``fidelity_``, ``privacy_``, ``summary()``, ``to_html()`` and ``to_json()``.

    Raises
    ------
    ValueError
        If tables or classes do not match, a column is unknown, the positive class is not evident, or fewer than two
        groups have 30 held-out rows.

    See Also
    --------
    compare : What each remedy does to your own model.

    Examples
    --------
    >>> from skfairgen import evaluate
    >>> from skfairgen.datasets import make_biased_classification
    >>> made = make_biased_classification(900, n_categorical=1, n_boolean=0, random_state=0)
    >>> X, y = made.data, made.target
    >>> real, fresh, held_out = slice(300), slice(300, 600), slice(600, 900)
    >>> evaluation = evaluate(
    ...     (X[fresh], y[fresh]), X[real], y[real], X[held_out], y[held_out], sensitive_columns=["group_0"]
    ... )
    >>> bool(evaluation.fidelity_["c2st_auc"].iloc[0] < 0.6)
    True
    """
    X_train, y_train = checked_pair(X_train, y_train, "X_train")
    X_test, y_test = checked_pair(X_test, y_test, "X_test")
    columns = checked_columns(X_train, sensitive_columns)
    check_like(X_test, X_train, "X_test")
    X_test, y_test = X_test[list(X_train.columns)], y_test.astype(y_train.dtype)
    X_made, y_made = synthetic_rows(synthetic, X_train, y_train, random_state)
    positives = positive_positions(np.unique(y_train), pos_label)
    target = "target" if y_train.name is None or y_train.name in X_train.columns else y_train.name
    whole = [
        X.assign(**{str(target): y.astype(object)}) for X, y in ((X_train, y_train), (X_made, y_made), (X_test, y_test))
    ]
    notes = []
    if log_likelihood is None:
        log_likelihood, notes = likelihood_of(synthetic, X_test, y_test)
    steps = {
        "fairness": lambda: _fairness(
            (X_train, y_train), (X_made, y_made), (X_test, y_test), columns, positives, notes
        ),
        "utility": lambda: utility_matrix(
            *(X_train, y_train, X_made, y_made, X_test, y_test),
            sensitive_columns=columns,
            pos_label=None if len(positives) > 1 else np.unique(y_train)[positives[0]],
            random_state=random_state,
        ),
        "fidelity": lambda: fidelity_report(
            *(X_train, y_train, X_made, y_made),
            holdout_X=X_test,
            holdout_y=y_test,
            sensitive_columns=columns,
            max_rows=max_rows,
            random_state=random_state,
        ),
        "columns": lambda: column_shapes(*whole[:2]).sort_values(),
        "pairs": lambda: column_pair_trends(*whole[:2]).sort_values("score").reset_index(drop=True),
        "privacy": lambda: privacy_audit(
            *whole,
            sensitive_columns=columns,
            log_likelihood=log_likelihood,
            max_rows=max(max_rows // 5, 1),
            random_state=random_state,
        ),
    }
    found = {}
    progress = tqdm(steps.items(), desc="Evaluating", unit="part", disable=not verbose)
    for name, step in progress:
        progress.set_postfix_str(name)
        with noting(notes):
            found[name] = step()
    sizes = {"training": len(X_train), "synthetic": len(X_made), "held-out": len(X_test)}
    return Evaluation(**found, sizes=sizes, sensitive_columns=columns, notes=list(dict.fromkeys(notes)))


def _fairness(train, made, test, columns, positives, notes):
    """Return the ratios of a model trained on real and on synthetic rows, on held-out rows, and how they differ."""
    classes = np.unique(train[1])
    groups, small = large_groups(*group_codes(test[0], columns))
    notes += small
    frames = {}
    for features, dropped in {SEES: [], DOES_NOT_SEE: columns}.items():
        codes = {}
        for name, (X, y) in {REAL: train, SYNTHETIC: made}.items():
            X, X_test = (frame.drop(columns=dropped) for frame in (X, test[0]))
            model = with_plain_features(HistGradientBoostingClassifier(random_state=0), X).fit(X, y)
            codes[name] = np.searchsorted(classes, np.asarray(model.predict(X_test), dtype=classes.dtype))[np.newaxis]
        truth = np.searchsorted(classes, np.asarray(test[1], dtype=classes.dtype))
        paired = paired_draws(codes, truth, groups, positives, len(classes), n_bootstrap=_N_BOOTSTRAP, random_state=0)
        frames[features] = pd.DataFrame(
            {figure: _row(paired, figure) for figure in (*RATIOS, "accuracy", "selection_rate")}
        ).T
    return pd.concat(frames, names=["features", "figure"])


def _row(paired, figure):
    change, drawn = paired.change(REAL, SYNTHETIC, figure)
    low, high = interval(drawn, change)
    return {
        REAL: paired.values[REAL][figure],
        SYNTHETIC: paired.values[SYNTHETIC][figure],
        "change": change,
        "low": low,
        "high": high,
    }
