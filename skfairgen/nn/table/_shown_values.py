"""What is seen of a column that follows from others: about its value."""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import torch
from torch import Tensor, nn


class _Shown(NamedTuple):
    rank: int
    n_values: int
    sources: list[int]


class ShownValues(nn.Module):
    r"""Turn tokens that say how far a column is from a relation to others into the bin of its value.

    The value of a row is near :math:`d_t + \sum_k c_{k t_k}`, with the distance of the token t and what each own token
    of a source adds. Its bin is 1 + the number of edges that are not above it; a missing value stays 0.

    Parameters
    ----------
    cardinalities : sequence of int
        Number of tokens of each column.
    n_own : list of int
        Number of own tokens that are seen of each column; set to those of the bins where values are shown.
    shown : sequence of int
        For each such column its place, the number of its seen tokens, that of its sources, and their places.

    Raises
    ------
    ValueError
        If a column has no earlier source, or no values.
    """

    steps: Tensor
    distances: Tensor
    edges: Tensor

    def __init__(self, cardinalities: Sequence[int], n_own: list[int], shown: Sequence[int] = ()) -> None:
        super().__init__()
        self.columns: dict[int, _Shown] = {}
        self.n_own: list[int] = n_own
        start = 0
        while start < len(shown):
            place, n_values, n_sources = (*shown[start : start + 3], 0, 0)[:3]
            sources = list(shown[start + 3 : start + 3 + n_sources])
            start += 3 + n_sources
            fits = 0 < len(sources) == n_sources and max(sources) < place < len(n_own) and place not in self.columns
            if not fits or n_values < 2 or n_own[place] < cardinalities[place]:
                raise ValueError(f"shown names column {place!r:.80} with {n_values!r:.80} values and {sources!r:.80}.")
            self.columns[place] = _Shown(len(self.columns), n_values, sources)
            n_own[place] = n_values
        if self.columns:
            sources = [source for own in self.columns.values() for source in own.sources]
            self.starts: list[int] = list(accumulate([0, *(len(own.sources) for own in self.columns.values())]))
            width, widest = (
                max(n_own[source] for source in sources),
                max(cardinalities[place] for place in self.columns),
            )
            sizes = {"steps": (len(sources), width), "distances": (len(self.columns), widest)}
            sizes["edges"] = (len(self.columns), max(own.n_values for own in self.columns.values()) - 2)
            for name, size in sizes.items():
                self.register_buffer(name, torch.zeros(size, dtype=torch.float32))

    @torch.no_grad()
    def fill(self, relations: Sequence[tuple[Sequence[Tensor], Tensor, Tensor]]) -> None:
        """Set the steps of the sources, the distances and the edges of each column."""
        for own, (steps, distances, edges) in zip(self.columns.values(), relations, strict=True):
            for k, step in enumerate(steps, self.starts[own.rank]):
                self.steps[k, : len(step)] = step.to(self.steps)
            self.distances[own.rank, : len(distances)] = distances.to(self.distances)
            self.edges[own.rank, : len(edges)] = edges.to(self.edges)

    def write(self, seen: Tensor, place: int) -> None:
        """Put the bins of values in the place of tokens, in rows whose columns before are seen, shape (B, D)."""
        own, tokens = self.columns[place], seen[:, place]
        value = self.distances[own.rank, tokens]
        for k, source in enumerate(own.sources, self.starts[own.rank]):
            value = value + self.steps[k, seen[:, source] % self.n_own[source]]
        bins = 1 + torch.searchsorted(self.edges[own.rank, : own.n_values - 2], value, right=True)
        seen[:, place] = torch.where(tokens == 0, 0, bins)
