"""What columns see of one that follows from others is about its value."""

import numpy as np
import pandas as pd
import pytest
import torch

from skfairgen import FairGenerator, load, save
from skfairgen.data import TableCodec
from skfairgen.nn import ColumnDensity, Given
from skfairgen.nn._for_items import density_for
from skfairgen.nn.table._seen_tokens import SeenTokens

N_ROWS = 3_000


def _totals(seed=0, n_rows=N_ROWS):
    """Return parts, their total, and a number near a root of that."""
    rng = np.random.default_rng(seed)
    parts = rng.lognormal(6, 1, (n_rows, 3)).round()
    total = parts.sum(axis=1)
    last = (total**0.7 * rng.lognormal(0, 0.1, n_rows)).round(1)
    return pd.DataFrame({0: parts[:, 0], 1: parts[:, 1], 2: parts[:, 2], 3: total, 4: last})


def _density(table):
    codec = TableCodec().fit(table)
    return codec, density_for(codec.spec, 1, [1], generator=torch.Generator().manual_seed(0)).eval()


def _items(codec, table):
    n_rows = len(table)
    zeros = torch.zeros((n_rows, 1), dtype=torch.long)
    return {"tokens": torch.as_tensor(np.ascontiguousarray(codec.encode(table)["tokens"])).long()}, Given(
        zeros[:, 0], zeros
    )


@pytest.mark.parametrize("kind", ["sum", "product", "square"])
def test_what_is_seen_is_the_bin_of_the_value(kind):
    table = _totals()
    if kind == "product":
        table[3] = table[0] * table[1]
    elif kind == "square":
        table[0] = np.random.default_rng(0).integers(0, 24, N_ROWS).astype(float)
        table[3] = table[0] ** 2
    codec, density = _density(table)
    items, _ = _items(codec, table)
    (derived,) = density.seen.shown.columns
    place = list(codec.columns_)[derived]
    seen = density.seen(items["tokens"])[:, derived].numpy()
    ranks = table[place].rank().to_numpy()
    assert np.corrcoef(pd.Series(seen).rank(), ranks)[0, 1] > 0.99
    assert len(np.unique(seen)) > 20


def test_a_column_after_a_total_knows_it_before_training():
    table, fresh = _totals(), _totals(seed=1)
    codec, density = _density(table)
    settings = {**density.settings, "shown": []}
    blind = ColumnDensity(**settings, numbers=density.numbers).eval()
    losses = []
    for model in (density, blind):
        model.start(*_items(codec, table))
        with torch.no_grad():
            losses.append(-model.log_prob(*_items(codec, fresh))[:, -1].mean())
    assert losses[0] < losses[1] - 0.3


def test_drawing_sees_what_the_likelihood_sees():
    table = _totals(n_rows=1_000)
    codec, density = _density(table)
    items, given = _items(codec, table)
    density.start(items, given)
    noise = density.noise_of(items, given, None, torch.rand(items["tokens"].shape, generator=torch.Generator()))
    assert torch.equal(density.sample(given, noise)["tokens"], items["tokens"])
    assert torch.equal(density.student(0.5).seen.shown.steps, density.seen.shown.steps)


def test_a_missing_part_and_a_missing_total_can_be_seen():
    table = _totals()
    table.loc[:99, 0] = np.nan
    table.loc[50:199, 3] = np.nan
    codec, density = _density(table)
    items, _ = _items(codec, table)
    for place in density.seen.shown.columns:
        seen = density.seen(items["tokens"])[:, place]
        assert ((seen == 0) == (items["tokens"][:, place] == 0)).all()
        assert seen.max() < density.seen.sizes[place]


def test_a_relation_that_leaves_much_is_seen_by_its_distance():
    rng = np.random.default_rng(0)
    first = rng.normal(size=N_ROWS).round(4)
    table = pd.DataFrame({0: first, 1: (first + 0.01 * rng.normal(size=N_ROWS)).round(4), 2: rng.normal(size=N_ROWS)})
    codec = TableCodec().fit(table)
    assert codec.columns_[1].sources == [0] and not codec.spec.shown


@pytest.mark.parametrize(
    "shown", [(1, 3, 1), (1, 3, 1, 1), (0, 3, 1, 0), (1, 1, 1, 0), (1, 3, 0), (7, 3, 1, 0), (1, 3, 1, 0, 1, 3, 1, 0)]
)
def test_a_value_that_cannot_be_is_refused(shown):
    with pytest.raises(ValueError, match="shown"):
        SeenTokens((4, 2, 3), shown=shown)


def test_a_copy_is_not_shown_as_well():
    with pytest.raises(ValueError, match="shown"):
        SeenTokens((4, 7, 3), copied=(1, 0, 3), shown=(1, 3, 1, 0))


def test_settings_of_before_show_no_values():
    density = ColumnDensity((4, 2, 3), [1, 1], scored=[1, 1, 0])
    assert not density.seen.shown.columns and not density.seen.state_dict()


def test_a_file_draws_the_same(tmp_path):
    table = _totals(n_rows=500).set_axis([f"x{place}" for place in range(5)], axis=1).assign(group="a")
    generator = FairGenerator("group", random_state=0, max_epochs=1).fit(table, table["x4"] > 200)
    save(generator, tmp_path / "file")
    drawn, _ = generator.sample(500, random_state=0)
    pd.testing.assert_frame_equal(load(tmp_path / "file").sample(500, random_state=0)[0], drawn)
    assert (drawn["x3"] == drawn[["x0", "x1", "x2"]].sum(axis=1)).mean() > 0.98
