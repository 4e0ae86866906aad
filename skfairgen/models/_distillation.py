"""Distill a model of rows into a smaller one of the same kind."""

from typing import Any, NamedTuple

import numpy as np
import torch

from skfairgen.criteria import drawn_counts
from skfairgen.models._density_model import DensityModel
from skfairgen.models._label_repair import draw_repaired
from skfairgen.training import (
    DistillationOptions,
    divergence_by_column,
    divergence_of_labels,
    fit_student,
    row_tensors,
    torch_runtime,
)

N_REPORTED = 4_096


class Distilled(NamedTuple):
    """What a distillation gives.

    Attributes
    ----------
    model : DensityModel
        The student.
    history : list of dict
        A record an epoch.
    report : list of dict
        How near the student comes to its teacher, a record a term and group: ``term`` (its place; None for the label),
        ``group`` (its code; None for all rows), ``n_rows``, ``log_loss``, ``kl`` (nats) and ``class_share_gap``.
    """

    model: DensityModel
    history: list[dict[str, Any]]
    report: list[dict[str, Any]]


class TeacherSource:
    """Draw rows of a teacher as training arrays.

    Parameters
    ----------
    model : DensityModel
        The teacher.
    repair : BarycenterRepair, FairLabels or None
        What labels its rows; None leaves the labels they were drawn with.
    n_threads : int
        Threads of torch.
    """

    def __init__(self, model: DensityModel, repair: Any, n_threads: int) -> None:
        self.model = model
        self.repair = repair
        self.n_threads = n_threads
        self.shares = model.shares if repair is None else repair.shares

    def __call__(self, n_rows: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Return items, "classes", "levels", "class_shares" and, of repaired rows, "before" and "after"."""
        if self.repair is None:
            wanted = rng.multinomial(n_rows, self.shares.ravel()).reshape(self.shares.shape)
            return self._arrays(self.model.draw(wanted, rng, self.n_threads))
        wanted = drawn_counts(self.shares, n_rows, rng)  # in proportion, so that rows are labeled as they are drawn
        drawn = draw_repaired(self.model, self.repair, wanted, rng, self.n_threads)
        return {**self._arrays(drawn.draws), "before": drawn.before, "after": drawn.after}

    def _arrays(self, draws):
        given = self.model.given(draws.class_codes, draws.group_codes)
        class_shares = self.model.of_all_classes(_class_shares(self.shares))
        return {**draws.items, **given, "class_shares": class_shares[draws.group_codes]}


class RowsAtHand:
    """Draw from real rows, with replacement.

    Parameters
    ----------
    model : DensityModel
        The teacher.
    shares : ndarray of shape (n_classes, n_groups)
        Share of each cell in the student's rows.
    items, class_codes, group_codes
        The rows.
    """

    def __init__(
        self,
        model: DensityModel,
        shares: np.ndarray,
        items: dict[str, np.ndarray],
        class_codes: np.ndarray,
        group_codes: np.ndarray,
    ) -> None:
        self.rows = {
            **items,
            **model.given(class_codes, group_codes),
            "class_shares": model.of_all_classes(_class_shares(shares))[group_codes],
        }

    def __call__(self, n_rows: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Return the arrays of :class:`TeacherSource` without the last two."""
        own = rng.integers(len(self.rows["classes"]), size=n_rows)
        return {name: values[own] for name, values in self.rows.items()}


def distill_density(
    model: DensityModel,
    repair: Any,
    rows: tuple[dict[str, np.ndarray], np.ndarray, np.ndarray] | None,
    size: float | dict[str, int],
    options: DistillationOptions,
    rng: np.random.Generator,
    generator: torch.Generator,
    n_threads: int = 1,
) -> Distilled:
    """Distill a model of rows into a smaller one.

    Parameters
    ----------
    model : DensityModel
        The teacher.
    repair : BarycenterRepair, FairLabels or None
        What labels the teacher's rows; the student learns to draw them labeled so.
    rows : tuple (items, class_codes, group_codes) or None
        Real rows to compare teacher and student on; None draws them from the teacher.
    size : float or dict
        Share of the teacher's parameters at most, or the widths of the student.
    options : DistillationOptions
        What to train for and how long.
    rng : numpy.random.Generator
        Draws the rows.
    generator : torch.Generator
        Initial weights and all other chance of the training.
    n_threads : int
        Threads of torch.
    """
    teacher = model.density
    source = TeacherSource(model, repair, n_threads)
    draw = source if rows is None else RowsAtHand(model, source.shares, *rows)
    with torch_runtime(n_threads, options.device):
        student = teacher.student(size)
        fitted = fit_student(student, teacher, draw, options, rng, generator, model.cells.n_rows)
    made = DensityModel(fitted.module, model.cells.without_strata(), source.shares, model.blind_terms)
    return Distilled(made, fitted.history, _report(source, model, made, rng, n_threads))


def _class_shares(shares):
    return (shares / np.maximum(shares.sum(axis=0), 1e-12)).T


def _report(source, teacher, student, rng, n_threads):
    drawn = source(N_REPORTED, rng)
    with torch_runtime(n_threads, teacher.device):
        rows = row_tensors(drawn, teacher.device)
        # the conditionals given a repaired label have no closed form
        other = None if "after" in drawn else teacher.density
        figures = zip(
            divergence_by_column(rows, student.density, other),
            divergence_of_labels(rows, student.density, teacher.density),
            strict=True,
        )
        losses, divergences = (np.column_stack(pair) for pair in figures)
    own_shares = _class_shares(source.shares)
    gaps = np.abs(own_shares - source.shares.sum(axis=1) / source.shares.sum()).max(axis=1)
    records = []
    for group in (None, *range(len(teacher.cells.levels))):
        mask = slice(None) if group is None else (drawn["levels"] == teacher.cells.levels[group]).all(axis=1)
        loss, kl = losses[mask], divergences[mask]
        for term in (*range(loss.shape[1] - 1), None):
            place = -1 if term is None else term
            gap = np.nan if term is not None else gaps.max() if group is None else gaps[group]
            records.append(
                {
                    "term": term,
                    "group": group,
                    "n_rows": len(loss),
                    "log_loss": _mean(loss[:, place]),
                    "kl": _mean(kl[:, place]),
                    "class_share_gap": gap,
                }
            )
    return records


def _mean(values):
    return values.mean() if len(values) else np.nan
