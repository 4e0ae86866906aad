"""What each of many columns sees of those before it: running sums, at a cost that grows with the columns alone."""

import math

import torch
from torch import Generator, Tensor, nn


class RunningContext(nn.Module):
    r"""Tell each column what the columns before it hold, by one running sum.

    Each column adds a short vector to the sum; the columns after it read the sum:

    .. math:: h_j = \frac{1}{\sqrt j} \Big(\sum_{k < j} e_k A_k\Big) B_j

    for the embedding :math:`e_k` of the value of column k. That takes two matrices a column. A dense layer takes one
    for each pair of columns.

    Parameters
    ----------
    n_columns : int
        Number of columns D.
    embedding_features, context_features, hidden_features : int
        Width of :math:`e_k`, of the sum, and of :math:`h_j`.
    """

    def __init__(self, n_columns: int, embedding_features: int, context_features: int, hidden_features: int) -> None:
        super().__init__()
        shapes = (
            (max(n_columns - 1, 0), embedding_features, context_features),
            (n_columns, context_features, hidden_features),
        )
        self.said: nn.Parameter
        self.heard: nn.Parameter
        self.said, self.heard = (nn.Parameter(torch.zeros(shape, dtype=torch.float32)) for shape in shapes)

    @torch.no_grad()
    def reset_parameters(self, generator: Generator) -> None:
        """Draw the weights that training starts from, on the CPU."""
        for weight in (self.said, self.heard):
            weight.normal_(generator=generator).div_(math.sqrt(weight.shape[1]))

    def forward(self, embedded: Tensor) -> Tensor:
        """Return :math:`h_j` of every column, (D, B, hidden_features), for all columns but the last, (B, (D - 1) E)."""
        said = torch.bmm(embedded.unflatten(1, self.said.shape[:2]).transpose(0, 1), self.said)
        sums = torch.cat([said.new_zeros((1, *said.shape[1:])), said.cumsum(dim=0)])
        counts = torch.arange(len(sums), dtype=sums.dtype, device=sums.device).clamp_(min=1)
        return torch.bmm(sums * counts.rsqrt()[:, None, None], self.heard)

    def step(self, sums: Tensor, place: int, embedded: Tensor) -> Tensor:
        """Add what the column before says, embedded (B, E), to the sums of rows; return :math:`h_j`, (1, B, hidden)."""
        sums.addmm_(embedded, self.said[place - 1])
        return torch.mm(sums, self.heard[place] * place**-0.5)[None]
