"""The figures of a page, read back from its tables."""

import math
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from measured_figures import CRITERIA, PAGE, draw, figures_of

TEXT = """
## A title

| | AUC | CPU s |
| --- | --- | --- |
| real rows | .927 ±.001 | 1,024 |
| ours, **best** | **.93** |  |

### A part

| table | rows |
| --- | --- |
| Adult | -3 |
"""


def test_figures_are_read_with_their_headings_and_intervals():
    rows = figures_of(TEXT).values.tolist()
    assert rows[0] == ["A title", "", "real rows", "AUC", 0.927, 0.001]
    assert rows[1][:5] == ["A title", "", "real rows", "CPU s", 1024.0]
    assert math.isnan(rows[1][5])
    assert rows[2][:5] == ["A title", "", "ours, best", "AUC", 0.93]
    assert rows[3][:5] == ["A title", "A part", "Adult", "rows", -3.0]
    assert len(rows) == 4


def test_the_measured_page_holds_figures_for_the_picture(tmp_path):
    figures = figures_of(PAGE.read_text(encoding="utf-8"))
    assert {"Adult, sex", "COMPAS, race"} <= set(figures.loc[figures["section"] == CRITERIA, "subsection"])
    pytest.importorskip("matplotlib")
    draw(figures, tmp_path / "criteria.png")
    assert (tmp_path / "criteria.png").stat().st_size > 10_000
