"""A density of items by way of a code: what draws a code of a class, and what makes an item of a code."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Generator, Tensor

from skfairgen.nn._code_encoder import CodeEncoder
from skfairgen.nn._density import Density, Given, Items
from skfairgen.nn._random_layers import Linear
from skfairgen.nn.priors import EnergyPrior, Prior

N_NARROWINGS = 10


class LatentDensity(Density):
    r"""Draw a code that knows the class and not the group, and decode it under the group.

    .. math:: z \sim p(z \mid y), \qquad x \sim p(x \mid z, s)

    It draws cells that no row has. With an encoder it also tells the class of items,
    :math:`p(y \mid z)` at the mean of their codes; their likelihood is not known.

    Parameters
    ----------
    prior : Prior
        Draws codes of a class.
    decoder : Density
        A density of items whose code is as wide as the prior's.
    encoder : CodeEncoder or None
        From items to codes; None where no class is to be told.
    n_classes : int
        Classes of the linear head on the code; 0 for none.
    """

    prior: Prior
    decoder: Density
    encoder: CodeEncoder | None
    head: Linear | None

    def __init__(self, prior: Prior, decoder: Density, encoder: CodeEncoder | None = None, n_classes: int = 0) -> None:
        super().__init__()
        parts: list[Any] = [prior, decoder, encoder]
        widths = {part.settings["latent_features"] for part in parts if part is not None}
        if len(widths) > 1:
            raise ValueError(f"The parts have codes of the widths {sorted(widths)}; give all the same latent_features.")
        self.prior = prior
        self.decoder = decoder
        self.encoder = encoder
        self.head = Linear(decoder.latent_features, n_classes) if n_classes else None
        if self.head is not None:
            self.head.reset_parameters(Generator().manual_seed(0))
        self.item_names: tuple[str, ...] = decoder.item_names
        self.given_cardinalities: list[int] = [prior.settings["n_classes"], *decoder.given_cardinalities]
        self.n_noise: int = prior.n_noise + decoder.n_noise
        self.n_target: int = 0

    @property
    def settings(self) -> dict[str, Any]:  # type: ignore[override]
        """Names and settings of the parts."""
        parts: dict[str, Any] = {"prior": self.prior, "decoder": self.decoder, "encoder": self.encoder}
        named = {
            name: None if part is None else {"name": type(part).__name__, "settings": part.settings}
            for name, part in parts.items()
        }
        return {**named, "n_classes": 0 if self.head is None else self.head.out_features}

    @property
    def n_parameters(self) -> int:
        """Number of free parameters: those of the parts, as each counts them."""
        parts = (self.prior, self.decoder, self.encoder)
        head = [] if self.head is None else list(self.head.parameters())
        return sum(part.n_parameters for part in parts if part is not None) + sum(own.numel() for own in head)

    def sample(self, given: Given, noise: Tensor, code: Tensor | None = None) -> dict[str, Tensor]:
        """Draw items from uniform numbers of shape (B, n_noise) in [0, 1)."""
        own, others = noise.split([self.prior.n_noise, self.decoder.n_noise], dim=1)
        classes = torch.zeros(len(noise), dtype=torch.long, device=noise.device)
        codes = self.prior.sample(classes if given.classes is None else given.classes, own)
        return self.decoder.sample(Given(None, given.levels), others, codes)

    def class_posterior(self, items: Items, levels: Tensor, class_shares: Tensor) -> Tensor:
        """Return the probability of every class at the mean of each item's code, (B, C); without gradients.

        Raises
        ------
        ValueError
            If it has no encoder or no head.
        """
        if self.encoder is None or self.head is None:
            raise ValueError("This generator has no encoder, and cannot tell the class of items; take its teacher.")
        with torch.no_grad():
            return torch.softmax(self.head(self.encoder(items, levels)[0]), dim=1)

    def student(self, size: float | Mapping[str, int]) -> "LatentDensity":
        """Return an untrained student: a prior of one step, a narrower decoder, and no more.

        Raises
        ------
        ValueError
            As :meth:`Density.student_settings` of the decoder.
        """
        settings = self.prior.settings
        prior = EnergyPrior(settings["latent_features"], settings["n_classes"])
        if isinstance(size, Mapping):
            return LatentDensity(prior, self.decoder.student(size))
        most = size * self.n_parameters
        width = prior.settings["hidden_features"]
        while prior.n_parameters >= most and width > 1:  # of very small items, the prior is the larger part
            width //= 2
            prior = EnergyPrior(settings["latent_features"], settings["n_classes"], hidden_features=width)
        share = min(max((most - prior.n_parameters) / self.decoder.n_parameters, 1e-9), 1.0)
        student = LatentDensity(prior, self.decoder.student(share))
        for _ in range(N_NARROWINGS):  # a decoder of columns does not count what reads its code
            if student.n_parameters <= most:
                break
            share *= 0.9
            student = LatentDensity(prior, self.decoder.student(share))
        return student
