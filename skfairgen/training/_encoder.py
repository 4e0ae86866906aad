"""Train the fair autoencoder: an encoder whose codes do not reveal the group, with its decoder and outcome head."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import torch
from skorch.callbacks import GradientNormClipping

from skfairgen.nn import FairAutoencoder
from skfairgen.training._batches import SlicedBatches
from skfairgen.training._callbacks import AnnealedBudget, AveragedWeights, BestWeights, EpochProgress
from skfairgen.training._fair_objective import CodeQueue
from skfairgen.training._hold_out import GivenSplit, hold_out
from skfairgen.training._penalty_callbacks import WARM_UP, DualAscent, PenaltyWarmUp, TermHistory
from skfairgen.training._teacher import LikelihoodNet, resolve_batch_size, weight_decay

MIN_SIGNAL = 0.1  # of a component's mean, over its noise
MAX_GRADIENT_NORM = 20.0  # the penalty is noisy on small batches
MIN_BATCHES = 600  # of a training whose length is not fixed
MIN_BATCH = 256  # the penalty compares groups within a batch
CHUNK_ROWS = 8_192
TERMS = ["likelihood", "kl", "outcome", "dependence"]


class AutoencoderNet(LikelihoodNet):
    """A skorch net of :class:`~skfairgen.nn.FairAutoencoder`, whose loss is its ``objective_``."""

    def get_loss(self, y_pred, y_true, X=None, training=False):
        """Return the loss of a batch."""
        return self.objective_(y_pred, X, training)


@dataclass(frozen=True)
class EncoderFit:
    """A trained autoencoder.

    Attributes
    ----------
    net : AutoencoderNet
        The net, in evaluation mode.
    history : DataFrame
        A row an epoch.
    held_out : ndarray of int
        Positions of the rows that were not trained on; empty where none were held out.
    kept_to_bound : bool
        Whether the dependence came below ``max_dependence``; True without a bound.
    """

    net: AutoencoderNet
    history: pd.DataFrame
    held_out: np.ndarray
    kept_to_bound: bool


def fit_encoder(rows, module_parameters, objective, options, rng, *, min_batches=0, max_dependence=None, net=None):
    """Train a fair autoencoder.

    Parameters
    ----------
    rows : dict of str to ndarray
        Integers: "tokens" (n_rows, n_columns), "given" (n_rows, n_sensitive), "classes" (n_rows,) with -1 where
        there is no label, and, where sensitive columns are continuous, "ranks" (n_rows, n_continuous).
    module_parameters : dict
        Arguments of :class:`~skfairgen.nn.FairAutoencoder`.
    objective : FairObjective
        What to train for.
    options : TrainingOptions
        How to train.
    rng : numpy.random.Generator
        Draws the held-out rows.
    min_batches : int
        More passes than ``max_epochs`` are made where these are fewer batches.
    max_dependence : float or None
        Held-out dependence to come below, by adapting the weight of the penalty.
    net : AutoencoderNet or None
        A trained net to go on from.

    Returns
    -------
    EncoderFit
    """
    train, valid, held_out = hold_out(rows, options, rng)
    batch_size = resolve_batch_size(options.batch_size, len(train), least=MIN_BATCH)
    n_batches = -(-len(train) // batch_size)
    options = replace(options, max_epochs=max(options.max_epochs, -(-min_batches // n_batches)))
    given = train.tensors["given"]
    objective.queue = CodeQueue(given, batch_size) if given.shape[1] else None
    split = "train" if valid is None else "valid"
    callbacks = [
        ("budget", AnnealedBudget(options.max_epochs, options.max_seconds, n_batches)),
        ("warm_up", PenaltyWarmUp()),
        ("clip", GradientNormClipping(MAX_GRADIENT_NORM)),
        ("terms", TermHistory()),
    ]
    bound = None
    if max_dependence is not None:
        bound = DualAscent(max_dependence, f"{split}_dependence")
        callbacks.append(("bound", bound))
    elif valid is not None:
        # before the penalty is in force, what a few held-out rows say of dependence is chance, and may be the least
        start = WARM_UP if objective.fairness_weight > 0 and given.shape[1] else 0.0
        callbacks.append(("best", BestWeights(patience=max(5, options.max_epochs // 3), start=start)))
    callbacks.append(("average", AveragedWeights()))
    if options.verbose:
        callbacks.append(("progress", EpochProgress(options.max_epochs, "Training the encoder")))
    warm = net is not None
    net = net if warm else _new_net(module_parameters, options.device)
    net.set_params(
        lr=options.lr,
        max_epochs=options.max_epochs,
        batch_size=batch_size,
        optimizer__weight_decay=weight_decay(len(train)),
        train_split=None if valid is None else GivenSplit(valid),
        callbacks=callbacks,
    )
    net.objective_ = objective
    if warm:
        net.module_.encoder.active.fill_(1)
    net.initialize() if not warm else net.initialize_callbacks()
    net.partial_fit(train)
    if net.interrupted_:
        raise KeyboardInterrupt
    net.module_.eval()
    net.set_params(train_split=None)
    objective.queue = None
    net.module_.encoder.settle(*_encode(net.module_, train.tensors), MIN_SIGNAL)
    met = bound is None or dict(net.callbacks_)["bound"].met_
    return EncoderFit(net, _history_frame(net.history, valid is not None), held_out, met)


def _new_net(module_parameters, device):
    return AutoencoderNet(
        FairAutoencoder,
        criterion=torch.nn.Identity,
        optimizer=torch.optim.AdamW,
        iterator_train=SlicedBatches,
        iterator_train__shuffle=True,
        iterator_valid=SlicedBatches,
        iterator_valid__batch_size=-1,  # dependence is measured on all held-out rows at once
        device=device,
        callbacks__print_log=None,
        verbose=0,
        **{f"module__{name}": value for name, value in module_parameters.items()},
    )


@torch.no_grad()
def _encode(module, tensors):
    chunks = zip(tensors["tokens"].split(CHUNK_ROWS), tensors["given"].split(CHUNK_ROWS), strict=True)
    means, log_variances = zip(*(module.encode(*chunk) for chunk in chunks), strict=True)
    return torch.cat(means), torch.cat(log_variances)


def _history_frame(history, has_held_out):
    splits = ["train", "valid"] if has_held_out else ["train"]
    columns = ["epoch", *(f"{split}_{name}" for split in splits for name in ["loss", *TERMS])]
    columns += ["fairness_weight", "dur"]
    return pd.DataFrame([{name: epoch.get(name, np.nan) for name in columns} for epoch in history])
