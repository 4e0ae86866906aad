"""It is the divergence of the conditionals, with an exact gradient."""

import torch
from torch.nn import functional

from skfairgen.nn import categorical_divergence


def random_columns(seed, n_rows=6, cardinalities=(3, 5), dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(n_rows, n, generator=generator, dtype=dtype) for n in cardinalities]


def log_probabilities(columns, temperature=1.0):
    return [torch.log_softmax(column / temperature, dim=1) for column in columns]


def test_it_is_torchs_divergence_of_each_column():
    teacher, student = random_columns(0), random_columns(1)
    found = categorical_divergence(log_probabilities(teacher), student)
    for place, (target, logits) in enumerate(zip(log_probabilities(teacher), student, strict=True)):
        expected = functional.kl_div(torch.log_softmax(logits, 1), target, log_target=True, reduction="none").sum(1)
        torch.testing.assert_close(found[:, place], expected)


def test_it_is_zero_for_a_student_that_agrees_and_positive_for_one_that_does_not():
    teacher = random_columns(0)
    shifted = [column + 3 for column in teacher]
    assert categorical_divergence(log_probabilities(teacher), shifted).abs().max() < 1e-12
    assert categorical_divergence(log_probabilities(teacher), random_columns(1)).min() > 0


def test_its_gradient_is_that_of_finite_differences():
    teacher = log_probabilities(random_columns(0), temperature=2.0)
    student = [column.requires_grad_() for column in random_columns(1)]
    assert torch.autograd.gradcheck(lambda *columns: categorical_divergence(teacher, columns, temperature=2.0), student)


def test_barred_tokens_cost_nothing_and_move_nothing():
    bar = torch.tensor([0.0, -torch.inf, 0.0], dtype=torch.float64)
    teacher = [column + bar for column in random_columns(0, cardinalities=(3,))]
    raw = random_columns(1, cardinalities=(3,))[0].requires_grad_()
    loss = categorical_divergence(log_probabilities(teacher), [raw + bar])
    loss.sum().backward()
    assert torch.isfinite(loss).all() and loss.max() < 100
    assert (raw.grad[:, 1] == 0).all() and (raw.grad[:, 0] != 0).all()


def test_the_size_of_gradients_hardly_depends_on_the_temperature():
    sizes = []
    for temperature in (10.0, 20.0):
        student = [column.requires_grad_() for column in random_columns(1)]
        categorical_divergence(log_probabilities(random_columns(0), temperature), student, temperature).sum().backward()
        sizes.append(student[0].grad.norm())
    assert 0.9 < sizes[0] / sizes[1] < 1.1
