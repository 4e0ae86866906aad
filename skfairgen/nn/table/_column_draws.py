"""Draw rows of a column density column by column, with the rows as the last axis: narrow products are fast that way."""

import math
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from skfairgen.nn._density import Given
from skfairgen.nn.table._column_skip import LOG_PRECISIONS
from skfairgen.nn.table._running_means import RunningMeans
from skfairgen.nn.table._token_draws import draw_tokens

if TYPE_CHECKING:
    from skfairgen.nn.table._column_density import ColumnDensity

BLOCK = 8  # columns for which what is known before them is multiplied at a time
BITS = 1 / math.log(2)  # in a nat: powers of 2 are computed in a third of the time of those of e


@torch.no_grad()
def draw_columns(density: "ColumnDensity", given: Given, noise: Tensor, code: Tensor | None = None) -> Tensor:
    """Return tokens of rows, shape (B, D), int64: what :meth:`ColumnDensity.sample` draws.

    It computes what :meth:`ColumnDensity.logits` does, a column at a time.
    """
    values, uniforms = given.values.T.contiguous(), noise.T.contiguous()
    n_given, n_rows = values.shape
    inputs = density.first_weight.new_empty((density.first_weight.shape[0], n_rows))
    if code is not None:
        inputs[: code.shape[1]] = code.T
    end = density.latent_features
    for place, own in enumerate(values):
        end = _embed(density, place, own, inputs, end)
    sums = inputs.new_zeros((density.settings["context_features"], n_rows))
    means = None if density.skip is None else RunningMeans(density.skip, given.values)
    tokens = values.new_empty((density.n_noise, n_rows))
    known = torch.cat([values, torch.zeros_like(tokens)])
    seen = known[n_given:]
    for place, barred in enumerate(density.barred.split(density.cardinalities)):
        if place % BLOCK == 0:
            start, ahead = end, _of_first(density, place, inputs[:end])
        hidden = _hidden(density, place, ahead[place % BLOCK], inputs[start:end], sums)
        logits = _logits(density, place, hidden, barred, known, means)
        logits = density.drawable(place, logits.T, given.values, seen.T).T
        tokens[place] = seen[place] = draw_tokens(logits, uniforms[place])
        density.seen.write(seen.T, place)
        if place + 1 == density.n_noise:
            break
        if density.context is None:
            end = _embed(density, n_given + place, seen[place], inputs, end)
        else:
            said = inputs.new_empty((density.embedding.weight.shape[1], n_rows))
            _embed(density, n_given + place, seen[place], said, 0)
            sums.addmm_(density.context.said[place].T, said)
        if means is not None:
            means.add(place, seen[place])
    return tokens.T


def _embed(density, place, values, inputs, start):
    """Write the embeddings of the values at a place among all that is seen to inputs, and return where they end."""
    table = density.embedding.weight[int(density.offsets[place]) :].T
    end = start + len(table)
    torch.index_select(table, 1, values, out=inputs[start:end])
    return end


def _of_first(density, place, inputs):
    """Return what the first layer makes of inputs for a column and those after it, shape (n, hidden_features, B)."""
    units = slice(place * density.hidden_features, (place + BLOCK) * density.hidden_features)
    found = torch.addmm(density.first_bias[units, None], density.first_weight[: len(inputs), units].T, inputs)
    return found.unflatten(0, (-1, density.hidden_features))


def _hidden(density, place, hidden, inputs, sums):
    """Return the hidden block of a column, shape (hidden_features, B), from the first layer and its last inputs."""
    if len(inputs):
        end, units = density.visible[place], slice(place * len(hidden), (place + 1) * len(hidden))
        hidden.addmm_(density.first_weight[end - len(inputs) : end, units].T, inputs)
    if density.context is not None and place:
        hidden.addmm_(density.context.heard[place].T * place**-0.5, sums)
    hidden = F.silu(hidden)
    return hidden + F.silu(torch.addmm(density.block_bias[place].T, density.block_weight[place].T, hidden))


def _logits(density, place, hidden, barred, known, means):
    """Return the logits of a column in bits, shape (cardinality, B)."""
    head, skip = density.heads[place], density.skip
    weight, bias = BITS * head.weight, BITS * (head.bias + barred)[:, None]
    if skip is None:
        return torch.addmm(bias, weight, hidden)
    own = skip.tokens_of[place]
    if skip.scored[place]:
        mean, log_precision = skip.correction[place].T @ hidden
        precision = log_precision.add_(skip.log_precision[place]).clamp_(*LOG_PRECISIONS).exp_()
        statistics = torch.stack([mean.add_(means.of(place)).mul_(precision), precision.mul(-0.5).add_(0.5)])
        hidden = torch.cat([hidden, statistics])
        if skip.n_links[place]:
            return BITS * skip.logits(place, head, hidden.T, barred, known.T).T
        scores = BITS * skip.scores[own]
        weight = torch.cat([weight, scores[:, None], (scores * skip.scores[own])[:, None]], dim=1)
    shifts = BITS * skip.level_shifts[:, own].T
    if not skip.scored[place] or shifts.any():
        for offset, levels in zip(skip.offsets.tolist(), known[: skip.n_given], strict=False):
            bias = bias + shifts[:, offset:].index_select(1, levels)
    return torch.addmm(bias, weight, hidden)
