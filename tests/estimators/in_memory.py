"""Save and load estimators as bytes."""

import io

from skfairgen import load, save


def to_bytes(estimator, **options):
    """Return the bytes of the file that ``save`` writes."""
    file = io.BytesIO()
    save(estimator, file, **options)
    return file.getvalue()


def from_bytes(content, **options):
    """Return the estimator of a file's bytes."""
    return load(io.BytesIO(content), **options)
