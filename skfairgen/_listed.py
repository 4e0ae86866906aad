"""Lists in messages, cut where they are long."""

from collections.abc import Iterable
from typing import Any

import numpy as np

MOST, WIDTH = 20, 60


def listed(values: Iterable[Any], most: int = MOST) -> str:
    """Return values as a list for a message: at most 20 of them, each of at most 60 characters.

    Examples
    --------
    >>> from skfairgen._listed import listed
    >>> listed(["a", 1, "b"])
    "['a', 1, 'b']"
    >>> listed(range(25))[-19:]
    '18, 19, and 5 more]'
    """
    values = list(values)
    more = f", and {len(values) - most:,} more" if len(values) > most else ""
    return f"[{', '.join(map(short, values[:most]))}{more}]"


def short(value: Any) -> str:
    """Return a value as a message shows it, in at most 60 characters."""
    shown = repr(value.item() if isinstance(value, np.generic) else value)
    return shown if len(shown) <= WIDTH else f"{shown[: WIDTH - 3]}..."
