"""Callbacks one by one."""

import math
from types import SimpleNamespace

import pytest
import torch

from skfairgen.training._callbacks import BestWeights, DualAscent, StopTraining
from skfairgen.training._progress import Progress


def _progress():
    return Progress.of(torch.nn.Linear(1, 1), penalty_weight=1.0)


def _epoch(callback, epoch, share, **noted):
    callback.progress.share = share
    torch.nn.init.constant_(callback.progress.average.weight, epoch)
    history = {(-1, name): value for name, value in {"epoch": epoch, **noted}.items()}
    callback.on_epoch_end(SimpleNamespace(history=history))


def test_epochs_before_the_start_are_no_candidates_however_good():
    best = BestWeights(_progress(), patience=2, start=0.5)
    for epoch, share, loss in [(1, 0.2, 0.1), (2, 0.4, 0.2), (3, 0.6, 3.0), (4, 0.7, 2.0), (5, 0.8, 2.5)]:
        _epoch(best, epoch, share, valid_loss=loss)
    with pytest.raises(StopTraining):
        _epoch(best, 6, 0.9, valid_loss=2.4)
    best.on_train_end(None)
    assert best.progress.average.weight.item() == 4


def test_without_a_candidate_the_weights_stay_as_they_are():
    best = BestWeights(_progress(), patience=2, start=0.5)
    _epoch(best, 1, 0.0, valid_loss=1.0)
    best.on_train_end(None)
    assert best.progress.average.weight.item() == 1


def test_the_weights_of_the_last_epoch_within_the_bound_are_kept():
    ascent = DualAscent(_progress(), 0.1, "valid_dependence")
    for epoch, share, dependence in [(1, 0.25, 0.05), (2, 0.6, 0.3), (3, 0.7, 0.09), (4, 0.8, 0.2)]:
        _epoch(ascent, epoch, share, valid_dependence=dependence)
        assert (ascent.kept is not None) == (epoch >= 3)
    assert ascent.progress.penalty_weight == pytest.approx(math.exp(0.5 - 0.05 + 0.5))
    ascent.on_train_end(None)
    assert ascent.progress.average.weight.item() == 3


def test_the_penalty_rises_over_the_first_half_of_training():
    progress = _progress()
    ramps = []
    for share in (0.0, 0.25, 0.5, 0.9):
        progress.share = share
        ramps.append(progress.ramp)
    assert ramps == [0.0, 0.5, 1.0, 1.0]


def test_the_means_of_terms_are_over_rows_and_start_over():
    progress = _progress()
    progress.add("train", {"kl": torch.tensor(1.0)}, 10)
    progress.add("train", {"kl": torch.tensor(4.0)}, 5)
    assert progress.take_means() == {"train_kl": 2.0}
    assert progress.take_means() == {}
