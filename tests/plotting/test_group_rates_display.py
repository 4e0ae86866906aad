"""The bars show the report, and stay legible from 2 to 20 groups."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from sklearn.linear_model import LogisticRegression

from skfairgen.exceptions import SmallGroupWarning
from skfairgen.metrics import group_report
from skfairgen.plotting import GroupRatesDisplay


def table(n_groups, n_rows=1500):
    generator = np.random.default_rng(0)
    a, groups = generator.normal(size=n_rows), generator.integers(0, n_groups, n_rows)
    y_true = (a + generator.normal(size=n_rows) > 0.5).astype(int)
    names = np.array([f"group {i} of the people of the table" for i in range(n_groups)])
    return y_true, (a > 0.4).astype(int), names[groups]


def overlapping(texts, figure):
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in texts if text.get_text()]
    return [(i, j) for i in range(len(boxes)) for j in range(i) if boxes[i].overlaps(boxes[j])]


def test_bars_are_as_long_as_the_rates():
    y_true, y_pred, groups = table(3)
    display = GroupRatesDisplay.from_predictions(y_true, y_pred, sensitive_features=groups, random_state=0)
    report = group_report(y_true, y_pred, sensitive_features=groups, random_state=0)
    pd.testing.assert_frame_equal(display.report, report)
    for rate, bars in display.bars_.items():
        np.testing.assert_allclose([bar.get_width() for bar in bars], report[rate])
    assert display.figure_ is display.ax_.figure
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert labels[-1] == "overall (n = 1,500)"


def test_intervals_are_drawn_from_low_to_high():
    y_true, y_pred, groups = table(2)
    display = GroupRatesDisplay.from_predictions(
        y_true, y_pred, sensitive_features=groups, rates="accuracy", random_state=0
    )
    segments = display.ax_.collections[0].get_segments()
    drawn = [(segment[0, 0], segment[1, 0]) for segment in segments]
    np.testing.assert_allclose(drawn, display.report[["accuracy_low", "accuracy_high"]])


@pytest.mark.parametrize("n_groups", [2, 7, 20])
@pytest.mark.parametrize("own_axes", [True, False])
def test_no_labels_overlap(n_groups, own_axes):
    y_true, y_pred, groups = table(n_groups)
    ax = None if own_axes else pyplot.subplots(figsize=(6, 4), layout="constrained")[1]
    display = GroupRatesDisplay.from_predictions(y_true, y_pred, sensitive_features=groups, random_state=0, ax=ax)
    assert ax is None or display.ax_ is ax
    assert not overlapping(display.ax_.get_yticklabels(), display.figure_)
    legend = display.ax_.get_legend().get_window_extent()
    figure = display.figure_.bbox
    assert legend.x0 >= figure.x0
    assert legend.x1 <= figure.x1
    assert legend.y1 <= figure.y1


def test_an_undefined_rate_is_written_out():
    y_true, y_pred, groups = table(3)
    y_true[groups == groups[0]] = 0
    with pytest.warns(SmallGroupWarning):
        display = GroupRatesDisplay.from_predictions(y_true, y_pred, sensitive_features=groups, random_state=0)
    assert [text.get_text() for text in display.ax_.texts] == ["undefined"]


def test_an_estimator_is_drawn_from_columns_or_values():
    y, _, groups = table(2)
    X = pd.DataFrame({"a": y + np.linspace(-1, 1, len(y)), "group": (groups == groups[0]).astype(int)})
    model = LogisticRegression().fit(X, y)
    by_column = GroupRatesDisplay.from_estimator(model, X, y, sensitive_columns="group", random_state=0)
    by_value = GroupRatesDisplay.from_estimator(model, X, y, sensitive_features=X["group"], random_state=0)
    pd.testing.assert_frame_equal(by_column.report, by_value.report)
    with pytest.raises(ValueError, match="either sensitive_columns"):
        GroupRatesDisplay.from_estimator(model, X, y)


def test_crossed_and_missing_groups_have_readable_labels():
    y_true, y_pred, _ = table(2, 400)
    crossed = pd.DataFrame({"sex": ["f", "m"] * 200, "race": ["x", "x", None, None] * 100})
    display = GroupRatesDisplay.from_predictions(y_true, y_pred, sensitive_features=crossed, random_state=0)
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert labels[1] == "f, missing (n = 100)"
    assert labels[-1] == "overall (n = 400)"


def test_unknown_rates_are_refused():
    y_true, y_pred, groups = table(2)
    report = group_report(y_true, y_pred, sensitive_features=groups, random_state=0)
    with pytest.raises(ValueError, match="figures of scores need y_score"):
        GroupRatesDisplay(report, rates=["roc_auc"]).plot()
    several = group_report(y_true + y_pred, y_pred * 2 - y_true * y_pred, sensitive_features=groups, n_bootstrap=0)
    with pytest.raises(ValueError, match="several classes"):
        GroupRatesDisplay(several).plot()


def test_without_draws_there_are_no_intervals():
    y_true, y_pred, groups = table(2)
    display = GroupRatesDisplay.from_predictions(y_true, y_pred, sensitive_features=groups, n_bootstrap=0)
    assert not display.ax_.collections


def test_matplotlib_loads_when_plotting_and_is_named_when_absent(monkeypatch):
    check = "import sys, skfairgen.plotting; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
    y_true, y_pred, groups = table(2)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"skfairgen\[plot\]"):
        GroupRatesDisplay.from_predictions(y_true, y_pred, sensitive_features=groups)


def test_before_and_after_stand_side_by_side():
    y_true, y_pred, groups = table(3)
    said = {"as it is": y_pred, "repaired": y_true}
    display = GroupRatesDisplay.from_predictions(y_true, said, sensitive_features=groups, random_state=0)
    for name, own in said.items():
        report = group_report(y_true, own, sensitive_features=groups, random_state=0)
        np.testing.assert_allclose([bar.get_width() for bar in display.bars_[name]], report["selection_rate"])
    assert [text.get_text() for text in display.ax_.get_legend().get_texts()] == list(said)
    assert display.ax_.get_xlabel() == "selection rate"


def test_reports_of_different_groups_are_refused():
    reports = {n: group_report(*table(n)[:2], sensitive_features=table(n)[2], n_bootstrap=0) for n in (2, 3)}
    with pytest.raises(ValueError, match="different groups"):
        GroupRatesDisplay(reports).plot()
