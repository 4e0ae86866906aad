"""Saved files: one zip of JSON and safetensors, in which nothing is executed."""

from skfairgen.files._archive import FORMAT_VERSION, read_archive, write_archive
from skfairgen.files._atomic import atomic_write
from skfairgen.files._format1 import to_version_2
from skfairgen.files._values import pack, unpack

__all__ = ["FORMAT_VERSION", "atomic_write", "pack", "read_archive", "to_version_2", "unpack", "write_archive"]
