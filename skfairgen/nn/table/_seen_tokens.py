"""What is seen of a column that copies another, or follows from others: the token of its value."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from skfairgen.nn.table._shown_values import ShownValues


class _Link(NamedTuple):
    place: int
    source: int
    tokens: slice  # of the column at the place
    rows: slice  # of the bins
    rank: int  # among the links of the column, from 1


class SeenTokens(nn.Module):
    r"""Turn tokens that say how near a column is to another into tokens that say its value.

    A column has :math:`n` own tokens, then come those of its links. Behind link l, its value at own token b is seen
    as :math:`n l + b`; b follows from the token and from the own token of the source. Other columns stay as they are.

    Parameters
    ----------
    cardinalities : sequence of int
        Number of tokens of each column.
    copied : sequence of int
        Three numbers a link: the place of a column, the place of its source, and how many tokens the link has. The
        links of a column stand in the order of its tokens.
    shown : sequence of int
        Which columns are seen by their values: see :class:`ShownValues`.

    Attributes
    ----------
    sizes : list of int
        Number of seen tokens of each column.
    n_own : list of int
        Number of own tokens of each column.

    Raises
    ------
    ValueError
        If a link names no earlier column, or has more tokens than its column.
    """

    bins: Tensor

    def __init__(self, cardinalities: Sequence[int], copied: Sequence[int] = (), shown: Sequence[int] = ()) -> None:
        super().__init__()
        triples = [tuple(copied[k : k + 3]) for k in range(0, len(copied), 3)]
        self.n_own: list[int] = list(cardinalities)
        for triple in triples:
            if len(triple) < 3 or not (0 <= triple[1] < triple[0] < len(self.n_own)) or triple[2] < 1:
                raise ValueError(f"copied holds {triple!r:.80}, expected a column, an earlier one, and tokens.")
            self.n_own[triple[0]] -= triple[2]
        if min(self.n_own, default=1) < 1:
            raise ValueError(f"copied names more tokens than there are: {self.n_own!r:.80} would be left.")
        self.shown: ShownValues = ShownValues(cardinalities, self.n_own, shown)
        self.links: list[list[_Link]] = [[] for _ in self.n_own]
        n_rows = 0
        for place, source, n_tokens in triples:
            own = self.links[place]
            start = own[-1].tokens.stop if own else self.n_own[place]
            rows = slice(n_rows, n_rows := n_rows + n_tokens)
            own.append(_Link(place, source, slice(start, start + n_tokens), rows, len(own) + 1))
        self.sizes: list[int] = [n * (1 + len(own)) for n, own in zip(self.n_own, self.links, strict=True)]
        if n_rows:
            width = max(self.n_own[link.source] for own in self.links for link in own)
            self.register_buffer("bins", torch.zeros((n_rows, width), dtype=torch.float32))

    @torch.no_grad()
    def fill(self, bins: Sequence[Tensor]) -> None:
        """Set what each link's tokens stand for, of shape (n_tokens, n_own of its source); 0 where for nothing."""
        for link, own in zip([link for links in self.links for link in links], bins, strict=True):
            self.bins[link.rows, : own.shape[1]] = own.to(self.bins)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return what is seen of rows of tokens, both of shape (B, D)."""
        if not any(self.links) and not self.shown.columns:
            return tokens
        seen = tokens.clone()
        for place in range(tokens.shape[1]):
            self.write(seen, place)
        return seen

    def write(self, seen: Tensor, place: int) -> None:
        """Put what is seen of a column in the place of its tokens, in rows whose columns before are seen."""
        if place in self.shown.columns:
            self.shown.write(seen, place)
            return
        tokens = seen[:, place].clone()
        for link in self.links[place]:
            rows = torch.nonzero((tokens >= link.tokens.start) & (tokens < link.tokens.stop))[:, 0]
            copied = tokens[rows] - link.tokens.start + link.rows.start
            bins = self.bins[copied, self._of_source(link, seen[rows])].long()
            seen[rows, place] = self.n_own[place] * link.rank + bins.clamp(0, self.n_own[place] - 1)

    def drawable(self, place: int, logits: Tensor, seen: Tensor) -> Tensor:
        """Return logits of a column without the tokens of links whose source has no value, or leads to none."""
        for link in self.links[place]:
            leads_nowhere = self.bins[link.rows].T[self._of_source(link, seen)] == 0
            logits = logits.clone()
            logits[:, link.tokens] = logits[:, link.tokens].masked_fill(leads_nowhere, -torch.inf)
        return logits

    def _of_source(self, link: _Link, seen: Tensor) -> Tensor:
        return seen[:, link.source] % self.n_own[link.source]
