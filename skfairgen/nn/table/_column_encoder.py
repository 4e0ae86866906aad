"""The encoder of token rows."""

import math
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any, Self

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from skfairgen.nn._code_encoder import CodeEncoder
from skfairgen.nn._density import Items, checked_widths
from skfairgen.nn._random_layers import Dropout, Embedding, Linear
from skfairgen.nn.table._seen_tokens import SeenTokens


class ColumnEncoder(CodeEncoder):
    r"""Compress token rows, with or without their sensitive levels, to a Gaussian code.

    Every value has a vector as wide as the hidden layer. A row is their sum, which is a dense layer on one-hot columns
    that are never formed. One residual block follows.

    Parameters
    ----------
    cardinalities : sequence of int
        Number of tokens of each column.
    given_cardinalities : sequence of int
        Number of levels of each sensitive column.
    latent_features : int
        Width :math:`K` of the code.
    visible_columns : sequence of int or None
        Columns that the encoder sees; None for all.
    encode_given : bool
        Whether the encoder sees the sensitive levels.
    copied : sequence of int
        Which columns copy others: see :class:`SeenTokens`.
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
    Shapes: items {"tokens": :math:`(B, D)` int64}, levels :math:`(B, S)` int64; mean and log-variance :math:`(B, K)`.
    """

    offsets: Tensor
    visible: Tensor

    def __init__(
        self,
        cardinalities: Sequence[int],
        given_cardinalities: Sequence[int],
        latent_features: int = 8,
        *,
        visible_columns: Sequence[int] | None = None,
        encode_given: bool = True,
        copied: Sequence[int] = (),
        hidden_features: int = 128,
        dropout: float = 0.1,
    ) -> None:
        super().__init__(int(latent_features))
        visible = list(range(len(cardinalities)) if visible_columns is None else visible_columns)
        self.settings: dict[str, Any] = {
            "cardinalities": [int(n_tokens) for n_tokens in cardinalities],
            "given_cardinalities": [int(n_levels) for n_levels in given_cardinalities],
            "latent_features": int(latent_features),
            "visible_columns": [int(column) for column in visible],
            "encode_given": bool(encode_given),
            "copied": [int(own) for own in copied],
            "hidden_features": int(hidden_features),
            "dropout": float(dropout),
        }
        self.encode_given: bool = bool(encode_given)
        self.seen: SeenTokens = SeenTokens(cardinalities, self.settings["copied"])
        sizes = [*(self.seen.sizes[column] for column in visible), *(given_cardinalities if encode_given else [])]
        self.n_values: int = len(sizes)
        self.register_buffer("visible", torch.tensor(visible, dtype=torch.long), persistent=False)
        offsets = torch.tensor([0, *accumulate(sizes)][: len(sizes)], dtype=torch.long)
        self.register_buffer("offsets", offsets, persistent=False)
        self.embedding: Embedding = Embedding(max(sum(sizes), 1), hidden_features)
        self.bias: nn.Parameter = nn.Parameter(torch.zeros(hidden_features, dtype=torch.float32))
        self.block: Linear = Linear(hidden_features, hidden_features)
        self.out: Linear = Linear(hidden_features, 2 * latent_features)
        self.dropout: Dropout = Dropout(float(dropout))
        self.reset_parameters(Generator().manual_seed(0))

    @torch.no_grad()
    def reset_parameters(self, generator: Generator) -> None:
        """Draw the weights that training starts from, on the CPU."""
        self.embedding.reset_parameters(generator)  # drawn twice: a seed then means what it meant in version 1
        self.embedding.reset_parameters(generator, std=1 / math.sqrt(max(self.n_values, 1)))
        self.bias.zero_()
        self.block.reset_parameters(generator)
        self.out.reset_parameters(generator)

    def moments(self, items: Items, levels: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance of the code, both of shape (B, K)."""
        tokens = self.seen(items["tokens"])[:, self.visible]
        if self.n_values:
            values = torch.cat([tokens, levels], dim=1) if self.encode_given else tokens
            hidden = F.embedding_bag(values + self.offsets, self.embedding.weight, mode="sum") + self.bias
        else:
            hidden = self.bias.expand(len(tokens), -1)
        hidden = self.dropout(F.silu(hidden))
        hidden = hidden + self.dropout(F.silu(self.block(hidden)))
        mean, log_variance = self.out(hidden).chunk(2, dim=1)
        return mean, log_variance

    def student_settings(self, size: float | Mapping[str, int]) -> dict[str, Any]:
        """Return the settings of a student.

        Parameters
        ----------
        size : float in (0, 1] or dict
            Share of the parameters at most, or the width, ``{"hidden_features": int}``.

        Returns
        -------
        dict
            Without dropout: a student is trained on fresh rows, so there is nothing to overfit.

        Raises
        ------
        ValueError
            If the width is not a whole number above 0, or another one is named.
        """
        if isinstance(size, Mapping):
            widths = checked_widths(size, {"hidden_features"})
        else:
            n_values, n_codes, hidden = len(self.embedding.weight), self.out.out_features, 1
            while (n_values + hidden + 3 + n_codes) * (hidden + 1) + n_codes <= size * self.n_parameters:
                hidden += 1
            widths = {"hidden_features": hidden}
        return {**self.settings, "dropout": 0.0, **widths}

    def student(self, size: float | Mapping[str, int]) -> Self:
        """Return an untrained student of :meth:`student_settings`, which reads the same tokens."""
        student = super().student(size)
        student.seen.load_state_dict(self.seen.state_dict())
        return student
