"""Which rows are held out."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from skfairgen.training._batches import MANY_ROWS, AllBut, StoredRows, TensorRows, row_tensors
from skfairgen.training._options import TrainingOptions

MIN_ROWS_TO_HOLD_OUT = 100
MAX_HELD_OUT = 5_000


def hold_out(
    rows: Mapping[str, np.ndarray], options: TrainingOptions, rng: np.random.Generator
) -> tuple[TensorRows, TensorRows | None, np.ndarray]:
    """Split rows at random: a tenth, 5,000 at most, is held out for early stopping; nothing under 100 rows.

    Parameters
    ----------
    rows : dict of str to ndarray
        Mapped files are not copied. The first dimension is the row.
    options : TrainingOptions
        Whether to stop early, and the device of the tensors.
    rng : numpy.random.Generator
        Draws the held-out rows.

    Returns
    -------
    train : TensorRows
        The rows to train on.
    valid : TensorRows or None
        The held-out rows; None where none are held out.
    held_out : ndarray of int
        Their positions.
    """
    n_rows, is_stored = len(next(iter(rows.values()))), any(isinstance(own, np.memmap) for own in rows.values())
    whole = None if is_stored else TensorRows(row_tensors(rows, options.device))
    if not options.early_stopping or n_rows < MIN_ROWS_TO_HOLD_OUT:
        return whole or StoredRows(rows, AllBut(n_rows, np.arange(0)), options.device), None, np.arange(0)
    if whole is None and n_rows > MANY_ROWS:
        held_out = np.sort(rng.choice(n_rows, MAX_HELD_OUT, replace=False, shuffle=False))
        train: Any = AllBut(n_rows, held_out)
    else:
        held_out, train = np.split(rng.permutation(n_rows), [min(n_rows // 10, MAX_HELD_OUT)])
    if whole is None:
        valid = StoredRows(rows, held_out, options.device)
        return StoredRows(rows, train, options.device), TensorRows(valid[:][0]), held_out
    parts = (TensorRows(whole[torch.tensor(places, device=options.device)][0]) for places in (train, held_out))
    return next(parts), next(parts), held_out
