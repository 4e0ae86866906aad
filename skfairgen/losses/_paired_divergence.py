"""How far a student's codes are from its teacher's, row by row."""

from torch import Tensor


def paired_divergence(teacher_codes: Tensor, student_codes: Tensor, noise: Tensor) -> Tensor:
    r"""Kullback-Leibler divergence of Gaussian codes that share their noise: a squared distance in its unit.

    .. math:: \mathrm{KL}\bigl(\mathcal N(\mu_i, \sigma^2) \,\|\, \mathcal N(\nu_i, \sigma^2)\bigr)
              = \tfrac12 \sum_k \bigl((\mu_{ik} - \nu_{ik}) / \sigma_k\bigr)^2

    Parameters
    ----------
    teacher_codes, student_codes : Tensor of shape (n, K)
        Means :math:`\mu` and :math:`\nu`.
    noise : Tensor of shape (K,)
        Standard deviation :math:`\sigma` of each component, in the unit of the codes, positive.

    Returns
    -------
    Tensor of shape (n,)
        Divergence of each row, in nats, not negative.

    Examples
    --------
    >>> import torch
    >>> paired_divergence(torch.tensor([[0.0, 0.0]]), torch.tensor([[1.0, 0.0]]), torch.tensor([0.5, 0.5]))
    tensor([2.])
    """
    return ((teacher_codes - student_codes) / noise).square().sum(dim=1) / 2
