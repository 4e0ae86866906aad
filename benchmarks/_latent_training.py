"""The latent teacher at the level of tensors: batches by cell, the adaptive weight, the loop, and its students."""

import math
from collections import namedtuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from skfairgen.losses import group_dependence
from skfairgen.nn.grid import GridDensity, GridEncoder

Given = namedtuple("Given", ["classes", "levels"])

BALANCE = 0.75
RAMP = 0.5  # share of training over which the penalty grows
MAX_GRADIENT_NORM = 5.0


def cell_balanced_probabilities(cells, power=BALANCE):
    r"""Return the probability of each row to be drawn, :math:`p_i \propto n_{c(i)}^{-\text{power}}`.

    Parameters
    ----------
    cells : ndarray of shape (n,), int
        Cell (class and group) of each row, 0 or more.
    power : float
        0 draws rows alike; 1 draws every cell equally often.

    Returns
    -------
    ndarray of shape (n,)
        Sums to 1.
    """
    weights = np.bincount(cells)[cells] ** -float(power)
    return weights / weights.sum()


def hold_out_by_cell(cells, share, rng):
    """Return a mask of the rows to hold out: a share of every cell, rounded down, so that no cell is lost.

    Parameters
    ----------
    cells : ndarray of shape (n,), int
    share : float
        In [0, 1).
    rng : numpy.random.Generator
        Which rows of a cell are held out.

    Returns
    -------
    ndarray of shape (n,), bool
    """
    order = np.lexsort((rng.random(len(cells)), cells))
    counts = np.bincount(cells)
    rank = np.empty(len(cells), dtype=int)
    rank[order] = np.arange(len(cells)) - np.repeat(np.cumsum(counts) - counts, counts)
    return rank < np.floor(share * counts[cells])


class AdaptiveWeight:
    r"""Weight of a penalty that rises while a measured dependence is above its bound, and falls while below.

    .. math:: \log \lambda \leftarrow \log \lambda + \eta \operatorname{clip}(D / t - 1,\, -1,\, 1)

    after every measurement.

    Parameters
    ----------
    weight : float
        The weight to start from.
    bound : float
        The dependence t to come to, above 0.
    rate : float
        The step :math:`\eta`.
    least, most : float
        Bounds of the weight.
    """

    def __init__(self, weight, bound, rate=0.05, least=1.0, most=300.0):
        self.value, self.bound, self.rate, self.least, self.most = weight, bound, rate, least, most

    def update(self, dependence):
        """Move the weight by one measured dependence."""
        excess = max(-1.0, min(1.0, dependence / self.bound - 1))
        self.value = min(max(self.value * math.exp(self.rate * excess), self.least), self.most)


class LatentTeacher(nn.Module):
    """Encoder, decoder and linear head.

    Parameters
    ----------
    shape, bounds
        As in :class:`~skfairgen.nn.grid.GridDensity`.
    n_classes, n_levels : int
        Number of classes, and of groups.
    latent_features : int
        Width of the code.
    channels : int
        Channels of the finest level.
    """

    def __init__(self, shape, bounds, n_classes, n_levels, latent_features=16, channels=32, generator=None):
        super().__init__()
        widths = {"channels": channels, "generator": generator}
        self.encoder = GridEncoder(shape, latent_features, **widths)
        is_sequence = len(shape) == 2
        self.decoder = GridDensity(
            shape, [n_levels], latent_features, bounds=bounds, residual_noise=is_sequence, **widths
        )
        self.head = nn.Linear(latent_features, n_classes)
        self.prior_means = nn.Parameter(torch.zeros(n_classes, latent_features))
        self.prior_log_variances = nn.Parameter(torch.zeros(n_classes, latent_features))

    def divergence(self, mean, log_variance, classes):
        r"""Return the divergence of each posterior from its class's part of the prior, shape (B,), in nats.

        .. math:: \mathrm{KL}\bigl(\mathcal N(\mu, \sigma^2) \,\|\, \mathcal N(m_y, v_y)\bigr)

        Means and variances of the classes are learned: the codes of a class are then nearly normal, and can be drawn.
        """
        means, log_variances = self.prior_means[classes], self.prior_log_variances[classes]
        squares = (log_variance.exp() + (mean - means).square()) / log_variances.exp()
        return (squares - 1 + log_variances - log_variance).sum(dim=1) / 2

    @torch.no_grad()
    def encode(self, grid, size=1000):
        """Return means and log-variances of the codes."""
        parts = [self.encoder({"grid": part}) for part in grid.split(size)]
        return tuple(torch.cat(column) for column in zip(*parts, strict=True))

    @torch.no_grad()
    def decode(self, codes, groups, size=1000):
        """Return the means of items of these codes and groups."""
        parts = zip(codes.split(size), groups.split(size), strict=True)
        return torch.cat([self.decoder.mean(Given(None, part[:, None]), code) for code, part in parts])


def one_cycle(optimizer, lr, n_batches):
    """Return torch's schedule of one rise and one fall."""
    return torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, n_batches)


def train_latent_teacher(
    teacher,
    grid,
    classes,
    groups,
    *,
    weight=3.0,
    bound=0.003,
    real_weight=1.0,
    kl_weight=0.01,
    label_weight=1.0,
    n_batches=300,
    batch_size=256,
    lr=3e-3,
    seed=0,
):
    r"""Train in place, on batches in which every cell has about the same share.

    .. math:: -\overline{\log p(x_e)} + \beta \mathrm{KL} + w_y \mathrm{CE}(y; z)
              + r(t) \Bigl[\lambda D(z'; s') + w_y \mathrm{CE}(y; z') + w_s D(z; s)\Bigr]

    z' is the code of a recolored item: a code of the batch, decoded under a group s' that is drawn independently of
    everything, and encoded again. Rows of a biased set cannot tell a code that reveals the group from one that reveals
    the class; recolored items can, since s' is independent of y, and cells that no row has occur among them. They teach
    the encoder and the head only. The weight of D(z'; s') adapts to it. A little weight stays on D(z; s): it is what
    makes the decoder listen to s.

    Parameters
    ----------
    teacher : LatentTeacher
        Trained in place.
    grid, classes, groups : Tensor
        Items of shape (n, C, ...), classes and groups of shape (n,), int64.
    weight : float
        Where :math:`\lambda` starts.
    bound : float
        The dependence that it comes to; :math:`\lambda` never falls below where it starts.
    real_weight, kl_weight, label_weight : float
        :math:`w_s`, :math:`\beta` and :math:`w_y`. When an image is enlarged, neither the mean over its elements nor
        its code changes; so :math:`\beta` is not divided by the number of elements.
    n_batches, batch_size, lr, seed
        Length, width, speed and seed of training; half of a batch is recolored.

    Returns
    -------
    dict of str to list
        One number a batch: ``fit`` (nats an element), ``kl``, ``label``, ``dependence`` (of real rows),
        ``recolored`` (the dependence of recolored ones), ``weight``.
    """
    rng, generator = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(teacher.parameters(), lr, weight_decay=1e-4)
    schedule = one_cycle(optimizer, lr, n_batches)
    n_groups = teacher.decoder.settings["level_counts"][0]
    chances = cell_balanced_probabilities((classes * n_groups + groups).numpy())
    adaptive, measured, history = AdaptiveWeight(weight, bound, rate=5 / n_batches, least=weight), bound, []
    teacher.train()
    for batch in range(n_batches):
        rows = torch.as_tensor(rng.choice(len(grid), batch_size, p=chances))
        x, y, s = grid[rows], classes[rows], groups[rows]
        mean, log_variance = teacher.encoder({"grid": x})
        code = mean + torch.randn(mean.shape, generator=generator) * (log_variance / 2).exp()
        fit = teacher.decoder.log_prob({"grid": x}, Given(y, s[:, None]), code).mean()
        kl = teacher.divergence(mean, log_variance, y).mean()
        dependence = (group_dependence(mean, s) + group_dependence(code, s)) / 2
        other = torch.randint(n_groups, (batch_size // 2,), generator=generator)
        recolored = recode(teacher, code[: len(other)], other)
        other_dependence = group_dependence(recolored, other)
        label = F.cross_entropy(teacher.head(code), y)
        other_label = F.cross_entropy(teacher.head(recolored), y[: len(other)])
        ramp = min(1.0, (batch + 1) / (RAMP * n_batches)) ** 2
        loss = -fit + kl_weight * kl + label_weight * (label + ramp * other_label)
        loss = loss + ramp * (real_weight * dependence + adaptive.value * other_dependence)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(teacher.parameters(), MAX_GRADIENT_NORM)
        optimizer.step()
        schedule.step()
        measured += 0.1 * (other_dependence.item() - measured)
        if ramp == 1.0:
            adaptive.update(measured)
        terms = (-fit, kl, label, dependence, other_dependence)
        history.append((*(term.item() for term in terms), adaptive.value))
    teacher.eval()
    names = ("fit", "kl", "label", "dependence", "recolored", "weight")
    return dict(zip(names, map(list, zip(*history, strict=True)), strict=True))


def recode(teacher, codes, groups):
    """Return the means of the codes of what these codes become under these groups; the decoder gets no gradient."""
    with torch.no_grad():
        grid = teacher.decoder.mean(Given(None, groups[:, None]), codes)
    return teacher.encoder({"grid": grid})[0]
