"""What a long training will cost, said soon after it begins."""

import sys
import time
from typing import Any

from skorch import NeuralNet
from skorch.callbacks import Callback
from tqdm.auto import tqdm

MEASURED = 1.0  # seconds of batches that the forecast rests on
LONG = 30.0  # seconds of training that are worth a forecast


class CostNotice(Callback):
    """Write once how many seconds a long training takes at most, and how much memory the process has held.

    Batches all cost alike, and gradients, moments and averages are in memory after the first.

    Parameters
    ----------
    n_batches : int
        Batches of all epochs.
    max_seconds : float or None
        Seconds after which training ends; None for no limit.
    description : str
        Text before the notice.
    """

    def __init__(self, n_batches: int, max_seconds: float | None, description: str) -> None:
        self.n_batches = n_batches
        self.max_seconds = max_seconds
        self.description = description

    def on_train_begin(self, net: NeuralNet, X: Any = None, y: Any = None, **kwargs: Any) -> None:
        """Start over."""
        self.n_done_, self.is_said_ = 0, False

    def on_batch_end(self, net: NeuralNet, batch: Any = None, training: Any = None, **kwargs: Any) -> None:
        """Measure the batches after the first, and write the notice once that is possible."""
        if not training or self.is_said_:
            return
        self.n_done_ += 1
        if self.n_done_ == 1:
            self.started_ = time.monotonic()
            return
        measured = time.monotonic() - self.started_
        if measured >= MEASURED:
            self.is_said_ = True
            seconds = measured / (self.n_done_ - 1) * self.n_batches
            if self.max_seconds is not None:
                seconds = min(seconds, self.max_seconds)
            if seconds >= LONG:
                tqdm.write(f"{self.description} takes about {_duration(seconds)} at most{_memory()}.", file=sys.stderr)


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 120 else f"{seconds / 60:.0f} minutes"


def _memory() -> str:
    """Return the largest memory of the process so far, in words; nothing where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return ""
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return f", and {largest / 1e9:.1f} GB of memory with all that the process holds"
