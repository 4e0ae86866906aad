"""The rows of a fidelity report: the whole table, each group, each cell."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.utils.multiclass import type_of_target

from skfairgen._listed import listed
from skfairgen.data import as_frame, in_bands
from skfairgen.metrics._groups import encode_groups


@dataclass(frozen=True)
class ReportRow:
    """One row of the report.

    Attributes
    ----------
    level : str
        "overall", "group" or "cell".
    group, label : object
        The group and the class, "" where they do not apply.
    in_tables : list of ndarray of shape (n_rows,), bool
        Which rows of each table belong to it.
    """

    level: str
    group: object
    label: object
    in_tables: list

    @property
    def name(self):
        """The row in words, for a warning."""
        parts = [] if isinstance(self.group, str) and self.group == "" else [f"group {self.group!r}"]
        if self.level == "cell":
            parts.append(f"class {self.label!r}")
        return " and ".join(parts)


def append_target(*pairs):
    """Return the given tables with their target as the last column, and that column's label (None without).

    A target of classes becomes text or objects, so that it counts as a category.
    """
    given = [(as_frame(X), y) for X, y in pairs if X is not None]
    with_target = [y is not None for _, y in given]
    if any(with_target) != all(with_target):
        raise ValueError(
            "Found a target for some of the tables and None for others: pass the target of all tables, or of none."
        )
    if not all(with_target):
        return [X for X, _ in given], None
    frames = [X for X, _ in given]
    name = getattr(given[0][1], "name", None)
    label = "target" if name is None or name in frames[0].columns else name
    while label in frames[0].columns:
        label = f"{label}_"
    classes = type_of_target(np.asarray(given[0][1])) in ("binary", "multiclass")
    frames = [X.assign(**{str(label): _target_column(X, y, classes)}) for X, y in given]
    return frames, str(label)


def report_rows(tables, sensitive_columns, target, categorical_columns="auto"):
    """List the rows of the report for tables with the same columns; many numbers that are sensitive are cut into bands.

    Raises
    ------
    ValueError
        If a sensitive column is not a column of the first table.
    """
    everywhere = [np.ones(len(table), dtype=bool) for table in tables]
    rows = [ReportRow("overall", "", "", everywhere)]
    groups = _memberships(tables, sensitive_columns, categorical_columns) if sensitive_columns is not None else []
    rows += [ReportRow("group", group, "", members) for group, members in groups]
    if target is None or not _is_category(tables[0][target].dtype):
        return rows
    for group, members in groups or [("", everywhere)]:
        for label, in_class in _memberships(tables, target, [target]):
            both = [a & b for a, b in zip(members, in_class, strict=True)]
            rows.append(ReportRow("cell", group, label, both))
    return rows


def _memberships(tables, columns, categorical_columns):
    labels = list(columns) if isinstance(columns, (list, tuple, np.ndarray, pd.Index)) else [columns]
    unknown = [label for label in labels if label not in tables[0].columns]
    if unknown:
        raise ValueError(
            f"sensitive_columns names {listed(unknown)}, which X does not have: use labels from "
            f"{listed(tables[0].columns)}."
        )
    values = pd.concat([table[labels] for table in tables], ignore_index=True)
    levels = in_bands(values, categorical_columns, len(tables[0])).astype(object)
    found = encode_groups(levels, len(levels))
    ends = np.cumsum([len(table) for table in tables])[:-1]
    parts = np.split(found.codes, ends)
    return [(label, [part == code for part in parts]) for code, label in enumerate(found.labels)]


def _target_column(X, y, classes):
    y = y.to_numpy() if hasattr(y, "to_numpy") else np.asarray(y)
    if len(y) != len(X):
        raise ValueError(f"The target has {len(y)} values, X has {len(X)} rows: pass one value per row.")
    return pd.Series(y, index=X.index, dtype="object") if classes else y


def _is_category(dtype):
    return pd.api.types.is_object_dtype(dtype)
