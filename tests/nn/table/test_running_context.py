"""Columns that see each other by running sums see those before them alone, whether rows are judged or drawn."""

from itertools import product

import numpy as np
import pytest
import torch

from skfairgen import FairGenerator, load
from skfairgen.nn import ColumnDensity, Given, build

CARDINALITIES = [3, 2, 4, 3]


@pytest.fixture
def density():
    made = ColumnDensity(CARDINALITIES, [2, 3], latent_features=2, context_features=5, hidden_features=8)
    for head in made.heads:  # far from uniform
        torch.nn.init.normal_(head.weight, std=1.5, generator=torch.Generator().manual_seed(0))
    return made.eval().double()


def _given(n_rows):
    return Given(torch.ones(n_rows, dtype=torch.long), torch.full((n_rows, 1), 2)), torch.full(
        (n_rows, 2), 0.7
    ).double()


def test_a_column_sees_all_columns_before_it_and_no_other(density):
    tokens = torch.tensor(list(product(*map(range, CARDINALITIES))))
    before = density.logits({"tokens": tokens}, *_given(len(tokens)))
    for changed in range(len(CARDINALITIES)):
        other = tokens.clone()
        other[:, changed] = (other[:, changed] + 1) % CARDINALITIES[changed]
        after = density.logits({"tokens": other}, *_given(len(tokens)))
        for place, (old, new) in enumerate(zip(before, after, strict=True)):
            assert torch.equal(old, new) if place <= changed else (old != new).any(dim=1).all()


def test_all_rows_sum_to_one_and_are_drawn_from_their_own_noise(density):
    tokens = torch.tensor(list(product(*map(range, CARDINALITIES))))
    given, code = _given(len(tokens))
    assert density.log_prob({"tokens": tokens}, given, code).sum(dim=1).exp().sum().item() == pytest.approx(1)
    uniforms = torch.rand(tokens.shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    noise = density.noise_of({"tokens": tokens}, given, code, uniforms)
    assert torch.equal(density.sample(given, noise, code)["tokens"], tokens)


def test_parameters_grow_with_the_columns_not_with_their_square():
    narrow, wide = (ColumnDensity([4] * n, [2], context_features=16) for n in (50, 200))
    assert wide.n_parameters < 4.1 * narrow.n_parameters


@pytest.mark.parametrize("share", [0.1, 0.3, 1.0])
def test_a_student_is_within_its_share_and_narrows_the_sums_alike(share):
    teacher = ColumnDensity([30, 20, 4], [2, 3], context_features=80, hidden_features=40)
    student = teacher.student(share)
    assert 0.7 * share < student.n_parameters / teacher.n_parameters <= share
    assert student.settings["context_features"] == 2 * student.hidden_features


def test_settings_of_before_make_the_dense_layer_of_before():
    settings = {"cardinalities": [3, 2], "given_cardinalities": [2]}
    assert set(build("ColumnDensity", settings).state_dict()) == {
        *("barred", "block_weight", "block_bias", "first_weight", "first_bias", "embedding.weight"),
        *(f"heads.{place}.{name}" for place in range(2) for name in ("weight", "bias")),
    }


def test_a_wide_table_is_learned_saved_and_drawn(tmp_path):
    rng = np.random.default_rng(0)
    common = rng.normal(size=(300, 1))
    X = (common + 0.5 * rng.normal(size=(300, 70))).round(2)
    X[:, 0] = common[:, 0] > 0
    generator = FairGenerator(0, max_epochs=1, random_state=0).fit(X)
    assert generator.model_.rows.density.settings["context_features"] > 0
    generator.save(tmp_path / "wide.skfairgen")
    drawn, _ = generator.sample(300, random_state=0)
    assert np.array_equal(load(tmp_path / "wide.skfairgen").sample(300, random_state=0)[0], drawn)
    assert np.corrcoef(drawn[:, 1], drawn[:, -1])[0, 1] > 0.5
