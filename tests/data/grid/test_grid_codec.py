"""Out comes what went in: shapes, dtypes, ranges; and no sample stays behind."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from skfairgen.data import GridCodec
from skfairgen.data.grid import _grid_codec

RNG = np.random.default_rng(0)
SHAPES = array_shapes(min_dims=3, max_dims=4, min_side=1, max_side=6)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["uint8", "int16", "bool"]).flatmap(lambda dtype: arrays(dtype, SHAPES)))
def test_integers_come_back_exactly(grid):
    codec = GridCodec().fit(grid)
    back = codec.decode(codec.encode(grid), RNG)
    assert back.dtype == grid.dtype
    np.testing.assert_array_equal(back, grid)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([("float32", 32), ("float64", 64)]).flatmap(
        lambda kind: arrays(kind[0], SHAPES, elements=st.floats(-1e3, 1e3, width=kind[1]))
    )
)
def test_floats_come_back_to_the_precision_of_their_channel(grid):
    codec = GridCodec().fit(grid)
    back = codec.decode(codec.encode(grid), RNG)
    assert back.dtype == grid.dtype
    assert np.abs(back - grid).max() <= 1e-5 * (np.abs(grid).max() + 1e-30)


def test_items_have_mean_0_and_variance_1_in_every_channel():
    grid = RNG.normal([0, 50], [1, 9], size=(200, 30, 2))
    items = GridCodec().fit(grid).encode(grid)["grid"]
    assert items.dtype == np.float32
    assert items.shape == (200, 2, 30)
    np.testing.assert_allclose(items.mean(axis=(0, 2)), 0, atol=1e-4)
    np.testing.assert_allclose(items.std(axis=(0, 2)), 1, atol=1e-4)


@pytest.mark.parametrize("unit", [1e300, 1e-300])
def test_values_far_from_1_come_back(unit):
    grid = RNG.normal(size=(40, 5, 2)) * unit
    codec = GridCodec().fit(grid)
    np.testing.assert_allclose(codec.scales_, (grid / unit).std(axis=(0, 1)) * unit)
    np.testing.assert_allclose(codec.decode(codec.encode(grid), RNG), grid, atol=1e-5 * unit)
    with pytest.raises(ValueError, match="too large to be added up. Divide X"):
        GridCodec().fit(np.full((40, 5, 2), 1e308))


def test_samples_are_not_copied_in_float64():
    grid = RNG.integers(0, 255, size=(6_000, 24, 24, 3)).astype("uint8")
    tracemalloc.start()
    codec = GridCodec().fit(grid)
    fitting = tracemalloc.get_traced_memory()[1]
    codec.encode(grid)
    encoding = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert fitting < 4 * grid.size
    assert encoding < 4 * grid.size + 40 * 1_024 * grid[0].size


def test_channels_come_first_and_no_pixel_moves():
    grid = RNG.integers(0, 255, size=(4, 5, 7, 3)).astype("uint8")
    codec = GridCodec().fit(grid)
    items = codec.encode(grid)["grid"]
    assert codec.spec.shape == items.shape[1:] == (3, 5, 7)
    raw = items[2, 1, 4, 6] * codec.scales_[1] + codec.means_[1]
    assert raw == pytest.approx(grid[2, 4, 6, 1], abs=1e-3)


def test_drawn_values_stay_within_the_range_of_their_channel():
    grid = np.stack([RNG.integers(0, 10, (30, 4, 4)), RNG.integers(100, 200, (30, 4, 4))], axis=3)
    codec = GridCodec().fit(grid)
    drawn = codec.decode({"grid": RNG.normal(0, 50, size=(20, 2, 4, 4))}, RNG)
    assert drawn.dtype == grid.dtype
    for channel in range(2):
        own = grid[..., channel]
        assert (drawn[..., channel].min(), drawn[..., channel].max()) == (own.min(), own.max())


def test_the_bounds_are_in_the_unit_of_the_items_and_leave_out_the_four_farthest_samples():
    grid = RNG.gamma(1.0, size=(50, 9, 2)).astype("float32")
    items = GridCodec().fit(grid).encode(grid)["grid"]
    found = np.stack([np.sort(items.min(axis=2), axis=0)[4], np.sort(items.max(axis=2), axis=0)[-5]], axis=1)
    np.testing.assert_allclose(GridCodec().fit(grid).spec.bounds, found, rtol=1e-4)


def test_a_codec_without_records_holds_no_number_of_fewer_than_five_samples():
    grid = RNG.normal(size=(60, 9, 2))
    grid[7, 3, 1] = 1e6
    codec = GridCodec().fit(grid)
    assert codec.decode({"grid": np.full((1, 2, 9), 1e9)}, RNG)[..., 1].max() == 1e6
    private = codec.without_records()
    ends = private.decode({"grid": np.full((1, 2, 9), 1e9)}, RNG)[0, 0]
    assert ((grid.max(axis=1) >= ends).sum(axis=0) >= 5).all()
    assert 1e6 not in np.concatenate([np.ravel(value) for value in private.to_state().values() if value is not None])


def test_a_constant_channel_comes_back():
    grid = np.full((3, 5, 1), 7.25)
    codec = GridCodec().fit(grid)
    np.testing.assert_array_equal(codec.decode(codec.encode(grid), RNG), grid)
    np.testing.assert_array_equal(codec.decode({"grid": np.ones((2, 1, 5))}, RNG), np.full((2, 5, 1), 7.25))


def test_the_state_restores_the_codec_and_holds_six_numbers_a_channel():
    grid = RNG.integers(0, 255, size=(40, 6, 5, 3)).astype("uint8")
    codec = GridCodec().fit(grid)
    state = codec.to_state()
    restored = GridCodec.from_state(state, 2)
    assert restored.spec == codec.spec
    items = codec.encode(grid)
    np.testing.assert_array_equal(restored.encode(grid)["grid"], items["grid"])
    np.testing.assert_array_equal(restored.decode(items, RNG), grid)
    kept = sum(np.size(value) for value in state.values() if isinstance(value, np.ndarray))
    assert kept == 6 * 3
    assert all(np.size(value) <= 2 * 3 for value in vars(codec).values() if value is not None)


def test_what_does_not_fit_into_memory_is_refused_before_training(monkeypatch):
    monkeypatch.setattr(_grid_codec, "_memory_of_this_machine", lambda: 2.0**30)
    GridCodec().fit(np.zeros((10, 28, 28, 3), dtype="uint8"))
    with pytest.raises(MemoryError, match=r"10 samples of 512 x 512 x 3 values; .* has 1 GiB. Shrink"):
        GridCodec().fit(np.zeros((10, 512, 512, 3), dtype="uint8"))


def test_decoded_samples_are_laid_out_as_numpy_does_and_none_is_a_shape_too():
    codec = GridCodec().fit(RNG.integers(0, 9, size=(4, 3, 2, 3)))
    drawn = codec.decode({"grid": RNG.normal(size=(5, 3, 3, 2)).astype("float32")}, RNG)
    assert drawn.flags.c_contiguous
    assert codec.decode({"grid": np.empty((0, 3, 3, 2), dtype="float32")}, RNG).shape == (0, 3, 2, 3)
    flat = GridCodec((3, 2)).fit(pd.DataFrame(RNG.normal(size=(8, 6))))
    assert flat.decode({"grid": np.empty((0, 2, 3), dtype="float32")}, RNG).shape == (0, 6)
