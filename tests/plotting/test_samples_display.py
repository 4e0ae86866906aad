"""Each cell of the picture shows a sample of its class and group."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot

from skfairgen.plotting import SamplesDisplay

RNG = np.random.default_rng(0)


def test_every_image_stands_in_its_row_and_column():
    y, groups = np.array([0, 0, 1, 1]), np.array(["a", "b", "a", "a"])
    images = np.arange(4, dtype="uint8")[:, None, None, None] * np.full((4, 5, 6, 3), 60, dtype="uint8")
    display = SamplesDisplay.from_arrays(images, y, groups)
    assert (display.classes_, display.groups_) == ([0, 1], ["a", "b"])
    drawn = {}
    for image in display.ax_.images:
        left, right, bottom, top = image.get_extent()
        drawn[round((bottom + top) / 2), round((left + right) / 2)] = image.get_array()[0, 0, 0]
    assert drawn == {(0, 0): 0, (0, 1): pytest.approx(60 / 255), (1, 0): pytest.approx(120 / 255)}
    assert [label.get_text() for label in display.ax_.get_yticklabels()] == ["0", "1"]
    assert display.figure_ is display.ax_.figure


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 1), (5, 9, 2), (4, 4, 3)])
@pytest.mark.parametrize("n_each", [1, 3])
def test_images_of_any_channels_are_drawn(shape, n_each):
    images = RNG.normal(size=(12, *shape))
    given = {"is_sequence": False, "n_each": n_each}
    display = SamplesDisplay.from_arrays(images, [0, 1] * 6, ["a"] * 6 + ["b"] * 6, **given)
    assert len(display.ax_.images) == 4
    for image in display.ax_.images:
        assert image.get_array().shape[:2] == (shape[0], n_each * shape[1])
        assert 0 <= image.get_array().min() <= image.get_array().max() <= 1


def test_a_cell_of_fewer_samples_leaves_room():
    images = np.zeros((3, 4, 5, 3), dtype="uint8")
    display = SamplesDisplay.from_arrays(images, [0, 0, 1], ["a", "a", "a"], n_each=2)
    full, half = (image.get_array() for image in display.ax_.images)
    assert full.shape == half.shape == (4, 10, 3)
    assert (half[:, :5] == 0).all()
    assert (half[:, 5:] == 1).all()


def test_sequences_are_lines_from_least_to_greatest():
    sequences = RNG.normal(size=(8, 20, 2))
    display = SamplesDisplay.from_arrays(sequences, [0, 1] * 4, [0] * 4 + [1] * 4, n_each=2)
    assert len(display.ax_.collections) == 4 * 2  # cells by channels
    first = display.ax_.collections[0].get_segments()
    assert len(first) == 2
    scaled = (sequences[0, :, 0] - sequences[..., 0].min()) / np.ptp(sequences[..., 0])
    np.testing.assert_allclose(first[0][:, 1], 0.45 - 0.9 * scaled)


def test_missing_groups_several_columns_and_names_that_begin_alike_are_told_apart():
    images = RNG.normal(size=(4, 5, 4, 1))
    display = SamplesDisplay.from_arrays(images, [1, 1, 0, 0], [None, "b", "a", "b"])
    assert display.groups_ == ["a", "b", "missing"]
    assert len(display.ax_.images) == 4
    groups = pd.DataFrame({"arm": ["left", "left", "right", np.nan], "age": [1, 2, 1, 2]})
    assert SamplesDisplay.from_arrays(images, [0] * 4, groups).groups_ == [
        "left, 1",
        "left, 2",
        "missing, 2",
        "right, 1",
    ]
    names = [f"exercise number {k} of the shoulder" for k in range(4)]
    display = SamplesDisplay.from_arrays(images, names, ["a"] * 4)
    assert len({label.get_text() for label in display.ax_.get_yticklabels()}) == 4


def test_groups_stand_in_their_order_where_the_first_class_lacks_some():
    display = SamplesDisplay.from_arrays(RNG.normal(size=(3, 20, 8, 1)), [0, 1, 1], ["c", "a", "b"])
    assert display.groups_ == ["a", "b", "c"]
    assert len(display.ax_.images) == 3
    width, height = display.figure_.get_size_inches()
    assert width < height


def test_integers_beyond_255_and_missing_pixels_are_drawn():
    images = np.full((2, 4, 4, 1), 300, dtype="int16")
    images[0] = 1_000
    bright, dark = (image.get_array().mean() for image in SamplesDisplay.from_arrays(images, [0, 1], [0, 0]).ax_.images)
    assert (bright, dark) == (1, 0)
    given = np.where(np.eye(4)[:, :, None], np.nan, images.astype(float))
    display = SamplesDisplay.from_arrays(given, [0, 1], [0, 0])
    assert np.nanmax(display.ax_.images[0].get_array()) == 1
    with pytest.raises(ValueError, match="n_each == 0, must be >= 1"):
        SamplesDisplay.from_arrays(images, [0, 1], [0, 0], n_each=0)


def test_given_axes_are_drawn_on():
    ax = pyplot.subplots(layout="constrained")[1]
    display = SamplesDisplay.from_arrays(RNG.normal(size=(4, 9, 9, 3)), [0, 0, 1, 1], [0, 1, 0, 1], ax=ax)
    assert display.ax_ is ax


def test_errors_say_what_was_expected():
    with pytest.raises(ValueError, match="one class and one group for each"):
        SamplesDisplay.from_arrays(np.zeros((3, 4, 4)), [0, 1], [0, 1, 1])
    with pytest.raises(ValueError, match="expected 1 to 400 cells"):
        SamplesDisplay.from_arrays(np.zeros((30, 2, 2)), range(30), range(30))
