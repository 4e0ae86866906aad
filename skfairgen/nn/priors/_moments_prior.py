"""The simplest prior: one Gaussian a class."""

import math

import torch
from torch import Generator, Tensor, nn

from skfairgen.nn._normal_noise import to_normal
from skfairgen.nn.priors._prior import Prior

RIDGE = 1e-4  # of the pooled variance
POOLED_ROWS = 8  # rows of the pooled covariance that every class is lent, for each component


class MomentsPrior(Prior):
    r"""Draw codes from one Gaussian a class.

    .. math:: z = \mu_y + L_y \varepsilon, \qquad \varepsilon \sim \mathcal N(0, I)

    :meth:`adapt` finds both, and nothing is left to train: the baseline of every other prior.

    Parameters
    ----------
    latent_features : int
        Width :math:`K` of the code.
    n_classes : int
        Number of classes.
    generator : torch.Generator or None
        Not drawn from.

    Attributes
    ----------
    means : Parameter of shape (n_classes, K)
    factors : Parameter of shape (n_classes, K, K)
        A Cholesky factor of each covariance.

    Examples
    --------
    >>> import torch
    >>> from skfairgen.nn.priors import MomentsPrior
    >>> prior = MomentsPrior(2, n_classes=3)
    >>> prior.sample(torch.tensor([0, 2]), torch.rand(2, prior.n_noise)).shape
    torch.Size([2, 2])
    """

    is_trained: bool = False

    def __init__(
        self, latent_features: int, n_classes: int, *, generator: Generator | None = None, **widths: int
    ) -> None:
        super().__init__(latent_features, n_classes, **widths)
        self.means: nn.Parameter = nn.Parameter(torch.zeros(n_classes, latent_features))
        self.factors: nn.Parameter = nn.Parameter(torch.eye(latent_features).repeat(n_classes, 1, 1))

    @torch.no_grad()
    def adapt(self, codes: Tensor, classes: Tensor) -> None:
        """Take over mean and covariance of each class; a class of few codes leans on the covariance of all."""
        super().adapt(codes, classes)
        counts = self._one_hot(classes).sum(dim=0)
        sums = self._one_hot(classes).T @ codes
        self.means.copy_(torch.where(counts[:, None] > 0, sums / counts.clamp_min(1)[:, None], self.center))
        residuals = codes - self.means[classes]
        pooled = residuals.T @ residuals / len(codes) + RIDGE * torch.diag(self.scale.square())
        lent = POOLED_ROWS * self.settings["latent_features"] / len(self.means)
        for label, count in enumerate(counts):
            own = residuals[classes == label]
            covariance = (own.T @ own + lent * pooled) / (count + lent)
            self.factors[label] = torch.linalg.cholesky(covariance + RIDGE * torch.diag(self.scale.square()))

    def loss(self, codes: Tensor, classes: Tensor, generator: Generator | None = None) -> Tensor:
        """Return the mean negative log-density of the codes, in nats; :meth:`adapt` finds its minimum."""
        factors = self.factors.tril()[classes]
        residuals = (codes - self.means[classes]).unsqueeze(2)
        squares = torch.linalg.solve_triangular(factors, residuals, upper=False).square().sum(dim=(1, 2))
        log_volumes = factors.diagonal(dim1=1, dim2=2).abs().log().sum(dim=1)
        return (0.5 * squares + log_volumes).mean() + 0.5 * codes.shape[1] * math.log(2 * math.pi)

    def sample(self, classes: Tensor, noise: Tensor) -> Tensor:
        """Return codes of shape (B, K) of these classes, from noise of shape (B, n_noise), uniform in [0, 1)."""
        return self.means[classes] + (self.factors.tril()[classes] @ to_normal(noise).unsqueeze(2)).squeeze(2)
