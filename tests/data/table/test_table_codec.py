"""Whole tables survive encoding and decoding: order, names, dtypes, shares and bounds; and hold no row."""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skfairgen.data import CategoricalColumn, TableCodec


def _round_trip(table, **parameters):
    codec = TableCodec(**parameters).fit(table)
    items = codec.encode(table)
    return codec, items["tokens"], codec.decode(items, np.random.default_rng(1))


finite = st.floats(-1e300, 1e300)
values = st.one_of(
    st.lists(st.one_of(st.none(), finite), min_size=1).map(lambda v: pd.Series(v, dtype="float64")),
    st.lists(st.floats(-(2.0**100), 2.0**100, width=32), min_size=1).map(lambda v: pd.Series(v, dtype="float32")),
    st.lists(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)), min_size=1).map(
        lambda v: pd.Series(v, dtype="Int64")
    ),
    st.lists(st.integers(0, 2**64 - 1), min_size=1).map(lambda v: pd.Series(v, dtype="uint64")),
    st.lists(st.integers(-9, 9), min_size=1).map(lambda v: pd.Series(v) / 10 + 0.1),
    st.lists(st.one_of(st.none(), st.text(max_size=2)), min_size=1).map(lambda v: pd.Series(v, dtype="str")),
    st.lists(st.sampled_from("abc"), min_size=1).map(lambda v: pd.Series(pd.Categorical(v, categories=list("dcba")))),
)


@settings(deadline=None, max_examples=200)
@given(column=values, repeats=st.integers(1, 8))
def test_any_column_keeps_dtype_bounds_missing_values_and_exact_tokens(column, repeats):
    table = pd.DataFrame({0: pd.concat([column] * repeats, ignore_index=True)})
    codec, tokens, decoded = _round_trip(table)
    assert decoded[0].dtype == table[0].dtype
    np.testing.assert_array_equal(decoded[0].isna(), table[0].isna())
    own = codec.columns_[0]
    n_exact = own.n_kept_ if isinstance(own, CategoricalColumn) else len(own.spikes_)
    is_exact = tokens <= n_exact  # a bin may reach over a spike, and be rounded onto it; rare levels share tokens
    np.testing.assert_array_equal(codec.encode(decoded)["tokens"][is_exact], tokens[is_exact])
    seen, drawn = table[0].dropna(), decoded[0].dropna()
    if not pd.api.types.is_numeric_dtype(seen):
        assert set(drawn) <= set(seen)
    elif len(seen):
        slack = 4 * np.spacing(np.abs(seen).max()) if seen.dtype.kind == "f" else 0
        assert seen.min() - slack <= drawn.min() and drawn.max() <= seen.max() + slack


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 3), min_size=40, max_size=200), st.integers(0, 2**32))
def test_a_spike_comes_back_exactly(others, seed):
    column = pd.Series([0.1 + 0.2] * 100 + [k + 0.123456789 for k in others])
    table = pd.DataFrame({0: column})
    codec = TableCodec().fit(table)
    decoded = codec.decode(codec.encode(table), np.random.default_rng(seed))
    assert (decoded[0][:100] == column[:100]).all()
    is_common = column.map(column.value_counts()) >= 5
    assert (decoded[0][100:] != column[0])[is_common[100:]].all()


def test_columns_keep_their_order_and_labels():
    table = pd.DataFrame({2: ["a", "b"] * 5, 0: [1, 2] * 5, 7: [True, False] * 5})
    _, _, decoded = _round_trip(table)
    assert decoded.columns.tolist() == [2, 0, 7]
    pd.testing.assert_series_equal(decoded.dtypes, table.dtypes)


def test_a_table_of_one_row_comes_back_as_it_was():
    table = pd.DataFrame({0: [1.5], 1: ["a"], 2: [None], 3: pd.Categorical(["b"])})
    pd.testing.assert_frame_equal(_round_trip(table)[2], table)


def test_the_index_of_the_fitted_table_plays_no_part():
    table = pd.DataFrame({0: [1.5, None, 2.5], 1: ["a", None, "b"]}, index=["x", "x", "y"])
    codec, tokens, decoded = _round_trip(table)
    np.testing.assert_array_equal(tokens, codec.encode(table.reset_index(drop=True))["tokens"])
    assert decoded.index.equals(pd.RangeIndex(3))


def test_drawing_uniform_ranks_reproduces_the_distribution():
    column = pd.Series(np.random.default_rng(0).gamma(2.0, size=20_000))
    _, _, decoded = _round_trip(pd.DataFrame({0: column}))
    quantiles = np.linspace(0.01, 0.99, 99)
    np.testing.assert_allclose(decoded[0].quantile(quantiles), column.quantile(quantiles), rtol=0.02)


def test_rare_levels_share_a_token_and_are_drawn_by_their_frequency():
    column = pd.Series(["common"] * 900 + ["usual"] * 896 + ["twice"] * 4 + ["once", "one"] * 2)
    table = pd.DataFrame({0: column})
    codec = TableCodec().fit(table)
    assert codec.cardinalities_ == [4]
    rare = codec.encode(pd.DataFrame({0: ["once"]}))["tokens"][0, 0]
    drawn = codec.decode({"tokens": np.full((10_000, 1), rare)}, np.random.default_rng(0))[0]
    drawn = drawn.value_counts(normalize=True)
    assert drawn.to_dict() == pytest.approx({"twice": 0.5, "once": 0.25, "one": 0.25}, abs=0.03)


def test_an_unseen_level_is_encoded_as_a_rare_one():
    codec = TableCodec().fit(pd.DataFrame({0: ["a"] * 50 + ["b"] * 50 + ["c", "d"]}))
    tokens = codec.encode(pd.DataFrame({0: ["never", "c"]}))["tokens"]
    assert tokens[0, 0] == tokens[1, 0]


def test_a_thousand_levels_have_a_token_each():
    levels = [f"level {k}" for k in range(1_000)]
    codec, tokens, decoded = _round_trip(pd.DataFrame({0: levels * 5}))
    assert codec.cardinalities_ == [1_001]
    assert decoded[0].tolist() == levels * 5


def test_a_codec_knows_its_identifiers():
    table = pd.DataFrame({0: [f"id-{k}" for k in range(100)], 1: np.random.default_rng(0).normal(size=100)})
    codec = TableCodec().fit(table)
    assert codec.identifiers_ == TableCodec.from_state(codec.to_state(), 2).identifiers_ == [0]


@pytest.mark.parametrize(("ages", "is_covered"), [(range(25, 35), True), (range(30, 60), False)])
def test_an_unseen_range_is_not_covered(ages, is_covered):
    codec = TableCodec().fit(pd.DataFrame({0: list(range(20, 40)) * 5}))
    assert codec.covers(pd.DataFrame({0: list(ages) * 5})) is is_covered


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ([[1], [2]], "Column 'odd' holds values that are not hashable"),
        ([1.0, np.inf], "Column 'odd' contains infinity"),
        ([1 + 2j, 3 + 4j], "column 'odd' holds complex numbers"),
    ],
)
def test_a_column_that_cannot_be_encoded_is_named(column, message):
    with pytest.raises(ValueError, match=message):
        TableCodec().fit(pd.DataFrame({0: pd.Series(column)}), names=["odd"])


def test_numbers_declared_as_categories_are_never_interpolated():
    table = pd.DataFrame({0: [100, 200, 400] * 50})
    _, _, decoded = _round_trip(table, categorical_columns={0})
    assert decoded[0].dtype == "int64"
    assert set(decoded[0]) == {100, 200, 400}


def test_no_row_of_the_table_is_stored():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({0: rng.normal(size=2_000), 1: rng.integers(0, 10**9, 2_000)})
    codec = TableCodec().fit(table)
    n_numbers = sum(column.grid_.size for column in codec.columns_.values())
    assert n_numbers < table.size / 2
    decoded = codec.decode(codec.encode(table), rng)
    assert not decoded.merge(table).shape[0]


def test_a_pickled_codec_does_not_grow_with_the_table():
    rng = np.random.default_rng(0)
    sizes = [
        len(
            pickle.dumps(TableCodec(n_bins=60).fit(pd.DataFrame({0: rng.normal(size=n), 1: rng.choice(list("ab"), n)})))
        )
        for n in (5_000, 50_000)
    ]
    assert sizes[1] < 1.1 * sizes[0]  # a few more bins at the ends


@pytest.mark.parametrize(
    ("column", "is_covered"),
    [
        (["a", "b", "a"], True),
        (["a", None, "b"], False),
        (["a", "z", "b"], False),
        (pd.Series(["a", "b", "a"], dtype="category"), False),
    ],
    ids=["seen", "missing", "unseen", "other dtype"],
)
def test_a_table_is_covered_when_it_holds_nothing_new(column, is_covered):
    codec = TableCodec().fit(pd.DataFrame({0: ["a", "b"] * 5}))
    assert codec.covers(pd.DataFrame({0: column})) is is_covered


def test_numbers_near_the_largest_float_overflow_nowhere():
    table = pd.DataFrame({0: 1e307 * np.random.default_rng(0).normal(size=200)})
    assert np.isfinite(TableCodec().fit(table).spec.values[0][1:]).all()
