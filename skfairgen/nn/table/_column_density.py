"""Masked, column-autoregressive density of token rows."""

import math
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from skfairgen.nn._categorical_divergence import categorical_divergence
from skfairgen.nn._density import Density, Given, Items
from skfairgen.nn._random_layers import Dropout, Embedding, Linear
from skfairgen.nn.table._column_draws import draw_columns
from skfairgen.nn.table._column_skip import ColumnSkip, TokenNumbers
from skfairgen.nn.table._running_context import RunningContext
from skfairgen.nn.table._seen_tokens import SeenTokens
from skfairgen.nn.table._student_widths import student_widths
from skfairgen.nn.table._token_draws import uniforms_of


class ColumnDensity(Density):
    r"""Model the tokens of a row column by column, given its class, its sensitive levels and a latent code.

    .. math:: p(t \mid c, z) = \prod_j p(t_j \mid t_{<j}, c, z)

    Every value has an embedding. The first layer is one masked dense layer whose blocks let column j see the given
    values, the code and the columns before it [1]_. Each column then has a residual block and a softmax of its own.

    Parameters
    ----------
    cardinalities : sequence of int
        Number of tokens of each generated column.
    given_cardinalities : sequence of int
        Number of values of what is given: the class first, where there is one, then the sensitive columns.
    generable : sequence of Tensor of bool, or None
        For each generated column, the tokens that may be drawn, shape (cardinality,); None allows all.
    numbers : TokenNumbers or None
        The numbers that tokens stand for. Every column then starts from a closed form: see :class:`ColumnSkip`.
    scored : sequence of int
        What ``numbers.scored`` said when the weights were learned; empty for no closed form.
    copied, links_shift : sequence of int, bool
        Which columns copy others: see :class:`SeenTokens`; whether by values, as with `numbers`: :class:`LinkShares`.
    shown : sequence of int
        Which columns that follow from others are seen by their values: see :class:`ShownValues`.
    embedding_features : int
        Width of the embedding of a value.
    hidden_features : int
        Width of each column's hidden block.
    latent_features : int
        Width :math:`K` of the code; 0 for none.
    context_features : int
        Width of the running sums that columns see each other by (:class:`RunningContext`); 0 for a dense layer.
    dropout : float
        Dropout rate of the hidden blocks, in [0, 1).

    Attributes
    ----------
    settings : dict
        All arguments but `generable` and `numbers`, plain; a module made from them takes this one's weights.

    Notes
    -----
    Shapes: items {"tokens": :math:`(B, D)` int64}, code :math:`(B, K)`; log-likelihoods :math:`(B, D)` in nats.

    References
    ----------
    .. [1] M. Germain, K. Gregor, I. Murray, H. Larochelle, "MADE: Masked Autoencoder for Distribution
       Estimation", ICML 2015.
    """

    item_names: tuple[str, ...] = ("tokens",)
    offsets: Tensor
    mask: Tensor
    barred: Tensor
    heads: Any

    def __init__(
        self,
        cardinalities: Sequence[int],
        given_cardinalities: Sequence[int],
        generable: Sequence[Tensor] | None = None,
        *,
        numbers: TokenNumbers | None = None,
        scored: Sequence[int] = (),
        copied: Sequence[int] = (),
        links_shift: bool = False,
        shown: Sequence[int] = (),
        embedding_features: int = 8,
        hidden_features: int = 32,
        latent_features: int = 0,
        context_features: int = 0,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.settings: dict[str, Any] = {
            "cardinalities": [int(n_tokens) for n_tokens in cardinalities],
            "given_cardinalities": [int(n_values) for n_values in given_cardinalities],
            "embedding_features": int(embedding_features),
            "hidden_features": int(hidden_features),
            "latent_features": int(latent_features),
            "context_features": int(context_features),
            "dropout": float(dropout),
            "scored": [int(own) for own in (numbers.scored if numbers else scored)],
            "copied": [int(own) for own in copied],
            "links_shift": bool(numbers or links_shift),
            "shown": [int(own) for own in shown],
        }
        self.numbers = numbers
        self.cardinalities: tuple[int, ...] = tuple(self.settings["cardinalities"])
        self.given_cardinalities: tuple[int, ...] = tuple(self.settings["given_cardinalities"])
        self.hidden_features: int = int(hidden_features)
        self.latent_features: int = int(latent_features)
        self.n_noise: int = len(self.cardinalities)
        self.n_target: int = sum(self.cardinalities)
        self.seen: SeenTokens = SeenTokens(self.cardinalities, self.settings["copied"], self.settings["shown"])
        seen = [*self.given_cardinalities, *self.seen.sizes[:-1]]
        offsets = torch.tensor([0, *accumulate(seen)][: len(seen)], dtype=torch.long)
        self.register_buffer("offsets", offsets, persistent=False)
        self.embedding: Embedding = Embedding(max(sum(seen), 1), embedding_features)
        n_seen = [len(given_cardinalities) + (0 if context_features else j) for j in range(self.n_noise)]
        #: how many input features column j may look at
        self.visible: list[int] = [latent_features + n_values * embedding_features for n_values in n_seen]
        self.first_weight: nn.Parameter = _parameter(max(self.visible, default=0), self.n_noise * hidden_features)
        self.first_bias: nn.Parameter = _parameter(self.n_noise * hidden_features)
        mask = torch.zeros_like(self.first_weight, requires_grad=False)
        for j, n_visible in enumerate(self.visible):
            mask[:n_visible, self._units(j, j + 1)] = 1
        self.register_buffer("mask", mask, persistent=False)
        self.context: RunningContext | None = None
        if context_features:
            self.context = RunningContext(self.n_noise, embedding_features, context_features, hidden_features)
        self.dropout: Dropout = Dropout(float(dropout))
        self.block_weight: nn.Parameter = _parameter(self.n_noise, hidden_features, hidden_features)
        self.block_bias: nn.Parameter = _parameter(self.n_noise, 1, hidden_features)
        self.heads = nn.ModuleList(Linear(hidden_features, n_tokens) for n_tokens in self.cardinalities)
        held = torch.ones(self.n_target) if generable is None else torch.cat(list(generable))
        self.register_buffer(
            "barred", torch.log(held.float())
        )  # -inf where a token may not be drawn; else 0, or log share
        self.skip: ColumnSkip | None = None
        if self.settings["scored"]:
            self.has_closed_form = True
            own = {
                name: self.settings[name] for name in ("scored", "copied", "links_shift", "shown", "hidden_features")
            }
            self.skip = ColumnSkip(cardinalities, given_cardinalities, **own)
        self.reset_parameters(Generator().manual_seed(0))

    @torch.no_grad()
    def start(self, items: Items, given: Given) -> None:
        """Learn the closed form that every column starts from, and the shares of the tokens; only once."""
        if self.skip is None or self.numbers is None:
            return
        shares = self.skip.learn(given.values, items["tokens"], self.numbers, self.seen(items["tokens"]))
        self.barred.copy_(torch.where(self.barred.isinf(), self.barred, shares))
        # what is seen of a copy, or of a total, is many tokens of few rows each: they start from the score of the value
        for place, scores in self.skip.seen_scores(self.numbers, self.seen(items["tokens"])).items():
            if place + 1 < self.n_noise:
                offset = int(self.offsets[len(self.given_cardinalities) + place])
                self.embedding.weight[offset : offset + len(scores), 0] = scores.to(self.embedding.weight)
        self.numbers = None

    @torch.no_grad()
    def reset_parameters(self, generator: Generator) -> None:
        """Draw the weights that training starts from, on the CPU."""
        self.embedding.reset_parameters(generator)
        for j, n_visible in enumerate(self.visible):
            weight = self.first_weight.new_empty(n_visible, self.hidden_features).normal_(generator=generator)
            self.first_weight[:n_visible, self._units(j, j + 1)] = weight / math.sqrt(max(n_visible, 1))
        if self.context is not None:
            self.context.reset_parameters(generator)
        self.block_weight.normal_(generator=generator).div_(math.sqrt(self.hidden_features))
        for head in self.heads:
            head.reset_parameters(generator)
        self.first_bias.zero_()
        self.block_bias.zero_()
        if self.skip is not None:
            self.skip.correction.zero_()
            torch._foreach_zero_(list(self.heads.parameters()))

    def log_prob(self, items: Items, given: Given, code: Tensor | None = None) -> Tensor:
        """Return the log-likelihood of each column of each row, shape (B, D)."""
        columns = zip(self.logits(items, given, code), items["tokens"].unbind(1), strict=True)
        return torch.stack([-F.cross_entropy(logits, column, reduction="none") for logits, column in columns], dim=1)

    def logits(self, items: Items, given: Given, code: Tensor | None = None) -> list[Tensor]:
        """Return each column's logits given the columns before it, D tensors of shape (B, cardinality)."""
        values = torch.cat([given.values, self.seen(items["tokens"])[:, :-1]], dim=1)
        inputs = self.embedding(values + self.offsets[: values.shape[1]]).flatten(1)
        inputs = inputs if code is None else torch.cat([code, inputs], dim=1)
        heard = None if self.context is None else self.context(inputs[:, self.visible[0] :])
        return self._logits(inputs, values, heard)

    @property
    def n_parameters(self) -> int:
        """Number of free parameters: those of the first layer that the mask holds at zero are left out."""
        return super().n_parameters - int((self.mask == 0).sum())

    @torch.no_grad()
    def sample(self, given: Given, noise: Tensor, code: Tensor | None = None) -> dict[str, Tensor]:
        """Draw {"tokens": (B, D) int64} by inverting each conditional's distribution function, column by column.

        `noise` is (B, D), one uniform number in [0, 1) a cell of the result: the same numbers give the same rows.
        """
        return {"tokens": draw_columns(self, given, noise, code)}

    @torch.no_grad()
    def noise_of(self, items: Items, given: Given, code: Tensor | None, uniforms: Tensor) -> Tensor:
        """Return uniform numbers from which :meth:`sample` draws these rows, shape (B, D), float64.

        Each lies inside the interval that the conditional distribution function gives the token. A token that the
        model cannot draw gets the point where it would stand.
        """
        noise = torch.empty(items["tokens"].shape, dtype=torch.float64, device=uniforms.device)
        columns = zip(self.logits(items, given, code), items["tokens"].unbind(1), strict=True)
        seen = self.seen(items["tokens"])
        for j, (logits, column) in enumerate(columns):
            noise[:, j] = uniforms_of(self.drawable(j, logits, given.values, seen), column, uniforms[:, j])
        return noise.clamp_(0, 1 - 1e-7)

    @torch.no_grad()
    def target(self, items: Items, given: Given, temperature: float = 1.0, code: Tensor | None = None) -> Tensor:
        """Return the log-probabilities of all columns side by side, (B, sum of cardinalities), at a temperature."""
        logits = self.logits(items, given, code)
        return torch.cat([torch.log_softmax(column / temperature, dim=1) for column in logits], dim=1)

    def divergence(
        self, target: Tensor, items: Items, given: Given, temperature: float = 1.0, code: Tensor | None = None
    ) -> Tensor:
        """Return the divergence of each column from a teacher's, (B, D); see :func:`categorical_divergence`."""
        targets = target.split(list(self.cardinalities), dim=1)
        return categorical_divergence(targets, self.logits(items, given, code), temperature)

    def student_settings(self, size: float | Mapping[str, int]) -> dict[str, Any]:
        """Return the settings of a student, as wide as :func:`student_widths` says.

        It has no dropout: it is trained on fresh rows, so there is nothing to overfit.
        """
        return {**self.settings, "dropout": 0.0, **student_widths(self, size)}

    def student(self, size: float | Mapping[str, int]) -> "ColumnDensity":
        """Return an untrained student of :meth:`student_settings`: the same tokens, from the same closed form."""
        student = ColumnDensity(**self.student_settings(size)).to(self.barred.device)
        student.barred.copy_(self.barred)
        student.seen.load_state_dict(self.seen.state_dict())
        if student.skip is not None and self.skip is not None:
            student.skip.take_over(self.skip)
        return student

    def drawable(self, place: int, logits: Tensor, values: Tensor, seen: Tensor) -> Tensor:
        """Return a column's logits, (B, cardinality), with -inf at what must not be drawn under such values."""
        logits = self.seen.drawable(place, logits, seen)
        return logits if self.skip is None else self.skip.drawable(place, logits, values)

    def _logits(self, inputs: Tensor, values: Tensor, heard: Tensor | None) -> list[Tensor]:
        n_seen = self.visible[-1] if self.visible else 0
        hidden = torch.addmm(self.first_bias, inputs[:, :n_seen], self.first_weight[:n_seen] * self.mask)
        hidden = hidden.view(len(inputs), self.n_noise, self.hidden_features).transpose(0, 1)
        hidden = F.silu(hidden if heard is None else hidden + heard)
        block = torch.baddbmm(self.block_bias, self.dropout(hidden), self.block_weight)
        hidden = hidden + F.silu(block)
        if self.skip is not None:
            hidden = self.skip.moved(hidden, self.skip.means(values))
        heads = zip(self.heads, hidden.unbind(0), self.barred.split(self.cardinalities), strict=True)
        if self.skip is None:
            return [torch.addmm(head.bias + bar, own, head.weight.T) for head, own, bar in heads]
        return [self.skip.logits(j, head, own, bar, values) for j, (head, own, bar) in enumerate(heads)]

    def _units(self, first: int, end: int) -> slice:
        return slice(first * self.hidden_features, end * self.hidden_features)


def _parameter(*shape: int) -> nn.Parameter:
    return nn.Parameter(torch.zeros(shape, dtype=torch.float32))
