"""Distill a generator of rows into a smaller one of the same kind."""

import numpy as np
import pandas as pd

from skfairgen.estimators._distilled_generator import DistilledGenerator
from skfairgen.estimators._teacher_rows import group_masks, tokens_and_groups
from skfairgen.estimators._trained_net import TrainedNet
from skfairgen.training import divergence_by_column, divergence_of_labels, fit_student, row_tensors

N_REPORTED = 4_096


def distill_generator(teacher, data, size, options, rng, generator):
    """Return the student of a generator of rows.

    Parameters
    ----------
    teacher : RowSampler
        Fitted.
    data : tuple or None
        Real rows to compare teacher and student on, (X, y) or (X, y, sensitive_features); None draws from the teacher.
    size : float or dict
        Share of the teacher's parameters, at most, or the widths of the student.
    options : DistillationOptions
        What to train for and how long.
    rng : numpy.random.Generator
        Draws the rows.
    generator : torch.Generator
        Draws the weights, the order of the rows and the labels before a repair.

    Returns
    -------
    DistilledGenerator
    """
    teacher = teacher._ready()
    is_repaired = draws_repaired_labels(teacher)
    if is_repaired and (data is not None or options.temperature != 1):
        raise ValueError(
            "data= or a temperature other than 1 was given for a teacher with criterion='demographic_parity'. Its "
            "labels are repaired after a row is drawn: real rows have no such labels, and their likelihood has no "
            "temperature. Leave both out."
        )
    module = teacher.net_.module_
    draw = _RowsOfTeacher(teacher) if data is None else _RealRows(teacher, data)
    student = DistilledGenerator(device=teacher.device, n_threads=teacher.n_threads)
    fitted = fit_student(module.student(size), module, draw, options, rng, generator, teacher._layout.counts.sum())
    student.net_, student.history_ = TrainedNet(fitted.module), pd.DataFrame(fitted.history)
    student._shares = np.array(teacher._cell_shares())
    student.distillation_report_ = _report(teacher, student, rng)
    student._layout = teacher._layout.without_strata()
    for name in ("codec_", "classes_", "groups_", "n_features_in_", "feature_names_in_"):
        if hasattr(teacher, name):
            setattr(student, name, getattr(teacher, name))
    return student


class _RowsOfTeacher:
    """Draw rows of a teacher, with the class shares of their groups."""

    def __init__(self, teacher):
        self.teacher = teacher
        self.shares = np.asarray(teacher._cell_shares())

    def __call__(self, n_rows, rng):
        wanted = rng.multinomial(n_rows, self.shares.ravel()).reshape(self.shares.shape)
        if not draws_repaired_labels(self.teacher):
            return _as_arrays(self.teacher, self.shares, *self.teacher._draw_codes(wanted, rng))
        *drawn, before, after = self.teacher._draw_repaired(wanted, rng)
        return {**_as_arrays(self.teacher, self.shares, *drawn), "before": before, "after": after}


class _RealRows:
    """Draw from real rows, encoded by the teacher's codec."""

    def __init__(self, teacher, data):
        self.teacher = teacher
        self.shares = np.asarray(teacher._cell_shares())
        self.tokens, self.group_codes = tokens_and_groups(teacher, *data)
        self.class_codes = np.zeros(len(self.tokens), dtype=int)
        if teacher._layout.target is not None:
            self.class_codes = _class_codes(teacher._layout.target, data[1] if len(data) > 1 else None)

    def __call__(self, n_rows, rng):
        own = rng.integers(len(self.tokens), size=n_rows)
        return _as_arrays(self.teacher, self.shares, self.tokens[own], self.class_codes[own], self.group_codes[own])


def _as_arrays(teacher, shares, tokens, class_codes, group_codes):
    levels = teacher._layout.levels(group_codes)
    class_shares = (shares / np.maximum(shares.sum(axis=0), 1e-12)).T[group_codes]
    return {"tokens": tokens, "classes": class_codes, "levels": levels, "class_shares": class_shares}


def _class_codes(target, y):
    unknown = [] if y is None else set(np.ravel(np.asarray(y, dtype=object))) - set(target.classes_.tolist())
    if y is None or (unknown and np.ndim(y) == 1):
        found = "None" if y is None else f"the labels {sorted(unknown, key=str)}"
        raise ValueError(f"data holds {found} as y; expected labels of {target.classes_.tolist()}.")
    return target.encode(y)


def draws_repaired_labels(teacher):
    """Tell whether a generator repairs labels after it has drawn a row."""
    return getattr(teacher, "criterion", None) == "demographic_parity"


def _report(teacher, student, rng):
    """Return a frame of the student's log-loss and divergence, a row a column and group, on new rows."""
    drawn = _RowsOfTeacher(teacher)(N_REPORTED, rng)
    rows = row_tensors(drawn, teacher.device)
    layout, network, module = teacher._layout, student.net_.module_, teacher.net_.module_
    figures = divergence_by_column(rows, network, None if "after" in rows else module)
    names = list(layout.format.columns[layout.feature_positions])
    gaps = {}
    if layout.target is not None:
        of_labels = divergence_of_labels(rows, network, module)
        figures = [np.column_stack(pair) for pair in zip(figures, of_labels, strict=True)]
        names.append("(label)")
        gaps = _class_share_gaps(student._shares, layout.groups)
    report = [
        {
            "column": name,
            "group": group,
            "n_rows": int(mask.sum()),
            "log_loss": loss,
            "kl": kl,
            "class_share_gap": gaps.get(group, np.nan) if name == "(label)" else np.nan,
        }
        for group, mask in group_masks(layout, drawn["levels"]).items()
        for name, loss, kl in zip(names, *(_means(values[mask]) for values in figures), strict=True)
    ]
    return pd.DataFrame(report)


def _class_share_gaps(shares, groups):
    """Return the largest difference between each group's class shares and those of all rows, by group."""
    own = shares / np.maximum(shares.sum(axis=0), 1e-12)
    found = np.abs(own - shares.sum(axis=1, keepdims=True) / shares.sum()).max(axis=0)
    return {"(all)": found.max(), **({} if groups is None else dict(zip(groups.groups_, found, strict=True)))}


def _means(values):
    return values.mean(axis=0) if len(values) else np.full(values.shape[1], np.nan)
