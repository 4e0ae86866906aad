"""Warnings kept as notes."""

import warnings
from contextlib import contextmanager


@contextmanager
def noting(notes):
    """Add the messages of the warnings of a block to a list, in place of showing them."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    notes += [str(warning.message) for warning in caught]
