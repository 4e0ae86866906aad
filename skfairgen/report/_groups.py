"""The groups of a table: one code a row, and their names in words."""

import numpy as np
import pandas as pd

from skfairgen.data import in_bands

MIN_GROUP_ROWS = 30


def group_codes(X, sensitive_columns):
    """Give every row the code of its group, and every group a name.

    Several columns are crossed, a missing value is a group of its own. A numeric column of more than 20 values is cut
    at its quartiles, as :class:`skfairgen.FairDistillResampler` cuts it.

    Parameters
    ----------
    X : DataFrame of shape (n_rows, n_columns)
    sensitive_columns : list of labels

    Returns
    -------
    (ndarray of shape (n_rows,), int; list of str)
    """
    levels = in_bands(X[sensitive_columns])
    columns = [levels.iloc[:, place].astype(object) for place in range(levels.shape[1])]
    words = [column.where(column.notna(), "missing").astype(str) for column in columns]
    crossed = words[0].str.cat(words[1:], sep=", ") if len(words) > 1 else words[0]
    codes, names = pd.factorize(crossed, sort=True)
    return codes, names.tolist()


def large_groups(groups, names):
    """Return the groups numbered again, with -1 for those too small to compare, and a note about these.

    Raises
    ------
    ValueError
        If fewer than two groups are large enough.
    """
    sizes = np.bincount(groups)
    large = sizes >= MIN_GROUP_ROWS
    if large.sum() < 2:
        found = ", ".join(f"{name!r} {size:,}" for name, size in zip(names, sizes, strict=True))
        raise ValueError(
            f"Fewer than two groups have {MIN_GROUP_ROWS} rows or more, found {found}: merge small groups."
        )
    left_out = [f"{name} ({size} rows)" for name, size in zip(names, sizes, strict=True) if size < MIN_GROUP_ROWS]
    codes = np.where(large, np.cumsum(large) - 1, -1)[groups]
    said = f"Groups of fewer than {MIN_GROUP_ROWS} rows are left out of the ratios: {', '.join(left_out)}."
    return codes, [said] if left_out else []
