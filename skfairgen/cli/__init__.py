"""The command line; a file a command."""

from skfairgen.cli._main import main

__all__ = ["main"]
