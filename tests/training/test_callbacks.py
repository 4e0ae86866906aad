"""Callbacks one by one."""

from types import SimpleNamespace

import pytest
import torch

from skfairgen.training._callbacks import BestWeights, StopTraining


def _epoch(net, epoch, progress, loss):
    net.progress_ = progress
    net.history = {(-1, "valid_loss"): loss, (-1, "epoch"): epoch}
    torch.nn.init.constant_(net.average_.module_.weight, epoch)


def test_epochs_before_the_start_are_no_candidates_however_good():
    net = SimpleNamespace(average_=SimpleNamespace(module_=torch.nn.Linear(1, 1)))
    best = BestWeights(patience=2, start=0.5)
    best.on_train_begin(net)
    for epoch, progress, loss in [(1, 0.2, 0.1), (2, 0.4, 0.2), (3, 0.6, 3.0), (4, 0.7, 2.0), (5, 0.8, 2.5)]:
        _epoch(net, epoch, progress, loss)
        best.on_epoch_end(net)
    _epoch(net, 6, 0.9, 2.4)
    with pytest.raises(StopTraining):
        best.on_epoch_end(net)
    best.on_train_end(net)
    assert net.average_.module_.weight.item() == 4


def test_without_a_candidate_the_weights_stay_as_they_are():
    net = SimpleNamespace(average_=SimpleNamespace(module_=torch.nn.Linear(1, 1)))
    best = BestWeights(patience=2, start=0.5)
    best.on_train_begin(net)
    _epoch(net, 1, 0.0, 1.0)
    best.on_epoch_end(net)
    best.on_train_end(net)
    assert net.average_.module_.weight.item() == 1
