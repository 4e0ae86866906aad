"""Train an autoencoder whose encoder never sees the group, on items put into groups drawn at random."""

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from skorch.callbacks import Callback, GradientNormClipping
from torch import Generator, Tensor, nn

from skfairgen.losses import group_dependence
from skfairgen.nn import CodedItems, FairAutoencoder
from skfairgen.training._batches import Rows
from skfairgen.training._callbacks import TermHistory
from skfairgen.training._cell_balance import balanced_rows
from skfairgen.training._fair_objective import fairdisco, outcome_loss
from skfairgen.training._fit_autoencoder import MIN_SIGNAL, AutoencoderFit, encode
from skfairgen.training._loop import columns_of, train
from skfairgen.training._options import TrainingOptions, resolve_batch_size
from skfairgen.training._progress import Progress
from skfairgen.training._runtime import own_defaults

MIN_BATCH = 256
MAX_GRADIENT_NORM = 5.0
WEIGHT_DECAY = 1e-4
REAL_WEIGHT = 1.0  # of the dependence of rows as they are
MEMORY = 0.1  # of the measured dependence, a batch
RATE = 5.0  # how far the log of the weight can move in one training
LARGEST_RATE = 0.05  # a batch
MOST = 100.0  # times its first value that the weight can come to
TERMS = ["likelihood", "kl", "outcome", "dependence", "recoded"]


@dataclass(frozen=True)
class LatentObjective:
    r"""The loss of the fair code of items of any size: nats of one element, so that weights carry over sizes.

    .. math:: -w_r \overline{\log p(x_e)} + \beta \mathrm{KL} + w_y \mathrm{CE}(y; z)
              + r(t) \Bigl[\lambda D(z'; s') + w_y \mathrm{CE}(y; z') + w_s D(z; s)\Bigr]

    z' is the code of a recoded item: a code of the batch, decoded under a group s' that is drawn independently of
    everything, and encoded again. Rows of a biased set cannot tell a code that reveals the group from one that reveals
    the class; recoded items can, since s' is independent of y, and cells that no row has occur among them. They teach
    the encoder and the head only. A little weight :math:`w_s` stays on D(z; s): it makes the decoder listen to s.
    The ramp r rises from 0 to 1 over the first half of training.

    KL is the divergence of each posterior from its class's part of the prior, a normal distribution whose mean and
    variance are learned: the codes of a class are then nearly normal, and can be drawn.

    Parameters
    ----------
    reconstruction_weight, kl_weight, outcome_weight : float
        :math:`w_r`, :math:`\beta` and :math:`w_y`.
    fairness_weight : float
        Where :math:`\lambda` starts, and its least value.
    max_dependence : float or None
        The dependence D(z'; s') that it comes to, by rising while more is measured; None keeps it where it starts.
    penalty : {"energy_distance", "fairdisco"}
        "fairdisco" puts FairDisCo's statistic of the rows as they are in the place of both D, as published.
    """

    reconstruction_weight: float = 1.0
    kl_weight: float = 0.01
    outcome_weight: float = 1.0
    fairness_weight: float = 3.0
    max_dependence: float | None = 0.003
    penalty: str = "energy_distance"


class LatentAutoencoder(nn.Module):
    """An autoencoder with the prior that its codes are drawn to in training: one normal distribution a class.

    Parameters
    ----------
    autoencoder : FairAutoencoder
        Rows without a class have a part of the prior to themselves.
    """

    def __init__(self, autoencoder: FairAutoencoder) -> None:
        super().__init__()
        self.autoencoder = autoencoder
        n_parts = 1 if autoencoder.head is None else autoencoder.head.out_features + 1
        width = autoencoder.encoder.latent_features
        self.means: nn.Parameter = nn.Parameter(torch.zeros(n_parts, width))
        self.log_variances: nn.Parameter = nn.Parameter(torch.zeros(n_parts, width))

    def divergence(self, mean: Tensor, log_variance: Tensor, classes: Tensor) -> Tensor:
        r"""Return :math:`\mathrm{KL}(\mathcal N(\mu, \sigma^2) \,\|\, \mathcal N(m_y, v_y))` of each row, in nats."""
        part = classes if len(self.means) > 1 else torch.zeros_like(classes)
        means, log_variances = self.means[part], self.log_variances[part]
        squares = (log_variance.exp() + (mean - means).square()) / log_variances.exp()
        return (squares - 1 + log_variances - log_variance).sum(dim=1) / 2


class _Coded(NamedTuple):
    """A batch of rows as they are, and of recoded ones with the levels they were put under; None without groups."""

    rows: CodedItems
    divergence: Tensor
    recoded: Tensor | None
    scores: Tensor | None
    levels: Tensor | None


class LatentCode:
    """The task of a :class:`LatentAutoencoder`.

    Parameters
    ----------
    objective : LatentObjective
    progress : Progress
        Holds the weight of the penalty, which is moved here, and takes the terms.
    levels : Tensor of shape (n_groups, n_sensitive), int64
        Levels of each group.
    n_batches : int
        Batches of the whole training.
    """

    def __init__(self, objective: LatentObjective, progress: Progress, levels: Tensor, n_batches: int) -> None:
        self.objective = objective
        self.progress = progress
        self.levels = levels
        self.rate = min(RATE / n_batches, LARGEST_RATE)
        self.measured = objective.max_dependence or 0.0

    @property
    def is_recoded(self) -> bool:
        """Whether items are put into other groups: there are some, and they are to be hidden."""
        objective = self.objective
        return objective.fairness_weight > 0 and len(self.levels) > 1 and objective.penalty != "fairdisco"

    def predict(self, module: LatentAutoencoder, rows: Rows) -> _Coded:
        """Return the codes of a batch, and of half of it under other groups."""
        autoencoder = module.autoencoder
        coded = autoencoder(rows, rows["levels"])
        divergence = module.divergence(coded.mean, coded.log_variance, rows["classes"])
        if not self.is_recoded:
            return _Coded(coded, divergence, None, None, None)
        n_recoded = max(len(coded.mean) // 2, 1)
        places = torch.randint(
            len(self.levels), (n_recoded,), generator=autoencoder.generator, device=self.levels.device
        )
        recoded = autoencoder.recode(coded.sample[:n_recoded], self.levels[places])
        return _Coded(coded, divergence, recoded, autoencoder.scores(recoded), self.levels[places])

    def loss(self, predicted: _Coded, rows: Rows, training: bool) -> Tensor:
        """Return the objective, and move the weight of the penalty after a training batch."""
        objective, coded = self.objective, predicted.rows
        terms = {
            "likelihood": coded.log_likelihood.mean(),
            "kl": predicted.divergence.mean(),
            "outcome": outcome_loss(coded.sample_scores, rows["classes"]),
            "dependence": self._dependence(coded, rows["levels"]),
            "recoded": torch.zeros_like(coded.mean[0, 0]),
        }
        ramp = self.progress.ramp**2 if training else 1.0
        weight = self.progress.penalty_weight
        loss = objective.kl_weight * terms["kl"] + objective.outcome_weight * terms["outcome"]
        loss = loss - objective.reconstruction_weight * terms["likelihood"]
        if objective.penalty == "fairdisco":
            loss = loss + ramp * weight * terms["dependence"]
        elif predicted.recoded is not None and predicted.scores is not None and predicted.levels is not None:
            terms["recoded"] = group_dependence(predicted.recoded, predicted.levels)
            labels = outcome_loss(predicted.scores, rows["classes"][: len(predicted.recoded)])
            real = REAL_WEIGHT * terms["dependence"]
            loss = loss + ramp * (weight * terms["recoded"] + real + objective.outcome_weight * labels)
            if training:
                self._adapt(terms["recoded"].item())
        self.progress.add("train" if training else "valid", terms, len(coded.mean))
        return loss

    def _dependence(self, coded: CodedItems, levels: Tensor) -> Tensor:
        if len(self.levels) < 2:
            return torch.zeros_like(coded.mean[0, 0])
        if self.objective.penalty == "fairdisco":
            return fairdisco(coded, levels, None)
        return (group_dependence(coded.mean, levels) + group_dependence(coded.sample, levels)) / 2

    def _adapt(self, dependence: float) -> None:
        r"""Move the weight: :math:`\log\lambda \leftarrow \log\lambda + \eta\operatorname{clip}(D / t - 1, -1, 1)`."""
        bound = self.objective.max_dependence
        self.measured += MEMORY * (dependence - self.measured)
        if bound is None or self.progress.ramp < 1:
            return
        least = self.objective.fairness_weight
        moved = self.progress.penalty_weight * math.exp(self.rate * max(-1.0, min(1.0, self.measured / bound - 1)))
        self.progress.penalty_weight = min(max(moved, least), MOST * least)


def fit_latent(
    autoencoder: FairAutoencoder,
    rows: Mapping[str, np.ndarray],
    objective: LatentObjective,
    options: TrainingOptions,
    rng: np.random.Generator,
    generator: Generator,
    *,
    n_batches: int | None = None,
) -> AutoencoderFit:
    """Train a copy of an autoencoder to the end of its epochs, on batches in which no cell is rare.

    Parameters
    ----------
    autoencoder : FairAutoencoder
        Its encoder does not see the levels. It is left as it is; training starts from its weights.
    rows : dict of str to ndarray
        The items; whole numbers "levels" (n_rows, n_sensitive) and "classes" (n_rows,), -1 where there is no label.
    objective : LatentObjective
        What to train for.
    options : TrainingOptions
        How to train; with early stopping, a tenth of the rows of every cell is held out, and judged in the history.
    rng : numpy.random.Generator
        Draws the held-out rows.
    generator : torch.Generator
        On the CPU; draws everything else.
    n_batches : int or None
        Batches of the training at least, in the place of the passes that the options tell.

    Returns
    -------
    AutoencoderFit
    """
    with own_defaults():
        module = LatentAutoencoder(copy.deepcopy(autoencoder)).to(options.device)
        module.autoencoder.encoder.active.fill_(1)
        levels, groups = np.unique(rows["levels"], axis=0, return_inverse=True)
        cells = np.unique(np.column_stack([groups.ravel(), rows["classes"]]), axis=0, return_inverse=True)[1].ravel()
        train_rows, valid, held_out = balanced_rows(rows, cells, options, rng)
        batch_size = latent_batch_size(options, len(train_rows))
        per_epoch = -(-len(train_rows) // batch_size)
        if n_batches is not None:
            options = replace(options, max_epochs=-(-n_batches // per_epoch))
        progress = Progress.of(module, objective.fairness_weight)
        callbacks: list[Callback] = [GradientNormClipping(MAX_GRADIENT_NORM), TermHistory(progress)]
        own_levels = torch.as_tensor(levels, device=options.device).long()
        history = train(
            module,
            LatentCode(objective, progress, own_levels, options.max_epochs * per_epoch),
            progress,
            train_rows,
            valid,
            options,
            generator,
            batch_size=batch_size,
            held_out_batch=batch_size,
            callbacks=callbacks,
            optimizer={"weight_decay": WEIGHT_DECAY},
            description="Training the code",
        )
        trained = module.autoencoder
        trained.encoder.settle(*encode(trained, train_rows), MIN_SIGNAL)
    splits = ["train"] if valid is None else ["train", "valid"]
    columns = ["epoch", *(f"{split}_{name}" for split in splits for name in ["loss", *TERMS])]
    return AutoencoderFit(trained, columns_of(history, [*columns, "fairness_weight", "dur"]), held_out, True)


def latent_batch_size(options: TrainingOptions, n_rows: int) -> int:
    """Return the rows of a batch: groups are compared within it."""
    return resolve_batch_size(options.batch_size, n_rows, least=MIN_BATCH)
