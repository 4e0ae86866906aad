"""The paired divergence is the divergence of Gaussians."""

import torch
from torch.distributions import Normal, kl_divergence

from skfairgen.losses import paired_divergence


def test_it_is_torchs_divergence_of_gaussians():
    torch.manual_seed(0)
    teacher, student = torch.randn(2, 6, 3, dtype=torch.float64).unbind(0)
    noise = torch.rand(3, dtype=torch.float64) + 0.1
    expected = kl_divergence(Normal(teacher, noise), Normal(student, noise)).sum(dim=1)
    torch.testing.assert_close(paired_divergence(teacher, student, noise), expected)


def test_its_gradient_is_that_of_finite_differences():
    teacher, student = torch.randn(2, 4, 2, dtype=torch.float64).unbind(0)
    noise = torch.tensor([0.5, 2.0], dtype=torch.float64)
    loss = lambda student: paired_divergence(teacher, student, noise)  # noqa: E731
    assert torch.autograd.gradcheck(loss, [student.requires_grad_()])
