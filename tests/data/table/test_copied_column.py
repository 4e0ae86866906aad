"""A column that equals another in some rows, or is near it, does so in what is decoded."""

import numpy as np
import pandas as pd
import pytest

from skfairgen.data import TableCodec
from skfairgen.data.table._copied_column import CopiedColumn

N_ROWS = 3_000


def _bills(rng):
    return pd.Series(rng.lognormal(8, 1.5, N_ROWS).round())


def _payments():
    rng = np.random.default_rng(0)
    bill = _bills(rng)
    part = (bill * rng.beta(1, 2, N_ROWS)).round()
    return pd.DataFrame({0: bill, 1: np.where(rng.random(N_ROWS) < 0.35, bill, part)})


def _neighbours():
    rng = np.random.default_rng(0)
    first = _bills(rng)
    near = (first * rng.uniform(0.9, 1.1, N_ROWS)).round()
    return pd.DataFrame({0: first, 1: np.where(rng.random(N_ROWS) < 0.85, near, _bills(rng))})


def _decoded(table):
    codec = TableCodec().fit(table)
    return codec, codec.decode(codec.encode(table), np.random.default_rng(0))


def _near_share(table):
    return (np.abs(np.log(table[1] / table[0])) <= 0.1).mean()


def test_a_value_that_equals_another_is_decoded_as_equal():
    table = _payments()
    codec, decoded = _decoded(table)
    assert isinstance(codec.columns_[1], CopiedColumn)
    assert (decoded[1] == decoded[0]).mean() == pytest.approx((table[1] == table[0]).mean(), rel=0.05)
    assert (decoded[1] <= decoded[0]).all()


def test_a_value_near_another_is_decoded_as_near():
    table = _neighbours()
    codec, decoded = _decoded(table)
    assert isinstance(codec.columns_[1], CopiedColumn)
    assert _near_share(decoded) == pytest.approx(_near_share(table), abs=0.02)


def test_zeros_of_both_columns_are_coded_without_a_warning():
    table = _neighbours()
    table.loc[:9, [0, 1]] = 0.0
    codec, decoded = _decoded(table)
    assert isinstance(codec.columns_[1], CopiedColumn)
    assert _near_share(decoded[(decoded > 0).all(axis=1)]) > 0.8


def test_a_value_that_broke_an_order_is_no_copy():
    table = _payments()
    codec = TableCodec().fit(table)
    tokens = codec.encode(table)["tokens"]
    tokens[:, 1] = np.random.default_rng(0).permutation(tokens[:, 1])
    decoded = codec.decode({"tokens": tokens}, np.random.default_rng(0))
    assert (decoded[1] <= decoded[0]).all()
    assert (decoded[1] == decoded[0]).mean() == pytest.approx((table[1] == table[0]).mean(), rel=0.05)


@pytest.mark.parametrize("kind", ["gaps", "gaps in the source", "integers", "nullable integers", "dates", "below zero"])
def test_a_copy_keeps_its_dtype_and_its_gaps(kind):
    table = _payments()
    if kind.startswith("gaps"):
        table.loc[::7, 0 if kind == "gaps in the source" else 1] = np.nan
    elif kind == "below zero":
        table = table - 3_000
    elif kind == "dates":
        table = table.apply(lambda own: pd.Timestamp("2000-01-01") + pd.to_timedelta(own, unit="h"))
    elif kind != "gaps in the source":
        table = table.astype("int32" if kind == "integers" else "Int64")
    codec, decoded = _decoded(table)
    assert isinstance(codec.columns_[1], CopiedColumn)
    assert (decoded.dtypes == table.dtypes).all()
    assert decoded.isna().equals(table.isna())
    assert (decoded[1] == decoded[0]).mean() == pytest.approx((table[1] == table[0]).mean(), rel=0.05)


def test_a_column_is_copied_by_one_that_is_copied():
    table = _payments()
    is_same = np.random.default_rng(1).random(N_ROWS) < 0.5
    table[2] = np.where(is_same, table[1], _bills(np.random.default_rng(2)))
    codec, decoded = _decoded(table)
    assert codec.columns_[2].sources == [1]
    assert (decoded[2] == decoded[1]).mean() == pytest.approx(is_same.mean(), abs=0.02)


def test_values_that_are_equal_by_chance_are_no_copies():
    rng = np.random.default_rng(0)
    score = rng.normal(100, 15, N_ROWS)
    table = pd.DataFrame({place: (score + rng.normal(0, 15, N_ROWS)).round() for place in range(3)})
    assert not any(isinstance(own, CopiedColumn) for own in TableCodec().fit(table).columns_.values())


def test_no_column_copies_a_hidden_one():
    codec = TableCodec(hidden_columns={0}).fit(_payments())
    assert not isinstance(codec.columns_[1], CopiedColumn)


@pytest.mark.parametrize("table", [_payments(), _neighbours()], ids=["equal", "near"])
def test_a_state_decodes_the_same(table):
    codec = TableCodec().fit(table)
    same = TableCodec.from_state(codec.to_state(), 2)
    items = codec.encode(table)
    assert np.array_equal(same.encode(table)["tokens"], items["tokens"])
    decoded = [own.decode(items, np.random.default_rng(0)) for own in (codec, same)]
    pd.testing.assert_frame_equal(*decoded)
    assert same.covers(table)


@pytest.mark.parametrize("table", [_payments(), _neighbours()], ids=["equal", "near"])
def test_what_is_stored_of_copies_is_no_number_of_few_rows(table):
    column = TableCodec().fit(table).without_records().columns_[1]
    levels, counts = np.unique(table[1], return_counts=True)
    lone = levels[counts < 5]
    for link in column.links:
        ratios = np.log(np.maximum(table[1], 0.5) / table[0])
        assert not np.isin(link.column.residual_.grid_, ratios[ratios != 0]).any()
        assert not np.isin([link.column.low_, link.column.high_], lone).any()


def test_what_is_near_a_number_of_one_row_in_the_middle_does_not_store_it():
    table = _neighbours().iloc[:-1]
    (link,) = TableCodec().fit(table).columns_[1].links
    stored = [np.exp(link.column.relation.centers[0]), np.exp(link.column.relation.intercept)]
    assert np.abs(np.subtract.outer(stored, [table[0].median()])).min() > 1e-3


def test_a_private_copy_tells_the_bins_of_its_numbers():
    codec = TableCodec().fit(_payments())
    column, private = (own.columns_[1].own for own in (codec, codec.without_records()))
    numbers = _payments()[1].to_numpy()
    assert np.abs(private.tokens_of(numbers) - column.tokens_of(numbers)).max() <= 1


def test_a_hostile_state_is_refused():
    state = TableCodec().fit(_payments()).to_state()
    state["columns"][1]["links"][0]["reach"] = float("nan")
    with pytest.raises(ValueError, match="reach"):
        TableCodec.from_state(state, 2)


@pytest.mark.parametrize("table", [_payments(), _neighbours()], ids=["equal", "near"])
def test_the_bins_of_a_copy_are_those_of_its_values(table):
    codec = TableCodec().fit(table)
    (copy,) = codec.spec.copies[1]
    tokens, column = codec.encode(table)["tokens"], codec.columns_[1]
    is_copy = tokens[:, 1] >= column.n_own
    seen = copy.bins[tokens[is_copy, 1] - column.n_own, tokens[is_copy, 0]]
    assert (np.abs(seen - column.own.encode(table[1])[is_copy]) <= 3).mean() > 0.95
    assert (copy.bins[:, 0] == 0).all()
