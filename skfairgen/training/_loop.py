"""The one training loop: a module, a task that judges it, rows, and what happens around batches and epochs."""

import math
import warnings
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import torch
from skorch import NeuralNet
from torch import Generator, Tensor, nn

from skfairgen.exceptions import TrainingBudgetWarning
from skfairgen.nn import draw_from
from skfairgen.training._batches import Rows, SlicedBatches, TensorRows
from skfairgen.training._callbacks import AnnealedBudget, AveragedWeights, EpochBar, StopTraining
from skfairgen.training._cost_notice import CostNotice
from skfairgen.training._options import MAX_ROWS_AN_EPOCH, DistillationOptions, TrainingOptions, deadline
from skfairgen.training._progress import Progress

History = list[dict[str, float]]


class Task(Protocol):
    """What a module is trained for."""

    def predict(self, module: Any, rows: Rows) -> Any:
        """Return what the module says of a batch."""

    def loss(self, predicted: Any, rows: Rows, training: bool) -> Tensor:
        """Return the loss of what was predicted: a number, in nats a row."""


class TaskNet(NeuralNet):
    """A skorch net of a module, a task and the progress of its training.

    In training the task predicts by the weights, on held-out rows by their average. Training batches go through
    `wrapped`: the module, or what shares its gradients with other workers.
    """

    def __init__(
        self,
        *args: Any,
        task: Task,
        progress: Progress,
        held_out: TensorRows | None,
        wrapped: nn.Module,
        **kwargs: Any,
    ) -> None:
        self.task = task
        self.progress = progress
        self.held_out = held_out
        self.wrapped = wrapped
        super().__init__(*args, **kwargs)

    def infer(self, x: Rows, **fit_params: Any) -> Any:
        """Return what the task predicts."""
        return self.task.predict(self.wrapped if self.module_.training else self.progress.average, x)

    def get_loss(self, y_pred: Any, y_true: Any, X: Any = None, training: bool = False) -> Tensor:
        """Return the task's loss."""
        return self.task.loss(y_pred, X, training)

    def get_split_datasets(self, X: TensorRows, y: Any = None, **fit_params: Any) -> tuple[Any, Any]:
        """Return the rows to train on and the held-out rows, as they were chosen beforehand."""
        return X, self.held_out


def train(
    module: nn.Module,
    task: Task,
    progress: Progress,
    rows: TensorRows,
    held_out: TensorRows | None,
    options: TrainingOptions | DistillationOptions,
    generator: Generator,
    *,
    batch_size: int,
    callbacks: Iterable[Any] = (),
    held_out_batch: int = -1,
    optimizer: Mapping[str, Any],
    description: str,
    max_rows: int | None = None,
    wrapped: nn.Module | None = None,
) -> History:
    """Train a module where it stands, from the weights that it has; it ends in evaluation mode.

    Parameters
    ----------
    module : Module
        On the device of the rows. It ends with its averaged weights, or with those that a callback kept.
    task : Task
        What it is trained for.
    progress : Progress
        The state of this training.
    rows, held_out : TensorRows
        Rows to train on and rows to judge each epoch by; None for none.
    options : TrainingOptions or DistillationOptions
        How long and how fast to train.
    generator : torch.Generator
        On the CPU. Draws the order of the rows, and what the module draws; on another device, layers draw from a
        generator there of the same seed.
    batch_size, held_out_batch : int
        Rows of a batch; -1 for all.
    callbacks : iterable of Callback
        Called after the learning rate is set and before the weights are averaged.
    optimizer : dict
        Arguments of AdamW.
    description : str
        Text before the progress bar.
    max_rows : int or None
        Rows of an epoch at most; None for 250,000.
    wrapped : Module or None
        What training batches go through, such as the module as one of several workers has it; None for the module.

    Returns
    -------
    list of dict
        What was noted of each epoch.

    Raises
    ------
    ValueError
        If the loss of an epoch is not finite, or a weight is not a number.
    KeyboardInterrupt
        If the user interrupts training; the module is then in an unknown state.
    """
    max_rows = max_rows or MAX_ROWS_AN_EPOCH
    n_in_epoch = len(SlicedBatches(rows, batch_size, generator, max_rows))
    n_batches = options.max_epochs * n_in_epoch
    budget = AnnealedBudget(progress, deadline(options), n_batches)
    notice = CostNotice(n_batches, options.max_seconds, description)
    shown = [notice, EpochBar(options.max_epochs, description)] if options.verbose else []
    net = TaskNet(
        module,
        task=task,
        progress=progress,
        held_out=held_out,
        wrapped=module if wrapped is None else wrapped,
        criterion=nn.Identity,
        optimizer=torch.optim.AdamW,
        **{f"optimizer__{name}": value for name, value in optimizer.items()},
        lr=options.lr,
        max_epochs=options.max_epochs,
        batch_size=batch_size,
        iterator_train=SlicedBatches,
        iterator_train__generator=generator,
        iterator_train__max_rows=max_rows,
        iterator_valid=SlicedBatches,
        iterator_valid__batch_size=held_out_batch,
        train_split=None,
        callbacks=[
            budget,
            *callbacks,
            AveragedWeights(progress),
            *shown,
        ],
        callbacks__print_log=None,
        device=options.device,
        verbose=0,
    )
    if torch.device(options.device).type != "cpu":
        generator = Generator(options.device).manual_seed(generator.initial_seed())
    for drawing in (module, progress.averaged):
        draw_from(drawing, generator)
    net.initialize().notify("on_train_begin", X=rows, y=None)
    try:
        net.fit_loop(rows)  # partial_fit would swallow an interrupt
    except StopTraining:
        pass
    finally:
        net.notify("on_train_end", X=rows, y=None)
        draw_from(module, None)
        module.eval()
    _check_numbers(module, net.history, options.lr, len(rows))
    if budget.n_done_ < n_in_epoch:
        warnings.warn(
            f"{description}: max_seconds={options.max_seconds} ended it after {budget.n_done_:,} of the "
            f"{n_in_epoch:,} batches of one pass over the rows. Give it more time.",
            TrainingBudgetWarning,
            stacklevel=2,
        )
    return list(net.history)


def _check_numbers(module, history, lr, n_rows):
    lost = [epoch["epoch"] for epoch in history if not math.isfinite(epoch.get("train_loss", 0.0))]
    if lost or any(torch.isnan(weight).any() for weight in module.parameters()):
        when = f"in epoch {lost[0]}" if lost else "before the first epoch ended"
        raise ValueError(
            f"Training failed: the loss was no finite number {when}, with lr={lr} and {n_rows:,} rows. Lower lr, or "
            "bring more rows."
        )


def columns_of(history: History, names: Iterable[str]) -> History:
    """Return some of what was noted of each epoch; NaN where an epoch ended before it was noted."""
    names = list(names)
    return [{name: epoch.get(name, float("nan")) for name in names} for epoch in history]
