"""Random tables are learned, or refused in one sentence before training; ``benchmarks/fuzz.py`` tries many more."""

import sys
from pathlib import Path

from hypothesis import HealthCheck, given, settings

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from _random_tables import LABELS, cases, check  # noqa: E402


@settings(max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(case=cases())
def test_random_tables_are_learned_or_refused_in_words(case):
    check(case)


def test_labels_of_many_kinds_are_tried():
    assert len(LABELS) >= 37
