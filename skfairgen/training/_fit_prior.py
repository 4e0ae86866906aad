"""Train what draws codes of a class: on codes of rows, or on codes that another prior draws."""

import copy
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from torch import Generator, Tensor

from skfairgen.losses import energy_distance, utility_loss
from skfairgen.nn import EnergyPrior, FairAutoencoder, GuidedPrior, Prior
from skfairgen.training._batches import Rows, TensorRows
from skfairgen.training._cell_balance import cell_balanced_probabilities
from skfairgen.training._fit_autoencoder import encode
from skfairgen.training._loop import train
from skfairgen.training._options import DistillationOptions, TrainingOptions
from skfairgen.training._progress import Progress
from skfairgen.training._runtime import own_defaults

Scores = Callable[[Tensor], Tensor]
N_EACH = 2_000  # codes of each class
BATCH_CODES = 500  # of all classes
LR = 3e-3


class ClassCodes:
    """The task of a prior: its own loss and, where it draws in one step, the label distributions of each class.

    A row of its batches holds one code of every class.

    Parameters
    ----------
    head : callable or None
        Returns the class logits of codes.
    generator : torch.Generator
        Draws what the losses draw.
    quality_weight, utility_weight : float
        Weights of the two.
    """

    def __init__(
        self, head: Scores | None, generator: Generator, quality_weight: float = 1.0, utility_weight: float = 1.0
    ) -> None:
        self.head = head
        self.generator = generator
        self.quality_weight = quality_weight
        self.utility_weight = utility_weight

    def predict(self, module: Prior, rows: Rows) -> Tensor:
        """Return the loss."""
        codes = rows["codes"].transpose(0, 1)
        n_classes, n_each = codes.shape[:2]
        classes = torch.arange(n_classes, device=codes.device).repeat_interleave(n_each)
        loss = self.quality_weight * module.loss(codes.flatten(0, 1), classes, self.generator)
        if isinstance(module, GuidedPrior) and "groups" in rows:
            loss = loss + module.group_loss(codes.flatten(0, 1), classes, rows["groups"].T.flatten())
        if self.head is None or not module.is_one_step or self.utility_weight == 0:
            return loss
        noise = torch.rand(len(classes), module.n_noise, generator=self.generator, device=codes.device)
        made = module.sample(classes, noise).view_as(codes)
        real, drawn = (
            self.head(own.flatten(0, 1)).softmax(dim=1).view(n_classes, n_each, -1).mean(dim=1) for own in (codes, made)
        )
        return loss + self.utility_weight * utility_loss(real.detach(), drawn.log()).mean()

    def loss(self, predicted: Tensor, rows: Rows, training: bool) -> Tensor:
        """Return the loss that was predicted."""
        return predicted


def codes_by_class(
    autoencoder: FairAutoencoder, rows: TensorRows, generator: Generator, n_each: int = N_EACH, power: float = 0.0
) -> tuple[Tensor, Tensor]:
    """Return codes of rows, with their noise, shape (n_each, n_classes, K), and their groups, (n_each, n_classes).

    A fair code says nothing of the group, so every row of a class counts alike: the few of rare groups, drawn more
    often, would make poor classes. A `power` above 0 balances groups within each class, as that of
    :func:`cell_balanced_probabilities`. A row without a class is left out; without classes there is one.
    """
    means, log_variances = (values.cpu() for values in encode(autoencoder, rows))
    classes = rows.tensors["classes"].cpu()
    levels = rows.tensors["levels"].cpu().numpy()
    groups = np.unique(levels, axis=0, return_inverse=True)[1].ravel()
    n_classes = 1 if autoencoder.head is None else autoencoder.head.out_features
    classes = torch.zeros_like(classes) if autoencoder.head is None else classes
    drawn = []
    for label in range(n_classes):
        own = (classes == label).nonzero().squeeze(1)
        chances = torch.as_tensor(cell_balanced_probabilities(groups[own.numpy()], power))
        if "weights" in rows.tensors:
            chances = chances * rows.tensors["weights"].cpu()[own]
        drawn.append(own[torch.multinomial(chances, n_each, replacement=True, generator=generator)])
    places = torch.stack(drawn, dim=1)
    noise = torch.randn(*places.shape, means.shape[1], generator=generator)
    return means[places] + noise * (log_variances[places] / 2).exp(), torch.as_tensor(groups)[places]


def fit_prior(
    prior: Prior,
    codes: Tensor,
    head: Scores | None,
    options: TrainingOptions | DistillationOptions,
    generator: Generator,
    *,
    n_batches: int,
    groups: Tensor | None = None,
    quality_weight: float = 1.0,
    utility_weight: float = 1.0,
) -> Prior:
    """Train a copy of a prior.

    Parameters
    ----------
    prior : Prior
        Its scale is taken from the codes first.
    codes : Tensor of shape (n_each, n_classes, K)
        Codes of every class.
    head : callable or None
        Returns the class logits of codes; None for no utility loss.
    options : TrainingOptions or DistillationOptions
        Seconds, device and progress bar count.
    generator : torch.Generator
        On the CPU; draws everything.
    n_batches : int
        Length of the training.
    groups : Tensor of shape (n_each, n_classes), int64, or None
        Groups of the codes, for a prior that is guided away from them.
    quality_weight, utility_weight : float
        Weights of the prior's own loss, and of the label distributions.
    """
    with own_defaults():
        prior = copy.deepcopy(prior)
        n_each, n_classes = codes.shape[:2]
        classes = torch.arange(n_classes).repeat_interleave(n_each)
        prior.adapt(codes.transpose(0, 1).flatten(0, 1), classes)
        prior = prior.to(options.device)
        if not prior.is_trained:
            return prior.eval()
        if isinstance(prior, EnergyPrior):
            prior.distance = energy_distance
        batch_size = max(BATCH_CODES // n_classes, 8)
        n_epochs = max(n_batches * batch_size // n_each, 1)
        rows = {"codes": codes} if groups is None else {"codes": codes, "groups": groups}
        own = Generator(options.device).manual_seed(generator.initial_seed())
        train(
            prior,
            ClassCodes(head, own, quality_weight, utility_weight),
            Progress.of(prior),
            TensorRows({name: values.to(options.device) for name, values in rows.items()}),
            None,
            replace(options, lr=LR, max_epochs=n_epochs, started=None),
            generator,
            batch_size=batch_size,
            optimizer={"betas": getattr(prior, "betas", (0.9, 0.999)), "weight_decay": 0.0},
            description="Training the code sampler",
        )
    return prior
