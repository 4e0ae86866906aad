"""The objective of the encoder is what its formula says, its queue keeps rare groups, its weight follows the bound."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from skfairgen.losses import group_dependence
from skfairgen.nn import CodedItems, ColumnDensity, ColumnEncoder, FairAutoencoder
from skfairgen.training import FairObjective, TrainingOptions, fit_autoencoder, torch_generator
from skfairgen.training._code_queue import CodeQueue
from skfairgen.training._fit_autoencoder import FairCode
from skfairgen.training._progress import Progress

OPTIONS = TrainingOptions(
    max_epochs=2, max_seconds=None, batch_size=50, lr=0.01, early_stopping=True, device="cpu", verbose=0
)


def _coded(n_rows=40, n_classes=2):
    generator = torch.Generator().manual_seed(0)
    mean, log_variance, sample = torch.randn(3, n_rows, 3, generator=generator).unbind(0)
    scores = torch.randn(n_rows, n_classes, generator=generator)
    return CodedItems(mean, log_variance, sample, -torch.rand(n_rows, 4, generator=generator), scores, 2 * scores)


def _loss(objective, coded, rows):
    return objective.weigh(objective.terms(coded, rows), objective.fairness_weight)


def _rows(n_rows=40, **more):
    codes = torch.arange(n_rows)
    return {"levels": (codes % 2)[:, None], "classes": codes % 3 % 2, **more}


def test_the_loss_is_the_weighted_sum_of_its_terms():
    coded, rows = _coded(), _rows()
    objective = FairObjective(0.5, 20.0, 0.2, 100.0)
    groups = rows["levels"]
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
    progress = Progress.of(torch.nn.Linear(1, 1), objective.fairness_weight)
    progress.share = 0.125  # a quarter of the way to the whole penalty
    task = FairCode(objective, progress, None)
    torch.testing.assert_close(task.loss(coded, rows, training=True), parts + 25 * independence)
    torch.testing.assert_close(task.loss(coded, rows, training=False), parts + 100 * independence)
    assert progress.take_means()["train_kl"] == pytest.approx(kl.sum(1).mean().item())


def test_unlabeled_rows_do_not_count_for_the_outcome():
    coded, rows = _coded(), _rows()
    objective = FairObjective(0.0, 1.0, 0.0, 0.0)
    classes = rows["classes"].clone()
    classes[10:] = -1
    expected = F.cross_entropy(coded.sample_scores[:10], classes[:10])
    torch.testing.assert_close(_loss(objective, coded, {**rows, "classes": classes}), expected)
    nothing = _loss(objective, coded, {**rows, "classes": torch.full_like(classes, -1)})
    assert nothing.item() == 0


def test_dependence_within_classes_ignores_what_the_class_explains():
    rows = _rows(400)
    rows["classes"] = (rows["levels"][:, 0] + (torch.arange(400) % 5 == 0)) % 2
    codes = torch.randn(400, 2, generator=torch.Generator().manual_seed(0)) + 3 * rows["classes"][:, None]
    coded = CodedItems(codes, codes, codes, codes, codes[:, :0], codes[:, :0])
    found = []
    for condition in (None, "classes"):
        objective = FairObjective(0.0, 0.0, 0.0, 1.0, condition)
        found.append(_loss(objective, coded, rows).item())
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
    queue.push({"mean": torch.zeros(4, 2)}, _rows(4)["levels"])
    assert queue.memory("mean") is None


def test_held_out_rows_are_told_and_the_noise_is_known_after_training():
    rng = np.random.default_rng(0)
    tokens = rng.integers(0, 4, (200, 3))
    rows = {"tokens": tokens, "levels": tokens[:, :1] % 2, "classes": tokens[:, 1] % 2}
    autoencoder = FairAutoencoder(
        ColumnEncoder([4, 4, 4], [2], 3), ColumnDensity([4, 4, 4], [2], latent_features=3), n_classes=2
    )
    objective = FairObjective(0.1, 20.0, 0.2, 10.0)
    fitted = fit_autoencoder(autoencoder, rows, objective, OPTIONS, rng, torch_generator(0))
    assert len(fitted.held_out) == 20 and len(set(fitted.held_out)) == 20
    assert (fitted.module.encoder.resolution > 0).all() and (autoencoder.encoder.resolution == 0).all()
    assert fitted.kept_to_bound and not fitted.module.training
    assert len(fitted.history) == 2 and all(np.isfinite(list(epoch.values())).all() for epoch in fitted.history)
