"""The class of an item by Bayes' rule."""

import torch

from skfairgen.nn import ColumnDensity, Given


def test_the_posterior_is_bayes_rule_on_the_likelihoods():
    density = ColumnDensity([3, 4], [2, 2]).double().eval()
    items = {"tokens": torch.tensor([[0, 1], [2, 3], [1, 0]])}
    levels = torch.tensor([[0], [1], [1]])
    shares = torch.tensor([[0.3, 0.7], [0.9, 0.1], [0.5, 0.5]], dtype=torch.float64)
    classes = [torch.full((3,), code) for code in (0, 1)]
    likelihood = torch.stack([density(items, Given(own, levels)).sum(1).exp() for own in classes], dim=1)
    expected = likelihood * shares / (likelihood * shares).sum(1, keepdim=True)
    found = density.class_posterior(items, levels, shares)
    torch.testing.assert_close(found, expected.detach())
    assert not found.requires_grad and density.class_logits(items, levels, shares).requires_grad


def test_a_class_that_a_group_never_had_has_probability_zero():
    density = ColumnDensity([3], [2, 1]).eval()
    levels = torch.zeros((1, 1), dtype=torch.int64)
    posterior = density.class_posterior({"tokens": torch.tensor([[1]])}, levels, torch.tensor([[1.0, 0.0]]))
    assert posterior.tolist() == [[1.0, 0.0]]


def test_what_is_given_of_some_rows_is_theirs():
    given = Given(torch.arange(4), torch.arange(8).view(4, 2))
    classes, levels = given.at(torch.tensor([3, 0]))
    assert classes.tolist() == [3, 0] and levels.tolist() == [[6, 7], [0, 1]]
    assert Given(None, given.levels).at(slice(1)).classes is None
