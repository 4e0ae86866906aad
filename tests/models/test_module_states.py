"""Networks come back from their states as they were, whatever the caller has set."""

import torch

from skfairgen.models._density_model import module_from_state, module_to_state
from skfairgen.nn import PRIORS, ColumnDensity


def test_a_network_loaded_in_inference_mode_can_be_differentiated_outside():
    prior = PRIORS["flow"](2, n_classes=2, n_steps=1, n_groups=2, guidance=1.0)
    state = module_to_state(prior)
    noise, classes = torch.rand(4, prior.n_noise), torch.tensor([0, 1, 0, 1])
    with torch.inference_mode():
        loaded = module_from_state(state)
    torch.testing.assert_close(loaded.sample(classes, noise), prior.sample(classes, noise))


def test_a_network_of_many_totals_comes_back():
    cardinalities = (3,) * 150 + (2,) * 110
    shown = [own for total in range(150, 260) for own in (total, 3, 100, *range(100))]
    density = ColumnDensity(cardinalities, (2,), shown=shown, embedding_features=1, hidden_features=1)
    assert module_from_state(module_to_state(density)).settings["shown"] == shown
