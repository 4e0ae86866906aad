"""The autoencoder of token rows."""

from collections.abc import Sequence

from torch import Tensor

from skfairgen.nn._fair_autoencoder import FairAutoencoder
from skfairgen.nn.table._column_density import ColumnDensity
from skfairgen.nn.table._column_encoder import ColumnEncoder


def table_autoencoder(
    cardinalities: Sequence[int],
    given_cardinalities: Sequence[int],
    generable: Sequence[Tensor] | None = None,
    *,
    n_classes: int = 0,
    latent_features: int = 8,
    visible_columns: Sequence[int] | None = None,
    encode_given: bool = True,
) -> FairAutoencoder:
    """Return the autoencoder of token rows; arguments as in :class:`ColumnEncoder` and :class:`ColumnDensity`."""
    encoder = ColumnEncoder(
        cardinalities,
        given_cardinalities,
        latent_features,
        visible_columns=visible_columns,
        encode_given=encode_given,
    )
    decoder = ColumnDensity(cardinalities, given_cardinalities, generable, latent_features=latent_features)
    return FairAutoencoder(encoder, decoder, n_classes)
