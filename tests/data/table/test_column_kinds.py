"""Every kind of column keeps its dtype, its missing values and its tokens through encoding and decoding."""

import numpy as np
import pandas as pd
import pytest

from skfairgen.data import CategoricalColumn, NumericColumn, TableCodec

N_ROWS = 240

pa = pytest.importorskip("pyarrow")


def _with_gaps(column):
    column = column.copy()
    column[::7] = None
    return column


def _columns():
    rng = np.random.default_rng(0)
    normal = pd.Series(rng.normal(size=N_ROWS))
    whole = pd.Series(rng.integers(0, 1_000, N_ROWS))
    letters = list("abcd") * (N_ROWS // 4)
    unsigned = pd.Series(rng.integers(2**63, 2**64 - 1, N_ROWS, dtype=np.uint64))
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(whole, unit="D")
    hours = pd.Timestamp("2020-01-01", tz="Europe/Stockholm") + pd.to_timedelta(whole, unit="h")
    category = pd.CategoricalDtype(list("zabcdy"))
    arrow = {name: pd.ArrowDtype(kind) for name, kind in ARROW_KINDS.items()}
    return {
        "float64": _with_gaps(normal),
        "float32": normal.astype("float32"),
        "float16": normal.astype("float16"),
        "float64 near 0": normal * 1e-12,
        "float64 near its bound": normal * 1e307,
        "Float64": _with_gaps(normal.astype("Float64")),
        "Float32": _with_gaps(normal.astype("Float32")),
        "int64": whole,
        "int8": (whole % 200 - 100).astype("int8"),
        "uint8": (whole % 256).astype("uint8"),
        "Int64": _with_gaps(whole.astype("Int64")),
        "UInt8": _with_gaps((whole % 256).astype("UInt8")),
        "int64 over its whole range": pd.Series(rng.integers(-(2**63), 2**63 - 1, N_ROWS)),
        "uint64 above 2**63": unsigned,
        "UInt64 above 2**63": _with_gaps(unsigned.astype("UInt64")),
        "bool": whole % 2 == 0,
        "boolean": _with_gaps((whole % 2 == 0).astype("boolean")),
        "object": _with_gaps(pd.Series(letters, dtype=object)),
        "object of numbers and strings": pd.Series([2, "a", 2.5, pd.NA] * (N_ROWS // 4), dtype=object),
        "str": _with_gaps(pd.Series(letters)),
        "string": _with_gaps(pd.Series(letters, dtype="string[python]")),
        "string[pyarrow]": _with_gaps(pd.Series(letters, dtype="string[pyarrow]")),
        "category with unused levels": _with_gaps(pd.Series(letters, dtype=category)),
        "ordered category": pd.Series(pd.Categorical(letters, categories=list("zabcdy"), ordered=True)),
        "category of integers": pd.Series(pd.Categorical([3, 1] * (N_ROWS // 2))),
        "datetime64[us]": _with_gaps(days.astype("datetime64[us]")),
        "datetime64[ns]": days.astype("datetime64[ns]"),
        "datetime64[s]": days.astype("datetime64[s]"),
        "datetime64 with time zone": _with_gaps(hours),
        "timedelta64": _with_gaps(pd.Series(pd.to_timedelta(whole, unit="h"))),
        "period": _with_gaps(pd.Series(pd.period_range("2000-01", periods=N_ROWS // 10, freq="M").repeat(10))),
        "interval": pd.Series(pd.interval_range(0, N_ROWS // 10).repeat(10)),
        "Sparse[float]": pd.Series(pd.arrays.SparseArray([0, 0, np.nan, 1.5] * (N_ROWS // 4))),
        "Sparse[int]": pd.Series(pd.arrays.SparseArray([0, 0, 0, 7] * (N_ROWS // 4))),
        "Sparse[bool]": pd.Series(pd.arrays.SparseArray([True, False] * (N_ROWS // 2))),
        "arrow int64": _with_gaps(whole.astype(arrow["int64"])),
        "arrow uint64": unsigned.astype(arrow["uint64"]),
        "arrow double": _with_gaps(normal.astype(arrow["double"])),
        "arrow bool": _with_gaps((whole % 2 == 0).astype(arrow["bool"])),
        "arrow string": _with_gaps(pd.Series(letters, dtype=arrow["string"])),
        "arrow decimal": _with_gaps((normal * 10).round(1).astype(arrow["decimal"])),
        "arrow timestamp": _with_gaps(days.astype(arrow["timestamp"])),
        "arrow timestamp with time zone": _with_gaps(hours.astype(arrow["timestamp with time zone"])),
        "arrow duration": _with_gaps(pd.Series(pd.to_timedelta(whole, unit="s")).astype(arrow["duration"])),
        "arrow date": _with_gaps(days.astype(arrow["date"])),
        "constant integer": pd.Series(5, index=range(N_ROWS)),
        "constant float": pd.Series(0.5, index=range(N_ROWS)),
        "constant string": pd.Series("a", index=range(N_ROWS)),
        "all missing float": pd.Series(np.nan, index=range(N_ROWS)),
        "all missing Int64": pd.Series(pd.NA, index=range(N_ROWS), dtype="Int64"),
        "all missing object": pd.Series(None, index=range(N_ROWS), dtype=object),
        "all missing str": pd.Series(None, index=range(N_ROWS), dtype="str"),
        "all missing datetime": pd.Series(pd.NaT, index=range(N_ROWS)),
    }


ARROW_KINDS = {
    "int64": pa.int64(),
    "uint64": pa.uint64(),
    "double": pa.float64(),
    "bool": pa.bool_(),
    "string": pa.string(),
    "decimal": pa.decimal128(8, 2),
    "timestamp": pa.timestamp("us"),
    "timestamp with time zone": pa.timestamp("us", tz="Europe/Stockholm"),
    "duration": pa.duration("s"),
    "date": pa.date32(),
}
COLUMNS = _columns()


@pytest.fixture(params=COLUMNS)
def column(request):
    return COLUMNS[request.param]


def _encode_and_decode(column):
    codec = TableCodec().fit(pd.DataFrame({0: column}))
    items = codec.encode(pd.DataFrame({0: column}))
    decoded = codec.decode(items, np.random.default_rng(1))
    return codec, items["tokens"], decoded[0]


def test_dtype_missing_values_and_tokens_survive_the_round_trip(column):
    codec, tokens, decoded = _encode_and_decode(column)
    assert decoded.dtype == column.dtype
    np.testing.assert_array_equal(decoded.isna(), column.isna())
    np.testing.assert_array_equal(codec.encode(pd.DataFrame({0: decoded}))["tokens"], tokens)


def test_values_stay_among_the_levels_or_within_the_bounds(column):
    codec, _, decoded = _encode_and_decode(column)
    seen, drawn = column.dropna(), decoded.dropna()
    if isinstance(codec.columns_[0], CategoricalColumn):
        assert set(drawn) <= set(seen)
    elif len(seen):
        assert seen.min() <= drawn.min() and drawn.max() <= seen.max()


def test_only_tokens_that_were_seen_may_be_drawn(column):
    codec, tokens, _ = _encode_and_decode(column)
    np.testing.assert_array_equal(np.flatnonzero(codec.generable_[0]), np.unique(tokens))


def test_numbers_dates_and_durations_are_binned_and_the_rest_are_levels(column):
    codec, _, _ = _encode_and_decode(column)
    dtype = column.dtype.subtype if isinstance(column.dtype, pd.SparseDtype) else column.dtype
    is_number = pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype)
    expected = NumericColumn if is_number or dtype.kind in "mM" else CategoricalColumn
    assert isinstance(codec.columns_[0], expected)


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT])
def test_an_object_column_writes_missing_values_the_way_it_did(missing):
    column = pd.Series(["a", missing] * 10, dtype=object)
    _, _, decoded = _encode_and_decode(column)
    assert decoded[1] is missing


@pytest.mark.parametrize("dtype", ["float32", "float64", "Float64"])
def test_floats_with_one_decimal_are_drawn_with_one_decimal(dtype):
    column = pd.Series(np.random.default_rng(0).normal(50, 10, 5_000).round(1)).astype(dtype)
    _, _, decoded = _encode_and_decode(column)
    written = decoded.astype(str)
    assert written.str.fullmatch(r"-?\d+\.\d").all()
    assert written.nunique() > 100


def test_small_numbers_are_not_rounded_away():
    column = pd.Series(np.random.default_rng(0).lognormal(-20, 1, 5_000))
    _, _, decoded = _encode_and_decode(column)
    assert decoded.std() == pytest.approx(column.std(), rel=0.05)


def test_integers_of_a_coarse_step_keep_it():
    column = pd.Series(np.random.default_rng(0).integers(0, 500, 5_000) * 250 + 40)
    _, _, decoded = _encode_and_decode(column)
    assert (decoded % 250 == 40).all()
    assert decoded.nunique() > 300


def test_dates_stay_whole_days():
    _, _, decoded = _encode_and_decode(COLUMNS["datetime64[ns]"])
    assert (decoded == decoded.dt.normalize()).all()


def test_large_integers_are_drawn_beyond_the_precision_of_floats():
    column = COLUMNS["uint64 above 2**63"]
    _, _, decoded = _encode_and_decode(column)
    assert (decoded.to_numpy() % 1024 != 0).any()
