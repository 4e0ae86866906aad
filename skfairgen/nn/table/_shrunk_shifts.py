"""How far the shares of tokens at a level are from those that are expected there: as far as the rows tell."""

import torch
from torch import Tensor

RARE_SHARE = 0.02  # of the rows, under which a network learns next to nothing of a level
CONCENTRATIONS = 2.0 ** torch.arange(0, 21, dtype=torch.float64)


def held_counts(levels: Tensor, tokens: Tensor, n_tokens: int) -> Tensor:
    """Return how many rows of each level are at each token, shape (n_levels, n_tokens)."""
    n_levels = int(levels.max()) + 1
    return torch.bincount(levels * n_tokens + tokens, minlength=n_levels * n_tokens).view(n_levels, -1).double()


def shrunk_shifts(counts: Tensor, shares: Tensor) -> Tensor:
    """Return the shifts of the logits of tokens at each level, averaged over concentrations by their likelihood.

    Parameters
    ----------
    counts : Tensor of shape (n_levels, n_tokens), float64
        How many rows of each level are at each token.
    shares : Tensor of shape (n_tokens,) or (n_levels, n_tokens), float64
        What is expected, above 0.
    """
    totals, whole = counts.sum(dim=1), CONCENTRATIONS[:, None]
    prior = whole[:, :, None] * shares
    likelihood = (torch.lgamma(counts + prior) - torch.lgamma(prior)).sum(dim=2)
    weights = torch.softmax(likelihood + torch.lgamma(whole) - torch.lgamma(totals + whole), dim=0)
    expected = weights[:, :, None] * (counts + prior) / (totals + whole)[:, :, None]
    return (expected.sum(dim=0) / shares).log()
