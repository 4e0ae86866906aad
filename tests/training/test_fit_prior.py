"""What a prior is trained on: codes of all rows of a class."""

import pytest
import torch

from skfairgen.nn import FairAutoencoder
from skfairgen.nn.grid import GridDensity, GridEncoder
from skfairgen.training import BALANCE, TensorRows, codes_by_class, torch_generator


@pytest.mark.parametrize("power, share", [(0.0, 0.05), (BALANCE, 5**0.25 / (5**0.25 + 95**0.25))])
def test_codes_of_a_class_are_those_of_its_rows_unless_groups_are_balanced(power, share):
    autoencoder = FairAutoencoder(GridEncoder((1, 2), 2), GridDensity((1, 2), [2], 2), n_classes=2).eval()
    levels = (torch.arange(200) % 100 < 5).long()[:, None]
    rows = {"grid": torch.rand(200, 1, 2), "levels": levels, "classes": torch.arange(200) // 100}
    codes, groups = codes_by_class(autoencoder, TensorRows(rows), torch_generator(0), 4000, power)
    assert codes.shape == (4000, 2, 2)
    torch.testing.assert_close(groups.float().mean(dim=0), torch.full((2,), share), rtol=0, atol=0.03)
