"""Numbers that regressions read of tokens."""

import torch
from torch import Tensor

MAX_LEVELS = 16  # of a seen column that have a feature of their own
MIN_SHARE = 0.03  # of the rows, for a level, spike or link to have one


def normal_scores(values: Tensor, counts: Tensor) -> Tensor:
    """Return the normal score of each token's middle rank, of mean 0 and variance 1 over the rows; 0 for no number."""
    scores = torch.zeros_like(counts)
    places = torch.nonzero(~values.isnan() & (counts > 0))[:, 0]
    places = places[values[places].argsort(stable=True)]
    own = counts[places]
    if len(places) < 2:
        return scores
    found = torch.special.ndtri((own.cumsum(0) - own / 2) / own.sum())
    found = found - (found * own).sum() / own.sum()
    scores[places] = found / ((found.square() * own).sum() / own.sum()).sqrt()
    return scores


def bin_scores(counts: Tensor) -> Tensor:
    """Return the normal scores of bins in ascending order, after a missing value."""
    places = torch.arange(len(counts), dtype=torch.float64)
    places[0] = torch.nan
    return normal_scores(places, counts)


def number_features(scores: Tensor, counts: Tensor, n_spikes: int) -> Tensor:
    """Return features of the tokens of a number: its score, and marks of a missing value and of frequent spikes."""
    least = MIN_SHARE * float(counts.sum())
    marked = [place for place in range(n_spikes + 1) if float(counts[place]) >= max(least, 1.0)]
    if int((counts > 0).sum()) <= 2:  # the score tells them apart
        marked = marked[:0]
    return torch.cat([scores[:, None], torch.eye(len(scores), dtype=scores.dtype)[:, marked]], dim=1)


def level_features(counts: Tensor, min_share: float) -> Tensor:
    """Return marks of the commonest levels, shape (n_levels, n_marked)."""
    commonest = counts.argsort(descending=True, stable=True)[:MAX_LEVELS]
    marked = commonest[counts[commonest] >= max(min_share * float(counts.sum()), 1.0)]
    features = counts.new_zeros((len(counts), len(marked)))
    features[marked, torch.arange(len(marked))] = 1
    return features


def copy_features(features: Tensor, values: Tensor, counts: Tensor, n_own: int) -> Tensor:
    """Return features of what is seen of a column that copies others: see :class:`SeenTokens`.

    The first stays the score of its own tokens alone. The others are the score of the value, copied or not, the marks
    of own tokens, and marks of frequent links.

    Parameters
    ----------
    features : Tensor of shape (n_tokens, n_features)
        What :func:`number_features` gives for the tokens of the column.
    values : Tensor of shape (n_tokens,)
        The numbers of the tokens; the first n_own are own ones.
    counts : Tensor of shape (n_seen,)
        How many rows hold each seen token.
    n_own : int
        Number of own tokens.
    """
    by_link = counts.view(-1, n_own)
    own, score = features[:n_own], normal_scores(values[:n_own].double(), by_link.sum(dim=0))
    is_marked = by_link.sum(dim=1) >= MIN_SHARE * counts.sum()
    blocks = []
    for link, mark in enumerate(torch.eye(len(by_link), dtype=own.dtype)):
        alone = own[:, :1] * (link == 0)
        blocks.append(torch.cat([alone, score[:, None], own[:, 1:], mark[1:][is_marked[1:]].expand(n_own, -1)], dim=1))
    return torch.cat(blocks)
