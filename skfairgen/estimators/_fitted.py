"""What ``fit`` leaves on an estimator: all of it at once, when everything has succeeded."""

from copy import copy

from sklearn.utils.validation import validate_data


def set_fitted(estimator, **attributes):
    """Put new fitted attributes in the place of all earlier ones.

    An interrupted or refused ``fit`` never comes here, so it leaves the estimator as it was.
    """
    is_kept = {name: not name.endswith("_") or name.startswith("__") for name in vars(estimator)}
    kept = {name: value for name, value in vars(estimator).items() if is_kept[name]}
    estimator.__dict__ = kept | attributes  # in one step: an interrupt comes before it or after it


def feature_names(estimator, X, frame, columns):
    """Return ``n_features_in_`` and, where there are any, ``feature_names_in_`` for X, without setting them.

    Raises
    ------
    TypeError
        If some column names are strings and others are not.
    """
    probe = copy(estimator)
    for name in ("n_features_in_", "feature_names_in_"):
        vars(probe).pop(name, None)
    if columns is not None:
        validate_data(probe, X if columns.is_unique else frame, skip_check_array=True)
    names = ("n_features_in_", "feature_names_in_")
    return {name: getattr(probe, name) for name in names if hasattr(probe, name)}
