"""ComparisonDisplay and FidelityDisplay."""

import numpy as np
import pandas as pd
import pytest

from skfairgen.plotting import ComparisonDisplay, FidelityDisplay


@pytest.fixture
def frame():
    names = ["as it is", "weights", "a remedy whose name is so long that it would leave the picture at any size at all"]
    index = pd.MultiIndex.from_product([["with sensitive", "without sensitive"], names])
    change = np.tile([0.0, 0.1, 0.2], 2)
    return pd.DataFrame(
        {
            "ratio_change": change,
            "ratio_low": change - 0.05,
            "ratio_high": change + 0.05,
            "recommended": np.tile([False, False, True], 2),
        },
        index=index,
    ).drop(index=("without sensitive", "weights"))


def inside(display):
    figure = display.figure_
    figure.canvas.draw()
    figure.canvas.draw()  # the layout settles in the second
    drawn = figure.get_tightbbox().transformed(figure.dpi_scale_trans)
    return drawn.x0 >= -1 and drawn.y0 >= -1 and drawn.x1 <= figure.bbox.x1 + 1 and drawn.y1 <= figure.bbox.y1 + 1


def test_every_remedy_but_the_model_as_it_is_has_a_point(frame):
    display = ComparisonDisplay(frame, scoring="ratio").plot()
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert labels[0] == "weights"
    assert len(labels) == 2
    assert labels[1].count("\n") == 1  # wrapped
    assert inside(display)


def test_a_figure_that_the_frame_lacks_is_named(frame):
    with pytest.raises(ValueError, match="accuracy_change"):
        ComparisonDisplay(frame, scoring="accuracy").plot()


def test_margins_stand_on_the_diagonal_and_pairs_beside_it():
    rng = np.random.default_rng(0)
    real = pd.DataFrame({"a": rng.normal(size=300), "b": rng.choice(list("xy"), 300), "c": rng.normal(size=300)})
    moved = real.assign(c=real["a"])
    display = FidelityDisplay.from_tables(real, moved)
    scores = display.scores
    assert scores.loc["a", "a"] == 1
    assert scores.loc["a", "c"] == scores.loc["c", "a"] < 0.6
    assert inside(display)
