"""How long, how fast and where to train."""

import time
from dataclasses import dataclass

MAX_ROWS_AN_EPOCH = 250_000  # a small network has learned what it can from a few million rows, seen once or more


@dataclass(frozen=True)
class TrainingOptions:
    """How to train on rows at hand; the fields are the constructor arguments of the estimators.

    Attributes
    ----------
    max_epochs : int
        Passes over the rows; of more than 250,000 rows, over as many, drawn again for each pass.
    max_seconds : float or None
        Seconds of training; None for no limit.
    batch_size : int or "auto"
        Rows of a batch.
    lr : float
        Largest learning rate.
    early_stopping : bool
        Whether rows are held out to find the best epoch.
    device : str
        Torch device.
    verbose : int
        1 shows a progress bar, and what a long training will cost.
    started : float or None
        What ``time.monotonic()`` said when the seconds began; None for the beginning of training.
    """

    max_epochs: int
    max_seconds: float | None
    batch_size: int | str
    lr: float
    early_stopping: bool
    device: str
    verbose: int
    started: float | None = None


@dataclass(frozen=True)
class DistillationOptions:
    """What a student is trained for and how long; the fields are arguments of ``distill``.

    Attributes
    ----------
    quality_weight, utility_weight, temperature : float
        Weights of the losses, and the temperature of the quality loss.
    max_epochs : int
        Passes over a pool of rows.
    max_seconds, lr, device, verbose, started
        As in :class:`TrainingOptions`.
    """

    quality_weight: float
    utility_weight: float
    temperature: float
    max_epochs: int
    max_seconds: float | None
    lr: float
    device: str
    verbose: int
    started: float | None = None


def deadline(options: TrainingOptions | DistillationOptions) -> float | None:
    """Return what ``time.monotonic()`` will say when training must end; None for no limit."""
    if options.max_seconds is None:
        return None
    return options.max_seconds + (time.monotonic() if options.started is None else options.started)


def weight_decay(n_rows: int) -> float:
    """Return the weight decay for a number of rows: the fewer rows, the stronger the prior."""
    return min(30 / n_rows**0.5, 2.0)


def resolve_batch_size(batch_size: int | str, n_rows: int, least: int = 32) -> int:
    """Return the rows of a batch: as asked, or for "auto" a 60th of the rows, `least` to 512."""
    if isinstance(batch_size, int):
        return min(batch_size, n_rows)
    return min(max(n_rows // 60, least), 512, n_rows)
