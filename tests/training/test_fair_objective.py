"""The objective of the encoder is what its formula says, its queue keeps rare groups, its weight follows the bound."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from skfairgen.losses import group_dependence
from skfairgen.nn import CodedRows
from skfairgen.training import FairObjective, TrainingOptions, fit_encoder
from skfairgen.training._fair_objective import CodeQueue

OPTIONS = TrainingOptions(
    max_epochs=2, max_seconds=None, batch_size=50, lr=0.01, early_stopping=True, device="cpu", verbose=0
)


def _coded(n_rows=40, n_classes=2):
    torch.manual_seed(0)
    mean, log_variance, sample = torch.randn(3, n_rows, 3).unbind(0)
    scores = torch.randn(n_rows, n_classes)
    return CodedRows(mean, log_variance, sample, -torch.rand(n_rows, 4), scores, 2 * scores)


def _rows(n_rows=40, **more):
    codes = torch.arange(n_rows)
    return {"given": (codes % 2)[:, None], "classes": codes % 3 % 2, **more}


def test_the_loss_is_the_weighted_sum_of_its_terms():
    coded, rows = _coded(), _rows()
    objective = FairObjective(0.5, 20.0, 0.2, 100.0, ramp=0.25)
    groups = rows["given"]
    independence = (group_dependence(coded.mean, groups) + group_dependence(coded.sample, groups)) / 2
    independence = independence + group_dependence(coded.mean_scores, groups)
    kl = torch.distributions.kl_divergence(
        torch.distributions.Normal(coded.mean, (coded.log_variance / 2).exp()), torch.distributions.Normal(0.0, 1.0)
    )
    parts = (
        -0.5 * coded.log_likelihood.sum(1).mean()
        + 20 * F.cross_entropy(coded.sample_scores, rows["classes"])
        + 0.2 * kl.sum(1).mean()
    )
    torch.testing.assert_close(objective(coded, rows, training=True), parts + 25 * independence)
    torch.testing.assert_close(objective(coded, rows, training=False), parts + 100 * independence)
    means = objective.take_means()
    assert means["train_kl"] == pytest.approx(kl.sum(1).mean().item())
    assert objective.take_means() == {}


def test_unlabeled_rows_do_not_count_for_the_outcome():
    coded, rows = _coded(), _rows()
    objective = FairObjective(0.0, 1.0, 0.0, 0.0)
    classes = rows["classes"].clone()
    classes[10:] = -1
    expected = F.cross_entropy(coded.sample_scores[:10], classes[:10])
    torch.testing.assert_close(objective(coded, {**rows, "classes": classes}, training=False), expected)
    nothing = objective(coded, {**rows, "classes": torch.full_like(classes, -1)}, training=False)
    assert nothing.item() == 0


def test_dependence_within_classes_ignores_what_the_class_explains():
    rows = _rows(400)
    rows["classes"] = (rows["given"][:, 0] + (torch.arange(400) % 5 == 0)) % 2
    torch.manual_seed(0)
    codes = torch.randn(400, 2) + 3 * rows["classes"][:, None]
    coded = CodedRows(codes, codes, codes, codes, codes[:, :0], codes[:, :0])
    found = []
    for condition in (None, "classes"):
        objective = FairObjective(0.0, 0.0, 0.0, 1.0, condition)
        found.append(objective(coded, rows, training=False).item())
    assert found[0] > 0.2 and abs(found[1]) < 0.05


def test_the_queue_keeps_the_latest_rows_of_rare_groups_only():
    given = torch.zeros(1_000, 1, dtype=torch.long)
    given[::100] = 1
    queue = CodeQueue(given, batch_size=100)
    assert queue.memory("mean") is None
    for step in range(100):
        queue.push({"mean": torch.full((100, 2), float(step))}, given[:100], torch.full((100,), step))
    codes, groups, within = queue.memory("mean")
    assert (groups == 1).all() and codes[:, 0].tolist() == list(range(99, 35, -1))
    assert within.tolist() == list(range(99, 35, -1))


def test_no_queue_is_kept_where_batches_hold_every_group():
    queue = CodeQueue(torch.arange(1_000)[:, None] % 2, batch_size=100)
    queue.push({"mean": torch.zeros(4, 2)}, _rows(4)["given"])
    assert queue.memory("mean") is None


def test_held_out_rows_are_told_and_the_noise_is_known_after_training():
    rng = np.random.default_rng(0)
    tokens = rng.integers(0, 4, (200, 3))
    rows = {"tokens": tokens, "given": tokens[:, :1] % 2, "classes": tokens[:, 1] % 2}
    parameters = {"cardinalities": [4, 4, 4], "given_cardinalities": [2], "n_classes": 2, "latent_features": 3}
    fitted = fit_encoder(rows, parameters, FairObjective(0.1, 20.0, 0.2, 10.0), OPTIONS, rng)
    assert len(fitted.held_out) == 20 and len(set(fitted.held_out)) == 20
    assert (fitted.net.module_.encoder.resolution > 0).all()
    assert fitted.kept_to_bound and fitted.net.objective_.queue is None
    assert len(fitted.history) == 2 and fitted.history.notna().all(axis=None)
