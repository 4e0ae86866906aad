"""A student without what few rows held: rare categories and groups, and the outermost numbers."""

from copy import copy
from dataclasses import replace

import numpy as np

from skfairgen.models import DensityModel


def blanked_columns(student):
    """Return the labels of the columns that a private file leaves empty: no category is held by several rows."""
    codec, labels = student.reader_.codec, student.reader_.schema.format.columns
    return [
        labels[position]
        for position, column in ({} if labels is None else codec.columns_).items()
        if len(getattr(column, "levels_", [])) and column.level_counts_.max() < codec.min_category_count
    ]


def without_records(student):
    """Return a copy of a DistilledGenerator whose codec and schema hold no rare level and no exact extreme.

    A token of rare levels then draws among the frequent ones; the groups that fewer rows held than
    ``min_category_count`` are drawn no more; quantile grids end where at least that many rows lie beyond.

    Raises
    ------
    ValueError
        If every group held fewer rows.
    """
    made = copy(student)
    reader, model = student.reader_, student.model_
    min_count = reader.codec.min_category_count
    schema = reader.schema
    if schema.groups is not None:
        group_counts = model.cells.counts.sum(axis=0)
        kept = np.flatnonzero(group_counts >= min_count)
        if len(kept) == 0:
            raise ValueError(
                f"Every group held fewer than {min_count} rows ({group_counts.tolist()}): a private export would have "
                "none left. Save with private_export=False, or make the groups larger."
            )
        schema = replace(schema, groups=schema.groups.without_records(kept))
        shares = model.shares[:, kept] / model.shares[:, kept].sum()
        made.model_ = DensityModel(model.density, model.cells.of_groups(kept), shares, model.blind_terms)
        made.groups_ = schema.group_names
        names = {student.groups_[place]: name for place, name in zip(kept, made.groups_, strict=True)}
        report = student.distillation_report_
        report = report[report["group"].isin(["(all)", *names])].reset_index(drop=True)
        report["group"] = [names.get(group, group) for group in report["group"]]
        made.distillation_report_ = report
    made.reader_ = replace(reader, schema=schema, codec=reader.codec.without_records())
    return made
