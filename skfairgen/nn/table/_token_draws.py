"""From uniform numbers to tokens by the inverse of a distribution function, and back."""

import torch
from torch import Tensor

MARGIN = 1e-3  # keeps rounding from stepping out of a token's interval


def draw_tokens(logits: Tensor, uniforms: Tensor) -> Tensor:
    """Return a token a row, shape (B,): where a uniform number, shape (B, 1), stands among the cumulated shares."""
    if not len(logits):
        return torch.empty(0, dtype=torch.int64, device=logits.device)
    cumulative = logits.exp().cumsum(dim=1)
    smallest, largest = cumulative[:, -1].aminmax()
    if not (smallest > 1e-30 and largest < 1e30):  # softmax shifts each row into range, at twice the time
        cumulative = torch.softmax(logits, dim=1).cumsum(dim=1)
    # scaled by the last sum, so that rounding can never step past the last token that may be drawn
    drawn = torch.searchsorted(cumulative, uniforms * cumulative[:, -1:], right=True)
    return drawn[:, 0].clamp_(max=logits.shape[1] - 1)


def uniforms_of(logits: Tensor, tokens: Tensor, uniforms: Tensor) -> Tensor:
    """Return numbers from which :func:`draw_tokens` draws these tokens, shape (B,), float64.

    `uniforms`, shape (B,), choose a point inside each token's interval.
    """
    shares = torch.softmax(logits.double(), dim=1)
    high = shares.cumsum(dim=1).gather(1, tokens[:, None])[:, 0]
    share = shares.gather(1, tokens[:, None])[:, 0]
    return high - share + (MARGIN + (1 - 2 * MARGIN) * uniforms) * share
