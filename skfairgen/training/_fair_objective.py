"""What the encoder is trained for: likelihood, outcome, a simple code, and independence of the group."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from skfairgen.losses import class_average, distance_correlation, fairdisco_penalty, group_dependence
from skfairgen.nn import CodedItems
from skfairgen.training._batches import Rows
from skfairgen.training._code_queue import CodeQueue


@dataclass(frozen=True)
class FairObjective:
    r"""The loss of the fair autoencoder and the terms it is made of.

    .. math:: w_r \sum_j \mathrm{CE}_j + w_y \mathrm{CE}_y + \beta \mathrm{KL} + \lambda(t) \big(D(z; s)
              + D(f(z); s)\big)

    D(z; s) is the mean of the dependence of posterior mean and sample; f(z) are the class scores of the mean. With
    ``penalty="fairdisco"`` both are replaced by FairDisCo's statistic of the posteriors [1]_.

    Parameters
    ----------
    reconstruction_weight, outcome_weight, kl_weight : float
        Weights of the terms.
    fairness_weight : float
        Weight :math:`\lambda` of the penalty that training starts with.
    condition : {"classes", "strata", None}
        What dependence is measured within: each class, for equalized odds; each stratum, for conditional parity.
    penalty : {"energy_distance", "fairdisco"}
        The statistic D.

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

    def terms(self, coded: CodedItems, rows: Rows, queue: CodeQueue | None = None) -> dict[str, Tensor]:
        """Return the terms of a batch: "likelihood", "kl", "outcome" and "dependence", each a number.

        Parameters
        ----------
        coded : CodedItems
            What the autoencoder says of the batch.
        rows : dict of str to Tensor
            "levels" (B, S), "classes" (B,) with -1 where there is no label, and, where they are used, "ranks" (B, R)
            and "strata" (B,).
        queue : CodeQueue or None
            Lends codes of rare groups, and takes those of this batch.
        """
        return {
            "likelihood": coded.log_likelihood.sum(dim=1).mean(),
            "kl": _divergence_from_prior(coded.mean, coded.log_variance),
            "outcome": outcome_loss(coded.sample_scores, rows["classes"]),
            "dependence": self._dependence(coded, rows, queue),
        }

    def weigh(self, terms: dict[str, Tensor], penalty_weight: float) -> Tensor:
        """Return the loss: the weighted sum of the terms, with a weight of the penalty."""
        return (
            -self.reconstruction_weight * terms["likelihood"]
            + self.outcome_weight * terms["outcome"]
            + self.kl_weight * terms["kl"]
            + penalty_weight * terms["dependence"]
        )

    def _dependence(self, coded: CodedItems, rows: Rows, queue: CodeQueue | None) -> Tensor:
        if rows["levels"].shape[1] == 0:
            return coded.mean.sum() * 0
        within = None if self.condition is None else rows[self.condition]
        if within is not None and not (within >= 0).any():
            return coded.mean.sum() * 0
        if self.penalty == "fairdisco":
            return fairdisco(coded, rows["levels"], within)
        parts = {"mean": coded.mean, "sample": coded.sample, "scores": coded.mean_scores}
        found = {
            name: _dependence(codes, rows, within, None if queue is None else queue.memory(name))
            for name, codes in parts.items()
            if codes.shape[1]
        }
        if queue is not None:
            queue.push(parts, rows["levels"], within)
        return (found["mean"] + found["sample"]) / 2 + found.get("scores", 0.0)


def _dependence(codes: Tensor, rows: Rows, within: Tensor | None, memory: tuple[Tensor, ...] | None) -> Tensor:
    found = group_dependence(codes, rows["levels"], classes=within, memory=memory)
    if "ranks" in rows and rows["ranks"].shape[1] and len(codes) >= 4:
        found = found + distance_correlation(codes, _sensitive_columns(rows), classes=within)
    return found


def fairdisco(coded: CodedItems, levels: Tensor, within: Tensor | None) -> Tensor:
    """Return FairDisCo's statistic of the posteriors of a batch, the average within the classes of `within`."""
    groups = torch.unique(levels, dim=0, return_inverse=True)[1]

    def penalty(rows: Tensor) -> Tensor:
        return fairdisco_penalty(coded.mean[rows], groups[rows], log_variance=coded.log_variance[rows])

    if within is None:
        return penalty(torch.arange(len(groups), device=groups.device))
    return class_average(penalty, within)


def _sensitive_columns(rows: Rows) -> list[Tensor]:
    """Return the sensitive columns on one scale: ranks of the numbers, and levels one-hot, each of variance 1."""
    levels = [F.one_hot(column).to(torch.float32) for column in rows["levels"].unbind(1)]
    ranks = [column.unsqueeze(1).to(torch.float32) for column in rows["ranks"].unbind(1)]
    columns = [*levels, *ranks] if rows["levels"].shape[1] > rows["ranks"].shape[1] else ranks
    columns = [column - column.mean(dim=0) for column in columns]
    return [column / column.square().sum(dim=1).mean().sqrt().clamp_min(1e-6) for column in columns]


def _divergence_from_prior(mean: Tensor, log_variance: Tensor) -> Tensor:
    return (mean.square() + log_variance.exp() - 1 - log_variance).sum(dim=1).mean() / 2


def outcome_loss(scores: Tensor, classes: Tensor) -> Tensor:
    """Return the cross-entropy of the rows that have a class, 0 where none has."""
    is_labeled = classes >= 0
    if scores.shape[1] == 0 or not is_labeled.any():
        return scores.sum() * 0
    return F.cross_entropy(scores[is_labeled], classes[is_labeled])
