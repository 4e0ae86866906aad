"""Learn a fair code: from what was passed to ``fit`` to a reader and a model."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_consistent_length

from skfairgen.data import UNLABELED, ItemReader, is_coded, read_partial_target
from skfairgen.estimators._latent_options import GIVEN, N_COMPONENTS, default_batches
from skfairgen.estimators._latent_options import LR as LATENT_LR
from skfairgen.estimators._learning import training_options
from skfairgen.estimators._table_guards import warn_of_a_new_start, warn_of_identifiers, warn_of_told_classes
from skfairgen.models import CodeModel
from skfairgen.nn import autoencoder_for
from skfairgen.training import (
    FairObjective,
    LatentObjective,
    TrainingOptions,
    draw_seed,
    fit_autoencoder,
    fit_latent,
    torch_generator,
    torch_runtime,
)

MIN_EPOCHS, MIN_BATCHES = 10, 600  # of a training whose length is not fixed
LR = {False: 0.005, True: LATENT_LR}


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
    is_asked = encoder.max_dependence not in (None, "auto")
    has_weight = encoder.fairness_weight == "auto" or encoder.fairness_weight > 0
    if is_asked and not (has_groups and encoder.criterion and has_weight):
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
    if needs_labels or (encoder.supervised and encoder.supervised != "auto" and encoder.outcome_weight != 0):
        asked = "criterion='equalized_odds'" if needs_labels else "supervised=True"
        raise ValueError(
            f"{asked} requires y to be passed with two or more classes; found {len(classes)}. Pass the class "
            "labels, or use criterion='demographic_parity' with supervised='auto'."
        )
    return CodeLabels(None, np.full(n_rows, UNLABELED))


@dataclass(frozen=True)
class CodeOptions:
    """Parameters of an encoder, with values for those that are "auto".

    Attributes
    ----------
    is_coded : bool
        Whether X holds images or sequences.
    n_components, fairness_weight, max_dependence, outcome_weight, reconstruction_weight, kl_weight
        Of the encoder.
    training : TrainingOptions
        How to train.
    n_batches : int or None
        Batches of a training whose length is not fixed.
    """

    is_coded: bool
    n_components: int
    fairness_weight: float
    max_dependence: float | None
    outcome_weight: float
    reconstruction_weight: float | str
    kl_weight: float
    training: TrainingOptions
    n_batches: int | None


#: what "auto" stands for: of tables, and of images and sequences
AUTO = {
    False: {"n_components": 8, "fairness_weight": 100.0, "max_dependence": None, "outcome_weight": 20.0}
    | {"kl_weight": 0.2, "reconstruction_weight": "auto"},
    True: {"n_components": N_COMPONENTS, "reconstruction_weight": 1.0, **GIVEN},
}


def code_options(encoder, table):
    """Return the parameters of an encoder for a table that was read."""
    coded = is_coded(table.schema.format)
    if coded and not encoder.sensitive_at_prediction:
        raise ValueError(
            "sensitive_at_prediction=False does nothing with images and sequences, whose encoder never sees the "
            "group. Leave it out."
        )
    given = {name: getattr(encoder, name) for name in AUTO[coded]}
    chosen = {name: AUTO[coded][name] if value == "auto" else value for name, value in given.items()}
    if encoder.criterion is None:
        chosen["fairness_weight"] = 0.0
    is_auto = encoder.max_epochs == "auto"
    n_batches = (default_batches(len(table.rows)) if coded else MIN_BATCHES) if is_auto else None
    training = training_options(encoder, MIN_EPOCHS, LR[coded], table.started)
    return CodeOptions(coded, **chosen, training=training, n_batches=n_batches)


def learn_code(encoder, chosen, table, labels, rng):
    """Train the code of an encoder with CodeOptions on a table, all chance from `rng`."""
    schema, rows = table.schema, table.rows
    is_blind = not encoder.sensitive_at_prediction
    reader = _reader_to_go_on_with(encoder, chosen, table, labels) if encoder.warm_start else None
    go_on = reader is not None
    if not go_on:
        reader = ItemReader.fit(schema, rows.frame, encoder.categorical_columns, is_blind=is_blind)
    warn_of_identifiers(reader)
    if not chosen.is_coded:
        warn_of_told_classes(schema, rows.frame, labels.class_codes)
    arrays = {
        **reader.items(rows.frame),
        "levels": table.cells.levels[rows.group_codes],
        "classes": labels.class_codes,
        "ranks": rows.ranks,
    }
    generator = torch_generator(draw_seed(rng))
    with torch_runtime(encoder.n_threads, encoder.device):
        autoencoder = encoder.model_.autoencoder if go_on else None
        if autoencoder is None:
            autoencoder = autoencoder_for(
                reader.codec.spec,
                table.cells.cardinalities,
                generator=generator,
                **widths(encoder, chosen, table, labels),
            )
        common = (autoencoder, arrays, _objective(encoder, chosen, labels), chosen.training, rng, generator)
        if chosen.is_coded:
            fitted = fit_latent(*common, n_batches=chosen.n_batches)
        else:
            bound = chosen.max_dependence
            fitted = fit_autoencoder(*common, min_batches=chosen.n_batches or 0, max_dependence=bound)
    history = pd.DataFrame(fitted.history)
    model = CodeModel(fitted.module, table.cells)
    return LearnedCode(reader, model, history, fitted.held_out, fitted.kept_to_bound)


def widths(encoder, chosen, table, labels):
    """Return what the shape of the network depends on besides the items."""
    places = table.schema.blind_places if not encoder.sensitive_at_prediction else None
    return {
        "n_classes": 0 if labels.predicted is None else len(labels.predicted),
        "latent_features": chosen.n_components,
        "visible_terms": places,
        "encode_levels": encoder.sensitive_at_prediction,
    }


def _reader_to_go_on_with(encoder, chosen, table, labels):
    """Return the reader of the last fit where its network can learn these rows, else None."""
    if not hasattr(encoder, "model_"):
        return None
    is_blind = not encoder.sensitive_at_prediction
    is_new = encoder.reader_.what_is_new(table.schema, table.rows.frame, is_blind=is_blind)
    network, asked = encoder.model_.autoencoder, widths(encoder, chosen, table, labels)
    same_classes = np.array_equal(labels.predicted, encoder.classes_)
    same_width = network.encoder.latent_features == asked["latent_features"]
    same_sight = chosen.is_coded or encoder.model_.sees_levels == encoder.sensitive_at_prediction
    is_student = hasattr(encoder, "distillation_report_")
    if is_student or not (same_classes and same_width and same_sight):
        is_new = "the last fit has another network"
    if is_new is not None:
        warn_of_a_new_start(is_new)
        return None
    return ItemReader(table.schema, encoder.reader_.codec)


def _objective(encoder, chosen, labels):
    predicts = labels.predicted is not None
    weights = {"fairness_weight": chosen.fairness_weight, "kl_weight": chosen.kl_weight}
    weights["outcome_weight"] = chosen.outcome_weight if predicts else 0.0
    reconstruction = chosen.reconstruction_weight
    if chosen.is_coded:
        bound = chosen.max_dependence
        return LatentObjective(reconstruction, **weights, max_dependence=bound, penalty=encoder.penalty)
    if reconstruction == "auto":
        reconstruction = 0.1 if predicts else 1.0
    condition = "classes" if encoder.criterion == "equalized_odds" else None
    return FairObjective(reconstruction, **weights, condition=condition, penalty=encoder.penalty)
