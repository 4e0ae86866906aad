"""Torch modules: densities, encoders and the autoencoder made of them."""

from skfairgen.nn._build import MODULES, build
from skfairgen.nn._categorical_divergence import categorical_divergence
from skfairgen.nn._code_encoder import CodeEncoder
from skfairgen.nn._density import Density, Given, Items
from skfairgen.nn._fair_autoencoder import CodedItems, FairAutoencoder
from skfairgen.nn._for_items import NETWORKS, ItemSpec, Networks, autoencoder_for, density_for, is_made_for
from skfairgen.nn._latent_density import LatentDensity
from skfairgen.nn._random_layers import Dropout, Stochastic, draw_from
from skfairgen.nn.priors import PRIORS, EnergyPrior, GuidedPrior, Prior
from skfairgen.nn.table import ColumnDensity, ColumnEncoder

__all__ = [
    "CodeEncoder",
    "CodedItems",
    "ColumnDensity",
    "ColumnEncoder",
    "Density",
    "Dropout",
    "EnergyPrior",
    "FairAutoencoder",
    "Given",
    "GuidedPrior",
    "ItemSpec",
    "Items",
    "LatentDensity",
    "MODULES",
    "NETWORKS",
    "Networks",
    "PRIORS",
    "Prior",
    "Stochastic",
    "autoencoder_for",
    "build",
    "categorical_divergence",
    "density_for",
    "draw_from",
    "is_made_for",
]
