"""What a FairDistillResampler does with its parameters: teacher, student, rows."""

from copy import copy, deepcopy

import numpy as np

from skfairgen.estimators._distill import distill
from skfairgen.estimators._distilled_generator import student_drawer
from skfairgen.estimators._fair_generator import FairGenerator
from skfairgen.estimators._fitted import set_fitted
from skfairgen.estimators._generator_fitting import drawer_of, fit_generator, planned_for_blind
from skfairgen.estimators._learning import read_table
from skfairgen.estimators._parameters import uses_latent
from skfairgen.estimators._resampling_plan import ResamplingPlan
from skfairgen.estimators._table_guards import warn_of_a_new_start
from skfairgen.training import draw_seed, random_generator

MIN_DISTILLED_ROWS = 5_000  # benchmarks/distillation.py --part rows
MAX_DIVERGENCE = 0.15  # nats a row, above which rows of a student can be told better than those of its teacher


def resample(resampler, table, X, sensitive_features):
    """Fit a FairDistillResampler on a table that was read and checked, and return the resampled rows and labels."""
    plan = ResamplingPlan.of(resampler, table)
    rng = random_generator(resampler.random_state)
    teacher = fit_generator(_teacher(resampler, table, rng), table, rng)
    return _resampled(resampler, table, plan, teacher, rng, X, sensitive_features)


def resample_for_both(resampler, X, y):
    """Return the rows for a model that sees the sensitive columns of X, and those for one that does not.

    They are what two resamplers of the same seed return, with ``sensitive_at_prediction=True`` and ``False``. One
    training serves both, unless a sensitive column is a number cut into bands: others may then be learned as distances
    from it, which rows for a model that does not see it must not be.
    """
    sees, blind = (copy(resampler).set_params(sensitive_at_prediction=seen) for seen in (True, False))
    table = read_labeled(sees, X, y, None)
    plans = [ResamplingPlan.of(each, table) for each in (sees, blind)]
    rng = random_generator(resampler.random_state)
    teacher = fit_generator(_teacher(sees, table, rng), table, rng)
    if set(table.schema.sensitive_positions) & set(table.schema.feature_positions):
        return _resampled(sees, table, plans[0], teacher, rng, X, None), blind.fit_resample(X, y)
    again = deepcopy(rng)
    return (
        _resampled(sees, table, plans[0], teacher, rng, X, None),
        _resampled(blind, table, plans[1], planned_for_blind(teacher, table), again, X, None),
    )


def _resampled(resampler, table, plan, teacher, rng, X, sensitive_features):
    """Draw rows of a fitted teacher, or of its student, set the fitted attributes and return rows and labels."""
    n_rows = len(table.rows)
    is_auto = resampler.distill == "auto"
    student = _student(resampler, teacher, rng) if _is_to_be_tried(resampler.distill, n_rows) else None
    is_distilled = student is not None and (not is_auto or _divergence(student) <= MAX_DIVERGENCE)
    generator = student if is_distilled else teacher
    drawer = student_drawer(generator) if is_distilled else drawer_of(generator)
    plan = plan.with_teacher(teacher, drawer.shares, rng)
    plan.warn_about_small_cells()
    frame, class_codes, group_codes = drawer.draw(plan.wanted, rng)
    plan = plan.as_drawn(class_codes, group_codes)
    n_real = 0 if resampler.mode == "replace" else n_rows
    fitted = {
        **planned(table, plan),
        "generator_": generator,
        "history_": teacher.history_,
        **({"tuning_": teacher.tuning_} if hasattr(teacher, "tuning_") else {}),
        "synthetic_mask_": np.arange(n_real + len(frame)) >= n_real,
    }
    if resampler.keep_teacher or not is_distilled:
        fitted["teacher_"] = teacher
    schema = table.schema
    if sensitive_features is not None:
        drawn = schema.sensitive_values(group_codes, frame, rng)
        values = schema.sensitive_features.join(sensitive_features, drawn) if n_real else drawn
        fitted["sensitive_features_"] = values
    set_fitted(resampler, **fitted)
    if n_real == 0:
        return schema.format.restore(frame), schema.target.decode(class_codes)
    codes = np.concatenate([table.rows.class_codes, class_codes])
    return schema.format.join(X, frame), schema.target.decode(codes)


def read_labeled(resampler, X, y, sensitive_features):
    """Read and check rows that must have labels."""
    if y is None:
        raise ValueError("requires y to be passed, but the target y is None. Pass the class labels.")
    return read_table(resampler, X, y, sensitive_features)


def planned(table, plan):
    """Return the fitted attributes that are known before training."""
    return {
        "classes_": table.schema.classes,
        "groups_": table.schema.group_names,
        "sampling_strategy_": plan.as_dict(),
        "sampling_plan_": plan.frame(),
        **table.names,
    }


def _student(resampler, teacher, rng):
    seed = draw_seed(rng) % 2**32
    return distill(teacher, max_seconds=resampler.max_seconds, random_state=seed, verbose=resampler.verbose)


def _teacher(resampler, table, rng):
    """Return a generator that is not fitted, or the last one to go on from, with a resampler's parameters."""
    parameters = resampler.get_params(deep=False)
    shared = {name: parameters[name] for name in FairGenerator().get_params() if name in parameters}
    goes_on = resampler.warm_start and hasattr(resampler, "teacher_")
    if resampler.warm_start and hasattr(resampler, "generator_") and not goes_on:
        warn_of_a_new_start("no teacher is kept to go on from; use keep_teacher=True")
    is_planned = not uses_latent(resampler, table.schema)
    if is_planned and resampler.label_draw == "auto" and resampler.mode == "augment":
        shared["label_draw"] = "decide"
    teacher = copy(resampler.teacher_) if goes_on else FairGenerator()
    return teacher.set_params(**{**shared, "random_state": draw_seed(rng) % 2**32})


def _is_to_be_tried(wanted, n_rows):
    return n_rows >= MIN_DISTILLED_ROWS if wanted == "auto" else wanted


def _divergence(student):
    """Return how far a student is from its teacher, nats a row; 0 where labels are made after rows are drawn."""
    report = student.distillation_report_
    own = (report["group"] == "(all)") & (report["column"] != "(label)")
    return report.loc[own, "kl"].sum()
