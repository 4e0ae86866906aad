"""Charts as inline SVG."""

import re
from xml.etree import ElementTree

import numpy as np

from skfairgen.report._chart import interval_chart

ROWS = [("one", 0.1, 0.05, 0.2, True), ("two <&>", -0.1, -0.3, 0.05, False), ("three", np.nan, np.nan, np.nan, False)]


def test_a_chart_is_well_formed_and_reads_itself_out():
    chart = ElementTree.fromstring(interval_chart(ROWS, title='Changes "so far"'))
    assert chart.attrib["role"] == "img"
    assert "one: 0.100 (0.050 to 0.200)" in chart.attrib["aria-label"]
    assert chart.find("title").text == 'Changes "so far"'


def test_points_stand_in_the_order_of_their_values_within_their_intervals():
    chart = ElementTree.fromstring(interval_chart(ROWS, title="t"))
    points = [float(circle.attrib["cx"]) for circle in chart.iter("circle")]
    spans = [line for line in chart.iter("line") if "span" in line.attrib["class"]]
    assert len(points) == len(spans) == 2  # what is undefined has no point
    assert points[1] < points[0]
    for point, span in zip(points, spans, strict=True):
        assert float(span.attrib["x1"]) < point < float(span.attrib["x2"])


def test_nothing_leaves_the_picture():
    text = interval_chart([("a" * 90, 7.3, -2e4, 3e5, False)], title="t")
    width = float(re.search(r'viewBox="0 0 (\d+)', text)[1])
    assert all(0 <= float(x) <= width for x in re.findall(r' (?:x|x1|x2|cx)="([-\d.]+)"', text))


def test_changes_that_are_all_zero_or_undefined_are_drawn():
    for value in (0.0, np.nan):
        chart = ElementTree.fromstring(interval_chart([("same", value, value, value, False)], title="t"))
        assert "nan" not in chart.attrib["aria-label"]
        assert len(list(chart.iter("circle"))) == (value == 0)
    assert "undefined" in chart.attrib["aria-label"]
