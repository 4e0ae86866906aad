"""Singling out, as anonymeter defines it: descriptions that fit one person alone."""

from numbers import Integral

import numpy as np
import pandas as pd
from scipy.stats import hypergeom
from sklearn.utils import check_random_state, check_scalar

from skfairgen.data import Columns, RandomState, Rows
from skfairgen.metrics._attack_rates import risk_against_control, table_values
from skfairgen.metrics._table_features import encode_tables

_TRIES = 20  # rows looked at for each guess that is wanted


def singling_out(
    real: Rows,
    synthetic: Rows,
    holdout: Rows,
    *,
    n_columns: int = 3,
    n_attacks: int = 500,
    categorical_columns: Columns = "auto",
    confidence_level: float = 0.95,
    random_state: RandomState = 0,
) -> pd.Series:
    """Guess a description that only one person fits, from rows that only one synthetic row fits.

    Of a random synthetic row, `n_columns` random values make the description: a word or a missing value is to be
    equal, a number at least as high, or as low, as the row's, whichever side of the median it is on. Different
    descriptions that fit one synthetic row alone are the guesses; one succeeds when it fits exactly one real row [1]_.
    The control is how often the same guesses fit exactly one held-out row. That depends on the size of a table: where
    the two differ in size, the control is multiplied by the ratio of the rates that are expected in tables of both
    sizes, drawn from all real rows together.

    Parameters
    ----------
    real : DataFrame or array-like of shape (n_real, n_columns)
        Real rows the generator has seen.
    synthetic : DataFrame or array-like of shape (n_synthetic, n_columns)
        Synthetic rows, the same columns.
    holdout : DataFrame or array-like of shape (n_holdout, n_columns)
        Real rows the generator has not seen.
    n_columns : int, default=3
        Columns of a description, at most those there are.
    n_attacks : int, default=500
        Guesses; fewer where so many are not found.
    categorical_columns : "auto" or list of labels, default="auto"
        Columns without an order; "auto": all that are neither numbers nor dates, and booleans.
    confidence_level : float, default=0.95
        Coverage of the interval, in (0, 1).
    random_state : int, RandomState instance or None, default=0
        Seed of the draws.

    Returns
    -------
    Series
        "attack" and "control" (shares of the guesses that succeed), "risk" (the excess, as a share of what was left
        to find; 0: no signal), its interval "low" to "high", and "n_attacks". NaN where no guess was found.

    Raises
    ------
    ValueError
        If the columns differ, a table is empty, or a numeric column holds infinite values.

    References
    ----------
    .. [1] M. Giomi, F. Boenisch, C. Wehmeyer, B. Tasnadi, "A Unified Framework for Quantifying Privacy Risk in
       Synthetic Data", PoPETs 2023.

    Examples
    --------
    >>> import numpy as np
    >>> from skfairgen.metrics import singling_out
    >>> real, fresh = np.random.RandomState(0).normal(size=(2, 300, 6))
    >>> float(singling_out(real, real, fresh)["attack"])
    1.0
    """
    check_scalar(n_columns, "n_columns", Integral, min_val=1)
    check_scalar(n_attacks, "n_attacks", Integral, min_val=1)
    rng = check_random_state(random_state)
    real, synthetic, holdout = encode_tables(real, synthetic, holdout, categorical_columns=categorical_columns)
    n_columns = min(n_columns, len(synthetic.columns))
    medians = {label: np.nanmedian(v) if (~np.isnan(v)).any() else 0.0 for label, v in synthetic.numeric.items()}
    n_fitting, tried = [], set()
    for _ in range(_TRIES * n_attacks):
        row = rng.randint(synthetic.n_rows)
        labels = [synthetic.columns[i] for i in rng.choice(len(synthetic.columns), n_columns, replace=False)]
        guess = frozenset((label, str(table_values(synthetic, label)[row])) for label in labels)
        if guess in tried or _n_fitting(synthetic, synthetic, row, labels, medians) != 1:
            continue
        tried.add(guess)
        n_fitting.append([_n_fitting(table, synthetic, row, labels, medians) for table in (real, holdout)])
        if len(n_fitting) == n_attacks:
            break
    n_found = len(n_fitting)
    if not n_found:
        return pd.Series(dict.fromkeys(("attack", "control", "risk", "low", "high"), np.nan) | {"n_attacks": 0})
    hits, control_hits = _hits(np.array(n_fitting), np.array([real.n_rows, holdout.n_rows]))
    found = risk_against_control(hits, n_found, control_hits, n_found, confidence_level)
    return pd.Series(found | {"n_attacks": n_found})


def _hits(n_fitting, sizes):
    """Return how many guesses fit one row of the real table, and would of a control of the same size."""
    hits, control_hits = (n_fitting == 1).sum(axis=0)
    expected, expected_of_control = hypergeom.pmf(1, sizes.sum(), n_fitting.sum(axis=1)[:, np.newaxis], sizes).sum(
        axis=0
    )
    if not control_hits:
        return hits, 0
    return hits, min(control_hits * expected / expected_of_control, len(n_fitting))


def _n_fitting(table, synthetic, row, labels, medians):
    fits = np.ones(table.n_rows, dtype=bool)
    for label in labels:
        values, wanted = table_values(table, label), table_values(synthetic, label)[row]
        if label in table.categorical:
            fits &= values == wanted
        elif np.isnan(wanted):
            fits &= np.isnan(values)
        else:
            fits &= values >= wanted if wanted > medians[label] else values <= wanted
    return int(fits.sum())
