"""Uniform and normal numbers are two forms of the same noise."""

import pytest
import torch

from skfairgen.nn._normal_noise import to_normal, to_uniform


def test_uniform_numbers_become_normal_ones_and_come_back():
    uniforms = torch.rand(100_000, generator=torch.Generator().manual_seed(0))
    drawn = to_normal(uniforms)
    assert abs(drawn.mean()) < 0.02
    assert drawn.std().item() == pytest.approx(1, abs=0.02)
    torch.testing.assert_close(to_uniform(drawn), uniforms, atol=1e-5, rtol=0)


def test_the_ends_stay_finite():
    assert torch.isfinite(to_normal(torch.tensor([0.0, 1.0]))).all()
