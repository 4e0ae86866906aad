"""Masked, column-autoregressive density of token rows."""

import math
from itertools import accumulate

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class ColumnDensity(nn.Module):
    r"""Model the tokens of a row column by column, given its class, its sensitive values and a latent code.

    .. math:: p(t \mid c, z) = \prod_j p(t_j \mid t_{<j}, c, z)

    Every value has an embedding; the first layer is one masked dense layer whose blocks let column j see the given
    values, the latent and the columns before it [1]_; each column then has a residual block and a softmax of its
    own.

    Parameters
    ----------
    cardinalities : sequence of int
        Number of tokens of each generated column.
    given_cardinalities : sequence of int
        Number of values of each column that is always given (class, sensitive columns).
    generable : sequence of Tensor of bool, or None
        For each generated column, the tokens that may be drawn, shape (cardinality,); None allows all.
    embedding_features : int
        Width of the embedding of a value.
    hidden_features : int
        Width of each column's hidden block.
    latent_features : int
        Width :math:`K` of the latent code; 0 for none.
    dropout : float
        Dropout rate of the hidden blocks, in [0, 1).

    Attributes
    ----------
    settings : dict
        All arguments but `generable`, as plain numbers and lists; a module made from them takes this one's weights.

    Notes
    -----
    Shapes: tokens :math:`(B, D)` int64, given :math:`(B, G)` int64, latent :math:`(B, K)`; log-likelihoods
    :math:`(B, D)` in nats.

    References
    ----------
    .. [1] M. Germain, K. Gregor, I. Murray, H. Larochelle, "MADE: Masked Autoencoder for Distribution
       Estimation", ICML 2015.
    """

    def __init__(
        self,
        cardinalities,
        given_cardinalities,
        generable=None,
        *,
        embedding_features=8,
        hidden_features=32,
        latent_features=0,
        dropout=0.1,
    ):
        super().__init__()
        self.cardinalities = tuple(cardinalities)
        self.given_cardinalities = tuple(given_cardinalities)
        self.hidden_features = hidden_features
        self.latent_features = latent_features
        self.dropout = dropout
        self.settings = {
            "cardinalities": [int(n_tokens) for n_tokens in cardinalities],
            "given_cardinalities": [int(n_values) for n_values in given_cardinalities],
            "embedding_features": int(embedding_features),
            "hidden_features": int(hidden_features),
            "latent_features": int(latent_features),
            "dropout": float(dropout),
        }
        n_columns, n_given = len(self.cardinalities), len(self.given_cardinalities)
        seen = self.given_cardinalities + self.cardinalities[:-1]
        offsets = torch.tensor([0, *accumulate(seen)][: len(seen)], dtype=torch.long)
        self.register_buffer("offsets", offsets, persistent=False)
        self.embedding = nn.Embedding(max(sum(seen), 1), embedding_features)
        #: how many input features column j may look at
        self.visible = [latent_features + (n_given + j) * embedding_features for j in range(n_columns)]
        self.first_weight = nn.Parameter(self._initial_first_weight())
        self.first_bias = nn.Parameter(torch.zeros(n_columns * hidden_features))
        self.register_buffer("mask", self._mask(), persistent=False)
        block = torch.randn(n_columns, hidden_features, hidden_features) / math.sqrt(hidden_features)
        self.block_weight = nn.Parameter(block)
        self.block_bias = nn.Parameter(torch.zeros(n_columns, 1, hidden_features))
        self.heads = nn.ModuleList(nn.Linear(hidden_features, n_tokens) for n_tokens in self.cardinalities)
        allowed = torch.ones(sum(self.cardinalities)) if generable is None else torch.cat(list(generable)).float()
        self.register_buffer("barred", torch.log(allowed))  # 0 where a token may be drawn, -inf where not

    def forward(self, tokens: Tensor, given: Tensor, latent: Tensor | None = None) -> Tensor:
        """Return the log-likelihood of each column of each row, shape (B, D)."""
        return torch.stack(
            [
                -F.cross_entropy(logits, column, reduction="none")
                for logits, column in zip(self.logits(tokens, given, latent), tokens.unbind(1), strict=True)
            ],
            dim=1,
        )

    def logits(self, tokens: Tensor, given: Tensor, latent: Tensor | None = None) -> list[Tensor]:
        """Return each column's logits given the columns before it, D tensors of shape (B, cardinality)."""
        inputs = self._inputs(torch.cat([given, tokens[:, :-1]], dim=1), 0, latent)
        hidden = F.silu(torch.addmm(self.first_bias, inputs, self.first_weight * self.mask))
        hidden = hidden.view(len(tokens), -1, self.hidden_features).transpose(0, 1)
        dropped = F.dropout(hidden, self.dropout, self.training)
        hidden = hidden + F.silu(torch.baddbmm(self.block_bias, dropped, self.block_weight))
        bars = self.barred.split(self.cardinalities)
        heads = zip(self.heads, hidden.unbind(0), bars, strict=True)
        return [torch.addmm(head.bias + bar, own, head.weight.T) for head, own, bar in heads]

    @property
    def n_parameters(self) -> int:
        """Number of free parameters: those of the first layer that the mask holds at zero are left out."""
        return sum(parameter.numel() for parameter in self.parameters()) - int((self.mask == 0).sum())

    @torch.no_grad()
    def sample(self, given: Tensor, uniforms: Tensor, latent: Tensor | None = None) -> Tensor:
        """Draw token rows by inverting each conditional's distribution function, one walk over the columns.

        Parameters
        ----------
        given : Tensor of shape (B, G), int64
            Class and sensitive values.
        uniforms : Tensor of shape (B, D)
            One uniform number in [0, 1) a cell of the result: the same numbers give the same rows.
        latent : Tensor of shape (B, K), optional
            Latent codes.

        Returns
        -------
        tokens : Tensor of shape (B, D), int64
        """
        inputs = given.new_zeros((len(given), self.first_weight.shape[0]), dtype=self.first_weight.dtype)
        start = self._write(inputs, 0, self._inputs(given, 0, latent))
        tokens = given.new_empty((len(given), len(self.cardinalities)))
        bars = self.barred.split(self.cardinalities)
        for j, (head, bar) in enumerate(zip(self.heads, bars, strict=True)):
            hidden = self._hidden_of_column(j, inputs[:, : self.visible[j]])
            logits = torch.addmm(head.bias + bar, hidden, head.weight.T)
            tokens[:, j] = _draw(logits, uniforms[:, j : j + 1])
            if j + 1 < len(self.cardinalities):
                place = len(self.given_cardinalities) + j
                start = self._write(inputs, start, self._inputs(tokens[:, j : j + 1], place))
        return tokens

    def _inputs(self, values, place, latent=None):
        embedded = self.embedding(values + self.offsets[place : place + values.shape[1]]).flatten(1)
        return embedded if latent is None else torch.cat([latent, embedded], dim=1)

    @staticmethod
    def _write(inputs, start, features):
        end = start + features.shape[1]
        inputs[:, start:end] = features
        return end

    def _hidden_of_column(self, j, inputs):
        own = slice(j * self.hidden_features, (j + 1) * self.hidden_features)
        weight = self.first_weight[: self.visible[j], own]
        hidden = F.silu(torch.addmm(self.first_bias[own], inputs, weight))
        return hidden + F.silu(torch.addmm(self.block_bias[j], hidden, self.block_weight[j]))

    def _mask(self):
        mask = torch.zeros_like(self.first_weight)
        for j, n_visible in enumerate(self.visible):
            mask[:n_visible, j * self.hidden_features : (j + 1) * self.hidden_features] = 1
        return mask

    def _initial_first_weight(self):
        n_inputs = max(self.visible, default=0)
        weight = torch.zeros(n_inputs, len(self.visible) * self.hidden_features)
        for j, n_visible in enumerate(self.visible):
            own = slice(j * self.hidden_features, (j + 1) * self.hidden_features)
            weight[:n_visible, own] = torch.randn(n_visible, self.hidden_features) / math.sqrt(max(n_visible, 1))
        return weight


def _draw(logits, uniforms):
    cumulative = logits.exp().cumsum(dim=1)
    smallest, largest = cumulative[:, -1].aminmax()
    if not (smallest > 1e-30 and largest < 1e30):  # softmax shifts each row into range, at twice the time
        cumulative = torch.softmax(logits, dim=1).cumsum(dim=1)
    # scaled by the last sum, so that rounding can never step past the last token that may be drawn
    drawn = torch.searchsorted(cumulative, uniforms * cumulative[:, -1:], right=True)
    return drawn[:, 0].clamp_(max=logits.shape[1] - 1)
