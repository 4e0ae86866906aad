"""How much each column, and all of them together, reveal about the group."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedKFold

from skfairgen.criteria import cross_validated_auc
from skfairgen.data import Columns, Rows, Table, as_frame
from skfairgen.exceptions import SmallGroupWarning
from skfairgen.metrics._groups import encode_groups
from skfairgen.metrics._table_features import encode_tables, tree_features


def group_leakage(
    X: Rows,
    sensitive_features: Table,
    *,
    classifier: Any = None,
    categorical_columns: Columns = "auto",
    n_splits: int = 5,
    random_state: int = 0,
) -> pd.DataFrame:
    """Measure how well the group can be guessed from each column of X and from all of them.

    A cross-validated probe: a column that guesses the group well is a proxy of it, and a representation that
    should hide the group is as good as its "all columns" row.

    Parameters
    ----------
    X : DataFrame or array-like of shape (n_rows, n_columns)
        Columns, latent codes or scores to probe; leave the sensitive columns themselves out.
    sensitive_features : array-like of shape (n_rows,) or (n_rows, n_sensitive)
        Sensitive values of the rows; several columns are crossed.
    classifier : classifier or None, default=None
        The probe, with ``predict_proba``; it is given numbers, level numbers of the categories, and NaN for
        missing values. None: ``HistGradientBoostingClassifier`` that knows which columns are categories.
    categorical_columns : "auto" or list of labels, default="auto"
        Columns without an order; "auto": all that are neither numbers nor dates, and booleans.
    n_splits : int, default=5
        Number of stratified folds.
    random_state : int, default=0
        Seed of the folds and of the default probe.

    Returns
    -------
    DataFrame of shape (n_columns + 1, 1)
        One row a column of X, then "all columns"; column ``roc_auc`` in [0, 1], out of fold: 0.5 says that
        nothing is revealed, 1 everything. For more than two groups: the mean over the groups, one against
        the rest. Groups with fewer rows than folds are left out of the probe.

    Raises
    ------
    ValueError
        If lengths differ, or fewer than two groups have at least `n_splits` rows.

    Warns
    -----
    SmallGroupWarning
        If a group has fewer than `n_splits` rows; the message names it.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from skfairgen.metrics import group_leakage
    >>> rng = np.random.RandomState(0)
    >>> group = np.repeat(["f", "m"], 200)
    >>> X = pd.DataFrame({"proxy": (group == "m") + rng.normal(0, 0.1, 400), "noise": rng.normal(size=400)})
    >>> group_leakage(X, group)["roc_auc"].round(1).to_dict()
    {'proxy': 1.0, 'noise': 0.5, 'all columns': 1.0}
    """
    X = as_frame(X)
    groups = encode_groups(sensitive_features, len(X))
    probed = _probed_rows(groups, n_splits)
    encoded = encode_tables(X, categorical_columns=categorical_columns)
    (features,), is_categorical = tree_features(*encoded)
    features, codes = features[probed], groups.codes[probed]
    folds = StratifiedKFold(n_splits, shuffle=True, random_state=random_state)

    def probe(columns):
        model = clone(classifier) if classifier is not None else _default_probe(is_categorical[columns], random_state)
        return cross_validated_auc(model, features[:, columns], codes, folds)

    position = {label: [place] for place, label in enumerate(encoded[0].columns)}
    values = [probe(position[label]) for label in X.columns]
    values.append(probe(list(range(features.shape[1]))))
    return pd.DataFrame({"roc_auc": values}, index=pd.Index([*X.columns, "all columns"], name="column"))


def _probed_rows(groups, n_splits):
    small = np.flatnonzero(groups.sizes < n_splits)
    n_groups = len(groups.labels) - len(small)
    if n_groups < 2:
        raise ValueError(
            f"Found {n_groups} groups with at least n_splits={n_splits} rows, expected at least 2: with one "
            "group there is nothing to guess."
        )
    if len(small):
        named = ", ".join(f"{groups.labels[code]!r} ({groups.sizes[code]} rows)" for code in small)
        warnings.warn(
            f"The probe leaves out groups with fewer rows than n_splits={n_splits}: {named}. Merge them, "
            "or lower n_splits.",
            SmallGroupWarning,
            stacklevel=3,
        )
    return ~np.isin(groups.codes, small)


def _default_probe(is_categorical, random_state):
    return HistGradientBoostingClassifier(categorical_features=is_categorical, random_state=random_state)
