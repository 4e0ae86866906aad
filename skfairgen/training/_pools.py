"""Train a student on pools of rows that its teacher draws every few epochs."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Generator

from skfairgen.nn import CodeEncoder, Density
from skfairgen.training._batches import Rows, TensorRows
from skfairgen.training._callbacks import BestWeights, FreshRows
from skfairgen.training._loop import History, Task, columns_of, train
from skfairgen.training._options import DistillationOptions
from skfairgen.training._progress import Progress

Draw = Callable[[int, np.random.Generator], Mapping[str, np.ndarray]]
BATCHES_PER_EPOCH = 64
N_HELD_OUT = 1_024
EPOCHS_PER_POOL = 4


@dataclass(frozen=True)
class StudentFit:
    """A trained student.

    Attributes
    ----------
    module : Module
        In evaluation mode, on the device it was trained on.
    history : list of dict
        For each epoch: "epoch", "train_loss" and "valid_loss" (nats a row, on rows of the teacher), "dur" (seconds).
    """

    module: Any
    history: History


def pool_rows(n_rows: int) -> int:
    """Return how many rows to draw at a time for a teacher fitted on `n_rows`."""
    return int(np.clip(n_rows, 2_048, 8_192))


def train_on_pools(
    student: Density | CodeEncoder,
    task: Task,
    source: Callable[[int, np.random.Generator], Rows],
    options: DistillationOptions,
    rng: np.random.Generator,
    generator: Generator,
    pool: int,
) -> StudentFit:
    """Train a copy of a student from new weights.

    Parameters
    ----------
    student : Module
        Its weights are drawn here, after the held-out rows.
    task : Task
        What it is trained for.
    source : callable
        Takes a number of rows and a numpy Generator; returns rows and their targets as a dict of tensors.
    options : DistillationOptions
        How long and where to train.
    rng : numpy.random.Generator
        Draws the rows.
    generator : torch.Generator
        On the CPU; draws the weights and the order of the rows.
    pool : int
        Rows to draw at a time.

    Returns
    -------
    StudentFit
    """
    pool = max(pool, BATCHES_PER_EPOCH)
    held_out = TensorRows(source(min(N_HELD_OUT, pool), rng))
    student = copy.deepcopy(student).cpu()
    student.reset_parameters(generator)
    student = student.to(options.device)
    progress = Progress.of(student)
    history = train(
        student,
        task,
        progress,
        TensorRows(source(pool, rng)),
        held_out,
        options,
        generator,
        batch_size=-(-pool // BATCHES_PER_EPOCH),
        held_out_batch=1_024,
        callbacks=[
            FreshRows(lambda: source(pool, rng), EPOCHS_PER_POOL),
            BestWeights(progress, patience=max(5, options.max_epochs // 3)),
        ],
        optimizer={
            # few steps: a short memory of gradients reaches in one step what takes 0.9, 0.999 two
            "betas": (0.8, 0.98),
            "weight_decay": 0.0,
            "fused": torch.device(options.device).type in ("cpu", "cuda"),
        },
        description="Distilling the student",
    )
    return StudentFit(student, columns_of(history, ["epoch", "train_loss", "valid_loss", "dur"]))
