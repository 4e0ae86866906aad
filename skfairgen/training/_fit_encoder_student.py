"""Train a small encoder to give the codes of a large one."""

import copy

import numpy as np
import torch
from torch import Generator, Tensor

from skfairgen.losses import energy_distance, paired_divergence, utility_loss
from skfairgen.nn import CodeEncoder, FairAutoencoder
from skfairgen.training._batches import Rows, row_tensors
from skfairgen.training._options import DistillationOptions
from skfairgen.training._pools import Draw, StudentFit, pool_rows, train_on_pools
from skfairgen.training._runtime import own_defaults


class EncoderDistillation:
    r"""The task of a small encoder: give the teacher's codes, and what they say of the class.

    .. math:: w_q \Bigl(\mathrm{KL}\bigl(q_T(z \mid x) \,\|\, q_S(z \mid x)\bigr)
              + \mathcal E(z_T / \sigma, z_S / \sigma)\Bigr)
              + w_u \, \mathrm{KL}\bigl(p(y \mid z_T) \,\|\, p(y \mid z_S)\bigr)

    with :math:`\sigma` the noise of the teacher's code and :math:`\mathcal E` the energy distance.

    Parameters
    ----------
    teacher : FairAutoencoder
        In evaluation mode; gets no gradient.
    options : DistillationOptions
        The weights.
    """

    def __init__(self, teacher: FairAutoencoder, options: DistillationOptions) -> None:
        self.teacher = teacher
        self.options = options

    def predict(self, module: CodeEncoder, rows: Rows) -> Tensor:
        """Return the student's codes, in the components that the teacher uses."""
        return module(rows, rows["levels"])[0] * self.teacher.encoder.active

    def loss(self, predicted: Tensor, rows: Rows, training: bool) -> Tensor:
        """Return the weighted sum of the losses, in nats a row."""
        noise, target = self.teacher.encoder.resolution, rows["codes"]
        loss = paired_divergence(target, predicted, noise).mean()
        if len(predicted) > 1:
            loss = loss + energy_distance(target / noise, predicted / noise)
        loss = self.options.quality_weight * loss
        if self.options.utility_weight > 0 and rows["class_probabilities"].shape[1]:
            scores = self.teacher.scores(predicted)
            loss = loss + self.options.utility_weight * utility_loss(rows["class_probabilities"], scores).mean()
        return loss


def fit_encoder_student(
    student_encoder: CodeEncoder,
    autoencoder: FairAutoencoder,
    draw: Draw,
    options: DistillationOptions,
    rng: np.random.Generator,
    generator: Generator,
    n_rows: int,
) -> StudentFit:
    """Train a small encoder from new weights, and return it with the teacher's decoder and outcome head.

    Parameters
    ----------
    student_encoder : CodeEncoder
        A smaller encoder of the teacher's kind; it is left as it is.
    autoencoder : FairAutoencoder
        Its encoder is the teacher; it is left as it is.
    draw : callable
        Takes a number of rows and a numpy Generator; returns a dict of arrays: the items, and "levels" (n_rows,
        n_sensitive).
    options : DistillationOptions
        What to train for and how long.
    rng : numpy.random.Generator
        Draws the rows.
    generator : torch.Generator
        On the CPU; draws the weights and the order of the rows.
    n_rows : int
        Rows the teacher was fitted on; tells how many to draw at a time.

    Returns
    -------
    StudentFit
        Its module is a FairAutoencoder.
    """
    with own_defaults():
        teacher = copy.deepcopy(autoencoder).to(options.device).eval().requires_grad_(False)

        @torch.no_grad()
        def source(n_wanted: int, rng: np.random.Generator) -> Rows:
            rows = row_tensors(draw(n_wanted, rng), options.device)
            codes, _ = teacher.encode(rows, rows["levels"])
            return {**rows, "codes": codes, "class_probabilities": torch.softmax(teacher.scores(codes), dim=1)}

        task = EncoderDistillation(teacher, options)
        fitted = train_on_pools(student_encoder, task, source, options, rng, generator, pool_rows(n_rows))
        encoder = fitted.module
        encoder.active.copy_(teacher.encoder.active)
        encoder.resolution.copy_(teacher.encoder.resolution)
        student = copy.deepcopy(autoencoder).to(options.device)
        student.encoder = encoder
        return StudentFit(student.eval(), fitted.history)
