"""How far the conditionals of a student are from those of its teacher."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

IMPOSSIBLE = -1e4  # stands for log 0: finite, so that 0 * log 0 is 0


def categorical_divergence(
    log_probabilities: Sequence[Tensor], logits: Sequence[Tensor], temperature: float = 1.0
) -> Tensor:
    r"""Kullback-Leibler divergence of every conditional of a student from its teacher's.

    .. math:: \tau^2 \, \mathrm{KL}\bigl(p_T^{(\tau)}(t_j \mid t_{<j}, c) \,\|\, p_S^{(\tau)}(t_j \mid t_{<j}, c)\bigr),
              \qquad p^{(\tau)} \propto p^{1/\tau}

    On rows drawn from the teacher, the sum over columns at :math:`\tau = 1` estimates the divergence of the joint
    distributions, by the chain rule. The factor :math:`\tau^2` keeps the size of gradients [1]_.

    Parameters
    ----------
    log_probabilities : sequence of Tensor of shape (B, cardinality)
        The teacher's log-probabilities of each column, in nats, at the temperature. They get no gradient.
    logits : sequence of Tensor of shape (B, cardinality)
        The student's logits of each column; -inf bars a token.
    temperature : float, default=1.0
        Temperature :math:`\tau > 0`; above 1 weighs improbable tokens more.

    Returns
    -------
    Tensor of shape (B, D)
        Divergence of each column of each row, in nats, not negative.

    References
    ----------
    .. [1] G. Hinton, O. Vinyals, J. Dean, "Distilling the Knowledge in a Neural Network", arXiv:1503.02531, 2015.

    Examples
    --------
    >>> import torch
    >>> even, certain = torch.tensor([[0.5, 0.5]]).log(), torch.tensor([[1.0, 0.0]]).log()
    >>> categorical_divergence([certain, even], [even, even])
    tensor([[0.6931, 0.0000]])
    """
    columns = [
        _Divergence.apply(target, own / temperature if temperature != 1 else own)
        for target, own in zip(log_probabilities, logits, strict=True)
    ]
    return torch.stack(columns, dim=1) * temperature**2


class _Divergence(torch.autograd.Function):
    """KL divergence of a softmax from a fixed target; its gradient is the difference of the probabilities."""

    @staticmethod
    def forward(ctx: Any, target: Tensor, logits: Tensor) -> Tensor:
        target = target.clamp(min=IMPOSSIBLE)
        log_probabilities = torch.log_softmax(logits, dim=1).clamp_(min=IMPOSSIBLE)
        probabilities = target.exp()
        divergence = ((target - log_probabilities) * probabilities).sum(dim=1)
        ctx.save_for_backward(log_probabilities.exp_().sub_(probabilities))
        return divergence

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[None, Tensor]:
        return None, ctx.saved_tensors[0] * gradient[:, None]
