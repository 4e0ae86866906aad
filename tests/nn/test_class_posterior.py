import torch

from skfairgen.nn import ColumnDensity, class_posterior


def test_the_posterior_is_bayes_rule_on_the_likelihoods():
    torch.manual_seed(0)
    decoder = ColumnDensity([3, 4], [2, 2]).double().eval()
    tokens = torch.tensor([[0, 1], [2, 3], [1, 0]])
    group = torch.tensor([[0], [1], [1]])
    shares = torch.tensor([[0.3, 0.7], [0.9, 0.1], [0.5, 0.5]], dtype=torch.float64)
    likelihood = torch.stack(
        [decoder(tokens, torch.cat([torch.full((3, 1), c), group], dim=1)).sum(1).exp() for c in (0, 1)], dim=1
    )
    expected = likelihood * shares / (likelihood * shares).sum(1, keepdim=True)
    torch.testing.assert_close(class_posterior(decoder, tokens, group, shares), expected)


def test_a_class_that_a_group_never_had_has_probability_zero():
    decoder = ColumnDensity([3], [2, 1]).eval()
    posterior = class_posterior(
        decoder, torch.tensor([[1]]), torch.zeros((1, 1), dtype=torch.int64), torch.tensor([[1.0, 0.0]])
    )
    assert posterior.tolist() == [[1.0, 0.0]]
