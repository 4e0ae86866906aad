"""Containers, shapes and dtypes of images and sequences; errors say what was found."""

import numpy as np
import pandas as pd
import pytest

from skfairgen.data import GridFormat

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
        (np.zeros((5, 12)), (2, 2, 3), (3, 2, 2)),
        (np.zeros((5, 12)), (3, 4), (1, 3, 4)),
        (np.zeros((5, 12)), (1, 4, 3), (3, 4)),
        (np.zeros((5, 12)), (12,), (1, 12)),
    ],
)
def test_out_comes_what_went_in(X, sample_shape, spec):
    assert sample_shape is not None or GridFormat.fits(X)
    format, grid = GridFormat.of(X, sample_shape)
    assert format.spec == spec
    assert grid.shape == (len(X), *spec[1:], spec[0])
    back = format.restore(grid)
    assert type(back) is type(X)
    assert type(back[0]) is type(X[0])
    np.testing.assert_array_equal(back, X)
    assert np.asarray(back).dtype == np.asarray(X).dtype
    assert len(format.join(X, grid[:2])) == len(X) + 2


@pytest.mark.parametrize("X", [np.zeros((5, 3)), [[1, 2], [3, 4]], pd.DataFrame({"a": [1]}), [], "abc"])
def test_tables_are_no_grids(X):
    assert not GridFormat.fits(X)
    assert GridFormat.fits(X, sample_shape=(3,))


def test_flat_rows_are_folded_in_c_order_around_the_sensitive_column():
    frame = flat_frame()
    format, grid = GridFormat.of(frame, (2, 2, 3), ["color"])
    values = frame.drop(columns="color").to_numpy()
    np.testing.assert_array_equal(grid, values.reshape(-1, 2, 2, 3))
    assert grid.dtype == np.uint8
    pd.testing.assert_frame_equal(format.restore(grid, format.sensitive_table(frame)), frame)
    joined = format.join(frame, grid[:2], format.sensitive_table(frame)[:2])
    pd.testing.assert_frame_equal(joined[6:].reset_index(drop=True), frame[:2])
    assert joined.dtypes.tolist() == frame.dtypes.tolist()


def test_an_array_keeps_its_sensitive_column_in_place():
    X = RNG.integers(0, 9, size=(4, 7))
    format, grid = GridFormat.of(X, (2, 3), 0)
    np.testing.assert_array_equal(grid[..., 0].reshape(4, -1), X[:, 1:])
    np.testing.assert_array_equal(format.restore(grid, format.sensitive_table(X)), X)


@pytest.mark.parametrize(
    ("X", "arguments", "error", "message"),
    [
        (flat_frame(), {"sample_shape": (28, 28, 3), "sensitive_columns": "color"}, ValueError, "needs 2,352 columns"),
        (flat_frame(), {"sample_shape": (28, 28, 3), "sensitive_columns": "color"}, ValueError, "found 12"),
        (flat_frame(), {"sample_shape": (12,), "sensitive_columns": "hue"}, ValueError, "'hue' is not a column"),
        (np.zeros((2, 4)), {"sample_shape": (2, 2, 1, 1)}, ValueError, "no shape of a sample"),
        (np.zeros((2, 4)), {"sample_shape": (2, 0)}, ValueError, "no shape of a sample"),
        (np.zeros((2, 4)), {}, ValueError, "give sample_shape"),
        ([np.zeros((12, 2)), np.zeros((29, 2))], {}, ValueError, "lengths 12 to 29.*Pad them to 29.*windows"),
        (np.array([np.zeros((12, 2)), np.zeros((29, 2))], dtype=object), {}, ValueError, "lengths 12 to 29"),
        (np.where(np.arange(12).reshape(3, 2, 2) == 5, np.nan, 0), {}, ValueError, "NaN.* 1 of 3 .* position 1"),
        (np.full((2, 3, 3, 1), np.inf), {}, ValueError, "infinite values in 2 of 2"),
        (np.zeros((2, 3, 3), dtype=object), {}, TypeError, r"dtype object.*astype\('float32'\)"),
        (np.zeros((2, 3, 3), dtype=complex), {}, TypeError, "real numbers"),
        (np.zeros((0, 3, 3)), {}, ValueError, "at least one sample"),
        (np.zeros((2, 3, 3, 1)), {"sensitive_columns": ["s"]}, ValueError, "no columns.*sensitive_features.*flatten"),
        (np.zeros((2, 3, 4)), {"sample_shape": (3, 3)}, ValueError, r"shape \(3, 4\) and sample_shape=\(3, 3\)"),
        (np.zeros((2, 3, 4, 5, 6)), {}, ValueError, r"shape \(3, 4, 5, 6\)"),
    ],
)
def test_errors_say_what_was_found_and_what_to_do(X, arguments, error, message):
    with pytest.raises(error, match=message):
        GridFormat.of(X, **arguments)


def test_the_state_restores_the_format():
    format, grid = GridFormat.of(np.zeros((5, 9, 7), dtype="int16"), (9, 7))
    assert GridFormat.from_state(format.to_state(), 2) == format
