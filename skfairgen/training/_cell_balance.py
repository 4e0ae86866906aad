"""Batches and held-out rows by cell, so that rare cells are neither missed nor lost."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Generator, Tensor

from skfairgen.training._batches import Rows, TensorRows, row_tensors
from skfairgen.training._hold_out import MAX_HELD_OUT, MIN_ROWS_TO_HOLD_OUT
from skfairgen.training._options import TrainingOptions

BALANCE = 0.75


def cell_balanced_probabilities(cells: np.ndarray, power: float = BALANCE) -> np.ndarray:
    r"""Return the probability of each row to be drawn, :math:`p_i \propto n_{c(i)}^{-\text{power}}`.

    Parameters
    ----------
    cells : ndarray of shape (n,), int
        Cell (class and group) of each row, 0 or more.
    power : float
        0 draws rows alike; 1 draws every cell equally often.

    Returns
    -------
    ndarray of shape (n,)
        Sums to 1.
    """
    weights = np.bincount(cells)[cells] ** -float(power)
    return weights / weights.sum()


class BalancedRows(TensorRows):
    """Rows that a pass draws with replacement, each with its own probability.

    Parameters
    ----------
    tensors : dict of str to Tensor
        The first dimension is the row.
    chances : ndarray of shape (n_rows,)
        How often each row is drawn, up to a factor.
    """

    def __init__(self, tensors: Rows, chances: np.ndarray) -> None:
        super().__init__(tensors)
        self.chances = torch.as_tensor(chances)

    def order(self, generator: Generator) -> Tensor:
        """Return the rows of a pass."""
        return torch.multinomial(self.chances, len(self), replacement=True, generator=generator)


def hold_out_by_cell(cells: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Return a mask of the rows to hold out: a share of every cell, rounded down, so that no cell is lost.

    Parameters
    ----------
    cells : ndarray of shape (n,), int
    share : float
        In [0, 1).
    rng : numpy.random.Generator
        Which rows of a cell are held out.

    Returns
    -------
    ndarray of shape (n,), bool
    """
    order = np.lexsort((rng.random(len(cells)), cells))
    counts = np.bincount(cells)
    rank = np.empty(len(cells), dtype=int)
    rank[order] = np.arange(len(cells)) - np.repeat(np.cumsum(counts) - counts, counts)
    return rank < np.floor(share * counts[cells])


def balanced_rows(
    rows: Mapping[str, np.ndarray], cells: np.ndarray, options: TrainingOptions, rng: np.random.Generator
) -> tuple[BalancedRows, TensorRows | None, np.ndarray]:
    """Split rows by cell into those to train on, drawn by cell and "weights", and a tenth to judge by, 5,000 at most.

    Returns
    -------
    train : BalancedRows
    valid : TensorRows or None
        None without early stopping, under 100 rows, and where every cell holds fewer than ten.
    held_out : ndarray of int
        Positions of the held-out rows.
    """
    whole = row_tensors(rows, options.device)
    is_held_out = np.zeros(len(cells), dtype=bool)
    if options.early_stopping and len(cells) >= MIN_ROWS_TO_HOLD_OUT:
        is_held_out = hold_out_by_cell(cells, min(0.1, MAX_HELD_OUT / len(cells)), rng)

    def part(mask):
        places = torch.as_tensor(np.flatnonzero(mask), device=options.device)
        return {name: values[places] for name, values in whole.items()}

    chances = cell_balanced_probabilities(cells[~is_held_out])
    if "weights" in rows:
        chances = chances * rows["weights"][~is_held_out]
    train = BalancedRows(part(~is_held_out), chances)
    return train, TensorRows(part(is_held_out)) if is_held_out.any() else None, np.flatnonzero(is_held_out)
