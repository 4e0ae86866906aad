"""Initial weights drawn from a generator of the caller's, so that a network depends on no global state."""

from typing import Any

from torch import Generator, nn

LAYERS: tuple[Any, ...] = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.ConvTranspose1d, nn.ConvTranspose2d)


def draw_initial_weights(module: nn.Module, generator: Generator | None) -> None:
    """Draw the weights of every dense and convolutional layer of a module, as torch's own layers do.

    Parameters
    ----------
    module : Module
        Its layers are filled in place.
    generator : Generator or None
        Where the numbers come from; None is one of a fixed seed.
    """
    generator = Generator().manual_seed(0) if generator is None else generator
    for layer in module.modules():
        if isinstance(layer, LAYERS):
            reach = layer.weight[0].numel() ** -0.5
            nn.init.uniform_(layer.weight, -reach, reach, generator=generator)
            nn.init.uniform_(layer.bias, -reach, reach, generator=generator)
