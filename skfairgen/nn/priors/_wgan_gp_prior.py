"""A prior trained as a Wasserstein GAN with gradient penalty."""

import torch
from torch import Generator, Tensor

from skfairgen.nn.priors._adversarial_prior import AdversarialPrior

PENALTY_WEIGHT = 10.0


class WGANGPPrior(AdversarialPrior):
    r"""Draw codes in one step, trained as a Wasserstein GAN with gradient penalty [1]_.

    .. math:: \max_f \; \overline{f(z)} - \overline{f(\hat z)}
              - 10\, \overline{(\lVert \nabla f(\tilde z) \rVert - 1)^2}

    Parameters
    ----------
    latent_features : int
        Width of the code.
    n_classes : int
        Number of classes.
    hidden_features : int
        Width of the hidden layers, of the critic's too.
    generator : torch.Generator or None
        Draws the initial weights; None for one of a fixed seed.

    References
    ----------
    .. [1] I. Gulrajani et al., "Improved Training of Wasserstein GANs", NeurIPS 2017.

    Examples
    --------
    >>> import torch
    >>> from skfairgen.nn.priors import WGANGPPrior
    >>> prior = WGANGPPrior(2, n_classes=1)
    >>> prior.loss(torch.randn(8, 2), torch.zeros(8, dtype=torch.long)).shape
    torch.Size([])
    """

    critic_steps = 5

    def critic_loss(self, real: Tensor, made: Tensor, told: Tensor, generator: Generator | None) -> Tensor:
        """Return minus the critic's estimate of the distance, plus the penalty."""
        share = torch.rand(len(real), 1, generator=generator, device=real.device)
        between = (share * real + (1 - share) * made).requires_grad_()
        (slopes,) = torch.autograd.grad(self.score(between, told).sum(), between, create_graph=True)
        penalty = (slopes.norm(dim=1) - 1).square().mean()
        return self.score(made, told).mean() - self.score(real, told).mean() + PENALTY_WEIGHT * penalty

    def generator_loss(self, scores: Tensor) -> Tensor:
        """Return minus the mean score of drawn codes."""
        return -scores.mean()
