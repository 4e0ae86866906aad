"""Callbacks of the fair encoder: the weight of the penalty over training, and what the history notes."""

import copy
import math

from skorch.callbacks import Callback

WARM_UP = 0.5
STEP, LARGEST_STEP = 0.5, 1.0


class PenaltyWarmUp(Callback):
    """Raise the penalty linearly from 0 over the first half of training: at full strength from the first batch, the
    code collapses. Comes after :class:`AnnealedBudget`, which tells how far training is.
    """

    def on_batch_begin(self, net, batch=None, training=None, **kwargs):
        """Set the share of the penalty that a batch is under."""
        if training:
            net.objective_.ramp = min(net.progress_ / WARM_UP, 1.0)


class TermHistory(Callback):
    """Note the means of the loss terms in the history, after each epoch."""

    def on_epoch_end(self, net, dataset_train=None, dataset_valid=None, **kwargs):
        """Write the epoch's means."""
        for name, value in net.objective_.take_means().items():
            net.history.record(name, value)
        net.history.record("fairness_weight", net.objective_.fairness_weight)


class DualAscent(Callback):
    r"""Raise the weight of the penalty while the dependence is above a bound, lower it while it is below.

    .. math:: \log \lambda \leftarrow \log \lambda + \tfrac12 \min(D / t - 1,\, 1)

    after each epoch that ends with the penalty at full strength. The averaged weights of the last epoch that kept to
    the bound are those that training ends with. Comes after :class:`TermHistory` and before the callback that averages
    the weights.

    Parameters
    ----------
    max_dependence : float
        The bound t.
    column : str
        Column of the history that holds D.

    Attributes
    ----------
    met_ : bool
        Whether some epoch kept to the bound.
    """

    def __init__(self, max_dependence, column):
        self.max_dependence = max_dependence
        self.column = column

    def on_train_begin(self, net, X=None, y=None, **kwargs):
        """Forget earlier training."""
        self.kept_weights_ = None
        self.met_ = False

    def on_epoch_end(self, net, dataset_train=None, dataset_valid=None, **kwargs):
        """Compare the epoch with the bound and move the weight."""
        if net.objective_.ramp < 1:
            return
        excess = net.history[-1, self.column] / self.max_dependence - 1
        if excess <= 0:
            self.kept_weights_ = copy.deepcopy(net.average_.module_.state_dict())
            self.met_ = True
        net.objective_.fairness_weight *= math.exp(STEP * max(min(excess, LARGEST_STEP), -LARGEST_STEP))

    def on_train_end(self, net, X=None, y=None, **kwargs):
        """Put the last weights that kept to the bound in the place of the average."""
        if self.kept_weights_ is not None:
            net.average_.module_.load_state_dict(self.kept_weights_)
            self.kept_weights_ = None
