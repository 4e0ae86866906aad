"""The map keeps distances along the widest directions, and colors each point by its own class and group."""

import numpy as np
import pytest
from matplotlib import pyplot
from sklearn.base import BaseEstimator

from skfairgen.plotting import CodesDisplay

RNG = np.random.default_rng(0)


def test_the_map_lies_along_the_widest_directions():
    codes = RNG.normal(size=(400, 5)) * [0.1, 5.0, 0.1, 2.0, 0.1]
    display = CodesDisplay.from_codes(codes, [0, 1] * 200, ["a"] * 200 + ["b"] * 200, random_state=0)
    x, y = display.points.T
    assert x.std() == pytest.approx(5, rel=0.1)
    assert y.std() == pytest.approx(2, rel=0.1)
    variances = codes.var(axis=0)
    assert display.shares[0] == pytest.approx(variances[1] / variances.sum(), abs=0.01)


def test_points_are_colored_by_class_and_by_group():
    codes = np.repeat([[0.0, 0.0], [9.0, 1.0]], 10, axis=0)
    codes[::2, 1] += 3
    classes, groups = np.repeat([3, 7], 10), np.array(["even", "odd"] * 10)
    display = CodesDisplay.from_codes(codes, classes, groups)
    by_class, by_group = (
        {points.get_label(): len(points.get_offsets()) for points in ax.collections} for ax in display.axes_
    )
    assert by_class == {"3": 10, "7": 10}
    assert by_group == {"even": 10, "odd": 10}
    left = display.axes_[0].collections[0].get_offsets()
    assert np.ptp(left[:, 0]) < np.ptp(display.points[:, 0]) / 2  # class 3 lies on one side


def test_an_estimator_is_transformed_first():
    class Halve(BaseEstimator):
        def transform(self, X):
            return X / 2

    X = RNG.normal(size=(30, 3))
    axes = pyplot.subplots(1, 2)[1]
    found = CodesDisplay.from_estimator(Halve(), X, [0, 1] * 15, [0] * 30, random_state=0, axes=axes)
    expected = CodesDisplay.from_codes(X / 2, [0, 1] * 15, [0] * 30, random_state=0)
    np.testing.assert_array_equal(found.points, expected.points)
    assert list(found.axes_) == list(axes)
    assert found.figure_ is axes[0].figure


@pytest.mark.parametrize("n_components", [1, 2])
def test_narrow_codes_are_drawn(n_components):
    display = CodesDisplay.from_codes(RNG.normal(size=(9, n_components)), [0] * 9, [0] * 9)
    assert display.points.shape == (9, 2)


def test_at_most_3000_points_are_drawn():
    display = CodesDisplay.from_codes(RNG.normal(size=(5000, 2)), [0] * 5000, [0] * 5000, random_state=0)
    assert len(display.points) == 3000


def test_missing_groups_are_named_and_missing_codes_refused():
    codes = np.random.default_rng(0).normal(size=(30, 3))
    names = [f"exercise number {k % 3} of the shoulder" for k in range(30)]
    display = CodesDisplay.from_codes(codes, names, ["a", None, np.nan] * 10)
    legends = [{text.get_text() for text in ax.get_legend().get_texts()} for ax in display.axes_]
    assert (len(legends[0]), legends[1]) == (3, {"a", "missing"})
    codes[3, 1] = np.nan
    with pytest.raises(ValueError, match="NaN or infinite; expected numbers"):
        CodesDisplay.from_codes(codes, names, names)


def test_lengths_have_to_agree():
    with pytest.raises(ValueError, match="one class and one group for each code"):
        CodesDisplay.from_codes(np.zeros((4, 2)), [0, 1], [0] * 4)
