"""The adaptive weight of the latent objective."""

import pytest
import torch
from torch import nn

from skfairgen.training import LatentObjective
from skfairgen.training._fit_latent import MOST, LatentCode
from skfairgen.training._progress import Progress


def test_the_weight_rises_above_the_bound_and_falls_below_it_once_the_penalty_is_whole():
    progress = Progress.of(nn.Linear(1, 1), 4.0)
    task = LatentCode(LatentObjective(fairness_weight=4.0, max_dependence=0.1), progress, torch.arange(2)[:, None], 100)
    for _ in range(50):
        task._adapt(0.2)
    assert progress.penalty_weight == 4
    progress.share = 0.5
    task._adapt(0.2)
    assert progress.penalty_weight == pytest.approx(4 * 2.718281828**0.05, rel=0.01)
    risen = progress.penalty_weight
    for _ in range(40):
        task._adapt(0.0)
    assert progress.penalty_weight < risen
    for _ in range(500):
        task._adapt(9.0)
    assert progress.penalty_weight == 4 * MOST
    for _ in range(900):
        task._adapt(-9.0)
    assert progress.penalty_weight == 4
