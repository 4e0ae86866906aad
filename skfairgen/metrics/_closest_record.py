"""Distance to the closest record and exact copies, against a hold-out the generator has not seen."""

import numpy as np
from sklearn.utils import check_random_state

from skfairgen.data import Columns, RandomState, Rows
from skfairgen.metrics._neighbor_features import neighbor_features
from skfairgen.metrics._neighbor_search import TOLERANCE, distance_to_nearest
from skfairgen.metrics._table_features import Features, encode_tables, shared_row_ids


def closest_record_share(
    real: Rows,
    synthetic: Rows,
    holdout: Rows,
    *,
    categorical_columns: Columns = "auto",
    features: Features | None = None,
    random_state: RandomState = 0,
) -> float:
    """Share of synthetic rows that lie nearer to a training row than to a hold-out row.

    A tie counts one half. Of the larger of the two real tables as many rows are drawn as the smaller one has,
    else the larger one would be nearer by its size alone. A copy of a training row that is not drawn goes
    unnoticed here: a hold-out as large as the training table makes the figure sharpest. Distances are those
    of `alpha_precision`.

    Parameters
    ----------
    real : DataFrame or array-like of shape (n_real, n_columns)
        Real rows the generator has seen.
    synthetic : DataFrame or array-like of shape (n_synthetic, n_columns)
        Synthetic rows, the same columns.
    holdout : DataFrame or array-like of shape (n_holdout, n_columns)
        Real rows the generator has not seen.
    categorical_columns : "auto" or list of labels, default="auto"
        Columns without an order; "auto": all that are neither numbers nor dates, and booleans.
    features : callable, default=None
        Takes each of the sets, such as arrays of images, and returns numbers of shape (n, p) to compare in its place.
    random_state : int, RandomState instance or None, default=0
        Draws the rows of the larger table.

    Returns
    -------
    float
        In [0, 1]: 0.5 when the training rows left no trace, 1 when every row leans on one of them.

    Raises
    ------
    ValueError
        If the columns differ, a table is empty, or a numeric column holds infinite values.

    Examples
    --------
    >>> import numpy as np
    >>> from skfairgen.metrics import closest_record_share
    >>> real, holdout = np.array([[0.0], [1.0]]), np.array([[5.0], [6.0]])
    >>> closest_record_share(real, np.array([[0.1], [5.1]]), holdout)
    0.5
    """
    encoded = encode_tables(real, synthetic, holdout, categorical_columns=categorical_columns, features=features)
    return float(closest_record_indicator(*neighbor_features(*encoded), random_state).mean())


def exact_copy_rate(real: Rows, synthetic: Rows, *, categorical_columns: Columns = "auto") -> float:
    """Share of synthetic rows that equal a real row in every column.

    Parameters and errors are those of :func:`closest_record_share`. Pass a hold-out as `synthetic` to learn the rate
    at which fresh real rows repeat old ones: only what exceeds it is memorized.

    Returns
    -------
    float
        In [0, 1].

    Examples
    --------
    >>> import numpy as np
    >>> from skfairgen.metrics import exact_copy_rate
    >>> exact_copy_rate(np.array([[1, 2], [3, 4]]), np.array([[3, 4], [3, 2]]))
    0.5
    """
    encoded = encode_tables(real, synthetic, categorical_columns=categorical_columns)
    return float(copy_indicator(*encoded).mean())


def closest_record_indicator(real, synthetic, holdout, random_state):
    """Return per synthetic row 1 if a training row is nearer, 0 if a hold-out row is, 0.5 for a tie."""
    size = min(len(real), len(holdout))
    generator = check_random_state(random_state)
    to_real, _ = distance_to_nearest(synthetic, _draw(real, size, generator))
    to_holdout, _ = distance_to_nearest(synthetic, _draw(holdout, size, generator))
    tie = np.abs(to_real - to_holdout) <= TOLERANCE
    return np.where(tie, 0.5, to_real < to_holdout)


def copy_indicator(real, synthetic):
    """Return per synthetic row whether it equals a row of `real`; both tables encoded together."""
    real_ids, synthetic_ids = shared_row_ids(real, synthetic)
    return np.isin(synthetic_ids, real_ids)


def _draw(rows, size, generator):
    if len(rows) == size:
        return rows
    return rows[generator.choice(len(rows), size, replace=False)]
