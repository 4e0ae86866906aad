"""A prior trained as a least-squares GAN."""

from torch import Generator, Tensor

from skfairgen.nn.priors._adversarial_prior import AdversarialPrior


class LSGANPrior(AdversarialPrior):
    r"""Draw codes in one step, trained as a least-squares GAN [1]_.

    .. math:: \min_f \; \tfrac12 \overline{(f(z) - 1)^2} + \tfrac12 \overline{f(\hat z)^2}, \qquad
              \min_{\hat z} \; \tfrac12 \overline{(f(\hat z) - 1)^2}

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
    .. [1] X. Mao et al., "Least Squares Generative Adversarial Networks", ICCV 2017.

    Examples
    --------
    >>> import torch
    >>> from skfairgen.nn.priors import LSGANPrior
    >>> prior = LSGANPrior(2, n_classes=1)
    >>> prior.loss(torch.randn(8, 2), torch.zeros(8, dtype=torch.long)).shape
    torch.Size([])
    """

    critic_steps = 1

    def critic_loss(self, real: Tensor, made: Tensor, told: Tensor, generator: Generator | None) -> Tensor:
        """Return the squared distance of the scores from 1 for real codes, from 0 for drawn ones."""
        return 0.5 * ((self.score(real, told) - 1).square().mean() + self.score(made, told).square().mean())

    def generator_loss(self, scores: Tensor) -> Tensor:
        """Return the squared distance of the scores of drawn codes from 1."""
        return 0.5 * (scores - 1).square().mean()
