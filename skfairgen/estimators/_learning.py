"""Learn rows: from what was passed to ``fit`` to a reader and a model."""

import time
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from skfairgen.criteria import Cells
from skfairgen.data import ItemReader, as_pandas, is_coded, read_training_rows, read_weights
from skfairgen.estimators._bad_fits import warn_of_nothing_learned
from skfairgen.estimators._fitted import feature_names
from skfairgen.estimators._table_guards import warn_of_a_new_start, warn_of_identifiers, warn_of_told_classes
from skfairgen.models import DensityModel, TeacherModel, fit_latent_density
from skfairgen.nn import LatentDensity, density_for
from skfairgen.scale import RowDataset, gives_frames
from skfairgen.training import (
    TrainingOptions,
    checked_device,
    draw_seed,
    fit_density,
    torch_generator,
    torch_runtime,
    train,
)

MAX_JUDGED = 2_000  # rows that a fit is judged by


@dataclass(frozen=True)
class TrainingTable:
    """What was passed to ``fit``, read and checked.

    Attributes
    ----------
    schema : Schema
        What is known of it without its rows.
    rows : TrainingRows
        The rows.
    cells : Cells
        Rows of each cell.
    names : dict
        ``n_features_in_`` and ``feature_names_in_``.
    started : float
        What ``time.monotonic()`` said before it was read.
    """

    schema: Any
    rows: Any
    cells: Cells
    names: dict
    started: float = field(default_factory=time.monotonic, kw_only=True)

    def arrays(self, reader):
        """Return the arrays to train on: the items of the rows, their classes and levels, and their weights."""
        rows = self.rows
        arrays = {"classes": rows.class_codes, "levels": self.cells.levels[rows.group_codes]}
        if rows.weights is not None:
            arrays["weights"] = rows.weights
        return {**reader.items(rows.frame), **arrays}


@dataclass(frozen=True)
class Learned:
    """What training gives.

    Attributes
    ----------
    reader : ItemReader
        Between rows and items.
    model : TeacherModel
        The model of the items.
    history : DataFrame
        A row an epoch.
    held_out : ndarray of int
        Positions of the rows that were not trained on.
    """

    reader: ItemReader
    model: TeacherModel
    history: pd.DataFrame
    held_out: np.ndarray


def read_table(estimator, X, y, sensitive_features, sample_weight=None):
    """Read what was passed to the ``fit`` of an estimator; errors as in :func:`~skfairgen.data.read_training_rows`."""
    started = time.monotonic()
    checked_device(estimator.device, estimator.n_threads)
    if RowDataset.accepts(X) or gives_frames(X):
        raise ValueError(
            f"X is a {type(X).__name__}, and {type(estimator).__name__} learns rows that are in memory. Load them, or "
            "a sample of them; or learn all by FairGenerator, and draw rows by its sample_to_parquet."
        )
    schema, rows = read_training_rows(
        X,
        y,
        sensitive_features,
        sensitive_columns=estimator.sensitive_columns,
        legitimate_columns=getattr(estimator, "legitimate_columns", None),
        categorical_columns=estimator.categorical_columns,
        sample_shape=estimator.sample_shape,
    )
    rows = replace(rows, weights=read_weights(sample_weight, len(rows)))
    names = feature_names(estimator, as_pandas(X), rows.frame, schema.format.columns)
    cells = Cells(rows.cell_counts(schema), schema.group_levels, schema.level_cardinalities)
    return TrainingTable(schema, rows, cells, names, started=started)


def learn_rows(
    table,
    options: TrainingOptions,
    rng,
    *,
    categorical_columns,
    is_blind,
    n_threads,
    latent=None,
    go_on_from=None,
    train=train,
):
    """Train a model of the rows of a table.

    Parameters
    ----------
    table : TrainingTable
        What to learn.
    options : TrainingOptions
        How to train.
    rng : numpy.random.Generator
        All chance.
    categorical_columns : "auto" or list
        As users give it.
    is_blind : bool
        Whether models of the rows will not see the sensitive columns.
    n_threads : int
        Threads of torch.
    latent : LatentSettings or None
        What a latent teacher is made of; None for a density without a code.
    go_on_from : FairGenerator or None
        A fitted generator whose weights to start from, where it read rows as these are.
    train : callable
        The training loop of a density without a code, or what runs it elsewhere.
    """
    schema, rows, cells = table.schema, table.rows, table.cells
    reader, density = None, None
    is_new = None if go_on_from is None else go_on_from.reader_.what_is_new(schema, rows.frame, is_blind=is_blind)
    if is_new is not None:
        warn_of_a_new_start(is_new)
    if go_on_from is not None and is_new is None:
        reader = ItemReader(schema, go_on_from.reader_.codec)
        density = go_on_from.model_.rows.density
    else:
        contexts = rows.class_codes * cells.counts.shape[1] + rows.group_codes
        reader = ItemReader.fit(schema, rows.frame, categorical_columns, is_blind=is_blind, contexts=contexts)
    warn_of_identifiers(reader)
    if not is_coded(schema.format) and schema.target is not None:
        warn_of_told_classes(schema, rows.frame, rows.class_codes)
    arrays = table.arrays(reader)
    generator = torch_generator(draw_seed(rng))
    with torch_runtime(n_threads, options.device):
        if isinstance(density, LatentDensity) != (latent is not None):
            density = None
        if latent is not None:
            n_classes = 0 if schema.target is None else cells.n_classes
            made = (n_classes, cells.cardinalities, latent, options, rng, generator)
            density, history, held_out = fit_latent_density(reader.codec.spec, arrays, *made, start=density)
        else:
            if density is None:
                density = density_for(reader.codec.spec, cells.n_classes, cells.cardinalities, generator=generator)
            density, history, held_out = vars(
                fit_density(density, arrays, options, rng, generator, train=train)
            ).values()
    model = TeacherModel(DensityModel(density, cells, blind_terms=_blind_terms(schema)), draw_seed(rng))
    if latent is None:
        judged = held_out if len(held_out) else np.arange(len(rows))
        if len(arrays["classes"]) > len(rows):  # more than memory holds: the rows are a sample
            arrays, judged = reader.items(rows.frame), np.arange(0, len(rows), -(-len(rows) // MAX_JUDGED))
        items = {name: arrays[name] for name in density.item_names}
        warn_of_nothing_learned(model.rows, items, rows, judged[:MAX_JUDGED], options, n_threads)
    return Learned(reader, model, pd.DataFrame(history), held_out)


def training_options(estimator, max_epochs, lr, started):
    """Return an estimator's training parameters, with values for those that are "auto"."""
    return TrainingOptions(
        max_epochs=max_epochs if estimator.max_epochs == "auto" else estimator.max_epochs,
        max_seconds=estimator.max_seconds,
        batch_size=estimator.batch_size,
        lr=lr if estimator.lr == "auto" else estimator.lr,
        early_stopping=estimator.early_stopping,
        device=estimator.device,
        verbose=int(estimator.verbose),
        started=started,
    )


def _blind_terms(schema):
    """Return how many of the columns to learn are not sensitive: they come first. None where all are."""
    positions = schema.feature_positions
    if positions is None or len(schema.blind_places) == len(positions):
        return None
    return len(schema.blind_places)
