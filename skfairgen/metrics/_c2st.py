"""Classifier two-sample test: can a strong classifier tell synthetic rows from real ones?"""

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import PredefinedSplit, cross_val_predict
from sklearn.utils import check_random_state

from skfairgen.data import Columns, Rows
from skfairgen.metrics._table_features import Features, encode_tables, shared_row_ids, tree_features


def c2st_auc(
    real: Rows,
    synthetic: Rows,
    *,
    categorical_columns: Columns = "auto",
    features: Features | None = None,
    n_splits: int = 5,
    random_state: int = 0,
) -> float:
    """ROC-AUC of telling synthetic rows from real ones, out of fold.

    The classifier two-sample test [1]_ with ``HistGradientBoostingClassifier``: categories and missing values
    are handled natively; of a column with more than 254 levels the 253 most frequent keep their own. Rows
    that are equal in every column share a fold: with a copy in the training folds under the other label, the
    classifier would be led to the wrong answer, and memorized rows would score below 0.5.

    Parameters
    ----------
    real : DataFrame or array-like of shape (n_real, n_columns)
        Real rows.
    synthetic : DataFrame or array-like of shape (n_synthetic, n_columns)
        Synthetic rows, the same columns.
    categorical_columns : "auto" or list of labels, default="auto"
        Columns without an order; "auto": all that are neither numbers nor dates, and booleans.
    features : callable, default=None
        Takes each of the sets, such as arrays of images, and returns numbers of shape (n, p) to compare in its place.
    n_splits : int, default=5
        Number of folds.
    random_state : int, default=0
        Seed of the folds and of the classifier.

    Returns
    -------
    float
        In [0, 1]: 0.5 when the tables cannot be told apart, 1 when every row gives itself away.

    Raises
    ------
    ValueError
        If the columns differ, a numeric column holds infinite values, or a table has fewer rows than folds.

    References
    ----------
    .. [1] D. Lopez-Paz, M. Oquab, "Revisiting classifier two-sample tests", ICLR 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from skfairgen.metrics import c2st_auc
    >>> rng = np.random.RandomState(0)
    >>> real, far = rng.normal(0, 1, (200, 2)), rng.normal(9, 1, (200, 2))
    >>> round(c2st_auc(real, far), 2)
    1.0
    """
    real, synthetic = encode_tables(real, synthetic, categorical_columns=categorical_columns, features=features)
    scores = c2st_scores(real, synthetic, n_splits=n_splits, random_state=random_state)
    is_synthetic = np.arange(len(scores)) >= real.n_rows
    return float(roc_auc_score(is_synthetic, scores))


def c2st_scores(real, synthetic, *, n_splits=5, random_state=0):
    """Out-of-fold probability of being synthetic: the real rows first, then the synthetic ones."""
    if min(real.n_rows, synthetic.n_rows) < n_splits:
        raise ValueError(
            f"Found {real.n_rows} real and {synthetic.n_rows} synthetic rows, expected at least n_splits="
            f"{n_splits} of each: lower n_splits or bring more rows."
        )
    features, is_categorical = tree_features(real, synthetic)
    is_synthetic = np.repeat([0, 1], [real.n_rows, synthetic.n_rows])
    classifier = HistGradientBoostingClassifier(categorical_features=is_categorical, random_state=random_state)
    folds = PredefinedSplit(_folds(real, synthetic, n_splits, random_state))
    return cross_val_predict(classifier, np.vstack(features), is_synthetic, cv=folds, method="predict_proba")[:, 1]


def _folds(real, synthetic, n_splits, random_state):
    ids = np.concatenate(shared_row_ids(real, synthetic))
    n_ids = ids.max() + 1
    in_real = np.isin(np.arange(n_ids), ids[: real.n_rows])
    in_synthetic = np.isin(np.arange(n_ids), ids[real.n_rows :])
    shuffled = check_random_state(random_state).permutation(n_ids)
    by_kind = shuffled[np.argsort((in_real + 2 * in_synthetic)[shuffled], kind="stable")]
    fold_of_id = np.empty(n_ids, dtype=int)
    fold_of_id[by_kind] = np.arange(n_ids) % n_splits
    folds = fold_of_id[ids]
    parts = np.split(folds, [real.n_rows])
    if min(own.max() - own.min() for own in parts) > 0:
        return folds
    return np.concatenate([np.arange(len(own)) % n_splits for own in parts])  # else a fold would hold all of a table
