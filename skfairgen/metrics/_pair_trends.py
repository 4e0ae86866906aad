"""How well each pair of columns keeps its dependence: correlation and contingency similarity."""

from itertools import combinations

import numpy as np
import pandas as pd

from skfairgen.data import Columns, Rows
from skfairgen.metrics._table_features import encode_tables

_N_BINS = 10


def column_pair_trends(real: Rows, synthetic: Rows, *, categorical_columns: Columns = "auto") -> pd.DataFrame:
    r"""Score how well the synthetic table keeps the dependence of each pair of columns.

    SDMetrics' *Column Pair Trends* [1]_: for two numeric columns the correlation similarity, else the
    contingency similarity, a numeric column being cut into 10 bins of equal width,

    .. math:: 1 - \tfrac12 |\rho - \hat\rho|, \qquad 1 - \tfrac12 \sum_{a,b} |p_{ab} - \hat p_{ab}|

    Here the bins of both tables have the same edges, those of the real table, with the outer bins open;
    SDMetrics 0.32 computes edges for each table on its own, so that the same value may fall into different
    bins. A missing value is a level of its own in the contingency similarity; the correlation uses the rows
    where both numbers are known.

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
    DataFrame of shape (n_pairs, 3)
        Columns ``column_1``, ``column_2``, ``score`` in [0, 1], 1 is best; NaN where a correlation is
        undefined because one of the columns is constant. The mean of the scores that are defined is the
        table's score.

    Raises
    ------
    ValueError
        If the columns differ, a table is empty, or a numeric column holds infinite values.

    References
    ----------
    .. [1] SDMetrics, "Column Pair Trends", https://docs.sdv.dev/sdmetrics.

    Examples
    --------
    >>> import pandas as pd
    >>> from skfairgen.metrics import column_pair_trends
    >>> real = pd.DataFrame({"sex": ["f", "f", "m", "m"], "hired": ["no", "no", "no", "yes"]})
    >>> synthetic = pd.DataFrame({"sex": ["f", "f", "m", "m"], "hired": ["no", "yes", "no", "yes"]})
    >>> column_pair_trends(real, synthetic)
      column_1 column_2  score
    0      sex    hired   0.75
    """
    real, synthetic = encode_tables(real, synthetic, categorical_columns=categorical_columns)
    scores = encoded_pair_trends(real, synthetic)
    rows = [(first, second, score) for (first, second), score in scores.items()]
    return pd.DataFrame(rows, columns=["column_1", "column_2", "score"])


def encoded_pair_trends(real, synthetic):
    """Return {(label, label): score} of two tables that `encode_tables` encoded together."""
    scores = {}
    for pair in combinations(real.numeric, 2):
        correlations = [_correlation(*(table.numeric[label] for label in pair)) for table in (real, synthetic)]
        scores[pair] = 1 - abs(correlations[0] - correlations[1]) / 2
    codes_real, codes_synthetic = _contingency_codes(real, synthetic)
    for pair in combinations(real.columns, 2):
        if pair not in scores:
            shares = [_joint_shares(codes, pair) for codes in (codes_real, codes_synthetic)]
            scores[pair] = 1 - float(shares[0].subtract(shares[1], fill_value=0).abs().sum()) / 2
    return scores


def _correlation(a, b):
    known = ~(np.isnan(a) | np.isnan(b))
    a, b = a[known], b[known]
    if len(a) < 2 or a.min() == a.max() or b.min() == b.max():
        return np.nan
    return float(np.corrcoef(a, b)[0, 1])


def _contingency_codes(real, synthetic):
    codes = [dict(real.categorical), dict(synthetic.categorical)]
    for label, values in real.numeric.items():
        known = values[~np.isnan(values)]
        edges = np.histogram_bin_edges(known, bins=_N_BINS)[1:-1] if len(known) else np.array([0.0])
        for store, column in zip(codes, (values, synthetic.numeric[label]), strict=True):
            store[label] = np.where(np.isnan(column), -1, np.digitize(column, edges))
    return codes


def _joint_shares(codes, pair):
    first, second = (codes[label] + 1 for label in pair)
    cells, counts = np.unique(first * (np.int64(2) ** 32) + second, return_counts=True)
    return pd.Series(counts / len(first), index=cells)
