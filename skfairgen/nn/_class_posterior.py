"""The class of a row, by Bayes' rule from a density of rows given their class."""

import torch
from torch import Tensor


def class_logits(decoder, tokens: Tensor, levels: Tensor, class_shares: Tensor) -> Tensor:
    r"""Return the joint log-density of each row and every class, which are logits of the class.

    .. math:: \log P(y \mid s) + \sum_j \log p(t_j \mid t_{<j}, y, s)

    Parameters
    ----------
    decoder : ColumnDensity
        Density of rows whose first given column is the class.
    tokens : Tensor of shape (B, D), int64
        The rows.
    levels : Tensor of shape (B, G - 1), int64
        The given columns but the class.
    class_shares : Tensor of shape (B, C)
        :math:`P(y \mid s)` for each row's group.

    Returns
    -------
    Tensor of shape (B, C)
        In nats, with gradients; -inf for a class that the group never has.
    """
    n_rows, n_classes = class_shares.shape
    labels = torch.arange(n_classes, device=tokens.device).repeat_interleave(n_rows)
    given = torch.cat([labels[:, None], levels.repeat(n_classes, 1)], dim=1)
    likelihoods = decoder(tokens.repeat(n_classes, 1), given).sum(dim=1)
    return likelihoods.view(n_classes, n_rows).T + torch.log(class_shares)


@torch.no_grad()
def class_posterior(decoder, tokens: Tensor, levels: Tensor, class_shares: Tensor) -> Tensor:
    """Return the probability of every class of each row, shape (B, C); parameters as in :func:`class_logits`."""
    return torch.softmax(class_logits(decoder, tokens, levels, class_shares), dim=1)
