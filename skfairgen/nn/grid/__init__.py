"""Networks of images and sequences: the decoder, which is a density of grids, and the encoder."""

from skfairgen.nn.grid._grid_density import GridDensity
from skfairgen.nn.grid._grid_encoder import GridEncoder

__all__ = ["GridDensity", "GridEncoder"]
