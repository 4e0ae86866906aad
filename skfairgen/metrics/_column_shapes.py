"""How well each column's distribution is kept: Kolmogorov-Smirnov and total variation complements."""

import numpy as np
import pandas as pd

from skfairgen.data import Columns, Rows, as_frame
from skfairgen.metrics._table_features import encode_tables


def column_shapes(real: Rows, synthetic: Rows, *, categorical_columns: Columns = "auto") -> pd.Series:
    r"""Score how well the synthetic table keeps the distribution of each column.

    A numeric column gets the Kolmogorov-Smirnov complement, a categorical one the total variation
    complement, as in SDMetrics' *Column Shapes* [1]_:

    .. math:: 1 - \sup_t |F(t) - \hat F(t)|, \qquad 1 - \tfrac12 \sum_c |p_c - \hat p_c|

    A missing value counts as a level of a categorical column, and as a value below every number in a numeric
    one; SDMetrics drops it, and so does not see a wrong missing rate. Without missing values the two agree.

    Parameters
    ----------
    real : DataFrame or array-like of shape (n_real, n_columns)
        Real rows.
    synthetic : DataFrame or array-like of shape (n_synthetic, n_columns)
        Synthetic rows, the same columns.
    categorical_columns : "auto" or list of labels, default="auto"
        Columns without an order; "auto": all that are neither numbers nor dates, and booleans.

    Returns
    -------
    Series of shape (n_columns,)
        A score in [0, 1] for each column, 1 is best. Its mean is the table's score.

    Raises
    ------
    ValueError
        If the columns differ, a table is empty, or a numeric column holds infinite values.

    References
    ----------
    .. [1] SDMetrics, "Column Shapes", https://docs.sdv.dev/sdmetrics.

    Examples
    --------
    >>> import pandas as pd
    >>> from skfairgen.metrics import column_shapes
    >>> real = pd.DataFrame({"age": [20, 30, 40, 50], "sex": ["f", "f", "m", "m"]})
    >>> synthetic = pd.DataFrame({"age": [20, 30, 40, 40], "sex": ["f", "m", "m", "m"]})
    >>> column_shapes(real, synthetic)
    age    0.75
    sex    0.75
    dtype: float64
    """
    labels = as_frame(real).columns
    real, synthetic = encode_tables(real, synthetic, categorical_columns=categorical_columns)
    return pd.Series(encoded_shapes(real, synthetic)).reindex(list(labels))


def encoded_shapes(real, synthetic):
    """Return {label: score} of two tables that `encode_tables` encoded together."""
    scores = {
        label: 1 - _kolmogorov_smirnov(values, synthetic.numeric[label]) for label, values in real.numeric.items()
    }
    for label, codes in real.categorical.items():
        scores[label] = 1 - _total_variation(codes, synthetic.categorical[label], real.n_levels[label])
    return scores


def _kolmogorov_smirnov(a, b):
    a = np.sort(np.where(np.isnan(a), -np.inf, a))
    b = np.sort(np.where(np.isnan(b), -np.inf, b))
    points = np.concatenate([a, b])
    below_a = np.searchsorted(a, points, side="right") / len(a)
    below_b = np.searchsorted(b, points, side="right") / len(b)
    return float(np.abs(below_a - below_b).max())


def _total_variation(a, b, n_levels):
    shares_a = np.bincount(a + 1, minlength=n_levels + 1) / len(a)
    shares_b = np.bincount(b + 1, minlength=n_levels + 1) / len(b)
    return float(np.abs(shares_a - shares_b).sum() / 2)
