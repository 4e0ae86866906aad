"""What ``fit`` leaves on an estimator: all of it at once, when everything has succeeded."""

from copy import copy

from sklearn.utils.validation import validate_data


def set_fitted(estimator, **attributes):
    """Put new fitted attributes in the place of all earlier ones.

    An interrupted or refused ``fit`` never comes here, so it leaves the estimator as it was.
    """
    for name in [name for name in vars(estimator) if name.endswith("_") and not name.startswith("__")]:
        delattr(estimator, name)
    for name, value in attributes.items():
        setattr(estimator, name, value)


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
