"""What a column's distribution is before a network is trained: in closed form, from the tokens of the rows."""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skfairgen.nn.table._link_shares import LinkShares
from skfairgen.nn.table._prefix_regressions import feature_blocks, prefix_regressions
from skfairgen.nn.table._seen_tokens import SeenTokens
from skfairgen.nn.table._shrunk_shifts import RARE_SHARE, held_counts, shrunk_shifts
from skfairgen.nn.table._token_features import (
    MIN_SHARE,
    bin_scores,
    copy_features,
    level_features,
    normal_scores,
    number_features,
)

LOG_PRECISIONS = (-2.0, 8.0)
LEAST_ERROR = 1e-3  # of a regression, in variances: bins are about so wide
UNSEEN = 0.5  # rows that a token counts for which no row held
MIN_ROWS = 5  # of a level that numbers are shifted at
MAX_EXPECTED = 2_000  # rows of it that a regression is judged by
UNMET_CHANCE = 0.01  # of a token's rows all missing a level, under which the token is not drawn there


class TokenNumbers(NamedTuple):
    """The numbers of the tokens of each column.

    Attributes
    ----------
    values : sequence of Tensor of shape (cardinality,)
        The number that a token stands for; NaN where it stands for none, as in a categorical column.
    n_spikes : sequence of int
        The tokens of a numeric column from 1 to this are single numbers.
    """

    values: Sequence[Tensor]
    n_spikes: Sequence[int]

    @property
    def scored(self) -> list[int]:
        """1 for each column that has numbers, 0 for each that has none."""
        return [int(not bool(own.isnan().all())) for own in self.values]


class ColumnSkip(nn.Module):
    r"""Give every column the distribution that linear regressions and shares alone expect of it.

    A numeric column j has a score :math:`u_t` for each token t: the normal score of its middle rank, of mean 0 and
    variance 1 over the rows. Its logits are those of a normal density of mean :math:`\mu` and precision
    :math:`\pi` over a standard one, on top of the logarithms of the shares:

    .. math:: \log s_t + \pi \mu u_t + (1 - \pi) u_t^2 / 2,
              \qquad \mu_j = \sum_{k < j} E_{k}[t_k, j]

    with effects E of the values before, by ridge regression. A missing value stands outside: its score is 0. The
    logits of a categorical column are shifted by what is given, as far as the rows tell: by

    .. math:: \log \sum_\kappa w_{g\kappa} \frac{N_{gt} + \kappa s_t}{(n_g + \kappa) s_t}

    for the level g with :math:`N_{gt}` of its :math:`n_g` rows at t, with weights in proportion to the
    Dirichlet-multinomial likelihood of the level's rows under the concentration :math:`\kappa`. Those of a numeric
    column are shifted alike at levels of few rows, with what the regression expects in the place of :math:`s_t`.
    A category that no row of a level held, and that is too frequent elsewhere for chance, is not drawn there.

    Parameters
    ----------
    cardinalities, given_cardinalities : sequence of int
        As of :class:`ColumnDensity`.
    scored : sequence of int
        For each generated column, 1 where it has scores, 0 where it is categorical.
    hidden_features : int
        Width of the hidden blocks that correct mean and precision.
    copied : sequence of int
        Which columns copy others: see :class:`SeenTokens`. The tokens of their links stand outside, as a missing value
        does, and the others keep their joint share whatever the mean.
    links_shift : bool
        Whether the shares of links depend on values: see :class:`LinkShares`.
    shown : sequence of int
        Which columns are seen by their values: see :class:`ShownValues`.
    """

    effects: Tensor
    scores: Tensor
    offsets: Tensor
    log_precision: Tensor
    level_shifts: Tensor
    unmet: Tensor

    def __init__(
        self,
        cardinalities: Sequence[int],
        given_cardinalities: Sequence[int],
        scored: Sequence[int],
        hidden_features: int,
        copied: Sequence[int] = (),
        links_shift: bool = False,
        shown: Sequence[int] = (),
    ) -> None:
        super().__init__()
        if len(scored) != len(cardinalities):
            raise ValueError(f"scored names {len(scored)} columns, and there are {len(cardinalities)}.")
        self.cardinalities: list[int] = list(cardinalities)
        self.n_given: int = len(given_cardinalities)
        self.scored: list[bool] = [bool(own) for own in scored]
        ends = list(accumulate(cardinalities))
        self.tokens_of: list[slice] = [slice(end - n, end) for end, n in zip(ends, cardinalities, strict=True)]
        tokens = SeenTokens(cardinalities, copied, shown)
        self.shown: set[int] = set(tokens.shown.columns)
        self.n_own: list[int] = tokens.n_own
        self.n_links: list[int] = [len(own) for own in tokens.links]
        seen = [*given_cardinalities, *tokens.sizes[:-1]]
        offsets = torch.tensor([0, *accumulate(seen)][: len(seen)], dtype=torch.long)
        self.register_buffer("offsets", offsets, persistent=False)
        n_columns = len(self.cardinalities)
        zeros = {"effects": (max(sum(seen), 1), n_columns), "scores": (sum(cardinalities),)}
        zeros |= {"log_precision": (n_columns,)}
        zeros |= {name: (sum(given_cardinalities), sum(cardinalities)) for name in ("level_shifts", "unmet")}
        for name, shape in zeros.items():
            self.register_buffer(name, torch.zeros(shape, dtype=torch.float32))
        self.link_shares: LinkShares | None = None
        if links_shift and any(tokens.links):
            self.link_shares = LinkShares(tokens, given_cardinalities)
        self.correction: nn.Parameter = nn.Parameter(torch.zeros((n_columns, hidden_features, 2), dtype=torch.float32))

    @torch.no_grad()
    def learn(self, values: Tensor, tokens: Tensor, numbers: TokenNumbers, seen: Tensor | None = None) -> Tensor:
        """Learn from rows; return the logarithm of each token's share, shape (sum of cardinalities,).

        Parameters
        ----------
        values : Tensor of shape (B, S), int64
            What is given of each row.
        tokens : Tensor of shape (B, D), int64
            Its tokens.
        numbers : TokenNumbers
            What they stand for.
        seen : Tensor of shape (B, D), int64, or None
            What is seen of the tokens, by :class:`SeenTokens`; None for themselves.
        """
        values, tokens = values.cpu(), tokens.cpu()
        seen_tokens = tokens if seen is None else seen.cpu()
        seen_of = [*values.T, *seen_tokens.T]
        sizes = zip(tokens.T, self.cardinalities, strict=True)
        counts = [torch.bincount(own, minlength=n).double() for own, n in sizes]
        scores = [
            normal_scores(own.double(), count) if is_scored else torch.zeros_like(count)
            for own, count, is_scored in zip(numbers.values, counts, self.scored, strict=True)
        ]
        features = [level_features(torch.bincount(own).double(), 0.0) for own in values.T]
        for place, (own, count, is_scored) in enumerate(zip(scores, counts, self.scored, strict=True)):
            if place in self.shown:
                held = torch.bincount(seen_tokens[:, place], minlength=self.n_own[place]).double()
                features.append(number_features(bin_scores(held), held, 0))
                continue
            if not is_scored:
                features.append(level_features(count, MIN_SHARE))
                continue
            features.append(number_features(own, count, numbers.n_spikes[place]))
            if self.n_links[place]:
                held = torch.bincount(seen_tokens[:, place], minlength=self.n_own[place] * (1 + self.n_links[place]))
                features[-1] = copy_features(features[-1], numbers.values[place], held.double(), self.n_own[place])
        starts = list(accumulate([1, *(table.shape[1] for table in features)]))
        numeric = [j for j, is_scored in enumerate(self.scored) if is_scored]
        if numeric:
            targets = [starts[self.n_given + j] for j in numeric]
            weights, errors = prefix_regressions(feature_blocks(features, seen_of), targets, free=starts[self.n_given])
            is_own = [(counts[j][: self.n_own[j]].sum() / max(len(tokens), 1)).clamp(min=0.01) for j in numeric]
            weights, errors = weights / torch.stack(is_own), errors / torch.stack(is_own)  # copies have no score
            self.log_precision[numeric] = -errors.clamp(LEAST_ERROR, 1.0).log().to(self.effects)
            for place, (table, offset) in enumerate(zip(features[:-1], self.offsets.tolist(), strict=True)):
                effects = table @ weights[starts[place] : starts[place + 1]] + (weights[0] if place == 0 else 0.0)
                self.effects[offset : offset + len(table), numeric] = effects.to(self.effects)
        self.scores.copy_(torch.cat(scores))
        shares = [count.clamp(min=UNSEEN) / count.clamp(min=UNSEEN).sum() for count in counts]
        for offset, own in zip(self.offsets.tolist(), values.T, strict=False):
            for place, (column, share) in enumerate(zip(tokens.T, shares, strict=True)):
                if not self.scored[place]:
                    held = held_counts(own, column, len(share))
                    levels = slice(offset, offset + len(held))
                    self.level_shifts[levels, self.tokens_of[place]] = shrunk_shifts(held, share).to(self.effects)
                    chance = (1 - held.sum(dim=1, keepdim=True) / len(own)) ** held.sum(dim=0)
                    self.unmet[levels, self.tokens_of[place]] = ((held == 0) & (chance < UNMET_CHANCE)).to(self.effects)
        log_shares = torch.cat(shares).log().to(self.effects)
        if numeric:
            self._learn_rare_levels(values, tokens, seen_tokens, log_shares)
        if self.link_shares is not None:
            self.link_shares.learn(values, tokens, seen_tokens, numbers.values)
        return log_shares

    def seen_scores(self, numbers: TokenNumbers, seen: Tensor) -> dict[int, Tensor]:
        """Return scores of what is seen, (B, D), by place: of shown values and, where there are copies, of numbers."""
        found = {}
        for place, (values, n_own) in enumerate(zip(numbers.values, self.n_own, strict=True)):
            counts = torch.bincount(seen[:, place].cpu() % n_own, minlength=n_own).double()
            if place in self.shown:
                found[place] = bin_scores(counts)
            elif self.scored[place] and any(self.n_links):
                found[place] = normal_scores(values[:n_own].double(), counts).repeat(1 + self.n_links[place])
        return found

    def _learn_rare_levels(self, values: Tensor, tokens: Tensor, seen: Tensor, log_shares: Tensor) -> None:
        """Shift the tokens of numbers at rare levels from what is expected there to what is held there."""
        for offset, own in zip(self.offsets.tolist(), values.T, strict=False):
            counts = torch.bincount(own)
            for level in torch.nonzero((counts >= MIN_ROWS) & (counts < RARE_SHARE * len(own)))[:, 0].tolist():
                rows = torch.nonzero(own == level)[:MAX_EXPECTED, 0]
                given, held = values[rows], tokens[rows]
                means = self.means(torch.cat([given, seen[rows, :-1]], dim=1))
                for place, (mean, log_precision) in enumerate(zip(means.T, self.log_precision, strict=True)):
                    if self.scored[place]:
                        tokens_of = self.tokens_of[place]
                        precision, scores = log_precision.exp(), self.scores[tokens_of]
                        expected = log_shares[tokens_of] + (1 - precision) * scores.square() / 2
                        expected = expected + precision * mean[:, None] * scores + self._shifts(given, tokens_of)
                        share = torch.softmax(expected.double(), dim=1).mean(dim=0)
                        count = torch.bincount(held[:, place], minlength=len(scores)).double()
                        self.level_shifts[offset + level, tokens_of] = shrunk_shifts(count[None], share)[0].to(scores)

    def means(self, values: Tensor) -> Tensor:
        """Return the mean of every column by the effects of the first values seen, shape (B, D)."""
        return F.embedding_bag(values + self.offsets[: values.shape[1]], self.effects, mode="sum")

    def moved(self, hidden: Tensor, means: Tensor) -> Tensor:
        """Return hidden blocks with the two statistics that :meth:`logits` takes, shape (D, B, hidden_features + 2).

        Parameters
        ----------
        hidden : Tensor of shape (D, B, hidden_features)
            The hidden blocks of the columns.
        means : Tensor of shape (B, D)
            Their means, by the effects.
        """
        mean, log_precision = torch.bmm(hidden, self.correction).unbind(2)
        precision = (log_precision + self.log_precision[:, None]).clamp(*LOG_PRECISIONS).exp()
        statistics = torch.stack([precision * (mean + means.T), (1 - precision) / 2], dim=2)
        return torch.cat([hidden, statistics], dim=2)

    def logits(self, place: int, head: nn.Linear, moved: Tensor, base: Tensor, values: Tensor) -> Tensor:
        """Return the logits of the tokens of a column, shape (B, cardinality).

        Parameters
        ----------
        place : int
            The column.
        head : Linear
            What turns its hidden block into logits.
        moved : Tensor of shape (B, hidden_features + 2)
            That block, by :meth:`moved`.
        base : Tensor of shape (cardinality,)
            The logarithm of the share of each token.
        values : Tensor of shape (B, n_given + D), int64
            What is given, then what is seen; columns from this one on do not count.
        """
        own = self.tokens_of[place]
        if self.scored[place]:
            scores = self.scores[own]
            weight = torch.cat([head.weight, torch.stack([scores, scores.square()], dim=1)], dim=1)
            bias = head.bias + base
            if self.level_shifts[:, own].any():
                bias = bias + self._shifts(values, own)
            logits = torch.addmm(bias, moved, weight.T)
            if self.n_links[place]:
                numbers, statistics = slice(1, self.n_own[place]), slice(head.in_features, None)
                expected = torch.addmm(base[numbers], moved[:, statistics], weight[numbers, statistics].T)
                excess = expected.logsumexp(1, keepdim=True) - base[numbers].logsumexp(0)
                logits = logits - F.pad(
                    excess.nan_to_num(0.0).expand(-1, len(base[numbers])), (1, logits.shape[1] - self.n_own[place])
                )
            return logits if self.link_shares is None else self.link_shares(place, logits, values)
        return torch.addmm(self._shifts(values, own) + (head.bias + base), moved[:, : head.in_features], head.weight.T)

    def drawable(self, place: int, logits: Tensor, values: Tensor) -> Tensor:
        """Return the logits of a column, with -inf at tokens that no row of the given class or level held.

        Where no token would be left, the logits stay as they are.
        """
        own = self.tokens_of[place]
        if not self.unmet[:, own].any():
            return logits
        given = values[:, : self.n_given] + self.offsets[: self.n_given]
        barred = logits.masked_fill(F.embedding_bag(given, self.unmet[:, own], mode="sum") > 0, -torch.inf)
        return torch.where(barred.isinf().all(dim=1, keepdim=True), logits, barred)

    def _shifts(self, values: Tensor, tokens_of: slice) -> Tensor:
        given = values[:, : self.n_given] + self.offsets[: self.n_given]
        return F.embedding_bag(given, self.level_shifts[:, tokens_of], mode="sum")

    def take_over(self, learned: "ColumnSkip") -> None:
        """Copy the closed form of another skip for the same columns."""
        for name, own in self.named_buffers():
            own.copy_(learned.get_buffer(name))
