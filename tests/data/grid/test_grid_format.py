"""Containers, shapes and dtypes of images and sequences; errors say what was found."""

import numpy as np
import pandas as pd
import pytest

from skfairgen.data import GridCodec, GridFormat, ItemReader, read_training_rows
from skfairgen.data.grid import FlatFormat

RNG = np.random.default_rng(0)


def flat_frame(n_rows=6, n_values=12, dtype="uint8"):
    values = RNG.integers(0, 200, size=(n_rows, n_values)).astype(dtype)
    frame = pd.DataFrame(values, columns=[f"pixel {k}" for k in range(n_values)])
    frame.insert(3, "color", pd.Categorical(["red", "blue"] * (n_rows // 2)))
    return frame


@pytest.mark.parametrize(
    ("X", "sample_shape", "spec"),
    [
        (np.zeros((5, 28, 20, 3), dtype="uint8"), None, (3, 28, 20)),
        (np.zeros((5, 50, 6), dtype="float32"), None, (6, 50)),
        (np.zeros((5, 9, 7), dtype="int16"), (9, 7), (1, 9, 7)),
        (np.zeros((5, 1), dtype="float64")[:, :, None], None, (1, 1)),
        ([np.zeros((4, 2)), np.ones((4, 2))], None, (2, 4)),
        (np.zeros((5, 3, 2), dtype=bool).tolist(), None, (2, 3)),
    ],
)
def test_out_comes_what_went_in(X, sample_shape, spec):
    assert GridFormat.accepts(X)
    format, grid = GridFormat.of(X, sample_shape)
    assert grid.shape == (len(X), *spec[1:], spec[0])
    back = format.restore(format.read(X)[1])
    assert type(back) is type(X)
    assert type(back[0]) is type(X[0])
    np.testing.assert_array_equal(back, X)
    assert np.asarray(back).dtype == np.asarray(X).dtype
    assert len(format.join(X, grid[:2])) == len(X) + 2


@pytest.mark.parametrize("X", [np.zeros((5, 3)), [[1, 2], [3, 4]], pd.DataFrame({"a": [1]}), [], "abc"])
def test_tables_are_no_grids(X):
    assert not GridFormat.accepts(X)
    assert not FlatFormat.accepts(X)
    assert FlatFormat.accepts(X, sample_shape=(3,))


def through(X, **options):
    """Read X as items and turn these back."""
    schema, rows = read_training_rows(X, **options)
    reader = ItemReader.fit(schema, rows.frame)
    items = reader.items(rows.frame)
    return items["grid"], schema.format.restore(reader.frame(items, rows.group_codes, RNG))


@pytest.mark.parametrize(
    ("sample_shape", "shape"), [((2, 2, 3), (3, 2, 2)), ((3, 4), (1, 3, 4)), ((1, 4, 3), (3, 4)), ((12,), (1, 12))]
)
def test_flat_rows_are_folded_in_c_order_around_the_sensitive_column(sample_shape, shape):
    frame = flat_frame()
    grid, back = through(frame, sensitive_columns="color", sample_shape=sample_shape)
    assert grid.shape[1:] == shape
    values = np.moveaxis(frame.drop(columns="color").to_numpy().reshape(6, *shape[1:], shape[0]), -1, 1)
    assert np.corrcoef(values[:, 0].ravel(), grid[:, 0].ravel())[0, 1] == pytest.approx(1)
    pd.testing.assert_frame_equal(back, frame)


def test_an_array_keeps_its_sensitive_column_in_place():
    X = RNG.integers(0, 9, size=(4, 7))
    grid, back = through(X, sensitive_columns=0, sample_shape=(2, 3))
    assert grid.shape == (4, 1, 2, 3)
    np.testing.assert_array_equal(back, X)
    assert back.dtype == X.dtype


@pytest.mark.parametrize(
    ("X", "options", "error", "message"),
    [
        (flat_frame(), {"sample_shape": (28, 28, 3), "sensitive_columns": "color"}, ValueError, "2,352 .*found 12"),
        (flat_frame(), {"sample_shape": (12,), "sensitive_columns": "hue"}, ValueError, "'hue' is not a column"),
        (np.zeros((2, 4)), {"sample_shape": (2, 2, 1, 1)}, ValueError, "no shape of a sample"),
        (np.zeros((2, 4)), {"sample_shape": (2, 0)}, ValueError, "no shape of a sample"),
        (np.array([[0, np.nan]]), {"sample_shape": (2,)}, ValueError, "NaN"),
        (np.array([["a", "b"]]), {"sample_shape": (2,)}, TypeError, "real numbers"),
        (np.zeros((2, 3, 3, 1)), {"sensitive_columns": ["s"]}, ValueError, "no columns.*sensitive_features.*flatten"),
        (np.zeros((2, 3, 3, 1)), {"legitimate_columns": [0]}, ValueError, "no columns"),
        (RNG.normal(size=(50, 5)), {"sample_shape": (4,), "sensitive_columns": 0}, ValueError, "Cut them into classes"),
        (pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}), {"sample_shape": (2,)}, TypeError, "'b' holds values of dtype"),
        (pd.DataFrame({"a": [1, 2], "b": pd.array([1, None])}), {"sample_shape": (2,)}, ValueError, "NaN.* position 1"),
    ],
)
def test_errors_of_flat_rows_say_what_to_do(X, options, error, message):
    with pytest.raises(error, match=message):
        through(X, **options)


def test_columns_of_several_dtypes_come_back_in_their_own():
    frame = flat_frame()
    dtypes = ["float32", "int64", "bool", "Int64", "boolean", "Float64", "int16[pyarrow]", "object"]
    columns = dict(zip(frame.columns.drop("color"), dtypes, strict=False))
    frame[["pixel 2", "pixel 4"]] = frame[["pixel 2", "pixel 4"]] % 2
    frame = frame.astype(columns)
    grid, back = through(frame, sensitive_columns="color", sample_shape=(2, 2, 3))
    assert grid.dtype == np.float32
    pd.testing.assert_frame_equal(back, frame, check_exact=False, rtol=1e-5)
    schema, rows = read_training_rows(frame, sensitive_columns="color", sample_shape=(2, 2, 3))
    codec = ItemReader.fit(schema, rows.frame).codec
    assert GridCodec.from_state(codec.to_state(), 2).dtypes_ == codec.dtypes_
    drawn = codec.decode({"grid": np.full((1, 3, 2, 2), 0.4)}, RNG)
    wild = codec.decode({"grid": np.full((1, 3, 2, 2), 1e9)}, RNG)
    assert drawn.dtypes.tolist() == wild.dtypes.tolist() == schema.features(rows.frame).dtypes.tolist()
    assert 0 <= wild.iloc[0, -1] <= 255
    polars = pytest.importorskip("polars")
    given = polars.from_pandas(flat_frame())
    assert through(given, sensitive_columns="color", sample_shape=(12,))[1].equals(given)


def test_tensors_are_told_to_become_arrays():
    torch = pytest.importorskip("torch")
    for X in (torch.zeros(4, 3, 3, 1), [torch.zeros(3, 3, 1)] * 4):
        with pytest.raises(ValueError, match=r"got 4D array.*pass numpy.asarray\(X\)"):
            read_training_rows(X)


def test_only_sensitive_columns_are_categories():
    X = RNG.normal(size=(50, 5))
    options = {"sample_shape": (4,), "sensitive_columns": 0}
    schema, rows = read_training_rows(X, categorical_columns=[0], **options)
    assert ItemReader.fit(schema, rows.frame, [0]).items(rows.frame)["grid"].shape == (50, 1, 4)
    with pytest.raises(ValueError, match="names values of images or sequences"):
        ItemReader.fit(schema, rows.frame, [0, 1])
    with pytest.raises(ValueError, match=r"Found categorical_columns=\[0\], but this X has no columns"):
        read_training_rows(np.zeros((5, 3, 2)), categorical_columns=[0])


def test_samples_of_another_shape_are_refused():
    format, _ = GridFormat.of(np.zeros((5, 1, 7), dtype="int16"), (1, 7))
    assert format.read(np.zeros((2, 1, 7)))[1].shape == (2, 1, 7, 1)
    for other in (np.zeros((2, 7, 1)), np.zeros((2, 7)), pd.DataFrame({"a": [1]})):
        with pytest.raises(ValueError, match=r"expected those of fit, \(1, 7\)"):
            format.read(other)


@pytest.mark.parametrize(
    ("X", "arguments", "error", "message"),
    [
        ([np.zeros((12, 2)), np.zeros((29, 2))], {}, ValueError, "lengths 12 to 29.*Pad them to 29.*windows"),
        (np.array([np.zeros((12, 2)), np.zeros((29, 2))], dtype=object), {}, ValueError, "lengths 12 to 29"),
        (np.where(np.arange(12).reshape(3, 2, 2) == 5, np.nan, 0), {}, ValueError, "NaN.* 1 of 3 .* position 1"),
        (np.full((2, 3, 3, 1), np.inf), {}, ValueError, "infinite values in 2 of 2"),
        (np.zeros((2, 3, 3), dtype=object), {}, TypeError, r"dtype object.*astype\('float32'\)"),
        (np.zeros((2, 3, 3), dtype=complex), {}, TypeError, "real numbers"),
        (np.zeros((0, 3, 3)), {}, ValueError, "at least one sample"),
        (np.zeros((2, 3, 4)), {"sample_shape": (3, 3)}, ValueError, r"shape \(3, 4\) and sample_shape=\(3, 3\)"),
        (np.zeros((2, 3, 4, 5, 6)), {}, ValueError, r"shape \(3, 4, 5, 6\)"),
        ([[[1, 2], [1]]] * 3, {}, ValueError, "a sample that is no array.*rows of one length"),
        ([np.zeros((3, 2)), np.zeros((3, 4))], {}, ValueError, r"shapes \(3, 2\) and \(3, 4\); expected one shape"),
        (np.ma.masked_equal(np.eye(4).reshape(2, 4, 2), 1), {}, ValueError, "masked values in 2 of 2"),
        (np.zeros((2, 3, 4)), {"sample_shape": (4, 3)}, ValueError, "axes are in another order"),
        (np.zeros((2, 3, 4, 1)), {"sample_shape": (3.5, 4, 1)}, ValueError, "a whole one of at least 1"),
    ],
)
def test_errors_say_what_was_found_and_what_to_do(X, arguments, error, message):
    with pytest.raises(error, match=message):
        GridFormat.of(X, **arguments)


def test_the_state_restores_the_format():
    format, grid = GridFormat.of(np.zeros((5, 9, 7), dtype="int16"), (9, 7))
    assert GridFormat.from_state(format.to_state(), 2) == format
    with pytest.raises(ValueError, match="of different sizes"):
        GridFormat.from_state(format.to_state() | {"stored_shape": [7, 9]}, 2)
