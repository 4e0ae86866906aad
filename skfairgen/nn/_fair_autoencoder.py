"""Encoder, decoder and outcome head in one module."""

from typing import Any, NamedTuple

import torch
from torch import Generator, Tensor

from skfairgen.nn._code_encoder import CodeEncoder
from skfairgen.nn._density import Density, Given, Items
from skfairgen.nn._random_layers import Linear, Stochastic


class CodedItems(NamedTuple):
    """What the autoencoder says of a batch.

    Attributes
    ----------
    mean, log_variance, sample : Tensor of shape (B, K)
        Moments of the code, and a draw of it.
    log_likelihood : Tensor of shape (B, terms)
        Of each term of the decoder given the sensitive levels and the sample, in nats.
    mean_scores, sample_scores : Tensor of shape (B, C)
        Class logits of the mean and of the sample, centered over the classes; of width 0 without classes.
    """

    mean: Tensor
    log_variance: Tensor
    sample: Tensor
    log_likelihood: Tensor
    mean_scores: Tensor
    sample_scores: Tensor


class FairAutoencoder(Stochastic):
    r"""A variational autoencoder whose decoder is told the sensitive levels, so that the code need not hold them.

    .. math:: z \sim q(z \mid x, s), \qquad p(x, y \mid z, s) = p(y \mid z) \, p(x \mid z, s)

    The outcome head is linear, so that what it knows of the class is linear in the code.

    Parameters
    ----------
    encoder : CodeEncoder
        Any kind of encoder.
    decoder : Density
        A density of the same items, whose code is as wide as the encoder's.
    n_classes : int
        Number of classes; 0 for no outcome head.

    Attributes
    ----------
    settings : dict
        What :func:`build` makes the same module from.
    """

    encoder: CodeEncoder
    decoder: Density
    head: Linear | None

    def __init__(self, encoder: CodeEncoder, decoder: Density, n_classes: int = 0) -> None:
        super().__init__()
        if encoder.latent_features != decoder.latent_features:
            raise ValueError(
                f"The encoder's code is {encoder.latent_features} wide and the decoder's {decoder.latent_features}; "
                "give both the same latent_features."
            )
        self.encoder = encoder
        self.decoder = decoder
        self.head = Linear(encoder.latent_features, n_classes) if n_classes else None
        if self.head is not None:
            self.head.reset_parameters(Generator().manual_seed(0))  # as its parts: never what memory held

    @property
    def settings(self) -> dict[str, Any]:
        """Names and settings of the parts, and the number of classes."""
        parts = {"encoder": self.encoder, "decoder": self.decoder}
        named = {name: {"name": type(part).__name__, "settings": part.settings} for name, part in parts.items()}
        return {**named, "n_classes": 0 if self.head is None else self.head.out_features}

    def reset_parameters(self, generator: Generator) -> None:
        """Draw the weights that training starts from, on the CPU."""
        for part in (self.encoder, self.decoder, self.head):
            if part is not None:
                part.reset_parameters(generator)

    def forward(self, items: Items, levels: Tensor) -> CodedItems:
        """Encode items, draw codes and decode."""
        mean, log_variance = self.encode(items, levels)
        noise = torch.empty_like(mean).normal_(generator=self.generator)
        sample = mean + noise * (log_variance / 2).exp()
        log_likelihood = self.decoder(items, Given(None, levels), sample)
        return CodedItems(mean, log_variance, sample, log_likelihood, self.scores(mean), self.scores(sample))

    def encode(self, items: Items, levels: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance of the code, both of shape (B, K)."""
        mean, log_variance = self.encoder(items, levels)
        return mean, log_variance

    def recode(self, codes: Tensor, levels: Tensor) -> Tensor:
        """Return the mean of the code, (B, K), of what codes become under other levels; the decoder gets no gradient.

        That of an encoder which does not see the group depends on these levels only if it reads the group off items.
        """
        with torch.no_grad():
            noise = codes.new_empty(len(codes), self.decoder.n_noise).uniform_(generator=self.generator)
            items = self.decoder.typical(Given(None, levels), noise, codes)
        return self.encode(items, levels)[0]

    def scores(self, codes: Tensor) -> Tensor:
        """Return the class logits of codes, centered over the classes, shape (B, C)."""
        if self.head is None:
            return codes[:, :0]
        logits = self.head(codes)
        return logits - logits.mean(dim=1, keepdim=True)
