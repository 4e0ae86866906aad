"""How often a column copies another where that one's value, and what is given, are such: in closed form."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skfairgen.nn.table._seen_tokens import SeenTokens
from skfairgen.nn.table._shrunk_shifts import RARE_SHARE, shrunk_shifts

N_LEVELS = 16  # of the value of a source, of about as many rows each
MIN_ROWS = 5  # that a level is told apart by


class LinkShares(nn.Module):
    r"""Shift the logits of the tokens of links by the value of their source, and by what is given there.

    Whether a value stays near the one before often depends on both together: a high bill goes on where the class is of
    high bills, and ends where it is not. A network learns hardly any of that, for it is a product of two inputs that
    moves all tokens of a link alike. So the log-odds of each link are shifted at each of 16 levels of its source, then
    at each such level of each given value, as far as the rows tell: see :func:`shrunk_shifts`.

    Parameters
    ----------
    tokens : SeenTokens
        Knows the links.
    given_cardinalities : sequence of int
        As of :class:`ColumnDensity`.
    """

    shifts: Tensor

    def __init__(self, tokens: SeenTokens, given_cardinalities: Sequence[int]) -> None:
        super().__init__()
        self.links: list[list[Any]] = tokens.links
        self.n_own: list[int] = tokens.n_own
        self.first_of: list[int] = list(accumulate([0, *(len(own) for own in tokens.links)]))
        self.starts: list[int] = list(accumulate([1, *given_cardinalities]))
        width = max((self.n_own[link.source] for own in self.links for link in own), default=0)
        zeros = torch.zeros((self.first_of[-1], self.starts[-1], width), dtype=torch.float32)
        self.register_buffer("shifts", zeros)  # for any given value, then for each; by the own token of the source

    @torch.no_grad()
    def learn(self, values: Tensor, tokens: Tensor, seen: Tensor, numbers: Sequence[Tensor]) -> None:
        """Learn from rows: what is given, shape (B, S), their tokens and what is seen of them, both (B, D).

        `numbers` has those of the tokens of each column.
        """
        for place, links in enumerate(self.links):
            copies = torch.zeros_like(tokens[:, place])
            for link in links:
                copies[(tokens[:, place] >= link.tokens.start) & (tokens[:, place] < link.tokens.stop)] = link.rank
            counts = torch.bincount(copies, minlength=1 + len(links)).double().clamp(min=0.5)
            logits = (counts / counts.sum()).log().repeat(len(copies), 1)
            for link in links:
                own, of_link = self._of_source(link, seen), self.shifts[self.first_of[place] + link.rank - 1]
                n_own = self.n_own[link.source]
                level_of = _levels(numbers[link.source][:n_own], torch.bincount(own, minlength=n_own))
                kinds = [torch.zeros_like(copies), *values.T]
                for start, kind in zip([0, *self.starts], kinds, strict=False):
                    n_kinds = int(kind.max()) + 1
                    cells = kind * (N_LEVELS + 1) + level_of[own]
                    share = torch.softmax(logits, dim=1)[:, link.rank].clamp(1e-6, 1 - 1e-6)
                    shifts = _shifts(cells, copies == link.rank, share, n_kinds * (N_LEVELS + 1))
                    shifts[cells.bincount(minlength=len(shifts)) < MIN_ROWS] = 0.0
                    shifts = shifts.view(n_kinds, -1)
                    shifts[kind.bincount() < RARE_SHARE * len(kind)] = 0.0  # they are told apart by all rows
                    of_link[start : start + n_kinds, :n_own] = shifts[:, level_of].to(of_link)
                    logits[:, link.rank] += shifts.flatten()[cells]

    def forward(self, place: int, logits: Tensor, values: Tensor) -> Tensor:
        """Return the logits of a column, shifted; values are what is given and what is seen before, (B, S + D)."""
        n_given = len(self.starts) - 1
        for link in self.links[place]:
            own = self._of_source(link, values[:, n_given:])
            of_link = self.shifts[self.first_of[place] + link.rank - 1]
            moved = of_link[0, own]
            for start, given in zip(self.starts, values[:, :n_given].unbind(1), strict=False):
                moved = moved + of_link[start + given, own]
            edges = (link.tokens.start, logits.shape[1] - link.tokens.stop)
            logits = logits + F.pad(moved[:, None].expand(-1, link.tokens.stop - link.tokens.start), edges)
        return logits

    def _of_source(self, link, seen: Tensor) -> Tensor:
        return seen[:, link.source] % self.n_own[link.source]


def _levels(numbers: Tensor, counts: Tensor) -> Tensor:
    """Return the level of each token of a source, by the middle rank of its number; 0 for none."""
    levels = torch.zeros(len(counts), dtype=torch.long)
    places = torch.nonzero(~numbers.isnan() & (counts > 0))[:, 0]
    places = places[numbers[places].argsort(stable=True)]
    own = counts[places].double()
    levels[places] = 1 + ((own.cumsum(0) - own / 2) / own.sum() * N_LEVELS).long()
    return levels


def _shifts(cells: Tensor, is_copy: Tensor, share: Tensor, n_cells: int) -> Tensor:
    """Return the shift of the log-odds of a copy in each cell, from what is expected of its rows."""
    n_rows = cells.bincount(minlength=n_cells).double()
    copied, expected = (cells.bincount(own.double(), minlength=n_cells) for own in (is_copy, share))
    expected = torch.where(n_rows > 0, expected / n_rows.clamp(min=1), 0.5)
    both = [torch.stack([own, rest - own], dim=1) for own, rest in ((copied, n_rows), (expected, torch.ones(())))]
    shifts = shrunk_shifts(*both)
    return shifts[:, 0] - shifts[:, 1]
