"""Train the student of a latent teacher without data: on codes that the teacher draws, and decodes."""

from dataclasses import replace
from typing import Any

import torch
from torch import Generator, Tensor

from skfairgen.nn import Density, Given, LatentDensity
from skfairgen.training._batches import Rows, TensorRows
from skfairgen.training._fit_prior import N_EACH, fit_prior
from skfairgen.training._loop import History, columns_of, train
from skfairgen.training._options import DistillationOptions
from skfairgen.training._pools import StudentFit
from skfairgen.training._progress import Progress
from skfairgen.training._runtime import own_defaults

BATCH_SIZE = 128
BATCHES_PER_EPOCH = 34
PRIOR_BATCHES = 500
N_HELD_OUT = 512
PARTS = slice(N_HELD_OUT, None), slice(N_HELD_OUT)


class DecodedCodes:
    r"""The task of a narrower decoder: to make of a code what the teacher makes of it, :math:`\mathrm{KL}(p_T, p_S)`.

    Parameters
    ----------
    teacher : Density
        The teacher's decoder, in evaluation mode.
    options : DistillationOptions
        Weight and temperature of the quality loss.
    """

    def __init__(self, teacher: Density, options: DistillationOptions) -> None:
        self.teacher = teacher
        self.options = options

    def predict(self, module: Density, rows: Rows) -> Tensor:
        """Return the divergence of each term, (B, terms)."""
        given, codes, temperature = Given(None, rows["levels"]), rows["codes"], self.options.temperature
        with torch.no_grad():
            items = self.teacher.sample(given, rows["noise"], codes)
            target = self.teacher.target(items, given, temperature, code=codes)
        return module.divergence(target, items, given, temperature, code=codes)

    def loss(self, predicted: Tensor, rows: Rows, training: bool) -> Tensor:
        """Return the mean over terms, in nats."""
        return self.options.quality_weight * predicted.mean()


def fit_latent_student(
    student: LatentDensity,
    teacher: LatentDensity,
    cells: Tensor,
    levels: Tensor,
    options: DistillationOptions,
    generator: Generator,
) -> StudentFit:
    """Train a copy of a student: first what draws its codes, then its decoder.

    Parameters
    ----------
    student : LatentDensity
        As :meth:`LatentDensity.student` makes it; it is trained where it stands.
    teacher : LatentDensity
        In evaluation mode, on ``options.device``.
    cells : Tensor of shape (n_classes, n_groups)
        How often each cell is decoded.
    levels : Tensor of shape (n_groups, n_sensitive), int64
        Levels of each group.
    options : DistillationOptions
        What to train for and how long.
    generator : torch.Generator
        On the CPU; draws everything.

    Returns
    -------
    StudentFit
    """
    with own_defaults():
        n_classes = student.prior.settings["n_classes"]
        each = torch.arange(n_classes).repeat(N_EACH)
        codes = _codes(teacher, each, generator).view(N_EACH, n_classes, -1)
        weights: dict[str, Any] = {"quality_weight": options.quality_weight, "utility_weight": options.utility_weight}
        prior = fit_prior(student.prior, codes, teacher.head, options, generator, n_batches=PRIOR_BATCHES, **weights)
        n_rows = BATCH_SIZE * BATCHES_PER_EPOCH + N_HELD_OUT
        places = torch.multinomial(cells.flatten(), n_rows, replacement=True, generator=generator)
        rows = {
            "codes": _codes(teacher, places // len(levels), generator),
            "levels": levels[places % len(levels)],
            "noise": torch.rand(n_rows, teacher.decoder.n_noise, generator=generator),
        }
        rows = {name: values.to(options.device) for name, values in rows.items()}
        learned, judged = (TensorRows({name: own[part] for name, own in rows.items()}) for part in PARTS)
        decoder = student.decoder.to(options.device)
        decoder.reset_parameters(generator)
        history: History = train(
            decoder,
            DecodedCodes(teacher.decoder, options),
            Progress.of(decoder),
            learned,
            judged,
            replace(options, started=None),  # the seconds of each of the two
            generator,
            batch_size=BATCH_SIZE,
            held_out_batch=BATCH_SIZE,
            optimizer={"weight_decay": 0.0},
            description="Distilling the decoder",
        )
        made = LatentDensity(prior, decoder).eval()
    return StudentFit(made, columns_of(history, ["epoch", "train_loss", "valid_loss", "dur"]))


@torch.no_grad()
def _codes(teacher: LatentDensity, classes: Tensor, generator: Generator) -> Tensor:
    device = teacher.prior.center.device
    noise = torch.rand(len(classes), teacher.prior.n_noise, generator=generator)
    return teacher.prior.sample(classes.to(device), noise.to(device)).cpu()
