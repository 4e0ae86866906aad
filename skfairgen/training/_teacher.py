"""Train the teacher: maximize the likelihood of token rows given their class and sensitive values."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from skorch import NeuralNet
from skorch.utils import to_tensor

from skfairgen.nn import ColumnDensity
from skfairgen.training._batches import SlicedBatches
from skfairgen.training._callbacks import (
    AnnealedBudget,
    AveragedWeights,
    BestWeights,
    EpochProgress,
    StopTraining,
)
from skfairgen.training._hold_out import GivenSplit, hold_out


@dataclass(frozen=True)
class TrainingOptions:
    """How long, how fast and where to train; the fields are the constructor arguments of the estimators."""

    max_epochs: int
    max_seconds: float | None
    batch_size: int | str
    lr: float
    early_stopping: bool
    device: str
    verbose: int


class LikelihoodNet(NeuralNet):
    """A skorch net whose module returns log-likelihoods and whose loss is their negative sum, mean over rows."""

    @property
    def present_module_(self):
        """The module that a loss is of: the one in training, and on held-out rows that of the averaged weights."""
        average = None if self.module_.training else getattr(self, "average_", None)
        return self.module_ if average is None else average.module_

    def get_loss(self, y_pred, y_true, X=None, training=False):
        """Return the negative log-likelihood of a batch, in nats a row."""
        return -y_pred.sum(dim=1).mean()

    def infer(self, x, **fit_params):
        """Return the log-likelihoods of a batch: by the weights in training, by their average on held-out rows."""
        return self.present_module_(**to_tensor(x, device=self.device))

    def fit_loop(self, *args, **kwargs):
        """Train until the epochs end or a callback stops training; an interrupt from the keyboard is passed on."""
        self.interrupted_ = False
        try:
            return super().fit_loop(*args, **kwargs)
        except StopTraining:
            return self
        except KeyboardInterrupt:
            self.interrupted_ = True
            raise


def fit_teacher(rows, module_parameters, options, rng, net=None):
    """Train a teacher and return its net and history.

    Parameters
    ----------
    rows : dict of str to ndarray
        "tokens" (n_rows, n_columns) and "given" (n_rows, n_given), integers.
    module_parameters : dict
        Arguments of :class:`~skfairgen.nn.ColumnDensity`.
    options : TrainingOptions
        How to train.
    rng : numpy.random.Generator
        Draws the held-out rows.
    net : LikelihoodNet or None
        A trained net to go on from.

    Returns
    -------
    net : LikelihoodNet
        The trained net, in evaluation mode, with ``module_`` on ``options.device``.
    history : DataFrame
        A row an epoch: train_loss and valid_loss (nats a row), dur (seconds).
    """
    train, held_out, _ = hold_out(rows, options, rng)
    batch_size = resolve_batch_size(options.batch_size, len(train))
    budget = AnnealedBudget(options.max_epochs, options.max_seconds, -(-len(train) // batch_size))
    callbacks = [("budget", budget)]
    if held_out is not None:
        callbacks.append(("best", BestWeights(patience=max(5, options.max_epochs // 3))))
    callbacks.append(("average", AveragedWeights()))
    if options.verbose:
        callbacks.append(("progress", EpochProgress(options.max_epochs, "Training the teacher")))
    warm = net is not None
    if not warm:
        net = LikelihoodNet(
            ColumnDensity,
            criterion=torch.nn.Identity,
            optimizer=torch.optim.AdamW,
            iterator_train=SlicedBatches,
            iterator_train__shuffle=True,
            iterator_valid=SlicedBatches,
            device=options.device,
            callbacks__print_log=None,
            verbose=0,
            **{f"module__{name}": value for name, value in module_parameters.items()},
        )
    net.set_params(
        lr=options.lr,
        max_epochs=options.max_epochs,
        batch_size=batch_size,
        optimizer__weight_decay=weight_decay(len(train)),
        train_split=None if held_out is None else GivenSplit(held_out),
        callbacks=callbacks,
    )
    net.initialize() if not warm else net.initialize_callbacks()
    net.partial_fit(train)
    if net.interrupted_:
        raise KeyboardInterrupt
    net.module_.eval()
    net.set_params(train_split=None)
    return net, _history_frame(net.history, held_out is not None)


def weight_decay(n_rows):
    """Return the weight decay for a number of rows: the fewer rows, the stronger the prior."""
    return min(30 / n_rows**0.5, 2.0)


def resolve_batch_size(batch_size, n_rows, least=32):
    """Return the rows of a batch: as asked, or for "auto" a 60th of the rows, `least` to 512, more for many rows."""
    if batch_size != "auto":
        return min(batch_size, n_rows)
    most = max(512, min(n_rows // 400, 4096))
    return min(max(n_rows // 60, least), most, n_rows)


def _history_frame(history, has_held_out):
    columns = ["epoch", "train_loss", *(["valid_loss"] if has_held_out else []), "dur"]
    return pd.DataFrame([{name: epoch.get(name, np.nan) for name in columns} for epoch in history])
