"""What is not public in scikit-learn, imported in this one place.

Estimators of other packages validate their parameters with these helpers too, but their home may change.
"""

from sklearn.base import _fit_context as fit_context
from sklearn.utils._param_validation import (
    HasMethods,
    Interval,
    StrOptions,
    validate_parameter_constraints,
    validate_params,
)

__all__ = ["HasMethods", "Interval", "StrOptions", "fit_context", "validate_parameter_constraints", "validate_params"]
