"""Attribute inference: can a sensitive value of a person be told from the synthetic rows and all else about them?"""

from collections.abc import Hashable
from itertools import combinations
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, eye_array, hstack, vstack
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.utils import check_random_state, check_scalar

from skfairgen._listed import listed
from skfairgen.data import Columns, RandomState, Rows
from skfairgen.metrics._attack_rates import auc
from skfairgen.metrics._bootstrap import holding_interval
from skfairgen.metrics._table_features import as_frame, encode_tables, tree_features

_MAX_LEVELS = 8
_MAX_QUERIES = 4_000


def attribute_inference(
    real: Rows,
    synthetic: Rows,
    holdout: Rows,
    *,
    secret: Hashable,
    value: Any = None,
    categorical_columns: Columns = "auto",
    confidence_level: float = 0.95,
    n_bootstrap: int = 500,
    max_rows: int = 1_000,
    random_state: RandomState = 0,
) -> pd.DataFrame:
    r"""Guess a secret column of training rows, and of held-out rows as a control.

    The attacker knows the synthetic rows and every other column of the people attacked. What can be guessed of
    held-out people too is what the population has in common; only what goes beyond it is leaked by the rows.

    Two attacks. "classifier": gradient boosting, trained on the synthetic rows, predicts the secret. "reconstruction":
    linear reconstruction [1]_. Each pair of other columns gives the counts
    :math:`b_q` of people with the secret value for every combination q of the two columns' values, from the
    synthetic share times the number of attacked people in q. The secrets :math:`t \in [0, 1]^n` are those that
    agree best with all of them:

    .. math:: \min_t \sum_q \left| \sum_{i \in q} t_i - b_q \right|

    Parameters
    ----------
    real : DataFrame or array-like of shape (n_real, n_columns)
        Real rows the generator has seen.
    synthetic : DataFrame or array-like of shape (n_synthetic, n_columns)
        Synthetic rows, the same columns.
    holdout : DataFrame or array-like of shape (n_holdout, n_columns)
        Real rows the generator has not seen.
    secret : label
        Column that is guessed.
    value : label or None, default=None
        The value that is told from all others. None: the most frequent one among the real rows; of numbers, whether
        they lie above the median.
    categorical_columns : "auto" or list of labels, default="auto"
        Columns without an order; "auto": all that are neither numbers nor dates, and booleans.
    confidence_level : float, default=0.95
        Coverage of each interval, in (0, 1).
    n_bootstrap : int, default=500
        Resamples of the rows.
    max_rows : int, default=1_000
        Rows of each of the real tables that are attacked at most. The reconstruction is sharpest where this is all of
        them.
    random_state : int, RandomState instance or None, default=0
        Seed of the draws and of the classifier.

    Returns
    -------
    DataFrame
        Index "attack": "classifier", "reconstruction". Columns "attack_auc" and "control_auc" (ROC-AUC of the
        guesses for training rows and held-out rows), "excess" (their difference; 0: nothing leaked beyond what
        the population tells) and its interval "low" to "high". NaN where all have the same secret.

    Raises
    ------
    ValueError
        If the columns differ, `secret` or `value` is unknown, or there is no other column.

    References
    ----------
    .. [1] M. S. M. S. Annamalai, A. Gadotti, L. Rocher, "A Linear Reconstruction Approach for Attribute Inference
       Attacks against Synthetic Data", USENIX Security 2024.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from skfairgen.metrics import attribute_inference
    >>> rng = np.random.RandomState(0)
    >>> real, fresh = (pd.DataFrame(rng.randint(0, 5, (200, 6))).assign(ill=rng.randint(0, 2, 200)) for _ in range(2))
    >>> found = attribute_inference(real, real, fresh, secret="ill", value=1)
    >>> bool(found.loc["reconstruction", "excess"] > 0.2)
    True
    """
    check_scalar(n_bootstrap, "n_bootstrap", Integral, min_val=1)
    rng = check_random_state(random_state)
    real, synthetic, holdout = (as_frame(table) for table in (real, synthetic, holdout))
    if secret not in real.columns or real.shape[1] < 2:
        raise ValueError(f"secret={secret!r} must be one of several columns, found {listed(real.columns)}.")
    has_secret = _secret_indicator(real[secret], value)
    size = min(len(real), len(holdout), max_rows)
    attacked, control = (_drawn(table, size, rng) for table in (real, holdout))
    made, *people = (table.reset_index(drop=True) for table in (synthetic, attacked, control))
    truth_of_made, *truths = (has_secret(table[secret]) for table in (made, *people))
    if isinstance(categorical_columns, list):
        categorical_columns = [label for label in categorical_columns if label != secret]
    known = encode_tables(
        *(table.drop(columns=secret) for table in (people[0], people[1], made)), categorical_columns=categorical_columns
    )
    seed = rng.randint(2**31 - 1)
    guesses = {
        "classifier": _classify(known, truth_of_made, seed),
        "reconstruction": _reconstruct(known, truth_of_made, rng),
    }
    rows = {attack: _excess(truths, said, confidence_level, n_bootstrap, rng) for attack, said in guesses.items()}
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index.name = "attack"
    return frame


def _drawn(table, size, rng):
    return table.iloc[rng.choice(len(table), size, replace=False)]


def _secret_indicator(column, value):
    if value is None and pd.api.types.is_numeric_dtype(column.dtype) and column.nunique() > 2:
        median = column.median()
        return lambda values: (values > median).to_numpy(dtype=bool, na_value=False)
    if value is None:
        value = column.mode().iloc[0]
    elif not (column == value).any():
        raise ValueError(f"value={value!r} does not occur in column {column.name!r}.")
    return lambda values: (values.astype(object) == value).to_numpy(dtype=bool, na_value=False)


def _classify(known, truth_of_made, seed):
    (attacked, control, made), is_categorical = tree_features(*known)
    if truth_of_made.all() or not truth_of_made.any():
        return np.zeros(len(attacked)), np.zeros(len(control))
    model = HistGradientBoostingClassifier(categorical_features=is_categorical, random_state=seed)
    model.fit(made, truth_of_made)
    return tuple(model.predict_proba(rows)[:, 1] for rows in (attacked, control))


def _reconstruct(known, truth_of_made, rng):
    levels = _coarse_levels(known)
    pairs = list(combinations(range(levels[0].shape[1]), 2)) or [(0, 0)]
    rng.shuffle(pairs)
    most = max(1, _MAX_QUERIES // _MAX_LEVELS**2 * 2)
    return tuple(_solve(rows, levels[2], truth_of_made, pairs[:most]) for rows in levels[:2])


def _coarse_levels(known):
    """Return the level of each row in each column, int arrays (n_rows, n_columns): numbers are cut at quantiles of the
    synthetic rows, and of many words the most frequent keep their own level."""
    columns = [[] for _ in known]
    for label, made in known[2].numeric.items():
        cuts = np.unique(np.nanquantile(made, np.linspace(0, 1, _MAX_LEVELS)[1:-1])) if (~np.isnan(made)).any() else []
        for store, table in zip(columns, known, strict=True):
            numbers = table.numeric[label]
            store.append(np.where(np.isnan(numbers), _MAX_LEVELS, np.searchsorted(cuts, numbers)))
    for label, made in known[2].categorical.items():
        counts = np.bincount(made + 1, minlength=known[2].n_levels[label] + 1)
        rank = np.minimum(np.argsort(np.argsort(-counts, kind="stable")), _MAX_LEVELS - 1)
        for store, table in zip(columns, known, strict=True):
            store.append(rank[table.categorical[label] + 1])
    return [np.column_stack(parts).astype(int) for parts in columns]


def _solve(people, made, truth_of_made, pairs):
    """Return the secrets, in [0, 1], that agree best with the counts of all pairs of columns."""
    width = _MAX_LEVELS + 1
    queries, wanted = [], []
    for a, b in pairs:
        of_people, of_made = (rows[:, a] * width + rows[:, b] for rows in (people, made))
        n_made = np.bincount(of_made, minlength=width**2)
        n_secret = np.bincount(of_made, weights=truth_of_made, minlength=width**2)
        n_people = np.bincount(of_people, minlength=width**2)
        for cell in np.flatnonzero((n_people > 0) & (n_made > 0)):
            queries.append(np.flatnonzero(of_people == cell))
            wanted.append(n_people[cell] * n_secret[cell] / n_made[cell])
    if not queries:
        return np.zeros(len(people))
    n_queries, n_people = len(queries), len(people)
    columns = np.concatenate(queries)
    rows = np.repeat(np.arange(n_queries), [len(query) for query in queries])
    members = csr_matrix((np.ones(len(columns)), (rows, columns)), shape=(n_queries, n_people))
    slack = eye_array(n_queries, format="csr")
    answer = linprog(
        np.repeat([0.0, 1.0], [n_people, n_queries]),
        A_ub=vstack([hstack([members, -slack]), hstack([-members, -slack])]).tocsr(),
        b_ub=np.concatenate([wanted, np.negative(wanted)]),
        bounds=[(0, 1)] * n_people + [(0, None)] * n_queries,
        method="highs-ipm",
        options={"time_limit": 30.0},
    )
    return np.zeros(n_people) if answer.x is None else answer.x[:n_people]


def _excess(truths, guesses, confidence_level, n_bootstrap, rng):
    attack, control = (float(auc(truth, said)) for truth, said in zip(truths, guesses, strict=True))
    drawn = []
    for truth, said in zip(truths, guesses, strict=True):
        rows = rng.randint(len(truth), size=(n_bootstrap, len(truth)))
        drawn.append(auc(truth[rows], said[rows]))
    low, high = holding_interval(drawn[0] - drawn[1], attack - control, confidence_level)
    return {
        "attack_auc": attack,
        "control_auc": control,
        "excess": attack - control,
        "low": float(low),
        "high": float(high),
    }
