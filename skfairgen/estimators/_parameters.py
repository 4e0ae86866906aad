"""Constructor arguments that several estimators share, and how they are checked."""

from numbers import Integral, Real

from skfairgen._compat import Interval, StrOptions
from skfairgen.training import TrainingOptions

TABLE_CONSTRAINTS = {
    "sensitive_columns": ["array-like", str, Integral, None],
    "categorical_columns": [StrOptions({"auto"}), "array-like"],
}
LEGITIMATE_CONSTRAINTS = {"legitimate_columns": ["array-like", str, Integral, None]}
CRITERION_CONSTRAINTS = {
    "criterion": [StrOptions({"demographic_parity", "equalized_odds"}), None],
    "strength": [Interval(Real, 0, 1, closed="both")],
    "sensitive_at_prediction": ["boolean"],
    "label_draw": [StrOptions({"sample", "minimal"})],
}
TRAINING_CONSTRAINTS = {
    "max_epochs": [Interval(Integral, 1, None, closed="left")],
    "max_seconds": [Interval(Real, 0, None, closed="neither"), None],
    "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
    "lr": [Interval(Real, 0, None, closed="neither")],
    "early_stopping": ["boolean"],
    "device": [str],
    "n_threads": [Interval(Integral, 1, None, closed="left")],
    "warm_start": ["boolean"],
    "random_state": ["random_state"],
    "verbose": ["verbose"],
}


def training_options(estimator):
    """Return an estimator's training parameters."""
    return TrainingOptions(
        max_epochs=estimator.max_epochs,
        max_seconds=estimator.max_seconds,
        batch_size=estimator.batch_size,
        lr=estimator.lr,
        early_stopping=estimator.early_stopping,
        device=estimator.device,
        verbose=int(estimator.verbose),
    )


def check_criterion(criterion, layout):
    """Raise ValueError if a criterion is asked for where there are no labels or no groups for it to hold of."""
    if criterion is None or (layout.target is not None and layout.groups is not None):
        return
    lacking = "y was None" if layout.target is None else "there are no groups"
    remedy = "Pass y to fit" if layout.target is None else "Name sensitive_columns"
    raise ValueError(
        f"criterion={criterion!r} says what the labels of groups obey, and {lacking}. {remedy}, or use criterion=None."
    )
