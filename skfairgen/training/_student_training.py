"""Train a student on pools of rows that its teacher draws anew every few epochs."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import nn

from skfairgen.training._batches import SlicedBatches, TensorRows
from skfairgen.training._callbacks import AnnealedBudget, AveragedWeights, BestWeights, EpochProgress, FreshRows
from skfairgen.training._hold_out import GivenSplit

BATCHES_PER_EPOCH = 64
N_HELD_OUT = 1_024
EPOCHS_PER_POOL = 4


@dataclass(frozen=True)
class DistillationOptions:
    """What a student is trained for and how long; the fields are arguments of ``distill``.

    Attributes
    ----------
    quality_weight, utility_weight, temperature : float
        Weights of the losses, and the temperature of the quality loss.
    max_epochs : int
        Passes over a pool of rows.
    max_seconds : float or None
        Seconds of training.
    lr : float
        Largest learning rate.
    device : str
        Torch device.
    verbose : int
        1 shows a progress bar.
    """

    quality_weight: float
    utility_weight: float
    temperature: float
    max_epochs: int
    max_seconds: float | None
    lr: float
    device: str
    verbose: int


@dataclass
class TrainedNet:
    """A trained module under the name that skorch gives it, without what training needed."""

    module_: nn.Module


def pool_rows(n_rows):
    """Return how many rows to draw at a time for a teacher fitted on `n_rows`."""
    return int(np.clip(n_rows, 2_048, 8_192))


def skorch_parameters(module_parameters, options):
    """Return the arguments of a skorch net for a student."""
    return {
        "criterion": nn.Identity,
        # few steps: a short memory of gradients reaches in one step what takes 0.9, 0.999 two
        "optimizer": torch.optim.AdamW,
        "optimizer__betas": (0.8, 0.98),
        "optimizer__weight_decay": 0.0,
        "optimizer__fused": torch.device(options.device).type in ("cpu", "cuda"),
        "lr": options.lr,
        "max_epochs": options.max_epochs,
        "iterator_train": SlicedBatches,
        "iterator_train__shuffle": True,
        "iterator_valid": SlicedBatches,
        "iterator_valid__batch_size": 1_024,
        "device": options.device,
        "callbacks__print_log": None,
        "verbose": 0,
        **{f"module__{name}": value for name, value in module_parameters.items()},
    }


def train_on_pools(net, source, options, rng, pool):
    """Train a skorch net and return its module and its history.

    Parameters
    ----------
    net : LikelihoodNet
        Not initialized; its loss is what the rows of `source` ask for.
    source : callable
        Takes a number of rows and a numpy Generator; returns rows and their targets as a dict of tensors.
    options : DistillationOptions
        How long and where to train.
    rng : numpy.random.Generator
        Draws the rows.
    pool : int
        Rows to draw at a time.

    Returns
    -------
    module : Module
        In evaluation mode.
    history : DataFrame
        A row an epoch: train_loss and valid_loss (nats a row, on rows of the teacher), dur (seconds).
    """
    pool = max(pool, BATCHES_PER_EPOCH)
    held_out = TensorRows(**source(min(N_HELD_OUT, pool), rng))
    batch_size = -(-pool // BATCHES_PER_EPOCH)
    fresh = FreshRows(lambda: source(pool, rng), EPOCHS_PER_POOL)
    callbacks = [
        ("fresh", fresh),
        ("budget", AnnealedBudget(options.max_epochs, options.max_seconds, -(-pool // batch_size))),
        ("best", BestWeights(patience=max(5, options.max_epochs // 3))),
        ("average", AveragedWeights()),
    ]
    if options.verbose:
        callbacks.append(("progress", EpochProgress(options.max_epochs, "Distilling the student")))
    net.set_params(batch_size=batch_size, train_split=GivenSplit(held_out), callbacks=callbacks)
    net.initialize()
    net.partial_fit(TensorRows(**fresh.draw()))
    if net.interrupted_:
        raise KeyboardInterrupt
    columns = ["epoch", "train_loss", "valid_loss", "dur"]
    history = pd.DataFrame([{name: epoch.get(name, np.nan) for name in columns} for epoch in net.history])
    return net.module_.eval(), history
