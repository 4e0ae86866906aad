"""A long training says soon what it will cost; a short one says nothing."""

import pytest

from skfairgen.training import _cost_notice
from skfairgen.training._cost_notice import CostNotice


def _said(capsys, monkeypatch, n_batches, seconds_each, max_seconds=None):
    clock = iter(seconds_each * n_done for n_done in range(n_batches))
    monkeypatch.setattr(_cost_notice.time, "monotonic", lambda: next(clock))
    notice = CostNotice(n_batches, max_seconds, "Training the teacher")
    notice.on_train_begin(None)
    for _ in range(n_batches):
        notice.on_batch_end(None, training=True)
        notice.on_batch_end(None, training=False)
    return capsys.readouterr().err


def test_the_time_of_all_batches_is_forecast_from_the_first(capsys, monkeypatch):
    said = _said(capsys, monkeypatch, n_batches=1_000, seconds_each=0.3)
    assert said.startswith("Training the teacher takes about 5 minutes at most, and ")
    assert said.count("\n") == 1


@pytest.mark.parametrize(("n_batches", "max_seconds", "words"), [(100, None, "50 seconds"), (10_000, 45, "45 seconds")])
def test_the_limit_is_the_forecast_where_it_ends_first(capsys, monkeypatch, n_batches, max_seconds, words):
    assert f"takes about {words} at most" in _said(capsys, monkeypatch, n_batches, 0.5, max_seconds)


def test_a_short_training_says_nothing(capsys, monkeypatch):
    assert _said(capsys, monkeypatch, n_batches=1_000, seconds_each=0.01) == ""
