"""What a student is trained for is what its formula says."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from skfairgen.losses import energy_distance
from skfairgen.nn import ColumnDensity, ColumnEncoder, FairAutoencoder, Given
from skfairgen.training import DistillationOptions, fit_encoder_student, fit_student, torch_generator
from skfairgen.training._fit_encoder_student import EncoderDistillation
from skfairgen.training._fit_student import Distillation, TeacherRows, _labels_before

OPTIONS = DistillationOptions(
    quality_weight=1.0,
    utility_weight=0.0,
    temperature=1.0,
    max_epochs=1,
    max_seconds=None,
    lr=0.05,
    device="cpu",
    verbose=0,
)
SHARES_BEFORE, SHARES_AFTER = np.array([0.9, 0.1]), np.array([0.4, 0.6])


def _density(seed, hidden_features=8):
    density = ColumnDensity([4, 3], [2, 1], hidden_features=hidden_features, dropout=0.0)
    density.reset_parameters(torch_generator(seed))
    for head in density.heads:
        torch.nn.init.normal_(head.weight, std=1.5, generator=torch_generator(seed + 100))
    return density.eval()


def _draw(teacher, is_relabeled):
    """Return a draw of rows of a teacher, with labels drawn again from moved distributions or as they were."""

    def draw(n_rows, rng):
        classes, levels = rng.choice(2, n_rows, p=SHARES_BEFORE), np.zeros((n_rows, 1), dtype=int)
        noise = torch.tensor(rng.random((n_rows, 2)), dtype=torch.float32)
        items = teacher.sample(Given(torch.tensor(classes), torch.tensor(levels)), noise)
        class_shares = np.tile(SHARES_BEFORE, (n_rows, 1))
        rows = {"tokens": items["tokens"].numpy(), "classes": classes, "levels": levels, "class_shares": class_shares}
        if not is_relabeled:
            return rows
        before = teacher.class_posterior(items, torch.tensor(levels), torch.tensor(class_shares)).numpy()
        after = 0.4 * before + 0.6 * SHARES_AFTER
        classes = (rng.random(n_rows) < after[:, 1]).astype(int)
        return {**rows, "classes": classes, "before": before, "after": after}

    return draw


def test_labels_from_before_a_repair_have_the_shares_from_before():
    labels = torch.tensor(np.random.default_rng(0).choice(2, 20_000, p=SHARES_AFTER))
    before, after = (torch.tensor(shares).expand(20_000, 2) for shares in (SHARES_BEFORE, SHARES_AFTER))
    found = _labels_before(labels, before, after, torch_generator(0))
    assert found.double().mean().item() == pytest.approx(0.1, abs=0.01)
    assert (found == labels).double().mean().item() == pytest.approx(0.5, abs=0.02)  # as many as can be


def test_the_loss_of_relabeled_rows_is_their_likelihood_up_to_a_constant():
    """The control variate: the losses of two students differ as their likelihoods of the relabeled rows do."""
    teacher, first, second = _density(0), _density(1), _density(2)
    source = TeacherRows(_draw(teacher, True), teacher, OPTIONS, torch_generator(0))
    rows = source(60_000, np.random.default_rng(0))
    task = Distillation(OPTIONS)
    with torch.no_grad():
        found = [task.loss(task.predict(student, rows), rows, True) for student in (first, second)]
        given = Given(rows["label"], rows["levels"])
        likelihoods = [student(rows, given).sum(dim=1).mean() for student in (first, second)]
        without = [
            student.divergence(rows["target"], rows, Given(rows["classes"], rows["levels"]))
            for student in (first, second)
        ]
    expected = (likelihoods[1] - likelihoods[0]).item()
    assert (found[0] - found[1]).item() == pytest.approx(expected, abs=0.03)
    assert abs((without[0] - without[1]).sum(dim=1).mean().item() - expected) > 0.1


def test_only_rows_whose_label_moved_are_corrected():
    teacher, student = _density(0), _density(1)
    source = TeacherRows(_draw(teacher, True), teacher, OPTIONS, torch_generator(0))
    rows = source(200, np.random.default_rng(0))
    predicted = Distillation(OPTIONS).predict(student, rows)
    moved = rows["label"] != rows["classes"]
    expected = student(rows, Given(rows["classes"], rows["levels"])) - student(
        rows, Given(rows["label"], rows["levels"])
    )
    torch.testing.assert_close(predicted.relabeling, expected.sum(dim=1)[moved])


def test_the_losses_are_weighted():
    teacher, student = _density(0), _density(1)
    both = replace(OPTIONS, quality_weight=0.5, utility_weight=3.0)
    rows = TeacherRows(_draw(teacher, False), teacher, both, torch_generator(0))(400, np.random.default_rng(0))
    quality, utility, weighted = (
        task.loss(task.predict(student, rows), rows, True)
        for task in (
            Distillation(OPTIONS),
            Distillation(replace(OPTIONS, quality_weight=0.0, utility_weight=1.0)),
            Distillation(both),
        )
    )
    assert quality > 0.1 and utility > 0.01
    torch.testing.assert_close(weighted, 0.5 * quality + 3 * utility)
    itself = Distillation(both)
    assert itself.loss(itself.predict(teacher, rows), rows, True).abs() < 1e-5


def test_a_student_learns_its_teacher_and_leaves_what_it_was_given_as_it_was():
    teacher, student = _density(0), ColumnDensity([4, 3], [2, 1], hidden_features=6, dropout=0.0)
    weights = student.first_weight.detach().clone()
    options, rng = replace(OPTIONS, max_epochs=6), np.random.default_rng(0)
    fitted = fit_student(student, teacher, _draw(teacher, False), options, rng, torch_generator(0), 2_000)
    assert torch.equal(student.first_weight, weights)
    source = TeacherRows(_draw(teacher, False), teacher, OPTIONS, torch_generator(1))
    rows = source(2_000, np.random.default_rng(1))
    given = Given(rows["classes"], rows["levels"])
    assert fitted.module.divergence(rows["target"], rows, given).sum(dim=1).mean() < 0.05
    assert len(fitted.history) == 6 and not fitted.module.training


def _autoencoder(n_classes):
    return FairAutoencoder(ColumnEncoder([4, 3], [2], 2), ColumnDensity([4, 3], [2], latent_features=2), n_classes)


def test_codes_are_compared_one_by_one_and_as_distributions():
    r"""Codes off by d in one component: KL is d^2 / (2 sigma^2), and the energy distance is added to it."""
    teacher = _autoencoder(n_classes=0).eval()
    teacher.encoder.resolution.copy_(torch.tensor([0.5, 2.0]))
    codes = torch.randn(40, 2, generator=torch_generator(0), dtype=torch.float32)
    shifted = codes + torch.tensor([0.25, 0.0])
    rows = {"codes": codes, "class_probabilities": codes[:, :0]}
    found = EncoderDistillation(teacher, OPTIONS).loss(shifted, rows, True)
    noise = teacher.encoder.resolution
    apart = energy_distance(codes / noise, shifted / noise)
    assert apart.abs() > 0.01
    torch.testing.assert_close(found, 0.125 + apart)
    doubled = EncoderDistillation(teacher, replace(OPTIONS, quality_weight=2.0)).loss(shifted, rows, True)
    torch.testing.assert_close(doubled, 2 * found)


def test_a_small_encoder_takes_its_teachers_place():
    teacher = _autoencoder(n_classes=2).eval()
    teacher.encoder.resolution.fill_(0.5)
    teacher.encoder.active.copy_(torch.tensor([1.0, 0.0]))
    small = ColumnEncoder(**teacher.encoder.student_settings({"hidden_features": 5}))

    def draw(n_rows, rng):
        return {"tokens": rng.integers(0, 3, (n_rows, 2)), "levels": rng.integers(0, 2, (n_rows, 1))}

    options = replace(OPTIONS, utility_weight=1.0, max_epochs=6)
    fitted = fit_encoder_student(small, teacher, draw, options, np.random.default_rng(0), torch_generator(0), 2_000)
    student = fitted.module
    assert student.settings["encoder"]["settings"]["hidden_features"] == 5
    assert student.encoder.active.tolist() == [1, 0] and student.encoder.resolution.tolist() == [0.5, 0.5]
    for name, weights in teacher.decoder.state_dict().items():
        assert torch.equal(weights, student.decoder.state_dict()[name])
    assert fitted.history[-1]["valid_loss"] < 0.5 * fitted.history[0]["train_loss"]
