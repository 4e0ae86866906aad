"""What numpy does about floating-point errors, whatever the caller has set."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


@contextmanager
def numpy_defaults() -> Iterator[None]:
    """Run a block or a function with numpy's defaults: floating-point errors are not raised.

    Examples
    --------
    >>> import numpy as np
    >>> with np.errstate(all="raise"), numpy_defaults():
    ...     np.exp(np.array(-1000.0)).item()
    0.0
    """
    with np.errstate(divide="warn", over="warn", under="ignore", invalid="warn"):
        yield
