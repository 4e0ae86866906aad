"""The networks of a kind of items, made from what a codec says of them."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import torch
from torch import Generator

from skfairgen.nn._code_encoder import CodeEncoder
from skfairgen.nn._density import Density
from skfairgen.nn._fair_autoencoder import FairAutoencoder
from skfairgen.nn.grid import GridDensity, GridEncoder
from skfairgen.nn.table import ColumnDensity, ColumnEncoder, TokenNumbers

MANY_COLUMNS = 64  # above which they see each other by running sums, of
CONTEXT_FEATURES = 128


class ItemSpec(Protocol):
    """What a codec says of its items; `kind` is a name of :data:`NETWORKS`."""

    @property
    def kind(self) -> str: ...


class Networks(NamedTuple):
    """The networks of a kind of items.

    Attributes
    ----------
    density : callable
        Takes the spec, the number of values of each given column, and ``latent_features``; returns a Density.
    encoder : callable
        Takes the spec, the number of levels of each sensitive column, ``latent_features``, ``visible_terms`` (places
        of the columns to see; None for all) and ``encode_levels``; returns a CodeEncoder.
    fits : callable
        Takes a density and a spec, and tells whether the density was made for such items.
    """

    density: Callable[..., Density]
    encoder: Callable[..., CodeEncoder]
    fits: Callable[[Any, Any], bool]


def _column_density(spec: Any, given_cardinalities: Sequence[int], latent_features: int = 0) -> Density:
    generable = [torch.as_tensor(allowed.copy()) for allowed in spec.generable]
    numbers = None
    if not latent_features:
        numbers = TokenNumbers([torch.as_tensor(own.copy()) for own in spec.values], spec.n_spikes)
    density = ColumnDensity(
        spec.cardinalities,
        given_cardinalities,
        generable,
        numbers=numbers,
        copied=_copied(spec),
        shown=[] if latent_features else _shown(spec),
        latent_features=latent_features,
        context_features=CONTEXT_FEATURES if len(spec.cardinalities) > MANY_COLUMNS else 0,
    )
    return _filled(density, spec)


def _column_encoder(
    spec: Any,
    cardinalities: Sequence[int],
    latent_features: int,
    *,
    visible_terms: Sequence[int] | None = None,
    encode_levels: bool = True,
) -> CodeEncoder:
    encoder = ColumnEncoder(
        spec.cardinalities,
        cardinalities,
        latent_features,
        visible_columns=visible_terms,
        encode_given=encode_levels,
        copied=_copied(spec),
    )
    return _filled(encoder, spec)


def _copied(spec: Any) -> list[int]:
    """Return which columns copy others, as networks take it."""
    links = [(place, copy.source, len(copy.bins)) for place, own in enumerate(spec.copies) for copy in own]
    return [number for link in links for number in link]


def _shown(spec: Any) -> list[int]:
    """Return which columns are seen by their values, as networks take it."""
    columns = [(place, len(own.edges) + 2, len(own.sources), *own.sources) for place, own in spec.shown.items()]
    return [number for column in columns for number in column]


def _filled(network: Any, spec: Any) -> Any:
    """Return a network that knows what the tokens of copies stand for, and the values that it is shown."""
    if network.seen.shown.columns:
        parts = [
            ([torch.as_tensor(step) for step in own.steps], own.distances, own.edges) for own in spec.shown.values()
        ]
        network.seen.shown.fill([(steps, *map(torch.as_tensor, rest)) for steps, *rest in parts])
    network.seen.fill([torch.as_tensor(copy.bins) for own in spec.copies for copy in own])
    return network


def _fits_columns(density: Any, spec: Any) -> bool:
    return isinstance(density, ColumnDensity) and density.cardinalities == tuple(spec.cardinalities)


def _grid_density(spec: Any, given_cardinalities: Sequence[int], latent_features: int = 0) -> Density:
    is_sequence = len(spec.shape) == 2
    return GridDensity(spec.shape, given_cardinalities, latent_features, bounds=spec.bounds, residual_noise=is_sequence)


def _grid_encoder(spec: Any, cardinalities: Sequence[int], latent_features: int, **seen: Any) -> CodeEncoder:
    """Return an encoder of grids, which never sees the levels."""
    return GridEncoder(spec.shape, latent_features)


def _fits_grid(density: Any, spec: Any) -> bool:
    return isinstance(density, GridDensity) and density.settings["shape"] == list(spec.shape)


#: The networks by kind of items; a new kind of data adds its own.
NETWORKS = {
    "tokens": Networks(_column_density, _column_encoder, _fits_columns),
    "grid": Networks(_grid_density, _grid_encoder, _fits_grid),
}


def density_for(spec: ItemSpec, n_classes: int, cardinalities: Sequence[int], *, generator: Generator) -> Density:
    """Return an untrained density of items given their class and sensitive levels.

    Parameters
    ----------
    spec : ItemSpec
        What a codec says of its items.
    n_classes : int
        Number of classes.
    cardinalities : sequence of int
        Number of levels of each sensitive column.
    generator : torch.Generator
        On the CPU; draws the weights.
    """
    density = NETWORKS[spec.kind].density(spec, [n_classes, *cardinalities])
    density.reset_parameters(generator)
    return density


def is_made_for(density: Density, spec: ItemSpec) -> bool:
    """Tell whether a density was made for the items of a spec."""
    return NETWORKS[spec.kind].fits(getattr(density, "decoder", density), spec)


def autoencoder_for(
    spec: ItemSpec,
    cardinalities: Sequence[int],
    *,
    n_classes: int,
    latent_features: int,
    visible_terms: Sequence[int] | None,
    encode_levels: bool,
    generator: Generator,
) -> FairAutoencoder:
    """Return an untrained fair autoencoder of items; parameters as in :func:`density_for` and :class:`Networks`."""
    networks = NETWORKS[spec.kind]
    seen = {"visible_terms": visible_terms, "encode_levels": encode_levels}
    encoder = networks.encoder(spec, cardinalities, latent_features, **seen)
    decoder = networks.density(spec, cardinalities, latent_features)
    autoencoder = FairAutoencoder(encoder, decoder, n_classes)
    autoencoder.reset_parameters(generator)
    return autoencoder
