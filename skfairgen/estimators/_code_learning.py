"""Learn a fair code: from what was passed to ``fit`` to a reader and a model."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_consistent_length

from skfairgen.data import UNLABELED, ItemReader, read_partial_target
from skfairgen.estimators._learning import training_options
from skfairgen.estimators._table_guards import warn_of_a_new_start, warn_of_identifiers, warn_of_told_classes
from skfairgen.models import CodeModel
from skfairgen.nn import autoencoder_for
from skfairgen.training import FairObjective, draw_seed, fit_autoencoder, torch_generator, torch_runtime

MIN_EPOCHS, MIN_BATCHES = 10, 600  # of a training whose length is not fixed


@dataclass(frozen=True)
class CodeLabels:
    """The labels of the rows to code.

    Attributes
    ----------
    predicted : ndarray or None
        The classes that the code is to predict; None where it predicts none.
    class_codes : ndarray of shape (n_rows,), int
        Class of each row, -1 where it is not known.
    """

    predicted: np.ndarray | None
    class_codes: np.ndarray


@dataclass(frozen=True)
class LearnedCode:
    """What training gives.

    Attributes
    ----------
    reader : ItemReader
        Between rows and items.
    model : CodeModel
        The model.
    history : DataFrame
        A row an epoch.
    held_out : ndarray of int
        Positions of the rows that were not trained on.
    kept_to_bound : bool
        Whether the dependence came below ``max_dependence``.
    """

    reader: ItemReader
    model: CodeModel
    history: pd.DataFrame
    held_out: np.ndarray
    kept_to_bound: bool


def check_bound(encoder, sensitive_features):
    """Raise ValueError if a bound of the dependence has nothing to bound."""
    has_groups = encoder.sensitive_columns is not None or sensitive_features is not None
    if encoder.max_dependence is not None and not (has_groups and encoder.criterion and encoder.fairness_weight > 0):
        raise ValueError(
            f"max_dependence={encoder.max_dependence} has nothing to bound: found criterion={encoder.criterion!r}, "
            f"fairness_weight={encoder.fairness_weight} and {'' if has_groups else 'no '}sensitive columns. It needs "
            "a criterion, a weight above 0 to start from, and sensitive columns."
        )


def read_labels(encoder, y, rows):
    """Return the labels of the rows that an encoder learns.

    Raises
    ------
    ValueError
        If labels are needed and there are fewer than two classes.
    """
    check_consistent_length(rows, y)
    n_rows = len(rows)
    needs_labels = encoder.criterion == "equalized_odds"
    if y is None or not (encoder.supervised or needs_labels):
        classes, codes = np.array([]), np.full(n_rows, UNLABELED)
    else:
        classes, codes = read_partial_target(y)
    if len(classes) >= 2:
        return CodeLabels(classes if encoder.supervised else None, codes)
    if needs_labels or (encoder.supervised and encoder.supervised != "auto" and encoder.outcome_weight > 0):
        asked = "criterion='equalized_odds'" if needs_labels else "supervised=True"
        raise ValueError(
            f"{asked} requires y to be passed with two or more classes; found {len(classes)}. Pass the class "
            "labels, or use criterion='demographic_parity' with supervised='auto'."
        )
    return CodeLabels(None, np.full(n_rows, UNLABELED))


def learn_code(encoder, table, labels, rng):
    """Train the code of an encoder on a table, all chance from `rng`."""
    schema, rows = table.schema, table.rows
    is_blind = not encoder.sensitive_at_prediction
    reader = _reader_to_go_on_with(encoder, table, labels) if encoder.warm_start else None
    go_on = reader is not None
    if not go_on:
        reader = ItemReader.fit(schema, rows.frame, encoder.categorical_columns, is_blind=is_blind)
    warn_of_identifiers(reader)
    warn_of_told_classes(schema, rows.frame, labels.class_codes)
    arrays = {
        **reader.items(rows.frame),
        "levels": table.cells.levels[rows.group_codes],
        "classes": labels.class_codes,
        "ranks": rows.ranks,
    }
    is_auto = encoder.max_epochs == "auto"
    options = training_options(encoder)
    options = replace(options, max_epochs=MIN_EPOCHS) if is_auto else options
    generator = torch_generator(draw_seed(rng))
    with torch_runtime(encoder.n_threads, encoder.device):
        autoencoder = encoder.model_.autoencoder if go_on else None
        if autoencoder is None:
            autoencoder = autoencoder_for(
                reader.codec.spec, table.cells.cardinalities, generator=generator, **widths(encoder, table, labels)
            )
        fitted = fit_autoencoder(
            autoencoder,
            arrays,
            _objective(encoder, labels),
            options,
            rng,
            generator,
            min_batches=MIN_BATCHES if is_auto else 0,
            max_dependence=encoder.max_dependence,
        )
    history = pd.DataFrame(fitted.history)
    model = CodeModel(fitted.module, table.cells)
    return LearnedCode(reader, model, history, fitted.held_out, fitted.kept_to_bound)


def widths(encoder, table, labels):
    """Return what the shape of the network depends on besides the items."""
    places = table.schema.blind_places if not encoder.sensitive_at_prediction else None
    return {
        "n_classes": 0 if labels.predicted is None else len(labels.predicted),
        "latent_features": encoder.n_components,
        "visible_terms": places,
        "encode_levels": encoder.sensitive_at_prediction,
    }


def _reader_to_go_on_with(encoder, table, labels):
    """Return the reader of the last fit where its network can learn these rows, else None."""
    if not hasattr(encoder, "model_"):
        return None
    is_blind = not encoder.sensitive_at_prediction
    is_new = encoder.reader_.what_is_new(table.schema, table.rows.frame, is_blind=is_blind)
    network, asked = encoder.model_.autoencoder, widths(encoder, table, labels)
    same_classes = np.array_equal(labels.predicted, encoder.classes_)
    same_width = network.encoder.latent_features == asked["latent_features"]
    same_sight = encoder.model_.sees_levels == encoder.sensitive_at_prediction
    is_student = hasattr(encoder, "distillation_report_")
    if is_student or not (same_classes and same_width and same_sight):
        is_new = "the last fit has another network"
    if is_new is not None:
        warn_of_a_new_start(is_new)
        return None
    return ItemReader(table.schema, encoder.reader_.codec)


def _objective(encoder, labels):
    predicts = labels.predicted is not None
    reconstruction = encoder.reconstruction_weight
    if reconstruction == "auto":
        reconstruction = 0.1 if predicts else 1.0
    return FairObjective(
        reconstruction_weight=reconstruction,
        outcome_weight=encoder.outcome_weight if predicts else 0.0,
        kl_weight=encoder.kl_weight,
        fairness_weight=0.0 if encoder.criterion is None else encoder.fairness_weight,
        condition="classes" if encoder.criterion == "equalized_odds" else None,
        penalty=encoder.penalty,
    )
