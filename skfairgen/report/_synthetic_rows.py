"""Synthetic rows from whatever holds or makes them."""

import numpy as np
import pandas as pd

from skfairgen._listed import listed
from skfairgen.data import as_pandas
from skfairgen.report._frames import as_series, check_like, checked_pair, is_number_column


def synthetic_rows(synthetic, X_train, y_train, random_state):
    """Return the features and classes of a synthetic table, or of as many rows as there are to train on.

    Parameters
    ----------
    synthetic : (X, y), DataFrame that has the target among its columns, or estimator
        An estimator that draws with ``sample(n_samples, random_state=...)``, or that keeps such a one as
        ``generator_``.
    X_train : DataFrame of shape (n_rows, n_columns)
    y_train : Series of shape (n_rows,)
    random_state : int

    Returns
    -------
    (DataFrame, Series)
        The columns of `X_train`, in its order.

    Raises
    ------
    ValueError
        If a column or the target is missing.
    """
    maker = getattr(synthetic, "generator_", synthetic)
    synthetic = as_pandas(synthetic, "synthetic")
    if isinstance(synthetic, pd.DataFrame):
        if y_train.name not in synthetic.columns:
            raise ValueError(
                f"The synthetic table has no column {y_train.name!r}, the name of y_train: pass the pair (X, y)."
            )
        X, y = synthetic.drop(columns=y_train.name), synthetic[y_train.name]
    elif isinstance(synthetic, tuple) and len(synthetic) == 2:
        X, y = synthetic
    elif hasattr(maker, "sample"):
        X, y = maker.sample(len(X_train), random_state=random_state)[:2]
    else:
        raise ValueError(
            f"Found a {type(synthetic).__name__}: expected the pair (X, y), a DataFrame that holds the target, or an "
            "estimator with sample()."
        )
    X, y = checked_pair(X, as_series(y, y_train.name), "the synthetic table")
    if not len(X):
        raise ValueError("The synthetic table holds no row.")
    check_like(X, X_train, "the synthetic table")
    unknown = set(y.unique()) - set(y_train.unique())
    if unknown:
        raise ValueError(
            f"The synthetic target holds {listed(list(unknown))}, which y_train does not: use the same classes."
        )
    return _in_kind(X[list(X_train.columns)], X_train), y.astype(y_train.dtype)


def likelihood_of(synthetic, X, y):
    """Return the log-likelihood, in nats, that a generator or student of this package gives to rows, as a callable.

    Parameters
    ----------
    synthetic : anything
        What :func:`synthetic_rows` takes.
    X, y : DataFrame, Series
        Rows that it must be able to read.

    Returns
    -------
    (callable of rows with the target as last column, or None; list of str)
        None for what has no likelihood, or cannot read the rows; why not.
    """
    maker = getattr(synthetic, "generator_", synthetic)
    model = getattr(maker, "model_", None)
    model = getattr(model, "rows", model)
    if not hasattr(model, "log_likelihood"):
        return None, []
    try:
        maker.reader_.read(X, y)
    except ValueError as error:
        return None, [f"No attack by likelihood: {error}"]
    return lambda rows: model.log_likelihood(*maker.reader_.read(rows.iloc[:, :-1], rows.iloc[:, -1])), []


def _in_kind(X, like):
    """Give a table read from anywhere the dtypes of the real one, where its values fit them."""
    columns = {}
    for label in like:
        column, dtype = X[label], like[label].dtype
        if is_number_column(like[label]):
            column = pd.to_numeric(column).astype(np.float64 if dtype.kind in "iuf" else dtype)
        columns[label] = column
    return pd.DataFrame(columns)
