"""What every density of items can do, and the class of an item by Bayes' rule."""

from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import Any, NamedTuple

import torch
from torch import Generator, Tensor, nn

Items = Mapping[str, Tensor]


class Given(NamedTuple):
    """What a density is told of each item.

    Attributes
    ----------
    classes : Tensor of shape (B,), int64, or None
        Class codes; None where the density is not told the class.
    levels : Tensor of shape (B, S), int64
        Level codes of the S sensitive columns; S is 0 without any.
    """

    classes: Tensor | None
    levels: Tensor

    @property
    def values(self) -> Tensor:
        """The class, where there is one, and the levels side by side, shape (B, S) or (B, 1 + S)."""
        return self.levels if self.classes is None else torch.cat([self.classes[:, None], self.levels], dim=1)

    def at(self, rows: Any) -> "Given":
        """Return what is given of some rows, chosen by a slice or a tensor."""
        return Given(None if self.classes is None else self.classes[rows], self.levels[rows])


class Density(nn.Module):
    r"""The distribution of an item given its class, its sensitive levels and, where there is one, a code.

    .. math:: p(x \mid y, s, z)

    A kind of data has a subclass with the methods that raise NotImplementedError here. Items are named tensors whose
    first axis is the item.

    Attributes
    ----------
    settings : dict
        Constructor arguments as plain numbers and lists; a module made from them takes this one's weights.
    item_names : tuple of str
        Names of the tensors of an item.
    given_cardinalities : sequence of int
        Number of values of what is given: the class first, where there is one, then the sensitive columns.
    latent_features : int
        Width K of the code; 0 for none.
    n_noise : int
        Uniform numbers that drawing one item takes.
    n_target : int
        Numbers of one item's :meth:`target`.
    has_closed_form : bool
        Whether :meth:`start` learns something that training then only corrects.
    """

    settings: dict[str, Any]
    item_names: tuple[str, ...]
    given_cardinalities: Sequence[int]
    latent_features: int = 0
    n_noise: int
    n_target: int
    has_closed_form: bool = False

    @property
    def n_parameters(self) -> int:
        """Number of free parameters."""
        return sum(parameter.numel() for parameter in self.parameters())

    def forward(self, items: Items, given: Given, code: Tensor | None = None) -> Tensor:
        """Return :meth:`log_prob`."""
        return self.log_prob(items, given, code)

    def reset_parameters(self, generator: Generator) -> None:
        """Draw the weights that training starts from, on the CPU."""
        raise NotImplementedError

    def start(self, items: Items, given: Given) -> None:
        """Learn what has a closed form from the rows to be trained on; nothing where the density has none."""

    def log_prob(self, items: Items, given: Given, code: Tensor | None = None) -> Tensor:
        """Return the log-density of items in terms that sum to it, shape (B, terms), in nats."""
        raise NotImplementedError

    def sample(self, given: Given, noise: Tensor, code: Tensor | None = None) -> dict[str, Tensor]:
        """Draw items from uniform numbers of shape (B, n_noise) in [0, 1): the same numbers give the same items."""
        raise NotImplementedError

    def typical(self, given: Given, noise: Tensor, code: Tensor | None) -> dict[str, Tensor]:
        """Return what stands for the items of these codes: the mean where there is one, else a draw."""
        return self.sample(given, noise, code)

    def noise_of(self, items: Items, given: Given, code: Tensor | None, uniforms: Tensor) -> Tensor:
        """Return uniform numbers from which :meth:`sample` draws these items, shape (B, n_noise).

        Many numbers give the same item. `uniforms`, of the same shape, choose one of them at random.
        """
        raise NotImplementedError

    def target(self, items: Items, given: Given, temperature: float = 1.0, code: Tensor | None = None) -> Tensor:
        """Return what a student needs of its teacher for :meth:`divergence`, first axis B."""
        raise NotImplementedError

    def divergence(
        self, target: Tensor, items: Items, given: Given, temperature: float = 1.0, code: Tensor | None = None
    ) -> Tensor:
        """Return the quality loss: the divergence from a teacher's :meth:`target`, shape (B, terms), in nats."""
        raise NotImplementedError

    def student_settings(self, size: float | Mapping[str, int]) -> dict[str, Any]:
        """Return the settings of a student: of a share of the parameters, in (0, 1], or of the widths given.

        Raises
        ------
        ValueError
            If a width is unknown or not a whole number above 0.
        """
        raise NotImplementedError

    def student(self, size: float | Mapping[str, int]) -> "Density":
        """Return an untrained student of :meth:`student_settings`, which can draw what this density can."""
        return type(self)(**self.student_settings(size))

    def class_logits(self, items: Items, levels: Tensor, class_shares: Tensor) -> Tensor:
        r"""Return the joint log-density of each item and every class, which are logits of the class.

        .. math:: \log P(y \mid s) + \log p(x \mid y, s)

        Parameters
        ----------
        items : dict of str to Tensor
            The items, first axis B.
        levels : Tensor of shape (B, S), int64
            Their sensitive levels.
        class_shares : Tensor of shape (B, C)
            :math:`P(y \mid s)` in each item's group.

        Returns
        -------
        Tensor of shape (B, C)
            In nats, with gradients; -inf for a class that the group never has.
        """
        n_items, n_classes = class_shares.shape
        classes = torch.arange(n_classes, device=levels.device).repeat_interleave(n_items)
        every = {name: values.repeat(n_classes, *[1] * (values.ndim - 1)) for name, values in items.items()}
        log_likelihood = self(every, Given(classes, levels.repeat(n_classes, 1))).sum(dim=1)
        return log_likelihood.view(n_classes, n_items).T + torch.log(class_shares)

    def class_posterior(self, items: Items, levels: Tensor, class_shares: Tensor) -> Tensor:
        """Return the probability of every class of each item, (B, C), no gradients; see :meth:`class_logits`."""
        with torch.no_grad():
            return torch.softmax(self.class_logits(items, levels, class_shares), dim=1)


def checked_widths(size: Mapping[str, int], names: set[str]) -> dict[str, int]:
    """Return the widths of a student as they were asked for.

    Raises
    ------
    ValueError
        If they are not whole numbers above 0 for exactly these names.
    """
    if set(size) != names or not all(isinstance(width, Integral) and width > 0 for width in size.values()):
        raise ValueError(f"size was {dict(size)!r}; expected whole numbers above 0 for exactly {sorted(names)}.")
    return {name: int(width) for name, width in size.items()}
