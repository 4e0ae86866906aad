"""Outcome scores that never see the group, and do not depend on it."""

from dataclasses import replace

import torch

from skfairgen.training._encoder import MIN_BATCHES, fit_encoder
from skfairgen.training._fair_objective import FairObjective

WEIGHTS = {"reconstruction_weight": 0.1, "outcome_weight": 20.0, "kl_weight": 0.1}
FAIRNESS_WEIGHT = 200.0  # for each nat that the rows tell of the outcome, so that a faint outcome is not wiped out
LEARNING_RATE = 0.003
LATENT_FEATURES = 8


def fit_blind_outcome(rows, module_parameters, information, options, rng):
    r"""Train the outcome score :math:`p(y \mid z(x))` of a fair code z whose encoder is not given the group.

    Code and score are penalized for depending on the group, so that labels drawn from the score can be learned by
    a model that does not see the group, and still be independent of it.

    Parameters
    ----------
    rows : dict of str to ndarray
        Integers: "tokens" (n_rows, n_columns), "given" (n_rows, n_sensitive), "classes" (n_rows,), "ranks" (n_rows,
        n_continuous) and, where dependence is to be penalized within strata only, "strata" (n_rows,).
    module_parameters : dict
        ``cardinalities``, ``given_cardinalities``, ``generable`` and ``n_classes`` of
        :class:`~skfairgen.nn.FairAutoencoder`.
    information : float
        What the rows tell of the class, in nats a row: its entropy less the loss of a good score.
    options : TrainingOptions
        How to train; the learning rate is this function's own, and 600 batches are the least.
    rng : numpy.random.Generator
        Draws the held-out rows.

    Returns
    -------
    EncoderFit
        The trained net, see :func:`blind_scores`, and its history.
    """
    parameters = {**module_parameters, "latent_features": LATENT_FEATURES, "encode_given": False}
    options = replace(options, lr=LEARNING_RATE)
    condition = "strata" if "strata" in rows else None
    objective = FairObjective(**WEIGHTS, fairness_weight=FAIRNESS_WEIGHT * information, condition=condition)
    return fit_encoder(rows, parameters, objective, options, rng, min_batches=MIN_BATCHES)


@torch.no_grad()
def blind_scores(module, tokens):
    """Return the class probabilities of token rows, shapes (B, D) int64 to (B, C)."""
    code, _ = module.encode(tokens, tokens[:, :0])
    return torch.softmax(module.scores(code), dim=1)
