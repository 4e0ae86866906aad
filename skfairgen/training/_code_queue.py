"""Codes of earlier batches, for groups that a batch is too small for."""

import torch
from torch import Tensor

QUEUE_ROWS = 64  # past rows kept of a group that batches hardly hold


class CodeQueue:
    """The latest codes of the groups that a batch is too small for.

    Parameters
    ----------
    levels : Tensor of shape (n_rows, n_sensitive), int64
        Sensitive levels of the training rows.
    batch_size : int
        Rows of a batch.

    Notes
    -----
    A group has a queue when a batch holds fewer than 16 of its rows on average; the queue is as long as 64 rows.
    """

    def __init__(self, levels: Tensor, batch_size: int) -> None:
        groups, counts = torch.unique(levels, dim=0, return_counts=True)
        self.rare_groups: Tensor = groups[counts * batch_size < 16 * len(levels)]
        self.past: dict[str, Tensor] | None = None

    def memory(self, name: str) -> tuple[Tensor, ...] | None:
        """Return (codes, levels), and what they are measured within where that was pushed; None while there is none."""
        if self.past is None:
            return None
        return tuple(self.past[part] for part in (name, "levels", "within") if part in self.past)

    def push(self, parts: dict[str, Tensor], levels: Tensor, within: Tensor | None = None) -> None:
        """Add the rare groups' rows of a batch and forget the oldest."""
        if len(self.rare_groups) == 0:
            return
        own = (levels.unsqueeze(1) == self.rare_groups).all(dim=2)
        is_rare = own.any(dim=1)
        latest = {name: codes[is_rare].detach() for name, codes in parts.items()}
        latest["levels"] = levels[is_rare]
        if within is not None:
            latest["within"] = within[is_rare]
        if self.past is not None:
            latest = {name: torch.cat([values, self.past[name]]) for name, values in latest.items()}
        own = (latest["levels"].unsqueeze(1) == self.rare_groups).all(dim=2)
        kept = (own & (own.cumsum(dim=0) <= QUEUE_ROWS)).any(dim=1)
        self.past = {name: values[kept] for name, values in latest.items()}
