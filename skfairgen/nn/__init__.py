"""Torch modules: densities, encoders and the autoencoder made of them."""

from skfairgen.nn._build import MODULES, build
from skfairgen.nn._categorical_divergence import categorical_divergence
from skfairgen.nn._code_encoder import CodeEncoder
from skfairgen.nn._density import Density, Given, Items
from skfairgen.nn._fair_autoencoder import CodedItems, FairAutoencoder
from skfairgen.nn._random_layers import Dropout, Stochastic, draw_from
from skfairgen.nn.table import ColumnDensity, ColumnEncoder

__all__ = [
    "MODULES",
    "CodeEncoder",
    "CodedItems",
    "ColumnDensity",
    "ColumnEncoder",
    "Density",
    "Dropout",
    "FairAutoencoder",
    "Given",
    "Items",
    "Stochastic",
    "build",
    "categorical_divergence",
    "draw_from",
]
