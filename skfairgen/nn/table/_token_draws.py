"""From uniform numbers to tokens by the inverse of a distribution function, and back."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

FEW = 16  # tokens that are summed one by one
MARGIN = 1e-3  # keeps rounding from stepping out of a token's interval


def draw_tokens(logits: Tensor, uniforms: Tensor) -> Tensor:
    """Return a token a row, shape (B,): where a uniform number, shape (B,), stands among the cumulated shares.

    `logits`, shape (n, B), are logarithms to the base 2. Many tokens are summed in blocks: a row finds its block, then
    its token there.

    Raises
    ------
    ValueError
        If a row has a NaN, an infinite number, or nothing that may be drawn.
    """
    n_tokens, n_rows = logits.shape
    if not n_rows:
        return torch.empty(0, dtype=torch.int64, device=logits.device)
    width = n_tokens if n_tokens <= FEW else math.isqrt(n_tokens - 1) + 1
    shares = logits.new_zeros((-(-n_tokens // width), width, n_rows))
    torch.exp2(logits, out=shares.flatten(0, 1)[:n_tokens])
    blocks = _cumulated(shares.sum(dim=1)) if len(shares) > 1 else _cumulated(shares[0])
    smallest, largest = blocks[-1].aminmax()
    if not (smallest > 1e-30 and largest < 1e30):  # shifted into range
        largest = logits.amax(dim=0)
        if not largest.isfinite().all():
            raise ValueError(
                "The network gives no probabilities: its weights are too large, or were changed. Fit it again, or load "
                "the file that was saved."
            )
        return draw_tokens(logits - largest, uniforms)
    # scaled by the last sum, so that rounding can never step past the last token that may be drawn
    points = uniforms * blocks[-1]
    found = (blocks[:-1] <= points).sum(dim=0)
    if len(shares) == 1:
        return found
    before = F.pad(blocks[:-1], (0, 0, 1, 0)).gather(0, found[None])[0]
    own = _cumulated(shares.gather(0, found.expand(1, width, n_rows))[0])
    below = torch.nextafter(own[-1], own.new_zeros(()))
    return found * width + (own[:-1] <= torch.minimum(points - before, below)).sum(dim=0)


def _cumulated(shares):
    """Return running sums over the first axis, in place: for few rows of it, many times as fast as ``cumsum``."""
    for place in range(1, len(shares)):
        shares[place] += shares[place - 1]
    return shares


def uniforms_of(logits: Tensor, tokens: Tensor, uniforms: Tensor) -> Tensor:
    """Return numbers from which :func:`draw_tokens` draws these tokens, shape (B,), float64.

    `uniforms`, shape (B,), choose a point inside each token's interval.
    """
    shares = torch.softmax(logits.double(), dim=1)
    high = shares.cumsum(dim=1).gather(1, tokens[:, None])[:, 0]
    share = shares.gather(1, tokens[:, None])[:, 0]
    return high - share + (MARGIN + (1 - 2 * MARGIN) * uniforms) * share
