import numpy as np
import pandas as pd
import pytest

from skfairgen.criteria import CellNames, parity_targets, sampling_plan

COUNTS = np.array([[70, 45], [30, 5]])


def plan(synthetic, **options):
    defaults = {"strategy": "parity", "mode": "augment", "criterion": None, "strength": 1.0}
    return pd.DataFrame(sampling_plan(COUNTS, synthetic, CellNames([0, 1], ["m", "f"]), **{**defaults, **options}))


def test_the_plan_counts_every_cell_and_says_why():
    table = plan(parity_targets(COUNTS) - COUNTS).set_index(["class", "group"])
    assert (table["n_real"] + table["n_synthetic"] == table["n_output"]).all()
    assert abs(table.loc[(1, "f"), "rate_output"] - table.loc[(1, "m"), "rate_output"]) < 0.02
    assert table.loc[(1, "f"), "reason"].startswith("parity")
    assert table.loc[(0, "m"), "reason"] == "needs no row"


def test_a_replacing_plan_counts_synthetic_rows_only():
    table = plan(COUNTS * 2, strategy="auto", mode="replace", criterion="equalized_odds", strength=0.5)
    assert table["n_output"].sum() == COUNTS.sum() * 2
    assert "equalized_odds at strength 0.5" in table["reason"][0]


def test_messages_about_cells_are_short():
    names = CellNames(["a" * 50_000, "b"], ["g" * 50_000])
    with pytest.raises(ValueError, match="There is no cell") as raised:
        names.place("c" * 50_000)
    assert len(str(raised.value)) < 500
