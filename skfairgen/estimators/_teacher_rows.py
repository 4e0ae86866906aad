"""Rows that a teacher and its student are compared on: real ones as tokens, and the rows of each group."""

import numpy as np


def tokens_and_groups(teacher, X, y=None, sensitive_features=None):
    """Return real rows as the teacher's tokens (n_rows, n_columns), and their group codes (n_rows,).

    Raises
    ------
    ValueError
        If they are not rows of the teacher's table.
    """
    layout = teacher._layout
    frame = layout.read_data(X, y, sensitive_features)
    tokens = teacher.codec_.encode(frame[layout.feature_positions])
    return tokens, layout.group_codes(frame, sensitive_features)


def group_masks(layout, levels):
    """Return which rows of sensitive levels (n_rows, n_sensitive) are of each group; "(all)" comes first."""
    masks = {"(all)": np.ones(len(levels), dtype=bool)}
    if layout.groups is not None:
        for group, own in zip(layout.groups.groups_, layout.groups.group_levels_, strict=True):
            masks[group] = (levels == own).all(axis=1)
    return masks
