"""Priors that draw in one step and are trained against a critic."""

from abc import abstractmethod

import torch
from torch import Generator, Tensor, nn
from torch.func import functional_call

from skfairgen.nn._initial_weights import draw_initial_weights
from skfairgen.nn.priors._one_step_prior import OneStepPrior
from skfairgen.nn.priors._prior import perceptron


class AdversarialPrior(OneStepPrior):
    """Train the one step against a critic, which tells real codes of a class from drawn ones.

    One backward pass of :meth:`loss` gives the critic the gradient of its own loss, and the generator of its own.

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

    Attributes
    ----------
    betas : tuple of float
        Decay rates of Adam that suit a game of two networks.
    """

    betas: tuple[float, float] = (0.5, 0.9)
    n_losses: Tensor

    def __init__(
        self,
        latent_features: int,
        n_classes: int,
        *,
        hidden_features: int = 64,
        generator: Generator | None = None,
    ) -> None:
        super().__init__(latent_features, n_classes, hidden_features=hidden_features, generator=generator)
        self.critic: nn.Sequential = perceptron(latent_features + n_classes, hidden_features, 1)
        draw_initial_weights(self.critic, generator)
        self.register_buffer("n_losses", torch.zeros((), dtype=torch.long), persistent=False)

    def loss(self, codes: Tensor, classes: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Return the critic's loss, and in every `critic_steps`-th call the generator's besides."""
        drawn = self.sample(classes, self._uniform(len(classes), generator))
        real, made = ((values - self.center) / self.scale for values in (codes, drawn))
        told = self._one_hot(classes)
        total = self.critic_loss(real, made.detach(), told, generator)
        self.n_losses += 1
        if self.n_losses % self.critic_steps == 0:
            fixed = {name: weight.detach() for name, weight in self.critic.named_parameters()}
            total = total + self.generator_loss(functional_call(self.critic, fixed, torch.cat([made, told], dim=1)))
        return total

    def score(self, codes: Tensor, told: Tensor) -> Tensor:
        """Return what the critic says of scaled codes and one-hot classes, shape (B, 1)."""
        return self.critic(torch.cat([codes, told], dim=1))

    @property
    @abstractmethod
    def critic_steps(self) -> int:
        """Losses of the critic to one of the generator."""

    @abstractmethod
    def critic_loss(self, real: Tensor, made: Tensor, told: Tensor, generator: Generator | None) -> Tensor:
        """Return the critic's loss on scaled codes."""

    @abstractmethod
    def generator_loss(self, scores: Tensor) -> Tensor:
        """Return the generator's loss from the critic's scores of drawn codes."""
