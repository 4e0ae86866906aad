"""Images and sequences as scaled arrays, and back."""

from skfairgen.data.grid._grid_codec import GridCodec
from skfairgen.data.grid._grid_format import GridFormat

__all__ = ["GridCodec", "GridFormat"]
