"""The one shape in which every table of this room is handed over."""

from typing import Any, TypeAlias

from sklearn.utils import Bunch

Dataset: TypeAlias = Any
"""A Bunch, or the pair (data, target); which of them, `return_X_y` says."""


def as_bunch(
    frame, *, target, sensitive_columns, positive_class, description, return_X_y=False, as_frame=True, **truth
):
    """Split a frame into data and target, and say which columns are sensitive.

    Parameters
    ----------
    frame : DataFrame of shape (n_samples, n_features + 1)
        The features and the target.
    target : str
        Name of the target column.
    sensitive_columns : list of str
        Names of the sensitive columns, in the order of their importance in the literature.
    positive_class : object
        The value of the target that is the favorable or the studied outcome.
    description : str
        What the table is, for ``DESCR``.
    return_X_y : bool, default=False
        Return ``(data, target)`` only.
    as_frame : bool, default=True
        Return a frame and a Series; else arrays, the data of objects, and positions of the sensitive columns.
    **truth
        Further entries, such as the known answer of a made table.

    Returns
    -------
    Bunch or (DataFrame, Series)
    """
    X, y = frame.drop(columns=target), frame[target]
    names = list(X.columns)
    if not as_frame:
        X, y, frame = X.to_numpy(dtype=object), y.to_numpy(), None
        sensitive_columns = [names.index(name) for name in sensitive_columns]
    if return_X_y:
        return X, y
    return Bunch(
        data=X,
        target=y,
        frame=frame,
        feature_names=names,
        target_names=[target],
        sensitive_columns=list(sensitive_columns),
        positive_class=positive_class,
        DESCR=description,
        **truth,
    )
