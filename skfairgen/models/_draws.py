"""Drawn items with their class and group, and the loop that passes long arrays through a network."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from skfairgen.training import row_tensors

CHUNK_ROWS = 8_192


class Draws(NamedTuple):
    """Items and what they were drawn as.

    Attributes
    ----------
    items : dict of str to ndarray
        Named arrays whose first axis is the item.
    class_codes, group_codes : ndarray of shape (n_items,), int
        Class and group of each item.
    """

    items: dict[str, np.ndarray]
    class_codes: np.ndarray
    group_codes: np.ndarray

    def pick(self, places: np.ndarray) -> "Draws":
        """Return some of the draws."""
        items = {name: values[places] for name, values in self.items.items()}
        return Draws(items, self.class_codes[places], self.group_codes[places])


def join_draws(parts: list[Draws]) -> Draws:
    """Return several draws, one after the other."""
    items = {name: np.concatenate([part.items[name] for part in parts]) for name in parts[0].items}
    codes = (np.concatenate([part[place] for part in parts]) for place in (1, 2))
    return Draws(items, *codes)


def by_chunks(
    function: Callable[[dict[str, Tensor]], dict[str, Tensor]],
    arrays: Mapping[str, np.ndarray],
    device: torch.device,
    n_rows: int = CHUNK_ROWS,
) -> dict[str, np.ndarray]:
    """Pass arrays of equal length through a function of tensors, chunk by chunk, and join what it returns.

    Integers arrive as int64 tensors and other numbers as float32; results keep their dtype.
    """
    length = len(next(iter(arrays.values())))
    joined: dict[str, np.ndarray] = {}
    for start in range(0, max(length, 1), n_rows):
        rows = slice(start, start + n_rows)
        found = function(row_tensors({name: values[rows] for name, values in arrays.items()}, device))
        for name, tensor in found.items():
            part = tensor.cpu().numpy()
            if name not in joined:
                joined[name] = np.empty_like(part, shape=(length, *part.shape[1:]))  # in its order of memory
            joined[name][rows] = part
    return joined
