"""Rows of a rare class, asked for under a criterion: few are drawn, and they are the rows that carry the label."""

import numpy as np
import pandas as pd
import pytest

from skfairgen import FairGenerator
from skfairgen.models import DensityModel

pytestmark = pytest.mark.filterwarnings("ignore::skfairgen.exceptions.SkfairgenWarning")


@pytest.fixture(scope="module")
def generator():
    """A class of 7 % that tells itself by two of four numbers, and more often in group "a"."""
    rng = np.random.default_rng(0)
    groups = rng.choice(["a", "b"], 4_000)
    rare = rng.random(4_000) < np.where(groups == "a", 0.10, 0.04)
    numbers = rng.normal(size=(4_000, 4)) + np.column_stack([3 * rare, -2 * rare, groups == "a", np.zeros(4_000)])
    X = pd.DataFrame(numbers, columns=list("wxyz")).assign(group=groups)
    options = {"criterion": "demographic_parity", "tuned_for": None, "max_epochs": 8, "random_state": 0}
    return FairGenerator("group", **options).fit(X, rare.astype(int))


@pytest.mark.parametrize("label_draw", ["sharpen", "sample"])
@pytest.mark.parametrize("n_rows", [50, 1_000])
def test_the_rows_drawn_are_a_few_times_those_asked_for(generator, label_draw, n_rows, monkeypatch):
    generator.set_params(label_draw=label_draw).sample(5)  # what is learned once is learned now
    own, drawn = DensityModel.draw, []

    def draw(self, wanted, *rest):
        drawn.append(wanted.sum())
        return own(self, wanted, *rest)

    monkeypatch.setattr(DensityModel, "draw", draw)
    X, y = generator.sample(cells={1: n_rows}, random_state=0)
    assert len(X) == n_rows and (y == 1).all()
    assert 0 < sum(drawn) <= 4 * n_rows + 2 * 256 + 8


@pytest.mark.parametrize("label_draw", ["sharpen", "sample"])
def test_rows_chosen_for_a_cell_are_those_that_a_plain_draw_gives_the_label(generator, label_draw):
    generator.set_params(label_draw=label_draw)
    X, y = generator.sample(60_000, random_state=0)
    chosen, labels = generator.sample(cells={(1, "a"): 3_000, (1, "b"): 3_000}, random_state=1)
    assert labels.mean() == 1
    for group in "ab":
        plain = X[(y == 1) & (X["group"] == group).to_numpy()][list("wxyz")]
        own = chosen.loc[chosen["group"] == group, list("wxyz")]
        everyone = X.loc[X["group"] == group, list("wxyz")]
        assert len(plain) > 300 and abs(plain["w"].mean() - everyone["w"].mean()) > 0.8
        np.testing.assert_allclose(own.mean(), plain.mean(), atol=0.17)
        np.testing.assert_allclose(own.std(), plain.std(), atol=0.17)
