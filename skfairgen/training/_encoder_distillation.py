"""Train a small encoder to give the codes of a large one."""

import copy

import numpy as np
import torch

from skfairgen.losses import energy_distance, paired_divergence, utility_loss
from skfairgen.nn import ColumnEncoder, FairAutoencoder
from skfairgen.training._student_training import pool_rows, skorch_parameters, train_on_pools
from skfairgen.training._teacher import LikelihoodNet


class CodedTeacherRows:
    """Rows with the codes and class probabilities that a teacher gives them.

    Parameters
    ----------
    draw : callable
        Takes a number of rows and a numpy Generator; returns arrays "tokens" (n_rows, n_columns) and "given" (n_rows,
        n_sensitive).
    teacher : FairAutoencoder
        In evaluation mode.
    device : str
        Torch device.
    """

    def __init__(self, draw, teacher, device):
        self.draw = draw
        self.teacher = teacher
        self.device = device

    @torch.no_grad()
    def __call__(self, n_rows, rng):
        """Draw rows, and return them and their targets as a dict of tensors."""
        drawn = {name: torch.as_tensor(np.ascontiguousarray(values)) for name, values in self.draw(n_rows, rng).items()}
        tokens, given = (drawn[name].to(self.device).long() for name in ("tokens", "given"))
        codes, _ = self.teacher.encode(tokens, given)
        shares = torch.softmax(self.teacher.scores(codes), dim=1)
        return {
            "tokens": tokens[:, self.teacher.visible],
            "given": given,
            "codes": codes,
            "class_probabilities": shares,
        }


class EncoderDistillationNet(LikelihoodNet):
    r"""A skorch net of a small encoder, whose loss compares its codes and what they say of the class with a teacher's.

    .. math:: w_q \Bigl(\mathrm{KL}\bigl(q_T(z \mid t) \,\|\, q_S(z \mid t)\bigr)
              + \mathcal E(z_T / \sigma, z_S / \sigma)\Bigr)
              + w_u \, \mathrm{KL}\bigl(p(y \mid z_T) \,\|\, p(y \mid z_S)\bigr)

    with :math:`\sigma` the noise of the teacher's code and :math:`\mathcal E` the energy distance.
    """

    def __init__(self, *args, objective=None, teacher=None, **kwargs):
        self.objective = objective
        self.teacher = teacher
        super().__init__(*args, **kwargs)

    def infer(self, x, **fit_params):
        """Return the loss: by the weights in training, by their average on held-out rows."""
        noise, target = self.teacher.encoder.resolution, x["codes"]
        codes = self.present_module_(x["tokens"], x["given"])[0] * self.teacher.encoder.active
        loss = paired_divergence(target, codes, noise).mean()
        if len(codes) > 1:
            loss = loss + energy_distance(target / noise, codes / noise)
        loss = self.objective.quality_weight * loss
        if self.objective.utility_weight > 0 and x["class_probabilities"].shape[1]:
            scores = self.teacher.scores(codes)
            loss = loss + self.objective.utility_weight * utility_loss(x["class_probabilities"], scores).mean()
        return loss

    def get_loss(self, y_pred, y_true, X=None, training=False):
        """Return the loss that :meth:`infer` found, in nats a row."""
        return y_pred


def fit_encoder_student(draw, teacher, hidden_features, options, rng, n_rows):
    """Train a small encoder and return it in the teacher's place.

    Parameters
    ----------
    draw : callable
        As in :class:`CodedTeacherRows`.
    teacher : FairAutoencoder
        Its encoder is the teacher; decoder and outcome head are kept.
    hidden_features : int
        Width of the small encoder.
    options : DistillationOptions
        What to train for and how long.
    rng : numpy.random.Generator
        Draws the rows.
    n_rows : int
        Rows the teacher was fitted on; tells how many to draw at a time.

    Returns
    -------
    student : FairAutoencoder
        In evaluation mode.
    """
    parameters = {**teacher.encoder.settings, "hidden_features": hidden_features, "dropout": 0.0}
    frozen = copy.deepcopy(teacher).eval().requires_grad_(False)
    net = EncoderDistillationNet(
        ColumnEncoder, objective=options, teacher=frozen, **skorch_parameters(parameters, options)
    )
    encoder, _ = train_on_pools(net, CodedTeacherRows(draw, frozen, options.device), options, rng, pool_rows(n_rows))
    encoder.active.copy_(teacher.encoder.active)
    encoder.resolution.copy_(teacher.encoder.resolution)
    student = FairAutoencoder(**{**teacher.settings, "encoder_features": hidden_features}).to(options.device)
    kept = {name: value for name, value in teacher.state_dict().items() if not name.startswith("encoder.")}
    student.load_state_dict({**kept, **{f"encoder.{name}": value for name, value in encoder.state_dict().items()}})
    return student.eval()
