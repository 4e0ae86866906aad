"""Values that only one person holds, found again in synthetic rows."""

import numpy as np
import pandas as pd
from sklearn.utils import check_random_state

from skfairgen.data import Columns, RandomState, Rows
from skfairgen.metrics._attack_rates import risk_against_control, table_values
from skfairgen.metrics._table_features import encode_tables


def lone_values(
    real: Rows,
    synthetic: Rows,
    holdout: Rows,
    *,
    categorical_columns: Columns = "auto",
    confidence_level: float = 0.95,
    random_state: RandomState = 0,
) -> pd.Series:
    """Count synthetic values that only one real person holds, against how often held-out people hold such a value.

    Parameters and errors are those of :func:`singling_out`. Of the larger table as many rows are drawn as the smaller
    one has, so that synthetic and held-out rows are as many.

    Returns
    -------
    Series
        As in :func:`singling_out`: "attack" is the share of the synthetic rows with at least one value, in any column,
        that exactly one real row holds, "control" that of the held-out rows.

    Examples
    --------
    >>> import numpy as np
    >>> from skfairgen.metrics import lone_values
    >>> real, fresh = np.random.RandomState(0).normal(size=(2, 300, 6))
    >>> float(lone_values(real, real, fresh)["attack"])
    1.0
    """
    rng = check_random_state(random_state)
    real, made, holdout = encode_tables(real, synthetic, holdout, categorical_columns=categorical_columns)
    size = min(made.n_rows, holdout.n_rows)
    hits = []
    for table in (made, holdout):
        rows = table.take(rng.choice(table.n_rows, size, replace=False))
        is_hit = np.zeros(size, dtype=bool)
        for label in real.columns:
            own, theirs = table_values(real, label), table_values(rows, label)
            values, counts = np.unique(own[~pd.isna(own)], return_counts=True)
            is_hit |= np.isin(theirs, values[counts == 1])
        hits.append(int(is_hit.sum()))
    return pd.Series(risk_against_control(hits[0], size, hits[1], size, confidence_level) | {"n_attacks": size})
