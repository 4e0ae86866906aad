"""Networks by name: what a file may hold, made from plain settings."""

from collections.abc import Mapping
from typing import Any

from torch import nn

from skfairgen.nn._fair_autoencoder import FairAutoencoder
from skfairgen.nn._latent_density import LatentDensity
from skfairgen.nn.grid import GridDensity, GridEncoder
from skfairgen.nn.priors import PRIORS
from skfairgen.nn.table import ColumnDensity, ColumnEncoder

#: the networks that a file may hold; a new kind of data adds its own
MODULES: dict[str, type[nn.Module]] = {
    "ColumnDensity": ColumnDensity,
    "ColumnEncoder": ColumnEncoder,
    "FairAutoencoder": FairAutoencoder,
    "GridDensity": GridDensity,
    "GridEncoder": GridEncoder,
    "LatentDensity": LatentDensity,
    **{prior.__name__: prior for prior in PRIORS.values()},
}


def build(name: str, settings: Mapping[str, Any]) -> Any:
    """Return a network made from its registered name and its settings.

    Parameters
    ----------
    name : str
        A name of :data:`MODULES`.
    settings : dict
        What the attribute ``settings`` of such a network holds. A dict with a "name" and "settings" is a part, which
        is built first.

    Returns
    -------
    Module
        On torch's default device, with the weights of a fixed seed.

    Raises
    ------
    ValueError
        If a name is not registered.

    Examples
    --------
    >>> build("ColumnDensity", {"cardinalities": [3, 2], "given_cardinalities": [2]}).n_noise
    2
    """
    if name not in MODULES:
        raise ValueError(f"Found a network of the name {name!r}; expected one of {sorted(MODULES)}.")
    parts = {key: build(**value) if isinstance(value, Mapping) else value for key, value in settings.items()}
    return MODULES[name](**parts)
