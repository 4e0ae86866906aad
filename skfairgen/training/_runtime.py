"""Seeds, and settings of torch and numpy: set for a block of code, restored after it."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any

import numpy as np
import torch
from torch.overrides import TorchFunctionMode

from skfairgen.data import numpy_defaults

MAX_THREADS = 1_024
FLOAT_MAKERS = {torch.empty, torch.eye, torch.linspace, torch.ones, torch.rand, torch.randn, torch.zeros}
RandomState = int | np.random.RandomState | np.random.Generator | None


class _ThreadCount:
    """The number of torch's threads while blocks are inside: the first block in sets it, the last one out restores it.

    The number is in part that of the whole process, in part that of each thread. Blocks that overlap therefore use
    the number of the first. A thread that leaves while others are inside keeps that number until the last one is out.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.n_inside = self.n_threads = self.n_before = 0

    @contextmanager
    def set(self, n_threads: int) -> Iterator[None]:
        with self.lock:
            if self.n_inside == 0:
                self.n_before, self.n_threads = torch.get_num_threads(), n_threads
            self.n_inside += 1
            if torch.get_num_threads() != self.n_threads:
                torch.set_num_threads(self.n_threads)
        try:
            yield
        finally:
            with self.lock:
                self.n_inside -= 1
                if self.n_inside == 0 and torch.get_num_threads() != self.n_before:
                    torch.set_num_threads(self.n_before)


_THREAD_COUNT = _ThreadCount()


class _Float32(TorchFunctionMode):
    """Make new floats of 32 bits: torch's own default is that of the process, so a block may not set it."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func in FLOAT_MAKERS and kwargs.get("dtype") is None:
            kwargs = {**kwargs, "dtype": torch.float32}
        return func(*args, **kwargs)


@contextmanager
def own_defaults() -> Iterator[None]:
    """Run a block with the defaults of torch and numpy, whatever the caller has set.

    New floats have 32 bits, the CPU is the default device, inference mode and autocast are off, gradients are on, and
    numpy's floating-point errors are not raised. These belong to the calling thread, so no other thread notices.
    """
    # a mode slows every call of torch: entered only where the caller has set another device or dtype
    device = nullcontext() if torch.get_default_device().type == "cpu" else torch.device("cpu")
    floats = nullcontext() if torch.get_default_dtype() == torch.float32 else _Float32()
    with ExitStack() as casts:
        for kind in filter(torch.is_autocast_enabled, ("cpu", "cuda")):
            casts.enter_context(torch.autocast(kind, enabled=False))
        with torch.inference_mode(False), torch.enable_grad(), device, floats, numpy_defaults():
            yield


@contextmanager
def torch_runtime(n_threads: int = 1, device: str | torch.device = "cpu") -> Iterator[None]:
    """Run a block with `n_threads` threads of torch and :func:`own_defaults`; afterwards all is as it was.

    The number of threads is in part that of the process. Of blocks that overlap in several threads, the first one
    decides the number, and the last one out restores it. No lock is held while a block runs.

    Parameters
    ----------
    n_threads : int
        Threads of torch inside the block.
    device : str or torch.device
        A CUDA device is made the current one inside the block.

    Raises
    ------
    ValueError
        As :func:`checked_device`.
    """
    checked_device(device, n_threads)
    cuda = torch.cuda.device(device) if torch.device(device).type == "cuda" else nullcontext()
    with _THREAD_COUNT.set(n_threads), own_defaults(), cuda:
        yield


def checked_device(device: str | torch.device, n_threads: int = 1) -> torch.device:
    """Return a device that torch computes on here.

    Raises
    ------
    ValueError
        If it does not, or if the number of threads is below 1 or above 1,024, where torch ends the process.
    """
    if not 1 <= n_threads <= MAX_THREADS:
        raise ValueError(f"n_threads={n_threads} was found, expected 1 to {MAX_THREADS:,}. The default is 1.")
    try:
        made = torch.device(device)
        if made.type != "cpu":
            torch.zeros(1, device=made).sum().item()
    except (RuntimeError, AssertionError, TypeError, NotImplementedError, ImportError) as error:
        reason = str(error).partition("\n")[0]
        raise ValueError(
            f"device={str(device)!r} cannot be used here: {reason:.200}. Use device='cpu', or install a torch that "
            "knows it."
        ) from error
    return made


def torch_generator(seed: int) -> torch.Generator:
    """Return a generator of torch on the CPU, of its own seed."""
    return torch.Generator().manual_seed(seed)


def random_generator(random_state: RandomState) -> np.random.Generator:
    """Return a numpy Generator for an int, a RandomState, a Generator or None.

    None gives fresh entropy: unlike :func:`sklearn.utils.check_random_state`, it leaves numpy's global state alone.
    """
    if isinstance(random_state, np.random.RandomState):
        return np.random.default_rng(random_state.randint(2**31 - 1, size=4))
    return np.random.default_rng(random_state)


def draw_seed(rng: np.random.Generator) -> int:
    """Draw a seed for torch from a numpy Generator."""
    return int(rng.integers(2**63 - 1))
