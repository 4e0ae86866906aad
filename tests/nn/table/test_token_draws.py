"""Tokens are drawn as often as their shares say, by the same uniform numbers, and never where the share is zero."""

import math

import pytest
import torch

from skfairgen.nn.table._token_draws import draw_tokens, uniforms_of

LARGEST = 1 - 2.0**-24  # uniform number below 1, in 32 bits


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(0)


@pytest.mark.parametrize("n_tokens", [1, 2, 16, 17, 71, 100, 1_001])
def test_tokens_are_where_the_distribution_function_is_inverted(generator, n_tokens):
    logits = 3 * torch.randn((n_tokens, 400), generator=generator)
    uniforms = torch.rand(400, generator=generator)
    cumulative = (2 ** logits.double()).cumsum(dim=0)
    expected = (cumulative[:-1] <= uniforms * cumulative[-1]).sum(dim=0)
    assert (draw_tokens(logits, uniforms) != expected).sum() <= 1  # a number within rounding of an edge


@pytest.mark.parametrize("n_tokens", [5, 71, 300])
@pytest.mark.parametrize("spread", [1, 40, 1_000])
def test_barred_tokens_are_never_drawn_whatever_is_rounded(generator, n_tokens, spread):
    n_rows = 4_000
    logits = spread * torch.randn((n_tokens, n_rows), generator=generator)
    is_barred = torch.rand((n_tokens, n_rows), generator=generator) < torch.rand(n_rows, generator=generator)
    is_barred[torch.randint(n_tokens, (n_rows,), generator=generator), torch.arange(n_rows)] = False
    logits[is_barred] = -torch.inf
    edges = torch.tensor([0.0, LARGEST, 0.5])[torch.randint(3, (n_rows,), generator=generator)]
    for uniforms in (edges, torch.rand(n_rows, generator=generator)):
        drawn = draw_tokens(logits, uniforms)
        assert not is_barred[drawn, torch.arange(n_rows)].any()


def test_the_ends_of_a_blocks_interval_stay_in_the_block():
    logits = torch.full((100, 1), -torch.inf)
    logits[[3, 55, 56]] = torch.tensor([[0.0], [-22.0], [-20.0]])
    for uniform in (0.0, 0.25, 0.999999, LARGEST):
        assert draw_tokens(logits, torch.tensor([uniform])).item() in (3, 55, 56)


def test_uniform_numbers_of_tokens_draw_them_again(generator):
    logits = 2 * torch.randn((90, 500), generator=generator)
    tokens = draw_tokens(logits, torch.rand(500, generator=generator))
    nats = math.log(2) * logits.T
    again = uniforms_of(nats, tokens, torch.rand(500, generator=generator, dtype=torch.float64))
    assert torch.equal(draw_tokens(logits, again.float()), tokens)


def test_no_rows_are_drawn_of_no_rows():
    assert draw_tokens(torch.zeros(7, 0), torch.zeros(0)).shape == (0,)


@pytest.mark.parametrize("value", [torch.nan, torch.inf, -torch.inf])
def test_what_are_no_probabilities_is_an_error(value):
    with pytest.raises(ValueError, match="gives no probabilities"):
        draw_tokens(torch.full((3, 2), value), torch.zeros(2))
