"""Batches as slices of whole tensors: torch's DataLoader makes the same loop three times slower."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Generator, Tensor
from torch.utils.data import Dataset

Rows = dict[str, Tensor]
MANY_ROWS = 10_000_000  # above which no list of all rows is made


def row_tensors(rows: Mapping[str, np.ndarray], device: str | torch.device) -> Rows:
    """Return copies of named arrays as tensors on a device: whole numbers as int64, others as float32."""
    return {
        name: torch.tensor(
            np.ascontiguousarray(values),
            dtype=torch.float32 if np.asarray(values).dtype.kind == "f" else torch.int64,
            device=device,
        )
        for name, values in rows.items()
    }


class TensorRows(Dataset[tuple[Rows, int]]):
    """Rows of several tensors of equal length, by name.

    Parameters
    ----------
    tensors : dict of str to Tensor
        The first dimension is the row.
    """

    def __init__(self, tensors: Rows) -> None:
        self.tensors = tensors

    def __len__(self) -> int:
        return len(next(iter(self.tensors.values())))

    def order(self, generator: Generator) -> Tensor:
        """Return the rows of a pass: all of them, shuffled."""
        return torch.randperm(len(self), generator=generator, device="cpu")

    def take(self, order: Tensor) -> Rows:
        """Return rows by their places, a tensor on the CPU."""
        return self[order.to(next(iter(self.tensors.values())).device)][0]

    def shard(self, place: int, n_shards: int) -> "TensorRows":
        """Return every n-th row from a place on; shards are of one length, and a few rows may be left over."""
        return TensorRows(self[self._of_shard(place, n_shards)][0])

    def _of_shard(self, place: int, n_shards: int) -> slice:
        return slice(place, len(self) // n_shards * n_shards, n_shards)

    def __getitem__(self, rows: Any) -> tuple[Rows, int]:
        return {name: tensor[rows] for name, tensor in self.tensors.items()}, 0


class StoredRows(TensorRows):
    """Rows of arrays that stay where they are, as in mapped files: those that are asked for become tensors.

    Parameters
    ----------
    arrays : dict of str to ndarray
        The first dimension is the row.
    places : ndarray of int, or AllBut
        The rows that these are, in their order.
    device : str
        Where the tensors go.
    """

    def __init__(self, arrays: Mapping[str, np.ndarray], places: "np.ndarray | AllBut", device: str) -> None:
        super().__init__({})
        self.arrays, self.places, self.device = arrays, places, device

    def __len__(self) -> int:
        return len(self.places)

    def order(self, generator: Generator) -> Tensor:
        """Return the rows of a pass: all of them, shuffled; of more than 10,000,000, some, of which few come twice."""
        if len(self) <= MANY_ROWS:
            return super().order(generator)
        return torch.randint(len(self), (MANY_ROWS // 10,), generator=generator, device="cpu")

    def take(self, order: Tensor) -> Rows:
        """Return rows by their places, read in the order of the files."""
        return self[order.numpy()][0]

    def shard(self, place: int, n_shards: int) -> "StoredRows":
        """Return a shard in arrays of its own, which are in memory."""
        places = self.places[self._of_shard(place, n_shards)]
        arrays = {name: values[places] for name, values in self.arrays.items()}
        return StoredRows(arrays, AllBut(len(places), np.arange(0)), self.device)

    def __getitem__(self, rows: Any) -> tuple[Rows, int]:
        places, back = np.unique(self.places[rows], return_inverse=True)
        return row_tensors({name: values[places][back] for name, values in self.arrays.items()}, self.device), 0


class AllBut:
    """The places 0 to n_rows - 1 without a few, as an array that is not made.

    Parameters
    ----------
    n_rows : int
        Number of rows.
    few : ndarray of int
        Places to leave out, rising.
    """

    def __init__(self, n_rows: int, few: np.ndarray) -> None:
        self.n_rows, self.before = n_rows - len(few), few - np.arange(len(few))

    def __len__(self) -> int:
        return self.n_rows

    def __getitem__(self, rows: Any) -> np.ndarray:
        rows = np.arange(*rows.indices(len(self))) if isinstance(rows, slice) else rows
        return rows + np.searchsorted(self.before, rows, side="right")


class SlicedBatches:
    """Iterate over :class:`TensorRows` in batches; each pass is shuffled, and of so many rows, if a generator is given.

    Parameters
    ----------
    dataset : TensorRows
        The rows.
    batch_size : int
        Rows of a batch, -1 for all; the last batch of a pass may be smaller.
    generator : torch.Generator or None
        On the CPU. Draws the order of each pass; None keeps the order.
    max_rows : int or None
        Most rows of a shuffled pass, drawn again for each; None for all.
    """

    def __init__(
        self, dataset: TensorRows, batch_size: int, generator: Generator | None = None, max_rows: int | None = None
    ) -> None:
        self.dataset = dataset
        self.batch_size = batch_size if batch_size > 0 else len(dataset)
        self.generator = generator
        self.n_rows = len(dataset) if generator is None else min(len(dataset), max_rows or len(dataset))

    def __len__(self) -> int:
        return -(-self.n_rows // self.batch_size)

    def __iter__(self) -> Iterator[tuple[Rows, int]]:
        rows = self.dataset
        if self.generator is not None:
            rows = TensorRows(rows.take(rows.order(self.generator)[: self.n_rows]))
        for start in range(0, len(rows), self.batch_size):
            yield rows[start : start + self.batch_size]
