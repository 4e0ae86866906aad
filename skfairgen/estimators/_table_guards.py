"""Warnings about what is learned: identifiers, columns that are y, few samples of a class, weights that do not fit."""

import warnings

import numpy as np
import pandas as pd

from skfairgen.data import is_numeric
from skfairgen.exceptions import LeakageWarning, SmallGroupWarning, WarmStartWarning

MAX_ROWS = 10_000  # of each class that are looked at
MIN_OTHERS = 10  # rows that are not of the commonest class
MIN_SAMPLES = 10  # of a class, below which a decoder learns them by heart


def warn_of_identifiers(reader):
    """Warn of columns that look like identifiers."""
    if reader.identifiers:
        warnings.warn(
            f"{_listed(reader.identifiers)} look{'s' * (len(reader.identifiers) == 1)} like an identifier: nearly "
            "every value belongs to one row. Synthetic values are, or lie between, real ones. Drop it, or replace it "
            "by what it stands for.",
            LeakageWarning,
            stacklevel=4,
        )


def warn_of_identifiers_in_a_file(reader, blanked):
    """Warn of columns that look like identifiers, and of those that a private file leaves empty."""
    warn_of_identifiers(reader)
    if blanked:
        warnings.warn(
            f"The private file leaves out every value of {_listed(blanked, 'column')}: no "
            f"{reader.codec.min_category_count} rows share one, or hold any. Rows that are drawn from the file have "
            "none there.",
            LeakageWarning,
            stacklevel=4,
        )


def warn_of_samples_by_heart(classes, counts):
    """Warn of classes with so few images or sequences that what is drawn of them may be these.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        Labels.
    counts : ndarray of shape (n_classes, n_groups), int
        Samples of each cell.
    """
    few = [label for label, count in zip(classes.tolist(), counts.sum(axis=1), strict=True) if count < MIN_SAMPLES]
    if few:
        warnings.warn(
            f"{_listed(few, 'Label')} ha{'s' if len(few) == 1 else 've'} fewer than {MIN_SAMPLES} samples. "
            "A decoder learns so few by heart: samples drawn of them, by a student too, may repeat them. Leave "
            "them out, or join them with another class, before you publish any.",
            SmallGroupWarning,
            stacklevel=4,
        )


def warn_of_told_classes(schema, frame, class_codes):
    """Warn of columns that are not sensitive and each of whose values, or ranges of values, belongs to one class."""
    known = np.flatnonzero(class_codes >= 0)
    counts = np.bincount(class_codes[known]) if len(known) else np.zeros(1, dtype=int)
    if schema.format.columns is None or counts.sum() - counts.max() < MIN_OTHERS:
        return
    rows = [known[class_codes[known] == code] for code in np.flatnonzero(counts)]
    rows = np.concatenate([own[:: -(-len(own) // MAX_ROWS)] for own in rows])
    classes = class_codes[rows]
    told = [
        schema.format.columns[position]
        for position in range(frame.shape[1])
        if position not in schema.sensitive_positions and _tells(frame[position].iloc[rows], classes)
    ]
    if told:
        warnings.warn(
            f"{_listed(told)} tell{'s' * (len(told) == 1)} the class of every row. Drop what is y in other words, or "
            "is known only after y.",
            LeakageWarning,
            stacklevel=4,
        )


def warn_of_a_new_start(reason):
    """Warn that a warm start starts over."""
    warnings.warn(
        f"warm_start=True starts over, and what was learned before is lost: {reason}. Fit rows of all kinds at once, "
        "or set warm_start=False.",
        WarmStartWarning,
        stacklevel=4,
    )


def _tells(column, classes):
    """Tell whether levels, or ranges of numbers, belong to one class, with ten rows to each at least."""
    if is_numeric(column):
        codes, levels = pd.factorize(column, sort=True)
    else:
        codes, levels = pd.factorize(column.astype(object))
    n_classes = classes.max() + 1
    codes = np.where(codes < 0, len(levels), codes)
    held = np.bincount(codes * n_classes + classes, minlength=(len(levels) + 1) * n_classes).reshape(-1, n_classes)
    held = held[held.any(axis=1)]
    if (np.count_nonzero(held, axis=1) > 1).any():
        return False
    own, commonest = held.argmax(axis=1), held.sum(axis=0).argmax()
    n_parts = np.count_nonzero(np.diff(own)) if is_numeric(column) else np.count_nonzero(own != commonest)
    return n_parts <= 0.1 * held[own != commonest].sum()


def _listed(names, noun="Column"):
    noun = f"{noun}s" * (len(names) > 1) or noun
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return f"{noun} {', '.join(repr(name) for name in names[:10])}{more}"
