"""The encoder sees the columns it should, and settles on codes as coarse as its noise."""

import json

import pytest
import torch

from skfairgen.nn import ColumnDensity, ColumnEncoder, FairAutoencoder, build


@pytest.fixture
def autoencoder():
    encoder = ColumnEncoder([3, 4, 5], [2], 2, visible_columns=[0, 2], encode_given=False)
    made = FairAutoencoder(encoder, ColumnDensity([3, 4, 5], [2], latent_features=2), 3)
    made.reset_parameters(torch.Generator().manual_seed(0))
    return made


def test_the_code_is_the_sum_of_the_values_vectors():
    encoder = ColumnEncoder([3, 2], [2], 2, hidden_features=5).eval()
    tokens, given = torch.tensor([[2, 1]]), torch.tensor([[1]])
    places = torch.tensor([2, 3 + 1, 5 + 1])
    hidden = torch.nn.functional.silu(encoder.embedding.weight[places].sum(dim=0) + encoder.bias)
    hidden = hidden + torch.nn.functional.silu(encoder.block(hidden))
    torch.testing.assert_close(encoder({"tokens": tokens}, given)[0][0], encoder.out(hidden)[:2])


def test_what_the_encoder_may_not_see_changes_nothing(autoencoder):
    autoencoder.eval()
    tokens, given = torch.tensor([[0, 1, 2]]), torch.tensor([[0]])
    code = autoencoder.encode({"tokens": tokens}, given)[0]
    torch.testing.assert_close(autoencoder.encode({"tokens": torch.tensor([[0, 3, 2]])}, given + 1)[0], code)
    assert not torch.allclose(autoencoder.encode({"tokens": torch.tensor([[1, 1, 2]])}, given)[0], code)


def test_scores_are_centered_and_linear_in_the_code(autoencoder):
    codes = torch.randn(3, 2)
    scores = autoencoder.scores(codes)
    torch.testing.assert_close(scores.sum(dim=1), torch.zeros(3))
    middle = autoencoder.scores((codes[:1] + codes[1:2]) / 2)
    torch.testing.assert_close(middle, (scores[:1] + scores[1:2]) / 2)


def test_codes_are_rounded_to_their_noise_and_faint_components_are_zero():
    encoder = ColumnEncoder([3], [], 3)
    means = torch.tensor([[1.0, 0.1, 4.0], [-1.0, -0.1, -4.0]])
    encoder.settle(means, torch.log(torch.tensor([[0.25, 1.0, 1.0]])).expand(2, 3), 0.1)
    assert encoder.active.tolist() == [1, 0, 1]
    rounded = encoder.coarsen(torch.tensor([[0.7, 0.1, 2.4]]))
    torch.testing.assert_close(rounded, torch.tensor([[0.5, 0.0, 2.0]]))


def test_codes_are_left_as_they_are_before_the_noise_is_known():
    means = torch.tensor([[0.123, -4.5]])
    torch.testing.assert_close(ColumnEncoder([3], [], 2).coarsen(means), means)


def test_some_component_is_always_kept():
    encoder = ColumnEncoder([3], [], 2)
    encoder.settle(torch.zeros(4, 2), torch.zeros(4, 2), 0.1)
    assert encoder.active.tolist() == [1, 1]


def test_it_is_built_from_its_settings(autoencoder):
    again = build("FairAutoencoder", json.loads(json.dumps(autoencoder.settings)))
    assert again.settings == autoencoder.settings
    again.load_state_dict(autoencoder.state_dict())
    items, levels = {"tokens": torch.tensor([[0, 1, 2]])}, torch.tensor([[1]])
    assert torch.equal(again.eval().encode(items, levels)[0], autoencoder.eval().encode(items, levels)[0])


def test_unknown_names_and_codes_of_two_widths_are_refused(autoencoder):
    with pytest.raises(ValueError, match="of the name 'Pickle'; expected one of"):
        build("Pickle", {})
    with pytest.raises(ValueError, match="code is 2 wide and the decoder's 3"):
        FairAutoencoder(autoencoder.encoder, ColumnDensity([3], [2], latent_features=3))


@pytest.mark.parametrize("share", [0.05, 0.2])
def test_a_small_encoder_is_the_widest_within_its_share(share):
    encoder = ColumnEncoder([30, 20], [2], 4, visible_columns=[0], encode_given=False)
    student, wider = (ColumnEncoder(**encoder.student_settings(size)) for size in (share, 1.0))
    width = student.settings["hidden_features"]
    assert student.n_parameters <= share * encoder.n_parameters
    assert ColumnEncoder(**encoder.student_settings({"hidden_features": width + 1})).n_parameters > (
        share * encoder.n_parameters
    )
    assert wider.n_parameters == encoder.n_parameters
