"""Constructor arguments that several estimators share, and how they are checked."""

from collections.abc import Mapping
from numbers import Integral, Real

from skfairgen._compat import HasMethods, Interval, StrOptions
from skfairgen.data import is_coded
from skfairgen.nn import PRIORS, GuidedPrior
from skfairgen.training import MAX_THREADS

TABLE_CONSTRAINTS = {
    "sensitive_columns": ["array-like", str, Integral, None],
    "categorical_columns": [StrOptions({"auto"}), "array-like"],
    "sample_shape": ["array-like", Integral, None],
}
PENALTY_CONSTRAINTS = {"penalty": [StrOptions({"energy_distance", "fairdisco"})]}
LATENT_CONSTRAINTS = {
    "latent": [StrOptions({"auto", "fair"}), None],
    **PENALTY_CONSTRAINTS,
    "prior": [StrOptions(set(PRIORS))],
    "guidance": [Interval(Real, 0, None, closed="left")],
}
LATENT_ONLY = ("penalty", "prior", "guidance")
GUIDED = sorted(name for name, prior in PRIORS.items() if issubclass(prior, GuidedPrior))
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
    "max_epochs": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
    "max_seconds": [Interval(Real, 0, None, closed="neither"), None],
    "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
    "lr": [StrOptions({"auto"}), Interval(Real, 0, None, closed="neither")],
    "early_stopping": ["boolean"],
    "device": [str],
    "n_threads": [Interval(Integral, 1, MAX_THREADS, closed="both")],
    "warm_start": ["boolean"],
    "random_state": ["random_state"],
    "verbose": ["verbose"],
}
#: of a generator, and of a resampler, which has one
GENERATOR_CONSTRAINTS = {
    **TABLE_CONSTRAINTS,
    **LATENT_CONSTRAINTS,
    **CRITERION_CONSTRAINTS,
    **TUNING_CONSTRAINTS,
    **LEGITIMATE_CONSTRAINTS,
    **TRAINING_CONSTRAINTS,
}
WEIGHT = [StrOptions({"auto"}), Interval(Real, 0, None, closed="left")]
#: of an encoder
CODE_CONSTRAINTS = {
    **TABLE_CONSTRAINTS,
    "n_components": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
    "criterion": [StrOptions({"demographic_parity", "equalized_odds"}), None],
    "fairness_weight": WEIGHT,
    "max_dependence": [StrOptions({"auto"}), Interval(Real, 0, None, closed="neither"), None],
    **PENALTY_CONSTRAINTS,
    "sensitive_at_prediction": ["boolean"],
    "supervised": [StrOptions({"auto"}), "boolean"],
    "outcome_weight": WEIGHT,
    "reconstruction_weight": [StrOptions({"auto"}), Interval(Real, 0, None, closed="neither")],
    "kl_weight": WEIGHT,
    "leakage_threshold": [Interval(Real, 0, 1, closed="both")],
    "distill": ["boolean"],
    **TRAINING_CONSTRAINTS,
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


def uses_latent(estimator, schema):
    """Tell whether a generator or a resampler learns things of a schema through a fair code.

    Raises
    ------
    ValueError
        If they cannot be learned without one, or an option does nothing with it, or without it.
    """
    coded = is_coded(schema.format)
    if coded and estimator.latent is None:
        raise ValueError("latent=None is for tables: images and sequences are learned by way of a code. Leave it out.")
    is_latent = coded or estimator.latent == "fair"
    idle = ("label_draw", "tuned_for", "sensitive_at_prediction", "legitimate_columns") if is_latent else LATENT_ONLY
    for name in idle:
        value, default = getattr(estimator, name), type(estimator)().get_params(deep=False)[name]
        if not (value is default or (isinstance(value, str | Real) and value == default)):
            where = "with a fair code, which makes every row independent of the group" if is_latent else "without one"
            remedy = "Leave it out" if is_latent else "Set latent='fair', or leave it out"
            raise ValueError(f"{name}={value!r} does nothing {where}. {remedy}.")
    has_groups = len(schema.group_names or ()) > 1
    if estimator.guidance and (estimator.prior not in GUIDED or not has_groups):
        lacking = f"prior={estimator.prior!r}" if has_groups else "fewer than two groups"
        raise ValueError(
            f"guidance={estimator.guidance} leads codes away from those that reveal the group, step by step, and found "
            f"{lacking}. It needs groups, and one of prior={GUIDED}; or leave it out."
        )
    return is_latent


def criterion_of_cells(criterion, is_latent):
    """Return the criterion that the cells and labels of drawn rows obey.

    A code that is drawn given the class alone, and decoded under any group, leaves nothing but the shares of the cells
    to a criterion: with y independent of s, each of them holds.
    """
    return "balanced_cells" if is_latent and criterion is not None else criterion
