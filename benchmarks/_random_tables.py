"""Random tables and labels of every dtype and container, and what must hold of rows learned from them."""

import datetime as dt
import traceback
import warnings
from contextlib import contextmanager
from decimal import Decimal
from unittest import mock

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from hypothesis import strategies as st
from scipy.sparse import csr_array

from skfairgen import FairDistillResampler, FairEncoder, FairGenerator
from skfairgen.data import as_pandas
from skfairgen.exceptions import SkfairgenWarning

MISSING = {"numpy": np.nan, "pandas": pd.NA, "python": None}


def _numbers(rng, n, low=-50, high=200):
    return rng.integers(low, high, n)


def _days(rng, n):
    return [dt.date(2000, 1, 1) + dt.timedelta(int(day)) for day in rng.integers(0, 9_000, n)]


def _moments(rng, n):
    return pd.Series(pd.Timestamp("2000-01-01") + pd.to_timedelta(rng.integers(0, 10**8, n), unit="s"))


def _words(rng, n, size=5):
    return rng.choice([f"w{place}" for place in range(size)], n)


def _arrow(values, type=None):
    return pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array([pa.array(values, type)])))


def _gaps(values, rng, missing):
    values = pd.Series(values)
    return values.mask(rng.random(len(values)) < 0.2, missing)


COLUMNS = {
    **{
        name: lambda rng, n, name=name: pd.Series(_numbers(rng, n, 0, 2 if name.startswith("bool") else 100)).astype(
            name
        )
        for name in (
            "int8",
            "int16",
            "int32",
            "int64",
            "uint8",
            "uint16",
            "uint32",
            "uint64",
            "float16",
            "float32",
            "float64",
            "Int8",
            "Int64",
            "UInt16",
            "UInt64",
            "Float32",
            "Float64",
            "bool",
            "boolean",
            "str",
            "string",
            "category",
            "object",
            "int32[pyarrow]",
            "uint8[pyarrow]",
            "double[pyarrow]",
            "bool[pyarrow]",
        )
    },
    "full int64": lambda rng, n: pd.Series(rng.integers(-(2**63), 2**63 - 1, n)),
    "full uint64": lambda rng, n: pd.Series(rng.integers(0, 2**64, n, dtype=np.uint64)),
    "normal": lambda rng, n: pd.Series(rng.normal(size=n)),
    "heavy": lambda rng, n: pd.Series(rng.lognormal(3, 4, n)),
    "huge": lambda rng, n: pd.Series(1e300 * rng.normal(size=n)),
    "tiny": lambda rng, n: pd.Series(1e-300 * rng.normal(size=n)),
    "constant": lambda rng, n: pd.Series(np.full(n, 1.5)),
    "all NaN": lambda rng, n: pd.Series(np.full(n, np.nan)),
    "infinite": lambda rng, n: pd.Series(np.where(rng.random(n) < 0.1, np.inf, 1.0)),
    "complex": lambda rng, n: pd.Series(rng.normal(size=n) + 1j),
    "gaps": lambda rng, n: _gaps(rng.normal(size=n), rng, np.nan),
    "Int64 gaps": lambda rng, n: _gaps(pd.Series(_numbers(rng, n)).astype("Int64"), rng, pd.NA),
    "boolean gaps": lambda rng, n: _gaps(pd.Series(rng.random(n) < 0.5).astype("boolean"), rng, pd.NA),
    "words": lambda rng, n: pd.Series(_words(rng, n)),
    "word gaps": lambda rng, n: _gaps(_words(rng, n), rng, None),
    "object words": lambda rng, n: pd.Series(_words(rng, n), dtype=object),
    "ids": lambda rng, n: pd.Series([f"id{place}" for place in range(n)]),
    "long words": lambda rng, n: pd.Series([word * 500 for word in _words(rng, n)]),
    "ordered": lambda rng, n: pd.Series(pd.Categorical(_words(rng, n), [f"w{k}" for k in range(7)], ordered=True)),
    "number levels": lambda rng, n: pd.Series(pd.Categorical(_numbers(rng, n, 0, 4))),
    "dates": lambda rng, n: _moments(rng, n),
    "dates s": lambda rng, n: _moments(rng, n).astype("datetime64[s]"),
    "dates ns": lambda rng, n: _moments(rng, n).astype("datetime64[ns]"),
    "date gaps": lambda rng, n: _gaps(_moments(rng, n), rng, pd.NaT),
    "zoned": lambda rng, n: _moments(rng, n).dt.tz_localize("UTC").dt.tz_convert("Europe/Paris"),
    "spans": lambda rng, n: pd.Series(pd.to_timedelta(_numbers(rng, n), unit="h")),
    "periods": lambda rng, n: _moments(rng, n).dt.to_period("D"),
    "intervals": lambda rng, n: pd.Series(pd.cut(rng.random(n), np.linspace(0, 1, 4))).astype(
        "interval[float64, right]"
    ),
    "sparse": lambda rng, n: pd.Series(pd.arrays.SparseArray(np.where(rng.random(n) < 0.7, 0.0, rng.normal(size=n)))),
    "python numbers": lambda rng, n: pd.Series([int(value) for value in _numbers(rng, n)], dtype=object),
    "python number gaps": lambda rng, n: _gaps(pd.Series(_numbers(rng, n).tolist(), dtype=object), rng, None),
    "decimals": lambda rng, n: pd.Series([Decimal(int(value)) / 8 for value in _numbers(rng, n)], dtype=object),
    "days": lambda rng, n: pd.Series(_days(rng, n), dtype=object),
    "day gaps": lambda rng, n: _gaps(pd.Series(_days(rng, n), dtype=object), rng, None),
    "times": lambda rng, n: pd.Series([dt.time(int(value)) for value in _numbers(rng, n, 0, 24)], dtype=object),
    "bytes": lambda rng, n: pd.Series([word.encode() for word in _words(rng, n)], dtype=object),
    "tuples": lambda rng, n: pd.Series([(word, 1) for word in _words(rng, n)], dtype=object),
    "mixed": lambda rng, n: pd.Series([1 if k % 2 else "a" for k in range(n)], dtype=object),
    "big integers": lambda rng, n: pd.Series([2**70 + int(value) for value in _numbers(rng, n)], dtype=object),
    "lists": lambda rng, n: pd.Series([[1]] * n, dtype=object),
    "dicts": lambda rng, n: pd.Series([{"a": 1}] * n, dtype=object),
    "arrow words": lambda rng, n: _arrow(_words(rng, n).tolist(), pa.string()),
    "arrow large words": lambda rng, n: _arrow(_words(rng, n).tolist(), pa.large_string()),
    "arrow views": lambda rng, n: _arrow(_words(rng, n).tolist(), pa.string_view()),
    "arrow dictionary": lambda rng, n: _arrow(pa.array(_words(rng, n).tolist(), pa.string()).dictionary_encode()),
    "arrow days": lambda rng, n: _arrow(_days(rng, n), pa.date32()),
    "arrow days 64": lambda rng, n: _arrow(_days(rng, n), pa.date64()),
    "arrow moments": lambda rng, n: _arrow(list(_moments(rng, n)), pa.timestamp("us")),
    "arrow zoned": lambda rng, n: _arrow(list(_moments(rng, n)), pa.timestamp("ms", "UTC")),
    "arrow spans": lambda rng, n: _arrow([dt.timedelta(hours=int(h)) for h in _numbers(rng, n)], pa.duration("s")),
    "arrow times": lambda rng, n: _arrow([dt.time(int(h)) for h in _numbers(rng, n, 0, 24)], pa.time32("s")),
    "arrow decimals": lambda rng, n: _arrow([Decimal(int(v)) / 4 for v in _numbers(rng, n)], pa.decimal128(12, 2)),
    "arrow halves": lambda rng, n: _arrow(rng.normal(size=n).astype("float16"), pa.float16()),
    "arrow bytes": lambda rng, n: _arrow([word.encode() for word in _words(rng, n)], pa.binary()),
    "arrow nothing": lambda rng, n: _arrow([None] * n, pa.null()),
    "arrow lists": lambda rng, n: _arrow([[1]] * n, pa.list_(pa.int8())),
    "arrow structs": lambda rng, n: _arrow([{"a": 1}] * n, pa.struct([("a", pa.int8())])),
    "arrow gaps": lambda rng, n: _arrow([None if k % 3 == 0 else k for k in range(n)], pa.int64()),
}
NAMES = (
    ["a", "b", "c", "d", "e"],
    ["", " ", "target", "x" * 300, "é😀"],
    ["a", "a", "b", "b", "a"],
    [0, 1, 2, 3, 4],
    [("a", 1), ("a", 2), 1.5, None, True],
    ["1", "0", "2", "y", "class"],
)
N_MOST = 120


def _binary(rng, n):
    return rng.integers(0, 2, n)


LABELS = {
    "integers": _binary,
    "int8": lambda rng, n: _binary(rng, n).astype("int8"),
    "uint64": lambda rng, n: _binary(rng, n).astype("uint64") + np.uint64(2**63),
    "booleans": lambda rng, n: _binary(rng, n) == 1,
    "float": lambda rng, n: _binary(rng, n).astype(float),
    "words": lambda rng, n: _words(rng, n, 3),
    "objects": lambda rng, n: _words(rng, n, 3).astype(object),
    "list": lambda rng, n: _binary(rng, n).tolist(),
    "list of words": lambda rng, n: _words(rng, n, 2).tolist(),
    "tuple": lambda rng, n: tuple(_binary(rng, n).tolist()),
    "column": lambda rng, n: _binary(rng, n)[:, None],
    "one-hot of 2": lambda rng, n: np.eye(2, dtype=int)[_binary(rng, n)],
    "one-hot of 3": lambda rng, n: np.eye(3)[rng.integers(0, 3, n)],
    "one-hot frame": lambda rng, n: pd.DataFrame(np.eye(2, dtype=int)[_binary(rng, n)], columns=["n", "y"]),
    "Series": lambda rng, n: pd.Series(_binary(rng, n), index=range(7, 7 + n), name="label"),
    "str Series": lambda rng, n: pd.Series(_words(rng, n, 3)),
    "Int64": lambda rng, n: pd.Series(_binary(rng, n)).astype("Int64"),
    "category": lambda rng, n: pd.Series(pd.Categorical(_words(rng, n, 2), ["w1", "w0", "unseen"])),
    "Categorical": lambda rng, n: pd.Categorical(_words(rng, n, 2)),
    "pandas array": lambda rng, n: pd.array(_binary(rng, n)),
    "Index": lambda rng, n: pd.Index(_words(rng, n, 2)),
    "frame": lambda rng, n: pd.DataFrame({"label": _binary(rng, n)}),
    "polars": lambda rng, n: pl.Series("label", _binary(rng, n)),
    "polars words": lambda rng, n: pl.Series(_words(rng, n, 3)),
    "polars enum": lambda rng, n: pl.Series(_words(rng, n, 2), dtype=pl.Enum(["w1", "w0", "unseen"])),
    "polars frame": lambda rng, n: pl.DataFrame({"label": _binary(rng, n)}),
    "arrow": lambda rng, n: pa.array(_words(rng, n, 2).tolist(), pa.string()),
    "arrow chunks": lambda rng, n: pa.chunked_array([_binary(rng, n)]),
    "decimals": lambda rng, n: [Decimal(int(value)) for value in _binary(rng, n)],
    "days": lambda rng, n: [dt.date(2020, 1, 1 + int(value)) for value in _binary(rng, n)],
    "none": lambda rng, n: None,
    "one class": lambda rng, n: np.zeros(n, dtype=int),
    "continuous": lambda rng, n: rng.normal(size=n),
    "missing": lambda rng, n: pd.Series(_binary(rng, n)).astype(float).where(rng.random(n) < 0.9),
    "mixed": lambda rng, n: [1 if k % 2 else "a" for k in range(n)],
    "several columns": lambda rng, n: rng.integers(0, 2, (n, 3)),
    "another length": lambda rng, n: _binary(rng, n + 1),
    "lists": lambda rng, n: pd.Series([[1]] * n, dtype=object),
    "a number": lambda rng, n: 3,
    "sparse": lambda rng, n: csr_array(_binary(rng, n)[:, None]),
    "periods": lambda rng, n: pd.Series(pd.PeriodIndex(_days(rng, n), freq="Y")),
}


def _as_polars(frame):
    return pl.from_arrow(_as_arrow(frame))


def _as_arrow(frame):
    names = [str(name) for name in frame.columns]
    arrays = [pa.array(frame.iloc[:, place]) for place in range(frame.shape[1])]
    return pa.Table.from_arrays(arrays, names)


CONTAINERS = {
    "pandas": lambda frame: frame,
    "indexed": lambda frame: frame.set_axis([f"row {place // 2}" for place in range(len(frame))]),
    "array": lambda frame: frame.to_numpy(),
    "list": lambda frame: frame.to_numpy(dtype=object).tolist(),
    "arrow": _as_arrow,
    "batch": lambda frame: _as_arrow(frame).combine_chunks().to_batches()[0],
    "polars": _as_polars,
    "lazy": lambda frame: _as_polars(frame).lazy(),
    "tuple": lambda frame: tuple(map(tuple, frame.to_numpy(dtype=object).tolist())),
    "Series": lambda frame: frame.iloc[:, 0],
}
ESTIMATORS = {
    "generator": FairGenerator,
    "resampler": FairDistillResampler,
    "replacing": lambda **options: FairDistillResampler(mode="replace", n_samples=17, **options),
    "encoder": lambda **options: FairEncoder(n_components=2, **options),
}


REFUSED_COLUMNS = {"infinite", "complex", "lists", "dicts", "arrow lists", "arrow structs", "arrow views"}
REFUSED_LABELS = set(list(LABELS)[list(LABELS).index("one class") :])
RARE_CONTAINERS = {"lazy", "Series", "tuple"}


@st.composite
def cases(draw):
    """Return what one random case is made of, in plain values that can be printed; one in six has a part to refuse."""
    is_sound = draw(st.integers(0, 5)) > 0

    def chosen(all_names, refused):
        return st.sampled_from([name for name in all_names if not is_sound or name not in refused])

    columns = draw(st.lists(chosen(COLUMNS, REFUSED_COLUMNS), min_size=2 * is_sound, max_size=5))
    return {
        "columns": columns,
        "names": draw(st.integers(0, len(NAMES) - 1)),
        "n_rows": draw(st.integers(5 * is_sound, N_MOST)),
        "labels": draw(chosen(LABELS, REFUSED_LABELS)),
        "container": draw(chosen(CONTAINERS, RARE_CONTAINERS)),
        "estimator": draw(st.sampled_from(sorted(ESTIMATORS))),
        "sensitive": draw(st.sampled_from([None, None, 0, 1, "values"])),
        "seed": draw(st.integers(0, 2**32 - 1)),
    }


@contextmanager
def watched_training():
    """Yield a list that is not empty once training has begun."""
    from skfairgen.training import _fit_autoencoder, _fit_density

    begun = []

    def wrapped(train):
        return lambda *args, **options: (begun.append(True), train(*args, **options))[1]

    with (
        mock.patch.object(_fit_density, "train", wrapped(_fit_density.train)),
        mock.patch.object(_fit_autoencoder, "train", wrapped(_fit_autoencoder.train)),
    ):
        yield begun


def check(case):
    """Learn a case; return "learned", or the sentence that refused it.

    Raises
    ------
    AssertionError
        If what came out was neither rows of the same kind nor, before training, a ValueError or TypeError of ours.
    """
    rng = np.random.default_rng(case["seed"])
    n_rows, places = case["n_rows"], range(len(case["columns"]))
    frame = pd.DataFrame({place: COLUMNS[case["columns"][place]](rng, n_rows) for place in places}, index=range(n_rows))
    names = NAMES[case["names"]][: len(places)]
    frame = frame.set_axis(pd.Index(names, dtype=object, tupleize_cols=False), axis=1)
    try:
        X = CONTAINERS[case["container"]](frame)
    except (
        pa.ArrowException,
        pl.exceptions.PolarsError,
        ArithmeticError,
        LookupError,
        TypeError,
        ValueError,
        NotImplementedError,
    ):
        return "not made"
    y = LABELS[case["labels"]](rng, n_rows)
    options = {}
    if case["sensitive"] == "values":
        options["sensitive_features"] = _words(rng, n_rows, 2)
    own = {"sensitive_columns": case["sensitive"]} if isinstance(case["sensitive"], int) else {}
    estimator = ESTIMATORS[case["estimator"]](max_epochs=1, random_state=0, **own)
    with warnings.catch_warnings(), watched_training() as begun:
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", SkfairgenWarning)
        try:
            made = _made(estimator, X, y, options)
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            is_ours = type(error).__name__ in ("ValueError", "TypeError", "InvalidParameterError")
            is_sentence = "skfairgen" in last.filename or type(error).__name__ == "InvalidParameterError"
            assert is_ours and is_sentence and not begun, (
                f"{'after' if begun else 'before'} training, in {last.filename}:{last.lineno}: {error!r}"
            )
            assert len(str(error)) < 3_000, f"a message of {len(str(error)):,} characters"
            return str(error)
    _check_rows(X, y, *made)
    return "learned"


def _made(estimator, X, y, options):
    """Return rows, labels and how many of them are real."""
    if isinstance(estimator, FairEncoder):
        codes = estimator.fit(X, y, **options).transform(X, **options)
        assert np.isfinite(codes).all()
        return estimator.inverse_transform(codes, random_state=0), None, 0
    if isinstance(estimator, FairGenerator):
        return *estimator.fit(X, y, **options).sample(31, random_state=0), 0
    made = estimator.fit_resample(X, y, **options)
    n_real = len(as_pandas(y)) if estimator.mode == "augment" else 0
    assert estimator.mode == "augment" or len(made[1]) == 17
    return *made, n_real


def _check_rows(X, y, X_new, y_new, n_real):
    """Raise AssertionError unless rows are of the kind that came in, within bounds, the real ones untouched."""
    assert type(X_new) is type(X) or isinstance(X, tuple), (type(X), type(X_new))
    assert y_new is None or type(y_new) is type(y), (type(y), type(y_new))
    if y_new is not None:
        for attribute in ("dtype", "schema", "type", "name"):
            assert getattr(y_new, attribute, None) == getattr(y, attribute, None), attribute
        real, made = (np.asarray(as_pandas(own), dtype=object) for own in (y, y_new))
        assert n_real == 0 or (made[:n_real] == real).all(), "real labels changed"
    if isinstance(X, pl.DataFrame | pa.Table | pa.RecordBatch):
        assert X_new.schema == X.schema, (X.schema, X_new.schema)
    old, new = (as_pandas(own) for own in (X, X_new))
    if not isinstance(old, pd.DataFrame):
        assert getattr(X, "dtype", None) == getattr(X_new, "dtype", None)
        old, new = (pd.DataFrame(np.array(own, dtype=object)).infer_objects() for own in (X, X_new))
    assert list(new.columns) == list(old.columns)
    for place in range(old.shape[1]):
        a, b = old.iloc[:, place], new.iloc[:, place]
        if isinstance(X, pd.DataFrame):
            assert a.dtype == b.dtype, (a.dtype, b.dtype)
        assert a.isna().any() or not b.isna().any(), "missing values where none were"
        assert n_real == 0 or b[:n_real].reset_index(drop=True).equals(a.reset_index(drop=True)), "real rows changed"
        known, drawn = ([value for value, there in zip(own, own.notna(), strict=True) if there] for own in (a, b))
        if len(known) and len(drawn) and not isinstance(a.dtype, pd.CategoricalDtype):
            try:
                low, high = min(known), max(known)
            except TypeError:
                continue
            slack = abs(high) * 1e-12 if isinstance(high, float) else None
            is_within = min(drawn) >= low and max(drawn) <= high
            assert is_within or (slack and min(drawn) >= low - slack and max(drawn) <= high + slack), (
                f"{min(drawn)!r} to {max(drawn)!r} out of {low!r} to {high!r}"
            )
