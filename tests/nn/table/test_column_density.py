"""The decoder is the autoregressive density it says: masked, normalized, and sampled from faithfully."""

from itertools import product

import numpy as np
import pytest
import torch
from scipy.stats import chisquare, kstest

from skfairgen.nn import ColumnDensity, Given

CARDINALITIES, GIVEN = (3, 2, 4), (2, 3)


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(0)


def _decoder(generator, latent_features=0, generable=None, cardinalities=CARDINALITIES):
    decoder = ColumnDensity(
        cardinalities, GIVEN, generable, hidden_features=8, latent_features=latent_features, dropout=0.2
    )
    for head in decoder.heads:  # far from uniform
        torch.nn.init.normal_(head.weight, std=1.5, generator=torch.Generator().manual_seed(0))
    return decoder.eval().double()


def _rows(generator, n_rows, cardinalities=CARDINALITIES):
    columns = [torch.randint(n_tokens, (n_rows,), generator=generator) for n_tokens in cardinalities]
    given = [torch.randint(n_values, (n_rows,), generator=generator) for n_values in GIVEN]
    return torch.stack(columns, dim=1), torch.stack(given, dim=1)


def _given(values):
    return Given(values[:, 0], values[:, 1:])


def _log_prob(decoder, tokens, given, latent=None):
    return decoder({"tokens": tokens}, _given(given), latent)


def _logits(decoder, tokens, given, latent=None):
    return decoder.logits({"tokens": tokens}, _given(given), latent)


def _sample(decoder, given, uniforms, latent=None):
    return decoder.sample(_given(given), uniforms, latent)["tokens"]


@pytest.mark.parametrize("latent_features", [0, 2])
def test_the_logits_of_a_column_are_blind_to_itself_and_later_columns(generator, latent_features):
    decoder = _decoder(generator, latent_features)
    tokens, given = _rows(generator, 20)
    latent = torch.randn(20, latent_features, generator=generator).double() if latent_features else None
    before = _logits(decoder, tokens, given, latent)
    for changed in range(len(CARDINALITIES)):
        other = tokens.clone()
        other[:, changed] = (other[:, changed] + 1) % CARDINALITIES[changed]
        after = _logits(decoder, other, given, latent)
        for j in range(len(CARDINALITIES)):
            if j <= changed:
                torch.testing.assert_close(after[j], before[j], rtol=0, atol=0)
            else:
                assert (after[j] != before[j]).any(dim=1).all()


def test_every_column_sees_what_is_given(generator):
    decoder = _decoder(generator)
    tokens, given = _rows(generator, 20)
    before = _logits(decoder, tokens, given)
    for place, n_values in enumerate(GIVEN):
        other = given.clone()
        other[:, place] = (other[:, place] + 1) % n_values
        for old, new in zip(before, _logits(decoder, tokens, other), strict=True):
            assert (old != new).any(dim=1).all()


def test_the_gradient_of_the_latent_reaches_every_column(generator):
    decoder = _decoder(generator, latent_features=2)
    tokens, given = _rows(generator, 5)
    latent = torch.randn(5, 2, generator=generator).double().requires_grad_()
    for logits in _logits(decoder, tokens, given, latent):
        (gradient,) = torch.autograd.grad(logits.square().sum(), latent, retain_graph=True)
        assert (gradient != 0).all()


def test_masked_weights_get_no_gradient_and_start_at_zero(generator):
    decoder = _decoder(generator)
    tokens, given = _rows(generator, 30)
    _log_prob(decoder, tokens, given).sum().backward()
    hidden = decoder.first_weight[decoder.mask == 0]
    assert len(hidden) and (hidden == 0).all()
    assert (decoder.first_weight.grad[decoder.mask == 0] == 0).all()


@pytest.mark.parametrize("latent_features", [0, 2])
def test_the_likelihoods_of_all_rows_sum_to_one(generator, latent_features):
    decoder = _decoder(generator, latent_features)
    tokens = torch.tensor(list(product(*map(range, CARDINALITIES))))
    for given in product(*map(range, GIVEN)):
        latent = torch.randn(1, latent_features, generator=generator).double().expand(len(tokens), -1)
        log_likelihood = _log_prob(
            decoder, tokens, torch.tensor([given] * len(tokens)), latent if latent_features else None
        )
        assert log_likelihood.shape == tokens.shape
        assert log_likelihood.sum(dim=1).exp().sum().item() == pytest.approx(1)


@pytest.mark.parametrize("latent_features", [0, 2])
def test_rows_are_drawn_as_often_as_their_likelihood_says(generator, latent_features):
    decoder, n_rows = _decoder(generator, latent_features), 40_000
    given = torch.tensor([[1, 2]] * n_rows)
    latent = torch.tensor([[0.7, -1.2]] * n_rows).double() if latent_features else None
    uniforms = torch.rand(n_rows, len(CARDINALITIES), generator=generator)
    drawn = _sample(decoder, given, uniforms, latent).numpy()
    every = torch.tensor(list(product(*map(range, CARDINALITIES))))
    head = None if latent is None else latent[: len(every)]
    expected = _log_prob(decoder, every, given[: len(every)], head).sum(dim=1).exp().detach().numpy() * n_rows
    counts = np.bincount(np.ravel_multi_index(drawn.T, CARDINALITIES), minlength=len(every))
    often = expected > 5
    assert counts[~often].sum() < 5 * (~often).sum() + 10
    counts, expected = counts[often], expected[often]
    assert chisquare(counts, expected * counts.sum() / expected.sum()).pvalue > 1e-3


def test_barred_tokens_are_impossible_and_never_drawn(generator):
    allowed = [torch.tensor([False, True, True]), torch.tensor([True, False]), torch.tensor([True, False, True, False])]
    decoder = _decoder(generator, generable=allowed)
    uniforms = torch.rand(5_000, 3, generator=generator)
    uniforms[0], uniforms[1] = 0.0, 1 - 2**-24
    _, given = _rows(generator, 5_000)
    drawn = _sample(decoder.float(), given, uniforms)
    for column, may_be_drawn in zip(drawn.unbind(1), allowed, strict=True):
        assert may_be_drawn[column].all()
    assert _log_prob(decoder, torch.tensor([[0, 0, 0]]), given[:1])[0, 0] == -torch.inf


@pytest.mark.parametrize("chunk", [1, 7, 64])
def test_the_same_uniforms_give_the_same_rows_however_they_are_cut(generator, chunk):
    decoder = _decoder(generator)
    _, given = _rows(generator, 100)
    uniforms = torch.rand(100, 3, generator=generator)
    whole = _sample(decoder, given, uniforms)
    cut = [_sample(decoder, *parts) for parts in zip(given.split(chunk), uniforms.split(chunk), strict=True)]
    torch.testing.assert_close(torch.cat(cut), whole)


def test_sampling_does_not_touch_the_global_generator(generator):
    decoder = _decoder(generator)
    _, given = _rows(generator, 10)
    state = torch.get_rng_state()
    _sample(decoder, given, torch.rand(10, 3, generator=generator))
    assert torch.equal(torch.get_rng_state(), state)


def test_a_table_of_one_column_of_one_token_is_certain(generator):
    decoder = _decoder(generator, cardinalities=(1,))
    tokens, given = _rows(generator, 4, cardinalities=(1,))
    assert (_log_prob(decoder, tokens, given) == 0).all()
    assert (_sample(decoder, given, torch.rand(4, 1, generator=generator)) == 0).all()


def test_a_wide_column_needs_no_dense_one_hot():
    decoder = ColumnDensity((1_000, 2), (2,), embedding_features=8, hidden_features=16)
    n_parameters = sum(parameter.numel() for parameter in decoder.parameters())
    assert n_parameters < 1_000 * (8 + 16 + 1) + 5_000


def test_drawing_does_not_overflow_where_logits_are_huge():
    decoder = ColumnDensity([3, 4], [2])
    decoder.eval()
    with torch.no_grad():
        decoder.heads[0].bias.copy_(torch.tensor([-300.0, 300.0, -300.0]))
        decoder.heads[1].bias.copy_(torch.tensor([-400.0, -300.0, -400.0, -400.0]))
    tokens = _sample(decoder, torch.zeros(50, 1, dtype=torch.long), torch.rand(50, 2))
    assert (tokens == 1).all()


@pytest.mark.parametrize("latent_features", [0, 2])
def test_the_noise_of_rows_draws_these_rows_again(generator, latent_features):
    decoder = _decoder(generator, latent_features)
    tokens, given = _rows(generator, 500)
    latent = torch.randn(500, latent_features, generator=generator).double() if latent_features else None
    uniforms = torch.rand(500, 3, generator=generator, dtype=torch.float64)
    noise = decoder.noise_of({"tokens": tokens}, _given(given), latent, uniforms)
    assert ((noise >= 0) & (noise < 1)).all()
    assert torch.equal(_sample(decoder, given, noise, latent), tokens)


def test_the_noise_of_rows_that_are_drawn_is_uniform(generator):
    decoder = _decoder(generator)
    given = torch.tensor([[1, 2]] * 5_000)
    tokens = _sample(decoder, given, torch.rand(5_000, 3, generator=generator))
    uniforms = torch.rand(5_000, 3, generator=generator, dtype=torch.float64)
    noise = decoder.noise_of({"tokens": tokens}, _given(given), None, uniforms)
    assert kstest(noise.ravel().numpy(), "uniform").pvalue > 1e-3


def test_the_divergence_is_the_mean_log_ratio_under_the_teacher(generator):
    teacher, student = _decoder(generator), _decoder(generator).double()
    for head in student.heads:
        torch.nn.init.normal_(head.weight, std=0.5, generator=generator)
    tokens = torch.tensor(list(product(*map(range, CARDINALITIES))))
    given = torch.tensor([[1, 2]] * len(tokens))
    shares = _log_prob(teacher, tokens, given).sum(dim=1)
    expected = (shares.exp() * (shares - _log_prob(student, tokens, given).sum(dim=1))).sum()
    items = {"tokens": tokens}
    target = teacher.target(items, _given(given))
    assert target.shape == (len(tokens), teacher.n_target)
    divergence = student.divergence(target, items, _given(given)).sum(dim=1)
    torch.testing.assert_close((shares.exp() * divergence).sum(), expected)
    assert teacher.divergence(target, items, _given(given)).abs().max() < 1e-9


@pytest.mark.parametrize("share", [0.1, 0.3, 1.0])
def test_a_student_is_the_widest_within_its_share_of_the_parameters(share):
    density = ColumnDensity([30, 20, 4], [2, 3], hidden_features=40)
    student = density.student(share)
    assert 0.7 * share < student.n_parameters / density.n_parameters <= share
    assert student.settings["dropout"] == 0 and student.settings["cardinalities"] == [30, 20, 4]


def test_a_student_may_draw_what_its_teacher_may(generator):
    allowed = [torch.tensor([False, True, True]), torch.tensor([True, False]), torch.ones(4, dtype=torch.bool)]
    student = _decoder(generator, generable=allowed).student({"embedding_features": 2, "hidden_features": 3})
    assert student.hidden_features == 3
    assert torch.equal(student.barred == 0, torch.cat(allowed))


@pytest.mark.parametrize("size", [{"hidden_features": 3}, {"embedding_features": 2, "hidden_features": 0}])
def test_widths_that_are_not_whole_or_not_known_are_refused(size):
    with pytest.raises(ValueError, match="expected whole numbers above 0 for exactly"):
        ColumnDensity([3], [2]).student_settings(size)


def test_weights_come_from_the_generator_alone():
    before = torch.get_rng_state()
    first, second, other = (ColumnDensity([3, 4], [2]) for _ in range(3))
    assert torch.equal(first.heads[0].weight, second.heads[0].weight)
    for density, seed in ((first, 1), (second, 1), (other, 2)):
        density.reset_parameters(torch.Generator().manual_seed(seed))
    for name, weights in first.state_dict().items():
        assert torch.equal(weights, second.state_dict()[name])
    assert not torch.equal(first.first_weight, other.first_weight)
    assert torch.equal(torch.get_rng_state(), before)
