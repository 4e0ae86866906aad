"""Encoder, decoder and outcome head in one module."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from skfairgen.nn.table._column_density import ColumnDensity
from skfairgen.nn.table._column_encoder import ColumnEncoder


class CodedRows(NamedTuple):
    """What the autoencoder says of a batch.

    Attributes
    ----------
    mean, log_variance, sample : Tensor of shape (B, K)
        Moments of the code, and a draw of it.
    log_likelihood : Tensor of shape (B, D)
        Of each column given the columns before it, the sensitive values and the sample, in nats.
    mean_scores, sample_scores : Tensor of shape (B, C)
        Class logits of the mean and of the sample, centered over the classes; of width 0 without classes.
    """

    mean: Tensor
    log_variance: Tensor
    sample: Tensor
    log_likelihood: Tensor
    mean_scores: Tensor
    sample_scores: Tensor


class FairAutoencoder(nn.Module):
    r"""A variational autoencoder whose decoder is told the sensitive values, so that the code need not hold them.

    .. math:: z \sim q(z \mid t, s), \qquad p(t, y \mid z, s) = p(y \mid z) \prod_j p(t_j \mid t_{<j}, z, s)

    The outcome head is linear, so that what it knows of the class is linear in the code.

    Parameters
    ----------
    cardinalities : sequence of int
        Number of tokens of each column.
    given_cardinalities : sequence of int
        Number of values of each sensitive column.
    generable : sequence of Tensor of bool, or None
        For each column, the tokens that may be drawn.
    n_classes : int
        Number of classes; 0 for no outcome head.
    latent_features : int
        Width :math:`K` of the code.
    visible_columns : sequence of int or None
        Columns that the encoder sees; None for all.
    encode_given : bool
        Whether the encoder sees the sensitive values.
    encoder_features : int
        Width of the encoder's hidden layers.

    Attributes
    ----------
    settings : dict
        All arguments but `generable`, as plain numbers and lists; a module made from them takes this one's weights.

    Notes
    -----
    Shapes: tokens :math:`(B, D)` int64, given :math:`(B, G)` int64.
    """

    def __init__(
        self,
        cardinalities,
        given_cardinalities,
        generable=None,
        *,
        n_classes=0,
        latent_features=8,
        visible_columns=None,
        encode_given=True,
        encoder_features=128,
    ):
        super().__init__()
        visible = list(range(len(cardinalities)) if visible_columns is None else visible_columns)
        self.settings = {
            "cardinalities": [int(n_tokens) for n_tokens in cardinalities],
            "given_cardinalities": [int(n_values) for n_values in given_cardinalities],
            "n_classes": int(n_classes),
            "latent_features": int(latent_features),
            "visible_columns": [int(column) for column in visible],
            "encode_given": bool(encode_given),
            "encoder_features": int(encoder_features),
        }
        self.register_buffer("visible", torch.tensor(visible, dtype=torch.long), persistent=False)
        self.encoder = ColumnEncoder(
            [cardinalities[column] for column in visible],
            given_cardinalities if encode_given else [],
            latent_features,
            hidden_features=encoder_features,
        )
        self.decoder = ColumnDensity(cardinalities, given_cardinalities, generable, latent_features=latent_features)
        self.head = nn.Linear(latent_features, n_classes) if n_classes else None

    def forward(self, tokens: Tensor, given: Tensor, **unused: Tensor) -> CodedRows:
        """Encode, draw codes and decode."""
        mean, log_variance = self.encode(tokens, given)
        sample = mean + torch.randn_like(mean) * (log_variance / 2).exp()
        log_likelihood = self.decoder(tokens, given, sample)
        return CodedRows(mean, log_variance, sample, log_likelihood, self.scores(mean), self.scores(sample))

    def encode(self, tokens: Tensor, given: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance of the code, both of shape (B, K)."""
        return self.encoder(tokens[:, self.visible], given)

    def scores(self, codes: Tensor) -> Tensor:
        """Return the class logits of codes, centered over the classes, shape (B, C)."""
        if self.head is None:
            return codes[:, :0]
        logits = self.head(codes)
        return logits - logits.mean(dim=1, keepdim=True)
