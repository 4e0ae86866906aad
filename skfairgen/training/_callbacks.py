"""What happens around a batch or an epoch: learning rate, budget, averaged and best weights, progress bar."""

import copy
import math
import time

import numpy as np
import torch
from skorch.callbacks import Callback
from torch.optim.swa_utils import AveragedModel
from tqdm.auto import tqdm


class StopTraining(Exception):
    """Raised inside training to end it in good order."""


class AnnealedBudget(Callback):
    """Anneal the learning rate over the epochs or the seconds, whichever ends first, and stop there.

    The rate climbs linearly over the first tenth of the budget and falls along a half cosine to a hundredth.

    Parameters
    ----------
    max_epochs : int
        Number of passes over the rows.
    max_seconds : float or None
        Wall-clock seconds; None for no limit. A budget in seconds makes results depend on the machine.
    n_batches : int
        Batches of an epoch.
    """

    def __init__(self, max_epochs, max_seconds, n_batches):
        self.max_epochs = max_epochs
        self.max_seconds = max_seconds
        self.n_batches = n_batches

    def on_train_begin(self, net, X=None, y=None, **kwargs):
        """Start the clock."""
        self.started_ = time.monotonic()
        self.n_done_ = 0
        self.out_of_time_ = False

    def on_batch_begin(self, net, batch=None, training=None, **kwargs):
        """Set ``net.progress_``, in [0, 1), and the learning rate of a training batch, or stop when time is spent."""
        if not training:
            return
        progress = self.n_done_ / (self.max_epochs * self.n_batches)
        if self.max_seconds is not None:
            spent = (time.monotonic() - self.started_) / self.max_seconds
            if spent >= 1 and self.n_done_ > 0:
                self.out_of_time_ = True
                raise StopTraining
            progress = max(progress, min(spent, 1.0))
        net.progress_ = progress
        for group in net.optimizer_.param_groups:
            group["lr"] = net.lr * _one_cycle(progress)
        self.n_done_ += 1


class AveragedWeights(Callback):
    """Keep an exponential moving average of the weights: held-out rows are judged by it, and training ends with it.

    The average is over about the last 100 batches [1]_, so that every epoch can be the last one, whatever the
    learning rate has come to.

    Parameters
    ----------
    decay : float
        Weight of the past in each update, in [0, 1); smaller over the first batches.

    References
    ----------
    .. [1] B. Polyak, A. Juditsky, "Acceleration of Stochastic Approximation by Averaging", SIAM J. Control Optim.
       30, 1992.
    """

    def __init__(self, decay=0.99):
        self.decay = decay

    def on_train_begin(self, net, X=None, y=None, **kwargs):
        """Start the average at the present weights."""
        self.averaged_ = AveragedModel(net.module_, multi_avg_fn=self._average).eval()
        net.average_ = self

    def on_batch_end(self, net, batch=None, training=None, **kwargs):
        """Move the average towards the weights after a training batch."""
        if training:
            self.averaged_.update_parameters(net.module_)

    def on_train_end(self, net, X=None, y=None, **kwargs):
        """Put the average in the place of the weights."""
        net.module_.load_state_dict(self.module_.state_dict())
        self.averaged_ = net.average_ = None

    @property
    def module_(self):
        """The module with the averaged weights, in evaluation mode."""
        return self.averaged_.module

    def _average(self, averaged, current, n_averaged):
        n_done = int(n_averaged)
        decay = min(self.decay, (1 + n_done) / (10 + n_done))
        torch._foreach_lerp_(averaged, current, 1 - decay)


class BestWeights(Callback):
    """Keep the averaged weights of the epoch with the least held-out loss; stop when it no longer improves.

    Comes before :class:`AveragedWeights` in the list of callbacks, and after :class:`AnnealedBudget`.

    Parameters
    ----------
    patience : int
        Epochs without improvement before training stops.
    start : float
        Share of training, in [0, 1), before which epochs are not compared.
    """

    def __init__(self, patience, start=0.0):
        self.patience = patience
        self.start = start

    def on_train_begin(self, net, X=None, y=None, **kwargs):
        """Forget earlier training."""
        self.best_loss_, self.best_epoch_, self.best_weights_ = np.inf, 0, None

    def on_epoch_end(self, net, dataset_train=None, dataset_valid=None, **kwargs):
        """Compare the epoch with the best so far."""
        if net.progress_ < self.start:
            return
        loss, epoch = net.history[-1, "valid_loss"], net.history[-1, "epoch"]
        if loss < self.best_loss_:
            self.best_loss_, self.best_epoch_ = loss, epoch
            self.best_weights_ = copy.deepcopy(net.average_.module_.state_dict())
        elif epoch - self.best_epoch_ >= self.patience:
            raise StopTraining

    def on_train_end(self, net, X=None, y=None, **kwargs):
        """Put the best weights in the place of the average."""
        if self.best_weights_ is not None:
            net.average_.module_.load_state_dict(self.best_weights_)
            self.best_weights_ = None


class FreshRows(Callback):
    """Put newly drawn rows in the place of those trained on, every few epochs.

    Parameters
    ----------
    draw : callable
        Returns a dict of tensors, the rows.
    every : int
        Epochs between draws; the first rows are those training starts with.
    """

    def __init__(self, draw, every):
        self.draw = draw
        self.every = every

    def on_train_begin(self, net, X=None, y=None, **kwargs):
        """Start the count of epochs."""
        self.n_epochs_ = 0

    def on_epoch_begin(self, net, dataset_train=None, dataset_valid=None, **kwargs):
        """Draw rows where it is time to."""
        if self.n_epochs_ > 0 and self.n_epochs_ % self.every == 0:
            dataset_train.tensors = self.draw()
        self.n_epochs_ += 1


class EpochProgress(Callback):
    """A progress bar over epochs that shows the latest losses.

    Parameters
    ----------
    max_epochs : int
        Length of the bar.
    description : str
        Text before the bar.
    """

    def __init__(self, max_epochs, description):
        self.max_epochs = max_epochs
        self.description = description

    def on_train_begin(self, net, X=None, y=None, **kwargs):
        """Show the empty bar."""
        self.bar_ = tqdm(total=self.max_epochs, desc=self.description, unit="epoch")

    def on_epoch_end(self, net, dataset_train=None, dataset_valid=None, **kwargs):
        """Advance the bar by an epoch."""
        row = net.history[-1]
        self.bar_.set_postfix({name: f"{row[name]:.3f}" for name in ("train_loss", "valid_loss") if name in row})
        self.bar_.update()

    def on_train_end(self, net, X=None, y=None, **kwargs):
        """Close the bar."""
        self.bar_.close()
        self.bar_ = None


def _one_cycle(progress, warm_up=0.1, floor=0.01):
    if progress < warm_up:
        return floor + (1 - floor) * progress / warm_up
    return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up)))
