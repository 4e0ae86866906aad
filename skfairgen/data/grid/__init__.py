"""Images and sequences as scaled arrays, and back."""

from skfairgen.data.grid._flat_format import FlatFormat
from skfairgen.data.grid._grid_codec import GridCodec, GridSpec
from skfairgen.data.grid._grid_format import GridFormat

__all__ = ["FlatFormat", "GridCodec", "GridFormat", "GridSpec"]
