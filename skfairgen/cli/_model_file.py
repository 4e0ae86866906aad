"""Generators from files and from the standard input."""

import sys
from io import BytesIO
from pathlib import Path

import skfairgen
from skfairgen.files import read_archive

STREAM = "-"
MAX_BYTES = 1 << 30


def read_model(path):
    """Return what a file holds and the file's manifest; "-" is the standard input.

    Raises
    ------
    OSError
        If there is no such file.
    ValueError
        If it is not a file of skfairgen.
    """
    contents = BytesIO(sys.stdin.buffer.read() if path == STREAM else Path(path).read_bytes())
    try:
        model = skfairgen.load(contents, max_bytes=MAX_BYTES)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    contents.seek(0)
    return model, read_archive(contents, MAX_BYTES)[0]


def read_generator(path):
    """Return the generator of a file, a resampler's own included.

    Raises
    ------
    ValueError
        If the file holds something that draws no rows.
    """
    model, _ = read_model(path)
    generator = getattr(model, "generator_", model)
    if not hasattr(generator, "sample"):
        raise ValueError(f"{path} holds a {type(model).__name__}, which draws no rows; expected a generator.")
    return generator
