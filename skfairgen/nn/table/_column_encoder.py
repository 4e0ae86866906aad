"""The encoder: token rows to Gaussian codes."""

import math
from itertools import accumulate

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LOG_VARIANCE_BOUNDS = (-8.0, 4.0)


class ColumnEncoder(nn.Module):
    r"""Compress token rows, with or without their sensitive values, to a Gaussian code.

    .. math:: q(z \mid t, s) = \mathcal N(\mu(t, s), \operatorname{diag} \sigma^2(t, s))

    Every value has a vector as wide as the hidden layer; a row is their sum, which is a dense layer on one-hot
    columns that are never formed. One residual block follows.

    Parameters
    ----------
    cardinalities : sequence of int
        Number of tokens of each column.
    given_cardinalities : sequence of int
        Number of values of each sensitive column; empty for an encoder that does not see them.
    latent_features : int
        Width :math:`K` of the code.
    hidden_features : int
        Width of the hidden layers.
    dropout : float
        Dropout rate of the hidden layers, in [0, 1).

    Attributes
    ----------
    settings : dict
        All arguments, as plain numbers and lists; a module made from them takes this one's weights.

    Notes
    -----
    Shapes: tokens :math:`(B, D)` int64, given :math:`(B, G)` int64; mean and log-variance :math:`(B, K)`.
    """

    def __init__(self, cardinalities, given_cardinalities, latent_features, *, hidden_features=128, dropout=0.1):
        super().__init__()
        sizes = [*cardinalities, *given_cardinalities]
        self.n_given = len(given_cardinalities)
        self.dropout = dropout
        self.settings = {
            "cardinalities": [int(n_tokens) for n_tokens in cardinalities],
            "given_cardinalities": [int(n_values) for n_values in given_cardinalities],
            "latent_features": int(latent_features),
            "hidden_features": int(hidden_features),
            "dropout": float(dropout),
        }
        offsets = torch.tensor([0, *accumulate(sizes)][: len(sizes)], dtype=torch.long)
        self.register_buffer("offsets", offsets, persistent=False)
        self.embedding = nn.Embedding(max(sum(sizes), 1), hidden_features)
        nn.init.normal_(self.embedding.weight, std=1 / math.sqrt(max(len(sizes), 1)))
        self.bias = nn.Parameter(torch.zeros(hidden_features))
        self.block = nn.Linear(hidden_features, hidden_features)
        self.out = nn.Linear(hidden_features, 2 * latent_features)
        #: 1 for a component that is told apart from its noise, 0 for one that is not
        self.register_buffer("active", torch.ones(latent_features))
        #: standard deviation of each component's noise; 0 before it is known
        self.register_buffer("resolution", torch.zeros(latent_features))

    def forward(self, tokens: Tensor, given: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance of the code, both of shape (B, K)."""
        values = torch.cat([tokens, given], dim=1) if self.n_given else tokens
        if values.shape[1]:
            hidden = F.embedding_bag(values + self.offsets, self.embedding.weight, mode="sum") + self.bias
        else:
            hidden = self.bias.expand(len(tokens), -1)
        hidden = F.dropout(F.silu(hidden), self.dropout, self.training)
        hidden = hidden + F.dropout(F.silu(self.block(hidden)), self.dropout, self.training)
        mean, log_variance = self.out(hidden).chunk(2, dim=1)
        return mean * self.active, log_variance.clamp(*LOG_VARIANCE_BOUNDS)

    def coarsen(self, means: Tensor) -> Tensor:
        """Round means to whole steps of the resolution that :meth:`settle` found, shape (B, K)."""
        is_set = self.resolution > 0
        step = torch.where(is_set, self.resolution, 1)
        return torch.where(is_set, torch.round(means / step) * step, means)

    @torch.no_grad()
    def settle(self, means: Tensor, log_variances: Tensor, min_ratio: float) -> None:
        r"""Note how fine the code is, and set components that say next to nothing to 0 for good.

        The resolution of a component is the standard deviation of its noise, :math:`(\overline{\sigma^2_{ik}})^{1/2}`.
        A component is set to 0 where

        .. math:: \operatorname{Var}_i \mu_{ik} < r \cdot \overline{\sigma^2_{ik}}

        unless none would be left. In training the noise hides what is finer, from the penalty and from the decoder;
        a mean without noise would reveal it, and with it the group.

        Parameters
        ----------
        means, log_variances : Tensor of shape (n, K)
            Codes of the training rows.
        min_ratio : float
            The ratio r.
        """
        noise = log_variances.exp().mean(dim=0)
        self.resolution.copy_(noise.sqrt())
        is_active = means.var(dim=0, correction=0) >= min_ratio * noise
        if is_active.any():
            self.active.copy_(is_active)
