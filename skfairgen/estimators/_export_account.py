"""What a private export coarsened, column by column, in words."""

import numpy as np
import pandas as pd


def export_account(student, exported):
    """Return what a student lost where it was made private.

    Parameters
    ----------
    student, exported : DistilledGenerator
        The student, and its copy without what few rows held.

    Returns
    -------
    DataFrame
        One row for each column, the target and the groups that hold less now: "column" and "coarsened", in words.
    """
    before, after = student.reader_, exported.reader_
    labels, min_count = before.schema.format.columns, before.codec.min_category_count
    told = [
        (labels[place], _loss(column, after.codec.columns_[place], min_count))
        for place, column in before.codec.columns_.items()
    ]
    if before.schema.target is not None:
        told.append(("(classes)", _left_out(len(student.classes_), len(exported.classes_), min_count)))
    if before.schema.groups is not None:
        told.append(("(groups)", _left_out(len(student.groups_), len(exported.groups_), min_count)))
    return pd.DataFrame([own for own in told if own[1]], columns=["column", "coarsened"])


def _loss(column, kept, min_count):
    """Return what a column lost, in words; None where it lost nothing."""
    if hasattr(column, "levels_"):
        return _left_out(len(column.levels_), len(kept.levels_), min_count)
    column, kept = (getattr(own, "own", own) for own in (column, kept))
    if column.is_of_few:
        return f"left empty: fewer than {min_count} rows share a number"
    if np.array_equal(column.grid_, kept.grid_):
        return None
    return f"numbers that fewer than {min_count} rows reach are drawn nearer to the middle"


def _left_out(n, n_kept, min_count):
    return f"{n - n_kept:,} of {n:,} left out, each of fewer than {min_count} rows" if n_kept < n else None
