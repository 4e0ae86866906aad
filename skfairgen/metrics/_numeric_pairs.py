"""What pairs of numeric columns keep: correlations, and rows in which both are equal."""

from itertools import combinations

import numpy as np
import pandas as pd


def correlation_slope(real, synthetic):
    """Return the slope, through 0, of synthetic on real correlations of two encoded tables; NaN without numeric pairs.

    Below 1, dependence was lost; above 1, added.
    """
    labels = list(real.numeric)
    places = np.triu_indices(len(labels), 1)
    tables = [pd.DataFrame(table.numeric, columns=labels) for table in (real, synthetic)]
    first, second = (np.nan_to_num(table.corr().to_numpy()[places]) for table in tables)
    return float(first @ second / (first @ first)) if first.any() else np.nan


def equality_differences(real, synthetic):
    """Return {(label, label): difference} of the shares of rows in which two numeric columns are equal.

    Pairs that are equal in no row of either table are left out; a missing value is equal to none.
    """
    differences = {}
    for first, second in combinations(real.numeric, 2):
        shares = [np.mean(table.numeric[first] == table.numeric[second]) for table in (real, synthetic)]
        if any(shares):
            differences[first, second] = float(shares[1] - shares[0])
    return differences


def worst_pair(trends, differences):
    """Return the names of the pair of columns that kept the least, from its trend scores or shares of equal rows."""
    losses = {pair: 1 - score for pair, score in trends.items() if not np.isnan(score)}
    for pair, difference in differences.items():
        losses[pair] = max(losses.get(pair, 0.0), abs(difference))
    return " x ".join(map(str, max(losses, key=losses.__getitem__))) if losses else ""
