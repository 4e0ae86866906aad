"""Levels that few rows hold keep to the classes and groups they met, and are not drawn from short tables."""

import numpy as np
import pandas as pd
import pytest

from skfairgen.data import CategoricalColumn


def diagnoses(n_rows):
    """Return a column of rare diagnoses, each of one sex, beside common ones, and the sex of each row."""
    rng = np.random.default_rng(0)
    sex = rng.integers(0, 2, n_rows)
    common = np.where(sex == 0, rng.choice(["cold", "birth"], n_rows), rng.choice(["cold", "hernia"], n_rows))
    rare = np.array([f"{'women' if own == 0 else 'men'} {row // 6}" for row, own in enumerate(sex)])
    return pd.Series(np.where(rng.random(n_rows) < 0.25, rare, common)), sex


@pytest.mark.parametrize("n_rows", [600, 3_000])
@pytest.mark.parametrize("is_private", [False, True])
def test_rare_levels_are_drawn_for_the_groups_they_met(n_rows, is_private):
    column, sex = diagnoses(n_rows)
    codec = CategoricalColumn().fit(column, sex)
    tokens = codec.encode(column)
    decoded = (codec.without_records() if is_private else codec).decode(tokens, np.random.default_rng(0))
    of_men, of_women = decoded[sex == 1], decoded[sex == 0]
    assert not of_men.str.startswith("women").any() and not of_women.str.startswith("men").any()
    assert not (of_men == "birth").any() and not (of_women == "hernia").any()
    assert decoded.str.contains(" ").any() == (n_rows >= 1_500 and not is_private)


def test_a_single_rare_level_has_no_token_of_its_own():
    column = pd.Series(["Paris"] * 1_500 + ["London"] * 1_499 + ["Atlantis"])
    codec = CategoricalColumn().fit(column)
    assert codec.cardinality_ == 3
    assert set(codec.decode(codec.encode(column), np.random.default_rng(0))) == {"Paris", "London"}


def test_shared_tokens_come_back_from_a_state():
    column, sex = diagnoses(3_000)
    codec = CategoricalColumn().fit(column, sex)
    again = CategoricalColumn.from_state(codec.to_state(), 2)
    tokens = codec.encode(column)
    np.testing.assert_array_equal(again.encode(column), tokens)
    drawn = [own.decode(tokens, np.random.default_rng(0)) for own in (codec, again)]
    pd.testing.assert_series_equal(*drawn)
