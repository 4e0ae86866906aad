"""Train a student on rows of its teacher: match every conditional, and the labels they imply."""

import numpy as np
import torch
from torch import nn

from skfairgen.losses import quality_loss, utility_loss
from skfairgen.nn import ColumnDensity, class_logits, class_posterior
from skfairgen.training._student_training import pool_rows, skorch_parameters, train_on_pools
from skfairgen.training._teacher import LikelihoodNet

MAX_NUMBERS = 2**26  # of a pool of teacher distributions: 256 MiB


class TeacherRows:
    """Rows of a teacher with what a student is to learn of them.

    Parameters
    ----------
    draw : callable
        Takes a number of rows and a numpy Generator; returns a dict of arrays: "tokens" (n_rows, n_columns),
        "given" (n_rows, n_given), the class first, and "class_shares" (n_rows, n_classes), :math:`P(y | s)`. Where
        labels were moved after the tokens were drawn, it also has the label distributions of the rows "before" and
        "after", each (n_rows, n_classes); the class given is the one after.
    teacher : ColumnDensity
        Whose conditionals are the target.
    options : DistillationOptions
    """

    def __init__(self, draw, teacher, options):
        self.draw = draw
        self.teacher = teacher
        self.options = options

    @torch.no_grad()
    def __call__(self, n_rows, rng):
        """Draw rows, and return them and their targets as a dict of tensors."""
        drawn = {name: torch.as_tensor(np.ascontiguousarray(values)) for name, values in self.draw(n_rows, rng).items()}
        drawn = {name: values.to(self.options.device) for name, values in drawn.items()}
        rows = {"tokens": drawn["tokens"].long(), "given": drawn["given"].long()}
        if self.options.utility_weight > 0:
            rows["class_shares"] = drawn["class_shares"].float()
            rows["class_probabilities"] = drawn["after"].float() if "after" in drawn else self._posterior(rows)
        if "before" in drawn:
            rows["label"] = rows["given"][:, 0].clone()
            rows["given"][:, 0] = _labels_before(rows["label"], drawn["before"], drawn["after"])
        if self.options.quality_weight > 0:
            rows["log_probabilities"] = self._log_probabilities(rows)
        return rows

    def _log_probabilities(self, rows):
        parts = []
        for tokens, given in zip(rows["tokens"].split(1_024), rows["given"].split(1_024), strict=True):
            logits = self.teacher.logits(tokens, given)
            scaled = [torch.log_softmax(column / self.options.temperature, dim=1) for column in logits]
            parts.append(torch.cat(scaled, dim=1))
        return torch.cat(parts)

    def _posterior(self, rows):
        parts = zip(
            rows["tokens"].split(1_024), rows["given"].split(1_024), rows["class_shares"].split(1_024), strict=True
        )
        return torch.cat([class_posterior(self.teacher, own, given[:, 1:], shares) for own, given, shares in parts])


def _labels_before(labels, before, after):
    """Draw the labels that rows had before the repair, the same ones as after wherever both can be had."""
    own = labels[:, None]
    is_kept = torch.rand(len(labels), device=labels.device) * after.gather(1, own)[:, 0] < before.gather(1, own)[:, 0]
    lost = (before - after).clamp(min=0) + 1e-12
    return torch.where(is_kept, labels, torch.multinomial(lost, 1).squeeze(1))


class DistillationNet(LikelihoodNet):
    """A skorch net whose loss is the quality loss and the utility loss of a student."""

    def __init__(self, *args, objective=None, **kwargs):
        self.objective = objective
        super().__init__(*args, **kwargs)

    def infer(self, x, **fit_params):
        """Return the losses that the weights ask for: by the weights in training, by their average on held-out rows."""
        loss = 0.0
        if self.objective.quality_weight > 0:
            loss = self.objective.quality_weight * self._quality(self.present_module_, x)
        if self.objective.utility_weight > 0:
            loss = loss + self.objective.utility_weight * self._utility(self.present_module_, x)
        return loss

    def get_loss(self, y_pred, y_true, X=None, training=False):
        """Return the weighted sum of both losses, in nats a row."""
        return y_pred

    def _quality(self, module, rows):
        logits = module.logits(rows["tokens"], rows["given"])
        targets = rows["log_probabilities"].split(module.cardinalities, dim=1)
        loss = quality_loss(targets, logits, self.objective.temperature).sum(dim=1).mean()
        return loss if "label" not in rows else loss + self._relabeling(module, rows, logits)

    def _relabeling(self, module, rows, logits):
        r"""Return what the divergence lacks where rows got another label than they were drawn with.

        With y the label before and y' the one after, :math:`\log p_S(t | y) - \log p_S(t | y')` on the rows where they
        differ makes the sum an unbiased estimate of :math:`-\log p_S(t | y')`, up to a constant: the likelihood of
        the rows, with the divergence as a control variate, since the tokens were drawn from the teacher given y.
        """
        moved = (rows["label"] != rows["given"][:, 0]).nonzero().squeeze(1)
        if len(moved) == 0:
            return 0.0
        tokens = rows["tokens"][moved]
        given = torch.cat([rows["label"][moved, None], rows["given"][moved, 1:]], dim=1)
        pairs = zip(logits, tokens.unbind(1), strict=True)
        before = sum(-nn.functional.cross_entropy(column[moved], own, reduction="sum") for column, own in pairs)
        return (before - module(tokens, given).sum()) / len(rows["label"])

    def _utility(self, module, rows):
        # every class of a share of the rows costs as much as one class of all
        some = slice(-(-len(rows["tokens"]) // rows["class_shares"].shape[1]))
        logits = class_logits(module, rows["tokens"][some], rows["given"][some, 1:], rows["class_shares"][some])
        return utility_loss(rows["class_probabilities"][some], logits).mean()


def fit_student(draw, teacher, module_parameters, options, rng, n_rows):
    """Train a student and return it and its history.

    Parameters
    ----------
    draw, teacher, options
        As in :class:`TeacherRows`.
    module_parameters : dict
        Arguments of :class:`~skfairgen.nn.ColumnDensity` for the student.
    rng : numpy.random.Generator
        Draws the rows.
    n_rows : int
        Rows the teacher was fitted on; tells how many to draw at a time.

    Returns
    -------
    student : ColumnDensity
        In evaluation mode.
    history : DataFrame
        A row an epoch: train_loss and valid_loss (nats a row, on rows of the teacher), dur (seconds).
    """
    most = MAX_NUMBERS // max(sum(module_parameters["cardinalities"]), 1)
    net = DistillationNet(ColumnDensity, objective=options, **skorch_parameters(module_parameters, options))
    return train_on_pools(net, TeacherRows(draw, teacher, options), options, rng, min(pool_rows(n_rows), most))


@torch.no_grad()
def divergence_of_labels(source_rows, student, teacher):
    """Return the student's log-loss of labels and its divergence from the teacher's, (n_rows,) each, in nats.

    Parameters
    ----------
    source_rows : dict of str to Tensor
        What ``draw`` returns in :class:`TeacherRows`; with "after", the divergence is from the repaired distributions.
    student, teacher : ColumnDensity
    """
    losses, divergences = [], []
    names = ("tokens", "given", "class_shares", *(["after"] if "after" in source_rows else []))
    for tokens, given, shares, *after in zip(*(source_rows[name].split(1_024) for name in names), strict=True):
        rows = tokens.long(), given[:, 1:].long(), shares.float()
        logits = class_logits(student, *rows)
        target = after[0].float() if after else class_posterior(teacher, *rows)
        losses.append(nn.functional.cross_entropy(logits, given[:, 0].long(), reduction="none"))
        divergences.append(utility_loss(target, logits))
    return torch.cat(losses).cpu().numpy(), torch.cat(divergences).cpu().numpy()


@torch.no_grad()
def divergence_by_column(source_rows, student, teacher):
    """Return the student's log-loss and its divergence from the teacher, each (n_rows, n_columns), in nats.

    The divergence is NaN where the teacher is None.
    """
    tokens, given = source_rows["tokens"].long(), source_rows["given"].long()
    losses, divergences = [], []
    for chunk in zip(tokens.split(1_024), given.split(1_024), strict=True):
        logits = student.logits(*chunk)
        pairs = zip(logits, chunk[0].unbind(1), strict=True)
        losses.append(torch.stack([nn.functional.cross_entropy(*pair, reduction="none") for pair in pairs], dim=1))
        if teacher is not None:
            targets = [torch.log_softmax(column, dim=1) for column in teacher.logits(*chunk)]
            divergences.append(quality_loss(targets, logits))
    loss = torch.cat(losses).cpu().numpy()
    return loss, torch.cat(divergences).cpu().numpy() if divergences else np.full(loss.shape, np.nan)
