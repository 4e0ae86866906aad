"""Train the fair autoencoder: an encoder whose codes do not reveal the group, with its decoder and outcome head."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from skorch.callbacks import Callback, GradientNormClipping
from torch import Generator, Tensor

from skfairgen.nn import CodedItems, FairAutoencoder
from skfairgen.training._batches import Rows, SlicedBatches, TensorRows
from skfairgen.training._callbacks import BestWeights, DualAscent, TermHistory
from skfairgen.training._code_queue import CodeQueue
from skfairgen.training._fair_objective import FairObjective
from skfairgen.training._hold_out import hold_out
from skfairgen.training._loop import History, columns_of, train
from skfairgen.training._options import TrainingOptions, resolve_batch_size, weight_decay
from skfairgen.training._progress import WARM_UP, Progress
from skfairgen.training._runtime import own_defaults

MIN_SIGNAL = 0.1  # of a component's mean, over its noise
MAX_GRADIENT_NORM = 20.0  # the penalty is noisy on small batches
MIN_BATCHES = 600  # of a training whose length is not fixed
MIN_BATCH = 256  # the penalty compares groups within a batch
CHUNK_ROWS = 8_192
TERMS = ["likelihood", "kl", "outcome", "dependence"]


@dataclass(frozen=True)
class AutoencoderFit:
    """A trained autoencoder.

    Attributes
    ----------
    module : FairAutoencoder
        In evaluation mode, on the device it was trained on.
    history : list of dict
        For each epoch: "epoch"; of the training rows and, where there are any, the held-out rows, the loss and its
        terms, such as "train_kl"; "fairness_weight" and "dur" (seconds).
    held_out : ndarray of int
        Positions of the rows that were not trained on; empty where none were held out.
    kept_to_bound : bool
        Whether the dependence came below ``max_dependence``; True without a bound.
    """

    module: FairAutoencoder
    history: History
    held_out: np.ndarray
    kept_to_bound: bool


class FairCode:
    """The task of an autoencoder: its objective, under the weight of the penalty that training has come to.

    Parameters
    ----------
    objective : FairObjective
    progress : Progress
        Tells the weight of the penalty, and takes the terms.
    queue : CodeQueue or None
        Codes of rare groups.
    """

    def __init__(self, objective: FairObjective, progress: Progress, queue: CodeQueue | None) -> None:
        self.objective = objective
        self.progress = progress
        self.queue = queue

    def predict(self, module: FairAutoencoder, rows: Rows) -> CodedItems:
        """Return the codes of a batch and what they tell."""
        return module(rows, rows["levels"])

    def loss(self, predicted: CodedItems, rows: Rows, training: bool) -> Tensor:
        """Return the objective: under a share of the penalty in training, and all of it on held-out rows."""
        terms = self.objective.terms(predicted, rows, self.queue if training else None)
        self.progress.add("train" if training else "valid", terms, len(predicted.mean))
        ramp = self.progress.ramp if training else 1.0
        return self.objective.weigh(terms, self.progress.penalty_weight * ramp)


def fit_autoencoder(
    autoencoder: FairAutoencoder,
    rows: Mapping[str, np.ndarray],
    objective: FairObjective,
    options: TrainingOptions,
    rng: np.random.Generator,
    generator: Generator,
    *,
    min_batches: int = 0,
    max_dependence: float | None = None,
) -> AutoencoderFit:
    """Train a copy of a fair autoencoder.

    Parameters
    ----------
    autoencoder : FairAutoencoder
        It is left as it is. Training starts from its weights: draw them by ``autoencoder.reset_parameters`` first, or
        pass a trained one to go on from it. The state of the optimizer always starts over.
    rows : dict of str to ndarray
        Arrays whose first axis is the row: the items, by ``decoder.item_names``; whole numbers "levels" (n_rows,
        n_sensitive), "classes" (n_rows,) with -1 where there is no label, "ranks" (n_rows, n_continuous) where
        sensitive columns are continuous, and "strata" (n_rows,) where the objective asks for them.
    objective : FairObjective
        What to train for.
    options : TrainingOptions
        How to train.
    rng : numpy.random.Generator
        Draws the held-out rows.
    generator : torch.Generator
        On the CPU; draws the order of the rows, the dropout and the noise of codes.
    min_batches : int
        More passes than ``max_epochs`` are made where these are fewer batches.
    max_dependence : float or None
        Held-out dependence to come below, by adapting the weight of the penalty.

    Returns
    -------
    AutoencoderFit
    """
    with own_defaults():
        autoencoder = copy.deepcopy(autoencoder).to(options.device)
        autoencoder.encoder.active.fill_(1)
        train_rows, valid, held_out = hold_out(rows, options, rng)
        batch_size = resolve_batch_size(options.batch_size, len(train_rows), least=MIN_BATCH)
        n_batches = -(-len(train_rows) // batch_size)
        options = replace(options, max_epochs=max(options.max_epochs, -(-min_batches // n_batches)))
        levels = train_rows.tensors["levels"]
        progress = Progress.of(autoencoder, objective.fairness_weight)
        callbacks: list[Callback] = [GradientNormClipping(MAX_GRADIENT_NORM), TermHistory(progress)]
        bound = None
        if max_dependence is not None:
            bound = DualAscent(progress, max_dependence, f"{'train' if valid is None else 'valid'}_dependence")
            callbacks.append(bound)
        elif valid is not None:
            # before the penalty is in force, what a few held-out rows say of dependence is chance, and may be the least
            start = WARM_UP if objective.fairness_weight > 0 and levels.shape[1] else 0.0
            callbacks.append(BestWeights(progress, patience=max(5, options.max_epochs // 3), start=start))
        queue = CodeQueue(levels, batch_size) if levels.shape[1] else None
        history = train(
            autoencoder,
            FairCode(objective, progress, queue),
            progress,
            train_rows,
            valid,
            options,
            generator,
            batch_size=batch_size,
            held_out_batch=-1,  # dependence is measured on all held-out rows at once
            callbacks=callbacks,
            optimizer={"weight_decay": weight_decay(len(train_rows))},
            description="Training the encoder",
        )
        autoencoder.encoder.settle(*encode(autoencoder, train_rows), MIN_SIGNAL)
    splits = ["train"] if valid is None else ["train", "valid"]
    columns = ["epoch", *(f"{split}_{name}" for split in splits for name in ["loss", *TERMS])]
    columns += ["fairness_weight", "dur"]
    kept_to_bound = bound is None or bound.kept is not None
    return AutoencoderFit(autoencoder, columns_of(history, columns), held_out, kept_to_bound)


@torch.no_grad()
def encode(autoencoder: FairAutoencoder, rows: TensorRows) -> tuple[Tensor, Tensor]:
    """Return means and log-variances of the codes of rows, both (n_rows, K)."""
    chunks = SlicedBatches(rows, CHUNK_ROWS)
    means, log_variances = zip(*(autoencoder.encode(chunk, chunk["levels"]) for chunk, _ in chunks), strict=True)
    return torch.cat(means), torch.cat(log_variances)
