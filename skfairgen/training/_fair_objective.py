"""What the encoder is trained for: likelihood, outcome, a simple code, and independence of the group."""

from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor

from skfairgen.losses import class_average, distance_correlation, fairdisco_penalty, group_dependence

QUEUE_ROWS = 64  # past rows kept of a group that batches hardly hold


@dataclass
class FairObjective:
    r"""The loss of the fair autoencoder and the terms it is made of.

    .. math:: w_r \sum_j \mathrm{CE}_j + w_y \mathrm{CE}_y + \beta \mathrm{KL} + \lambda(t) \big(D(z; s)
              + D(f(z); s)\big)

    D(z; s) is the mean of the dependence of posterior mean and sample; f(z) are the class scores of the mean. With
    ``penalty="fairdisco"`` both are replaced by FairDisCo's statistic of the posteriors [1]_.

    Parameters
    ----------
    reconstruction_weight, outcome_weight, kl_weight, fairness_weight : float
        Weights of the terms.
    condition : {"classes", "strata", None}
        What dependence is measured within: each class, for equalized odds; each stratum, for conditional parity.
    penalty : {"energy_distance", "fairdisco"}
        The statistic D.
    ramp : float
        Share of the fairness weight that training batches are under, in [0, 1]; held-out rows are under all of it.

    References
    ----------
    .. [1] J. Liu, Z. Li, Y. Yao, F. Xu, X. Ma, M. Xu, H. Tong, "Fair Representation Learning: An Alternative to
       Mutual Information", KDD 2022.
    """

    reconstruction_weight: float
    outcome_weight: float
    kl_weight: float
    fairness_weight: float
    condition: str | None = None
    penalty: str = "energy_distance"
    ramp: float = 1.0
    queue: "CodeQueue | None" = None
    sums: dict = field(default_factory=dict)

    def __call__(self, coded, rows, training):
        """Return the loss of a batch and add its terms to the sums of the epoch."""
        terms = {
            "likelihood": coded.log_likelihood.sum(dim=1).mean(),
            "kl": _divergence_from_prior(coded.mean, coded.log_variance),
            "outcome": _outcome_loss(coded.sample_scores, rows["classes"]),
            "dependence": self._dependence(coded, rows, training),
        }
        n_rows, split = len(coded.mean), "train" if training else "valid"
        for name, value in terms.items():
            total, count = self.sums.get(f"{split}_{name}", (0.0, 0))
            self.sums[f"{split}_{name}"] = (total + n_rows * value.item(), count + n_rows)
        return (
            -self.reconstruction_weight * terms["likelihood"]
            + self.outcome_weight * terms["outcome"]
            + self.kl_weight * terms["kl"]
            + self.fairness_weight * (self.ramp if training else 1.0) * terms["dependence"]
        )

    def take_means(self):
        """Return the mean of each term since the last call, and begin anew."""
        means = {name: total / count for name, (total, count) in self.sums.items()}
        self.sums = {}
        return means

    def _dependence(self, coded, rows, training):
        if rows["given"].shape[1] == 0:
            return coded.mean.sum() * 0
        within = None if self.condition is None else rows[self.condition]
        if within is not None and not (within >= 0).any():
            return coded.mean.sum() * 0
        if self.penalty == "fairdisco":
            return _fairdisco(coded, rows["given"], within)
        parts = {"mean": coded.mean, "sample": coded.sample, "scores": coded.mean_scores}
        borrow = training and self.queue is not None
        found = {}
        for name, codes in parts.items():
            if codes.shape[1]:
                memory = self.queue.memory(name) if borrow else None
                found[name] = _dependence(codes, rows, within, memory)
        if borrow:
            self.queue.push(parts, rows["given"], within)
        return (found["mean"] + found["sample"]) / 2 + found.get("scores", 0.0)


class CodeQueue:
    """The latest codes of the groups that a batch is too small for.

    Parameters
    ----------
    given : Tensor of shape (n_rows, n_sensitive), int64
        Sensitive values of the training rows.
    batch_size : int
        Rows of a batch.

    Notes
    -----
    A group has a queue when a batch holds fewer than 16 of its rows on average; the queue is as long as 64 rows.
    """

    def __init__(self, given, batch_size):
        groups, counts = torch.unique(given, dim=0, return_counts=True)
        self.rare_groups = groups[counts * batch_size < 16 * len(given)]
        self.past = None

    def memory(self, name):
        """Return (codes, groups), and what they are measured within where that was pushed; None while there is none."""
        if self.past is None:
            return None
        return tuple(self.past[part] for part in (name, "given", "within") if part in self.past)

    def push(self, parts, given, within=None):
        """Add the rare groups' rows of a batch and forget the oldest."""
        if len(self.rare_groups) == 0:
            return
        own = (given.unsqueeze(1) == self.rare_groups).all(dim=2)
        is_rare = own.any(dim=1)
        latest = {name: codes[is_rare].detach() for name, codes in parts.items()}
        latest["given"] = given[is_rare]
        if within is not None:
            latest["within"] = within[is_rare]
        if self.past is not None:
            latest = {name: torch.cat([values, self.past[name]]) for name, values in latest.items()}
        own = (latest["given"].unsqueeze(1) == self.rare_groups).all(dim=2)
        kept = (own & (own.cumsum(dim=0) <= QUEUE_ROWS)).any(dim=1)
        self.past = {name: values[kept] for name, values in latest.items()}


def _dependence(codes, rows, within, memory):
    found = group_dependence(codes, rows["given"], classes=within, memory=memory)
    if "ranks" in rows and rows["ranks"].shape[1] and len(codes) >= 4:
        found = found + distance_correlation(codes, _sensitive_columns(rows), classes=within)
    return found


def _fairdisco(coded, given, within):
    groups = torch.unique(given, dim=0, return_inverse=True)[1]

    def penalty(rows):
        return fairdisco_penalty(coded.mean[rows], groups[rows], log_variance=coded.log_variance[rows])

    if within is None:
        return penalty(torch.arange(len(groups), device=groups.device))
    return class_average(penalty, within)


def _sensitive_columns(rows):
    """Return the sensitive columns on one scale: ranks of the numbers, and levels one-hot, each of variance 1."""
    levels = [F.one_hot(column).float() for column in rows["given"].unbind(1)]
    ranks = [column.unsqueeze(1).float() for column in rows["ranks"].unbind(1)]
    columns = [*levels, *ranks] if rows["given"].shape[1] > rows["ranks"].shape[1] else ranks
    columns = [column - column.mean(dim=0) for column in columns]
    return [column / column.square().sum(dim=1).mean().sqrt().clamp_min(1e-6) for column in columns]


def _divergence_from_prior(mean: Tensor, log_variance: Tensor) -> Tensor:
    return (mean.square() + log_variance.exp() - 1 - log_variance).sum(dim=1).mean() / 2


def _outcome_loss(scores: Tensor, classes: Tensor) -> Tensor:
    is_labeled = classes >= 0
    if scores.shape[1] == 0 or not is_labeled.any():
        return scores.sum() * 0
    return F.cross_entropy(scores[is_labeled], classes[is_labeled])
