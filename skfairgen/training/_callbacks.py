"""What happens around a batch or an epoch: learning rate, budget, averaged and best weights, history, progress bar."""

import copy
import math
import time
from collections.abc import Callable
from typing import Any

from skorch import NeuralNet
from skorch.callbacks import Callback
from tqdm.auto import tqdm

from skfairgen.training._batches import Rows, TensorRows
from skfairgen.training._progress import Progress

STEP, LARGEST_STEP = 0.5, 1.0


class StopTraining(Exception):
    """Raised inside training to end it in good order."""


class AnnealedBudget(Callback):
    """Anneal the learning rate over the epochs or the seconds, whichever ends first, and stop there.

    The rate climbs linearly over the first tenth of the budget and falls along a half cosine to a hundredth.

    Parameters
    ----------
    progress : Progress
        Its ``share`` is set here.
    deadline : float or None
        What ``time.monotonic()`` says at the end; None for no limit. It makes results depend on the machine.
    n_batches : int
        Batches of all epochs.
    """

    def __init__(self, progress: Progress, deadline: float | None, n_batches: int) -> None:
        self.progress = progress
        self.deadline = deadline
        self.n_batches = n_batches

    def on_train_begin(self, net: NeuralNet, X: Any = None, y: Any = None, **kwargs: Any) -> None:
        """Start the clock."""
        self.started_ = time.monotonic()
        self.n_done_ = 0

    def on_batch_begin(self, net: NeuralNet, batch: Any = None, training: Any = None, **kwargs: Any) -> None:
        """Set the share of the budget that is spent and the learning rate of a training batch, or stop."""
        if not training:
            return
        share = self.n_done_ / self.n_batches
        if self.deadline is not None:
            now = time.monotonic()
            spent = (now - self.started_) / max(self.deadline - self.started_, 1e-6)
            if now >= self.deadline and self.n_done_ > 0:
                raise StopTraining
            share = max(share, min(spent, 1.0))
        self.progress.share = share
        for group in net.optimizer_.param_groups:
            group["lr"] = net.lr * _one_cycle(share)
        self.n_done_ += 1


class AveragedWeights(Callback):
    """Move the averaged weights after each batch; comes last of all callbacks, and ends training with them.

    Parameters
    ----------
    progress : Progress
        Holds the average.
    """

    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def on_batch_end(self, net: NeuralNet, batch: Any = None, training: Any = None, **kwargs: Any) -> None:
        """Move the average towards the weights after a training batch."""
        if training:
            self.progress.averaged.update_parameters(net.module_)

    def on_train_end(self, net: NeuralNet, X: Any = None, y: Any = None, **kwargs: Any) -> None:
        """Put the average in the place of the weights."""
        net.module_.load_state_dict(self.progress.average.state_dict())


class KeptWeights(Callback):
    """Keep the averaged weights of one epoch, and end training with them; comes before :class:`AveragedWeights`.

    Parameters
    ----------
    progress : Progress
        Holds the average.
    """

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.kept: dict[str, Any] | None = None

    def keep(self) -> None:
        """Keep the averaged weights as they are now."""
        self.kept = copy.deepcopy(self.progress.average.state_dict())

    def on_train_end(self, net: NeuralNet, X: Any = None, y: Any = None, **kwargs: Any) -> None:
        """Put the kept weights, if there are any, in the place of the average."""
        if self.kept is not None:
            self.progress.average.load_state_dict(self.kept)


class BestWeights(KeptWeights):
    """Keep the averaged weights of the epoch with the least held-out loss; stop when it no longer improves.

    Parameters
    ----------
    progress : Progress
        Holds the average.
    patience : int
        Epochs without improvement before training stops.
    start : float
        Share of training, in [0, 1), before which epochs are not compared.
    """

    def __init__(self, progress: Progress, patience: int, start: float = 0.0) -> None:
        super().__init__(progress)
        self.patience = patience
        self.start = start
        self.least, self.best_epoch = math.inf, 0

    def on_epoch_end(self, net: NeuralNet, dataset_train: Any = None, dataset_valid: Any = None, **kwargs: Any) -> None:
        """Compare the epoch with the best so far."""
        if self.progress.share < self.start:
            return
        loss, epoch = net.history[-1, "valid_loss"], net.history[-1, "epoch"]
        if loss < self.least:
            self.least, self.best_epoch = loss, epoch
            self.keep()
        elif epoch - self.best_epoch >= self.patience:
            raise StopTraining


class DualAscent(KeptWeights):
    r"""Raise the weight of the penalty while the dependence is above a bound, lower it while it is below.

    .. math:: \log \lambda \leftarrow \log \lambda + \tfrac12 \min(D / t - 1,\, 1)

    after each epoch that ends with the penalty at full strength. Training ends with the averaged weights of the last
    epoch that kept to the bound. Comes after :class:`TermHistory`.

    Parameters
    ----------
    progress : Progress
        Holds the weight of the penalty.
    max_dependence : float
        The bound t.
    column : str
        Column of the history that holds D.
    """

    def __init__(self, progress: Progress, max_dependence: float, column: str) -> None:
        super().__init__(progress)
        self.max_dependence = max_dependence
        self.column = column

    def on_epoch_end(self, net: NeuralNet, dataset_train: Any = None, dataset_valid: Any = None, **kwargs: Any) -> None:
        """Compare the epoch with the bound and move the weight."""
        if self.progress.ramp < 1:
            return
        excess = net.history[-1, self.column] / self.max_dependence - 1
        if excess <= 0:
            self.keep()
        self.progress.penalty_weight *= math.exp(STEP * max(min(excess, LARGEST_STEP), -LARGEST_STEP))


class TermHistory(Callback):
    """Note the means of the loss terms, and the weight of the penalty, in the history after each epoch."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def on_epoch_end(self, net: NeuralNet, dataset_train: Any = None, dataset_valid: Any = None, **kwargs: Any) -> None:
        """Write the epoch's means."""
        for name, value in self.progress.take_means().items():
            net.history.record(name, value)
        net.history.record("fairness_weight", self.progress.penalty_weight)


class FreshRows(Callback):
    """Put newly drawn rows in the place of those trained on, every few epochs.

    Parameters
    ----------
    draw : callable
        Returns a dict of tensors, the rows.
    every : int
        Epochs between draws; the first rows are those training starts with.
    """

    def __init__(self, draw: Callable[[], Rows], every: int) -> None:
        self.draw = draw
        self.every = every

    def on_epoch_begin(
        self, net: NeuralNet, dataset_train: TensorRows, dataset_valid: Any = None, **kwargs: Any
    ) -> None:
        """Draw rows where it is time to."""
        n_done = len(net.history) - 1
        if n_done > 0 and n_done % self.every == 0:
            dataset_train.tensors = self.draw()


class EpochBar(Callback):
    """A progress bar over epochs that shows the latest losses.

    Parameters
    ----------
    max_epochs : int
        Length of the bar.
    description : str
        Text before the bar.
    """

    def __init__(self, max_epochs: int, description: str) -> None:
        self.max_epochs = max_epochs
        self.description = description

    def on_train_begin(self, net: NeuralNet, X: Any = None, y: Any = None, **kwargs: Any) -> None:
        """Show the empty bar."""
        self.bar_ = tqdm(total=self.max_epochs, desc=self.description, unit="epoch")

    def on_epoch_end(self, net: NeuralNet, dataset_train: Any = None, dataset_valid: Any = None, **kwargs: Any) -> None:
        """Advance the bar by an epoch."""
        row = net.history[-1]
        self.bar_.set_postfix({name: f"{row[name]:.3f}" for name in ("train_loss", "valid_loss") if name in row})
        self.bar_.update()

    def on_train_end(self, net: NeuralNet, X: Any = None, y: Any = None, **kwargs: Any) -> None:
        """Close the bar."""
        self.bar_.close()


def _one_cycle(share: float, warm_up: float = 0.1, floor: float = 0.01) -> float:
    if share < warm_up:
        return floor + (1 - floor) * share / warm_up
    return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * (share - warm_up) / (1 - warm_up)))
