"""Train a student on rows of its teacher: match every conditional, and the labels they imply."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Generator, Tensor

from skfairgen.losses import utility_loss
from skfairgen.nn import Density, Given
from skfairgen.training._batches import Rows, SlicedBatches, TensorRows, row_tensors
from skfairgen.training._fit_density import given_of
from skfairgen.training._options import DistillationOptions
from skfairgen.training._pools import Draw, StudentFit, pool_rows, train_on_pools
from skfairgen.training._runtime import own_defaults

MAX_NUMBERS = 2**26  # of a pool of teacher distributions: 256 MiB
CHUNK_ROWS = 1_024


class TeacherRows:
    """Rows of a teacher with what a student is to learn of them.

    Parameters
    ----------
    draw : callable
        As in :func:`fit_student`.
    teacher : Density
        Whose conditionals are the target; in evaluation mode.
    options : DistillationOptions
        What the student is trained for.
    generator : torch.Generator
        On the CPU; draws labels from before a repair.
    """

    def __init__(self, draw: Draw, teacher: Density, options: DistillationOptions, generator: Generator) -> None:
        self.draw = draw
        self.teacher = teacher
        self.options = options
        self.generator = generator

    @torch.no_grad()
    def __call__(self, n_rows: int, rng: np.random.Generator) -> Rows:
        """Draw rows, and return them and their targets as a dict of tensors."""
        arrays = self.draw(n_rows, rng)
        drawn = row_tensors(arrays, self.options.device)
        rows = {name: drawn[name] for name in (*self.teacher.item_names, "classes", "levels") if name in drawn}
        if self.options.utility_weight > 0:
            rows["class_shares"] = drawn["class_shares"]
            posteriors = (
                self.teacher.class_posterior(part, part["levels"], part["class_shares"]) for part in _chunks(rows)
            )
            rows["class_probabilities"] = drawn["after"] if "after" in drawn else torch.cat(list(posteriors))
        if "before" in drawn:
            rows["label"] = rows["classes"]
            before, after = (torch.tensor(np.asarray(arrays[name], dtype=np.float64)) for name in ("before", "after"))
            rows["classes"] = _labels_before(rows["label"], before, after, self.generator)
        if self.options.quality_weight > 0:
            temperature = self.options.temperature
            targets = [self.teacher.target(part, given_of(part), temperature) for part in _chunks(rows)]
            rows["target"] = torch.cat(targets)
        return rows


class Distilled(NamedTuple):
    """What a student says of a batch; None where it was not asked.

    Attributes
    ----------
    divergence : Tensor of shape (B, terms) or None
        Of each conditional from the teacher's.
    relabeling : Tensor of shape (M,) or None
        :math:`\\log p_S(x | y) - \\log p_S(x | y')` of the M rows whose label y became y'.
    class_logits : Tensor of shape (some of B, C) or None
        Joint log-density of rows and every class.
    """

    divergence: Tensor | None
    relabeling: Tensor | None
    class_logits: Tensor | None


class Distillation:
    r"""The task of a student: the quality loss and the utility loss.

    Where rows got another label after their items were drawn, y' in the place of y, the divergence is that given y.
    The term :math:`\log p_S(x | y) - \log p_S(x | y')` makes the sum an unbiased estimate of :math:`-\log p_S(x | y')`,
    up to a constant: the likelihood of the rows, with the divergence as a control variate.

    Parameters
    ----------
    options : DistillationOptions
        Weights of the losses, and the temperature.
    """

    def __init__(self, options: DistillationOptions) -> None:
        self.options = options

    def predict(self, module: Density, rows: Rows) -> Distilled:
        """Return what the losses need of the student."""
        divergence = relabeling = logits = None
        if self.options.quality_weight > 0:
            divergence = module.divergence(rows["target"], rows, given_of(rows), self.options.temperature)
            relabeling = _relabeling(module, rows) if "label" in rows else None
        if self.options.utility_weight > 0:
            part = {name: values[_some(rows)] for name, values in rows.items()}
            logits = module.class_logits(part, part["levels"], part["class_shares"])
        return Distilled(divergence, relabeling, logits)

    def loss(self, predicted: Distilled, rows: Rows, training: bool) -> Tensor:
        """Return the weighted sum of both losses, in nats a row."""
        loss = rows["levels"].new_zeros((), dtype=torch.float32)
        if predicted.divergence is not None:
            quality = predicted.divergence.sum(dim=1).mean()
            if predicted.relabeling is not None:
                quality = quality + predicted.relabeling.sum() / len(rows["levels"])
            loss = loss + self.options.quality_weight * quality
        if predicted.class_logits is not None:
            utility = utility_loss(rows["class_probabilities"][_some(rows)], predicted.class_logits).mean()
            loss = loss + self.options.utility_weight * utility
        return loss


def fit_student(
    student: Density,
    teacher: Density,
    draw: Draw,
    options: DistillationOptions,
    rng: np.random.Generator,
    generator: Generator,
    n_rows: int,
) -> StudentFit:
    """Train a copy of a student from new weights.

    Parameters
    ----------
    student : Density
        A smaller density of the teacher's kind, such as ``teacher.student(0.2)``; it is left as it is.
    teacher : Density
        In evaluation mode, on ``options.device``.
    draw : callable
        Takes a number of rows and a numpy Generator; returns a dict of arrays: the items, "classes" (n_rows,), "levels"
        (n_rows, n_sensitive) and "class_shares" (n_rows, n_classes), :math:`P(y | s)`. Where labels were moved after
        the items were drawn, it also has the label distributions of the rows "before" and "after", each (n_rows,
        n_classes); the classes are then those after.
    options : DistillationOptions
        What to train for and how long.
    rng : numpy.random.Generator
        Draws the rows.
    generator : torch.Generator
        On the CPU; draws the weights, the order of the rows and the labels before a repair.
    n_rows : int
        Rows the teacher was fitted on; tells how many to draw at a time.

    Returns
    -------
    StudentFit
    """
    with own_defaults():
        source = TeacherRows(draw, teacher, options, generator)
        pool = min(pool_rows(n_rows), MAX_NUMBERS // max(teacher.n_target, 1))
        return train_on_pools(student, Distillation(options), source, options, rng, generator, pool)


def _labels_before(labels: Tensor, before: Tensor, after: Tensor, generator: Generator) -> Tensor:
    """Draw the labels that rows had before the repair, the same ones as after wherever both can be had."""
    own = labels.cpu()[:, None]
    numbers = torch.rand(len(labels), generator=generator, dtype=torch.float32)
    is_kept = numbers * after.gather(1, own)[:, 0] < before.gather(1, own)[:, 0]
    lost = (before - after).clamp(min=0) + 1e-12
    drawn = torch.multinomial(lost, 1, generator=generator).squeeze(1)
    return torch.where(is_kept.to(labels.device), labels, drawn.to(labels.device))


def _relabeling(module: Density, rows: Rows) -> Tensor:
    moved = (rows["label"] != rows["classes"]).nonzero().squeeze(1)
    twice = moved.repeat(2)
    classes = torch.cat([rows["classes"][moved], rows["label"][moved]])
    items = {name: rows[name][twice] for name in module.item_names}
    before, after = module(items, Given(classes, rows["levels"][twice])).sum(dim=1).chunk(2)
    return before - after


def _some(rows: Rows) -> slice:
    """Return the rows that the utility loss is of: every class of a share of them costs as much as one class of all."""
    return slice(-(-len(rows["levels"]) // rows["class_shares"].shape[1]))


def _chunks(rows: Rows) -> Iterator[Rows]:
    return (part for part, _ in SlicedBatches(TensorRows(rows), CHUNK_ROWS))


@torch.no_grad()
def divergence_of_labels(rows: Rows, student: Density, teacher: Density) -> tuple[np.ndarray, np.ndarray]:
    """Return the student's log-loss of labels and its divergence from the teacher's, (n_rows,) each, in nats.

    Parameters
    ----------
    rows : dict of str to Tensor
        What ``draw`` returns in :func:`fit_student`; with "after", the divergence is from the repaired distributions.
    student, teacher : Density
    """
    losses, divergences = [], []
    for part in _chunks(rows):
        asked = part, part["levels"], part["class_shares"]
        logits = student.class_logits(*asked)
        target = part["after"] if "after" in part else teacher.class_posterior(*asked)
        losses.append(torch.nn.functional.cross_entropy(logits, part["classes"], reduction="none"))
        divergences.append(utility_loss(target, logits))
    return torch.cat(losses).cpu().numpy(), torch.cat(divergences).cpu().numpy()


@torch.no_grad()
def divergence_by_column(rows: Rows, student: Density, teacher: Density | None) -> tuple[np.ndarray, np.ndarray]:
    """Return the student's log-loss and its divergence from the teacher, each (n_rows, terms), in nats.

    The divergence is NaN where the teacher is None.
    """
    losses, divergences = [], []
    for part in _chunks(rows):
        given = given_of(part)
        losses.append(-student(part, given))
        if teacher is not None:
            divergences.append(student.divergence(teacher.target(part, given), part, given))
    loss = torch.cat(losses).cpu().numpy()
    return loss, torch.cat(divergences).cpu().numpy() if divergences else np.full(loss.shape, np.nan)
