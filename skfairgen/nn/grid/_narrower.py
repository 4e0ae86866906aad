"""The settings of a narrower network of grids."""

import math
from collections.abc import Mapping
from typing import Any

import torch

from skfairgen.nn._density import checked_widths


def narrower(module: Any, size: float | Mapping[str, int]) -> dict[str, Any]:
    """Return the settings of a narrower network of a module's kind.

    Parameters
    ----------
    module : GridDensity or GridEncoder
        The wide one.
    size : float or dict
        Most parameters of the narrow one as a share of the wide one's, in (0, 1]; or its ``channels`` and
        ``hidden_features``.

    Raises
    ------
    ValueError
        If a width is unknown or below 1, or no network is as small as asked.
    """
    if isinstance(size, Mapping):
        return module.settings | checked_widths(size, {"channels", "hidden_features"})
    if not 0 < size <= 1:
        raise ValueError(f"Found a student size of {size}; expected a share of parameters in (0, 1].")
    for channels in range(module.settings["channels"], 0, -1):
        share = channels / module.settings["channels"]
        widths = {"channels": channels, "hidden_features": math.ceil(share * module.settings["hidden_features"])}
        with torch.device("meta"):
            n_parameters = type(module)(**module.settings | widths).n_parameters
        if n_parameters <= size * module.n_parameters:
            return module.settings | widths
    raise ValueError(
        f"A student of {size:.1%} of the {module.n_parameters:,} parameters was asked for, and the narrowest network "
        f"has {n_parameters:,}. Ask for a larger share."
    )
