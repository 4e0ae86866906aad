"""A trained network, as estimators hold it."""

from dataclasses import dataclass

from torch import nn


@dataclass
class TrainedNet:
    """A trained module, and whether training can go on from it: not for one from a file, or a student.

    Attributes
    ----------
    module_ : Module
        In evaluation mode.
    """

    module_: nn.Module
    is_trainable = False


class TrainableNet(TrainedNet):
    """A network that ``fit`` trained."""

    is_trainable = True
