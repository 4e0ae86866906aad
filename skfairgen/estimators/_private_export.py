"""A student without what few rows held: rare categories, classes and groups, and the outermost numbers."""

from copy import copy
from dataclasses import replace

import numpy as np

from skfairgen.models import DensityModel


def blanked_columns(student):
    """Return the labels of the columns that a private file leaves empty: no value is held by several rows."""
    columns, labels = student.reader_.codec.columns_, student.reader_.schema.format.columns
    return [labels[position] for position, column in columns.items() if getattr(column, "is_of_few", False)]


def without_records(student):
    """Return a copy of a DistilledGenerator whose codec and schema hold no rare level and no exact extreme.

    A token of rare levels then draws among the frequent ones; the classes and groups that fewer rows held than
    ``min_category_count`` are drawn no more; quantile grids end where at least that many rows lie beyond. Cells of
    fewer rows all have the same count.

    Raises
    ------
    ValueError
        If every class, or every group, held fewer rows.
    """
    made = copy(student)
    reader, model = student.reader_, student.model_
    min_count = reader.codec.min_category_count
    schema = reader.schema
    counts = model.cells.counts
    kept_classes, kept_groups = (_of_several(counts, axis, min_count) for axis in (0, 1))
    cells = model.cells.part(kept_classes, kept_groups)
    shares = model.shares[np.ix_(kept_classes, kept_groups)]
    if not shares.any():
        raise ValueError(
            f"No row has both a class and a group that {min_count} rows hold or more: a private export would have "
            "none left. Save with private_export=False, or make them larger."
        )
    cells, shares = _without_small_counts(cells, shares / shares.sum(), min_count)
    made.model_ = DensityModel(model.density, cells, shares, model.blind_terms)
    if schema.target is not None:
        schema = replace(schema, target=schema.target.without_records(kept_classes))
        made.classes_ = schema.classes
    if schema.groups is not None:
        schema = replace(schema, groups=schema.groups.without_records(kept_groups))
        made.groups_ = schema.group_names
        names = {student.groups_[place]: name for place, name in zip(kept_groups, made.groups_, strict=True)}
        report = student.distillation_report_
        report = report[report["group"].isin(["(all)", *names])].reset_index(drop=True)
        report["group"] = [names.get(group, group) for group in report["group"]]
        made.distillation_report_ = report
    made.reader_ = replace(reader, schema=schema, codec=reader.codec.without_records())
    return made


def _without_small_counts(cells, shares, min_count):
    """Return cells and shares that tell no count from 1 to `min_count` - 1.

    Shares of classes within groups are rounded, all in the same way: those that a criterion made equal stay equal.
    """
    counts = cells.counts
    is_small = (counts > 0) & (counts < min_count)
    if not is_small.any():
        return cells, shares
    told = replace(cells, strata_counts=np.where(is_small, min_count // 2, counts)[:, :, None])
    if np.allclose(shares, counts / counts.sum()):
        return told, told.counts / told.n_rows
    step = min_count / told.n_rows
    of_groups = np.maximum(shares.sum(axis=0), 1e-300)
    of_classes = np.where(shares > 0, np.maximum(np.round(shares / of_groups / step), 0.5), 0)
    of_groups = of_groups * told.group_shares / np.maximum(cells.group_shares, 1e-300)
    shares = of_classes / np.maximum(of_classes.sum(axis=0), 1e-300) * of_groups
    return told, shares / shares.sum()


def _of_several(counts, axis, min_count):
    """Return the codes of the classes (axis 0) or groups (axis 1) that enough rows hold."""
    held = counts.sum(axis=1 - axis)
    kept = np.flatnonzero(held >= min_count)
    if len(kept) == 0:
        raise ValueError(
            f"Every {('class', 'group')[axis]} held fewer than {min_count} rows ({held.tolist()!s:.500}): a private "
            "export would have none left. Save with private_export=False, or make them larger."
        )
    return kept
