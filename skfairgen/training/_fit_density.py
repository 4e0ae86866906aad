"""Train a density: maximize the likelihood of items given their class and sensitive levels."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from torch import Generator, Tensor

from skfairgen.nn import Density, Given
from skfairgen.training._batches import Rows
from skfairgen.training._callbacks import BestWeights
from skfairgen.training._hold_out import hold_out
from skfairgen.training._loop import History, columns_of, train
from skfairgen.training._options import MAX_ROWS_AN_EPOCH, TrainingOptions, resolve_batch_size, weight_decay
from skfairgen.training._progress import Progress
from skfairgen.training._runtime import own_defaults


@dataclass(frozen=True)
class DensityFit:
    """A trained density.

    Attributes
    ----------
    module : Density
        In evaluation mode, on the device it was trained on.
    history : list of dict
        For each epoch: "epoch", "train_loss", "valid_loss" where rows were held out (nats a row), "dur" (seconds).
    held_out : ndarray of int
        Positions of the rows that were not trained on; empty where none were held out.
    """

    module: Density
    history: History
    held_out: np.ndarray


class Likelihood:
    """The task of a density: its negative log-likelihood, in nats a row."""

    def predict(self, module: Density, rows: Rows) -> Tensor:
        """Return the log-likelihood of each term of each row."""
        return module(rows, given_of(rows))

    def loss(self, predicted: Tensor, rows: Rows, training: bool) -> Tensor:
        """Return the mean over rows, each times its weight where there are "weights"."""
        losses = -predicted.sum(dim=1)
        return (losses * rows["weights"] if "weights" in rows else losses).mean()


def fit_density(
    density: Density,
    rows: Mapping[str, np.ndarray],
    options: TrainingOptions,
    rng: np.random.Generator,
    generator: Generator,
    *,
    train: Callable[..., History] = train,
) -> DensityFit:
    """Train a copy of a density.

    Parameters
    ----------
    density : Density
        Any kind; it is left as it is. Training starts from its weights: draw them by ``density.reset_parameters``
        first, or pass a trained one to go on from it. The state of the optimizer always starts over.
    rows : dict of str to ndarray
        Arrays whose first axis is the row: the items, by ``density.item_names``; "levels" (n_rows, n_sensitive) and,
        where the density is told the class, "classes" (n_rows,), both of whole numbers; and "weights" (n_rows,), 1 on
        average, where rows do not count alike.
    options : TrainingOptions
        How to train.
    rng : numpy.random.Generator
        Draws the held-out rows.
    generator : torch.Generator
        On the CPU; draws the order of the rows and the dropout.
    train : callable
        The training loop, or what runs it elsewhere with the same arguments.

    Returns
    -------
    DensityFit
    """
    with own_defaults():
        density = copy.deepcopy(density).to(options.device)
        train_rows, valid, held_out = hold_out(rows, options, rng)
        first = train_rows[:: -(-len(train_rows) // MAX_ROWS_AN_EPOCH)][0]
        density.start(first, given_of(first))
        progress = Progress.of(density)
        history = train(
            density,
            Likelihood(),
            progress,
            train_rows,
            valid,
            options,
            generator,
            batch_size=(batch_size := resolve_batch_size(options.batch_size, len(train_rows))),
            held_out_batch=batch_size,
            callbacks=[] if valid is None else [BestWeights(progress, patience=max(5, options.max_epochs // 3))],
            optimizer={"weight_decay": _decay(density, len(train_rows))},
            description="Training the teacher",
        )
    columns = ["epoch", "train_loss", *(["valid_loss"] if valid is not None else []), "dur"]
    return DensityFit(density, columns_of(history, columns), held_out)


def _decay(density: Density, n_rows: int) -> float:
    """Return the weight decay; of short tables, a network may do little more than its closed form does."""
    usual = weight_decay(n_rows)
    return max(usual, min(2_400 / n_rows, 4.0)) if density.has_closed_form else usual


def given_of(rows: Rows) -> Given:
    """Return what a density is given of rows."""
    return Given(rows.get("classes"), rows["levels"])
