"""Constructor arguments that several estimators share, and how they are checked."""

from collections.abc import Mapping
from numbers import Integral, Real

from skfairgen._compat import HasMethods, Interval, StrOptions
from skfairgen.training import MAX_THREADS

TABLE_CONSTRAINTS = {
    "sensitive_columns": ["array-like", str, Integral, None],
    "categorical_columns": [StrOptions({"auto"}), "array-like"],
}
LEGITIMATE_CONSTRAINTS = {"legitimate_columns": ["array-like", str, Integral, None]}
CRITERIA = {"demographic_parity", "equalized_odds", "equal_opportunity", "balanced_cells"}
CRITERION_CONSTRAINTS = {
    "criterion": [StrOptions(CRITERIA), None],
    "strength": [Interval(Real, 0, 1, closed="both")],
    "sensitive_at_prediction": ["boolean"],
    "label_draw": [StrOptions({"auto", "sample", "minimal", "sharpen", "decide"})],
}
TUNING_CONSTRAINTS = {"tuned_for": [StrOptions({"auto"}), HasMethods(["fit", "predict"]), None]}
STRATEGY_CONSTRAINTS = [
    StrOptions({"auto", "parity", "equalized_odds", "minority", "not minority", "not majority", "all"}),
    Interval(Real, 0, 1, closed="right"),
    Mapping,
    callable,
]
TRAINING_CONSTRAINTS = {
    "max_epochs": [Interval(Integral, 1, None, closed="left")],
    "max_seconds": [Interval(Real, 0, None, closed="neither"), None],
    "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
    "lr": [Interval(Real, 0, None, closed="neither")],
    "early_stopping": ["boolean"],
    "device": [str],
    "n_threads": [Interval(Integral, 1, MAX_THREADS, closed="both")],
    "warm_start": ["boolean"],
    "random_state": ["random_state"],
    "verbose": ["verbose"],
}


def check_criterion(criterion, schema, label_draw="auto"):
    """Raise ValueError if a criterion is asked for where it cannot hold: no labels, no groups, or drawn so."""
    if criterion is None:
        return
    if schema.target is None or schema.groups is None:
        lacking = "y was None" if schema.target is None else "there are no groups"
        remedy = "Pass y to fit" if schema.target is None else "Name sensitive_columns"
        raise ValueError(
            f"criterion={criterion!r} says what the labels of groups obey, and {lacking}. {remedy}, or use "
            "criterion=None."
        )
    if label_draw in ("sample", "minimal") and criterion in ("equalized_odds", "equal_opportunity"):
        raise ValueError(
            f"label_draw={label_draw!r} belongs to 'demographic_parity', and criterion={criterion!r} was asked for. "
            "Use 'sharpen' or 'decide', or criterion='balanced_cells', whose labels are drawn."
        )


def check_legitimate_columns(legitimate_columns, criterion):
    """Raise ValueError if legitimate columns are named beside a criterion that they do not belong to."""
    if legitimate_columns is not None and criterion != "demographic_parity":
        raise ValueError(
            f"legitimate_columns was given with criterion={criterion!r}; it belongs to "
            "'demographic_parity', which it makes conditional. Leave it out, or choose that criterion."
        )
