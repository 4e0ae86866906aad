"""Every picture stays inside a figure that was given, whatever the names, and reads no name as mathematics."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot

from skfairgen.plotting import CodesDisplay, ComparisonDisplay, FidelityDisplay, GroupRatesDisplay, TradeoffDisplay
from skfairgen.plotting._drawing import wrap

LONG = "people of the town whose name is so long that no picture has room for it"
HOSTILE = "$\\frac{$ <b> _under {} %"
RNG = np.random.default_rng(0)
N_ROWS = 400
GROUPS = np.array([LONG, HOSTILE])[RNG.integers(0, 2, N_ROWS)]
Y, SAID = RNG.integers(0, 2, (2, N_ROWS))


def comparison(ax):
    index = pd.MultiIndex.from_product([["with sensitive", "without sensitive"], [LONG, HOSTILE]])
    figures = {"ratio_change": 0.1, "ratio_low": -0.05, "ratio_high": 0.3, "recommended": False}
    ComparisonDisplay(pd.DataFrame(figures, index=index), scoring="ratio").plot(ax)


def rates(ax):
    GroupRatesDisplay.from_predictions(Y, SAID, sensitive_features=GROUPS, random_state=0, ax=ax)


def before_and_after(ax):
    said = {LONG: SAID, HOSTILE: Y}
    GroupRatesDisplay.from_predictions(Y, said, sensitive_features=GROUPS, random_state=0, ax=ax)


def fidelity(ax):
    table = pd.DataFrame({LONG: RNG.normal(size=90), HOSTILE: RNG.choice(list("xy"), 90)})
    FidelityDisplay.from_tables(table, table, ax=ax)


def tradeoff(ax):
    said = {LONG: SAID, HOSTILE: Y}
    TradeoffDisplay.from_predictions(Y, said, sensitive_features=GROUPS, random_state=0, ax=ax)


def codes(ax):
    other = ax.figure.add_subplot(122)
    CodesDisplay.from_codes(RNG.normal(size=(N_ROWS, 3)), Y, GROUPS, random_state=0, axes=[ax, other])


@pytest.mark.parametrize("draw", [comparison, rates, before_and_after, fidelity, tradeoff, codes])
def test_nothing_is_cropped_in_a_plain_figure(draw):
    figure = pyplot.figure(figsize=(6.4, 4.8))  # without a layout engine
    draw(figure.add_subplot(121 if draw is codes else 111))
    figure.canvas.draw()
    figure.canvas.draw()  # the layout settles in the second
    drawn, page = figure.get_tightbbox().transformed(figure.dpi_scale_trans), figure.bbox
    assert drawn.x0 >= -1
    assert drawn.y0 >= -1
    assert drawn.x1 <= page.x1 + 1
    assert drawn.y1 <= page.y1 + 1


def test_a_layout_that_was_chosen_is_kept():
    figure, ax = pyplot.subplots(layout="tight")
    engine = figure.get_layout_engine()
    rates(ax)
    assert figure.get_layout_engine() is engine


def test_a_long_name_takes_two_lines_and_keeps_both_ends():
    first, second = wrap(LONG + " (n = 1,500)").split("\n")
    assert first.startswith("people of the town")
    assert second.endswith("(n = 1,500)")
    assert max(len(first), len(second)) <= 28
