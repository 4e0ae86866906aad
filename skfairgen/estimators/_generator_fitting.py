"""What a FairGenerator does with its parameters: it is fitted, and what draws its rows is made."""

import time
import warnings
from copy import copy, deepcopy
from dataclasses import replace
from numbers import Integral

import numpy as np
import pandas as pd
from sklearn.utils import check_scalar
from sklearn.utils.validation import check_is_fitted

from skfairgen._compat import validate_parameter_constraints
from skfairgen.data import is_coded
from skfairgen.estimators._code_guards import guard_of_generator, measure_code
from skfairgen.estimators._fitted import set_fitted
from skfairgen.estimators._latent_options import LR as LATENT_LR
from skfairgen.estimators._latent_options import latent_settings
from skfairgen.estimators._learning import learn_rows, training_options
from skfairgen.estimators._parameters import (
    CRITERION_CONSTRAINTS,
    check_criterion,
    check_legitimate_columns,
    criterion_of_cells,
    uses_latent,
)
from skfairgen.estimators._row_drawer import RowDrawer, cell_names
from skfairgen.estimators._streamed_table import read_any_table
from skfairgen.estimators._table_guards import warn_of_samples_by_heart
from skfairgen.estimators._tuning import try_classifier, tuning_of
from skfairgen.exceptions import CollapseWarning
from skfairgen.models import REPAIRED, CodeModel, Wish
from skfairgen.nn import FairAutoencoder, LatentDensity
from skfairgen.scale import SharedTraining, spooled
from skfairgen.training import random_generator

EPOCHS, LR = 14, 0.01  # of a density without a code
LARGEST_MISS = 0.1  # of a rate, above which a plan is said to fail


def fit_passed(generator, X, y, sensitive_features, sample_weight, executor, n_workers):
    """Fit a FairGenerator on what was passed to it, and return it; frames of an iterator are kept on disk meanwhile."""
    started = time.monotonic()
    with spooled(X) as rows:
        table = read_any_table(generator, rows, y, sensitive_features, sample_weight, executor)
        table = replace(table, started=started)
        return fit_generator(generator, table, random_generator(generator.random_state), n_workers)


def fit_generator(generator, table, rng, n_workers=1):
    """Fit a FairGenerator on a table that was read and checked, and return it."""
    check_criterion(generator.criterion, table.schema, generator.label_draw)
    is_latent = uses_latent(generator, table.schema)
    check_legitimate_columns(generator.legitimate_columns, generator.criterion)
    training = {} if n_workers == 1 else {"train": _shared_training(generator, n_workers, is_latent)}
    try_classifier(generator, table)
    if is_coded(table.schema.format) and table.schema.classes is not None:
        warn_of_samples_by_heart(table.schema.classes, table.cells.counts)
    learned = learn_rows(
        table,
        training_options(generator, EPOCHS, LATENT_LR if is_latent else LR, table.started),
        rng,
        categorical_columns=generator.categorical_columns,
        is_blind=not generator.sensitive_at_prediction,
        n_threads=generator.n_threads,
        latent=latent_settings(generator, len(table.rows)) if is_latent else None,
        go_on_from=generator if generator.warm_start and hasattr(generator, "model_") else None,
        **training,
    )
    set_fitted(
        generator,
        reader_=learned.reader,
        model_=learned.model,
        history_=learned.history,
        classes_=table.schema.classes,
        groups_=table.schema.group_names,
        cell_counts_=cell_names(table.schema).as_dict(table.cells.counts),
        **_planned(generator, table, learned.reader, learned.model, is_latent),
        **_judged_code(generator, learned, table, deepcopy(rng)),
        **table.names,
    )
    return generator


def _shared_training(generator, n_workers, is_latent):
    """Return what trains by several workers.

    Raises
    ------
    ValueError
        If the number is none, or what was asked for is trained by one.
    """
    check_scalar(n_workers, "n_workers", Integral, min_val=1)
    found = {
        "a code": is_latent,
        f"device={generator.device!r}": generator.device != "cpu",
        f"max_seconds={generator.max_seconds}": generator.max_seconds is not None,
    }
    named = [name for name, is_found in found.items() if is_found]
    if named:
        raise ValueError(
            f"n_workers={n_workers} was found with {', '.join(named)}. Several workers train a network without a code, "
            "on CPUs, for a number of epochs. Leave one of them out."
        )
    return SharedTraining(int(n_workers), generator.n_threads)


def planned_for_blind(generator, table):
    """Return a copy of a fitted FairGenerator whose labels are planned for models that do not see the group.

    It is what ``sensitive_at_prediction=False`` would have fitted, if no sensitive column is learned beside its group.
    """
    made = copy(generator).set_params(sensitive_at_prediction=False)
    vars(made).update(_planned(made, table, made.reader_, made.model_, is_latent=False))
    return made


def _planned(generator, table, reader, model, is_latent):
    """Learn what a criterion needs now, and not with the first draw; return what is noted of it."""
    wish = _wish(generator, table.schema, generator.criterion, generator.strength, is_latent)
    if wish.criterion not in REPAIRED:
        return {}
    audited = table.rows if table.rows.weights is None else None  # drawn rows follow the weights, real ones do not
    tuning = tuning_of(generator, reader, table.cells, wish.sees_group, audited)
    repair = model.repair(wish, reader.stratum_codes, tuning, generator.n_threads)
    warn_of_lost_accuracy(repair, wish.sees_group)
    if not getattr(repair, "records", ()):
        return {}
    rounds = pd.DataFrame(repair.records)
    warn_of_missed_gap(rounds)
    return {"tuning_": rounds}


def _judged_code(generator, learned, table, rng):
    """Return what the code tells of the group, and warn of one that is no good; nothing without code or groups."""
    density = learned.model.rows.density
    if not isinstance(density, LatentDensity) or table.schema.groups is None:
        return {}
    autoencoder = FairAutoencoder(density.encoder, density.decoder)
    autoencoder.head = density.head
    guard = guard_of_generator(generator, density.head is not None)
    model = CodeModel(autoencoder.eval(), table.cells)
    judged = (model, learned, table, table.rows.class_codes, rng, guard, generator.n_threads)
    return {"dependence_": measure_code(*judged)}


def drawer_of(generator, criterion="fitted", strength="fitted"):
    """Return what draws the rows of a fitted FairGenerator under a criterion; "fitted" is its own.

    Raises
    ------
    ValueError
        If there is no such criterion, there are no labels or no groups for it to hold of, or a strength is of none.
    """
    check_is_fitted(generator, "model_")
    asked = {name: getattr(generator, name) for name in CRITERION_CONSTRAINTS}
    asked["criterion"] = generator.criterion if criterion == "fitted" else criterion
    asked["strength"] = generator.strength if strength == "fitted" else strength
    validate_parameter_constraints(CRITERION_CONSTRAINTS, asked, "sample")
    if strength != "fitted" and asked["criterion"] is None:
        raise ValueError(f"strength={strength} is that of a criterion, and none was asked for. Give a criterion too.")
    reader, model = generator.reader_, generator.model_
    check_criterion(asked["criterion"], reader.schema, generator.label_draw)
    if asked["criterion"] in REPAIRED:
        check_legitimate_columns(generator.legitimate_columns, asked["criterion"])
    is_latent = isinstance(model.rows.density, LatentDensity)
    wish = _wish(generator, reader.schema, asked["criterion"], asked["strength"], is_latent)
    is_new = wish not in model.plans
    tuning = tuning_of(generator, reader, model.rows.cells, wish.sees_group)  # the training rows are gone
    repair = model.repair(wish, reader.stratum_codes, tuning, generator.n_threads)
    if is_new:
        warn_of_lost_accuracy(repair, wish.sees_group)
    shares = model.shares(wish.criterion, wish.strength) if repair is None else repair.shares
    return RowDrawer(reader, model.rows, shares, repair, generator.n_threads)


def warn_of_lost_accuracy(repair, sees_group):
    """Warn where a plan keeps less than half of what the rows tell beyond the commonest class."""
    forecast = getattr(repair, "forecast", None)
    if forecast is None or forecast.strength_that_keeps_half is None:
        return
    warnings.warn(
        f"Decisions that obey the criterion at this strength{'' if sees_group else ' and do not see the group'} are "
        f"expected to be right in {forecast.accuracy:.1%} of rows, those without it in "
        f"{forecast.unconstrained_accuracy:.1%}, and always the commonest class in {forecast.constant_accuracy:.1%}: "
        "less than half of the gain is kept. The largest strength that keeps half is "
        f"{np.floor(100 * forecast.strength_that_keeps_half) / 100:.2f}.",
        CollapseWarning,
        stacklevel=4,
    )


def warn_of_missed_gap(tuning):
    """Warn where no round of a tuning came near to the gaps that were wanted."""
    missed = tuning.loc[tuning["round"] > 0, "missed"].min()
    if missed > LARGEST_MISS:
        warnings.warn(
            f"The best round of the tuning was off by {missed:.2f} in a rate of some group: the plan does not keep its "
            "promise there. See tuning_. A group that lacks a class or is hard to tell may be the cause; "
            "label_draw='sample' does not depend on a decision.",
            CollapseWarning,
            stacklevel=4,
        )


def _wish(generator, schema, criterion, strength, is_latent):
    label_draw = "sharpen" if generator.label_draw == "auto" else generator.label_draw
    is_planned = label_draw in ("sharpen", "decide")
    # a model that is trained on X does not see values that are given beside X
    sees_group = generator.sensitive_at_prediction and not (is_planned and schema.sensitive_features is not None)
    return Wish(criterion_of_cells(criterion, is_latent), float(strength), label_draw, bool(sees_group))
