"""Linkability, as anonymeter defines it: two halves of a person's columns that meet in one synthetic row."""

from collections.abc import Hashable, Sequence
from numbers import Integral

import numpy as np
import pandas as pd
from sklearn.utils import check_random_state, check_scalar

from skfairgen.data import Columns, RandomState, Rows
from skfairgen.metrics._attack_rates import risk_against_control, table_values
from skfairgen.metrics._table_features import as_frame, encode_tables


def linkability(
    real: Rows,
    synthetic: Rows,
    holdout: Rows,
    *,
    first_columns: Sequence[Hashable] | None = None,
    n_neighbors: int = 1,
    n_attacks: int = 500,
    categorical_columns: Columns = "auto",
    confidence_level: float = 0.95,
    random_state: RandomState = 0,
) -> pd.Series:
    """Link two halves of a person's columns through the synthetic rows.

    A link succeeds when a synthetic row is among the `n_neighbors` nearest of the person in the first columns and in
    the others as well [1]_. Distances are Gower's: the mean over the columns of the difference over the range, for
    words of whether they differ. The control are held-out people.
    The other parameters are those of :func:`singling_out`.

    Parameters
    ----------
    first_columns : list of labels or None, default=None
        Columns that one party knows; the other party knows the others. None: every second column.
    n_neighbors : int, default=1
        Synthetic rows that each party brings.
    n_attacks : int, default=500
        People attacked in each table, at most all.

    Returns
    -------
    Series
        As in :func:`singling_out`.

    Raises
    ------
    ValueError
        If the columns differ, one party would have none, or a numeric column holds infinite values.

    References
    ----------
    .. [1] M. Giomi, F. Boenisch, C. Wehmeyer, B. Tasnadi, "A Unified Framework for Quantifying Privacy Risk in
       Synthetic Data", PoPETs 2023.

    Examples
    --------
    >>> import numpy as np
    >>> from skfairgen.metrics import linkability
    >>> real, fresh = np.random.RandomState(0).normal(size=(2, 300, 6))
    >>> float(linkability(real, real, fresh)["attack"])
    1.0
    """
    check_scalar(n_neighbors, "n_neighbors", Integral, min_val=1)
    check_scalar(n_attacks, "n_attacks", Integral, min_val=1)
    rng = check_random_state(random_state)
    encoded = encode_tables(real, synthetic, holdout, categorical_columns=categorical_columns)
    real, made, holdout = encoded
    order = list(as_frame(synthetic).columns)
    first = order[::2] if first_columns is None else list(first_columns)
    second = [label for label in order if label not in first]
    if not first or not second or set(first) - set(order):
        raise ValueError(f"first_columns={first!r} must be some, not all, of the columns {order}.")
    size = min(n_attacks, real.n_rows, holdout.n_rows)
    hits = []
    for table in (real, holdout):
        people = table.take(rng.choice(table.n_rows, size, replace=False))
        near = [_nearest(people, made, labels, n_neighbors) for labels in (first, second)]
        hits.append(sum(bool(set(a) & set(b)) for a, b in zip(*near, strict=True)))
    return pd.Series(risk_against_control(hits[0], size, hits[1], size, confidence_level) | {"n_attacks": size})


def _nearest(people, made, labels, n_neighbors):
    """Return the positions of the nearest synthetic rows, shape (n_people, n_neighbors), by Gower's distance."""
    distance = np.zeros((people.n_rows, made.n_rows), dtype=np.float32)
    for label in labels:
        a, b = table_values(people, label)[:, np.newaxis], table_values(made, label)[np.newaxis]
        if label in people.categorical:
            distance += a != b
            continue
        both = np.concatenate([a.ravel(), b.ravel()])
        span = np.nanmax(both) - np.nanmin(both) if (~np.isnan(both)).any() else 0.0
        apart = np.abs(a - b) / (span or 1.0)
        distance += np.where(np.isnan(apart), np.isnan(a) != np.isnan(b), apart)
    return np.argpartition(distance, n_neighbors - 1, axis=1)[:, :n_neighbors]
