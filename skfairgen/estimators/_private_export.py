"""A student without what few rows held: rare categories and groups, and the outermost numbers."""

from copy import copy

import numpy as np

from skfairgen.data import GroupCodec


def without_records(student):
    """Return a copy of a DistilledGenerator whose codec and layout hold no rare level and no exact extreme.

    A token of rare levels then draws among the frequent ones; the groups that fewer rows held than
    ``min_category_count`` are drawn no more; quantile grids end where at least that many rows lie beyond.
    """
    made = copy(student)
    min_count = student.codec_.min_category_count
    made.codec_ = copy(student.codec_)
    made.codec_.columns_ = {place: column.without_records() for place, column in student.codec_.columns_.items()}
    made.codec_.dtypes_ = [getattr(column, "dtype_", None) for column in made.codec_.columns_.values()]
    made._layout = copy(student._layout)
    if isinstance(student._layout.groups, GroupCodec):
        group_counts = student._layout.counts.sum(axis=0)
        kept = np.flatnonzero(group_counts >= min_count)
        if len(kept) == 0:
            raise ValueError(
                f"Every group held fewer than {min_count} rows ({group_counts.tolist()}): a private export would have "
                "none left. Save with private_export=False, or make the groups larger."
            )
        made._layout.groups = student._layout.groups.without_records(kept)
        made._layout.counts = student._layout.counts[:, kept]
        made._shares = student._shares[:, kept] / student._shares[:, kept].sum()
        made.groups_ = made._layout.groups.groups_
        names = {student.groups_[place]: name for place, name in zip(kept, made.groups_, strict=True)}
        report = student.distillation_report_
        report = report[report["group"].isin(["(all)", *names])].reset_index(drop=True)
        report["group"] = [names.get(group, group) for group in report["group"]]
        made.distillation_report_ = report
    return made
