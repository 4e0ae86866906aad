"""Where a training stands: what callbacks write and losses read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

Tensors = tuple[Tensor, ...] | list[Tensor]
DECAY = 0.99  # of the averaged weights: they remember about the last 100 batches
WARM_UP = 0.5  # share of training after which a penalty is at full strength


@dataclass
class Progress:
    """The state of one training.

    Attributes
    ----------
    averaged : AveragedModel
        Moving average of the weights [1]_, in evaluation mode. Held-out rows are judged by it, and training ends with
        it, so that every epoch can be the last one, whatever the learning rate has come to.
    share : float
        How much of the budget is spent, in [0, 1).
    penalty_weight : float
        Weight of the penalty, where there is one.
    sums : dict
        Sum and number of rows of each loss term in this epoch, by name.

    References
    ----------
    .. [1] B. Polyak, A. Juditsky, "Acceleration of Stochastic Approximation by Averaging", SIAM J. Control Optim.
       30, 1992.
    """

    averaged: AveragedModel
    share: float = 0.0
    penalty_weight: float = 0.0
    sums: dict[str, tuple[float, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, module: nn.Module, penalty_weight: float = 0.0) -> "Progress":
        """Return the state at the start of a module's training."""
        return cls(AveragedModel(module, multi_avg_fn=_average).eval(), penalty_weight=penalty_weight)

    @property
    def average(self) -> nn.Module:
        """The module with the averaged weights."""
        return self.averaged.module

    @property
    def ramp(self) -> float:
        """Share of the penalty that training batches are under: it rises from 0 over the first half of training.

        At full strength from the first batch, the code collapses.
        """
        return min(self.share / WARM_UP, 1.0)

    def add(self, split: str, terms: Mapping[str, Tensor], n_rows: int) -> None:
        """Add the mean of each loss term over some rows to the sums of the epoch."""
        for name, value in terms.items():
            total, count = self.sums.get(f"{split}_{name}", (0.0, 0))
            self.sums[f"{split}_{name}"] = (total + n_rows * value.item(), count + n_rows)

    def take_means(self) -> dict[str, float]:
        """Return the mean of each term since the last call, and start over."""
        means = {name: total / count for name, (total, count) in self.sums.items()}
        self.sums = {}
        return means


def _average(averaged: Tensors, current: Tensors, n_averaged: Tensor | int) -> None:
    n_done = int(n_averaged)
    decay = min(DECAY, (1 + n_done) / (10 + n_done))
    torch._foreach_lerp_(averaged, current, 1 - decay)
