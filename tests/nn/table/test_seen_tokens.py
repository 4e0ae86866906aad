"""What columns see of one that copies another is the token of its value."""

import pytest
import torch

from skfairgen.nn import ColumnDensity, Given
from skfairgen.nn.table import TokenNumbers
from skfairgen.nn.table._seen_tokens import SeenTokens

CARDINALITIES = (4, 7, 3)  # the second has 4 own tokens, and 3 of its distance from the first
COPIED = (1, 0, 3)
BINS = torch.tensor([[0, 1, 1, 2], [0, 1, 2, 3], [0, 2, 3, 3]])


def _seen():
    seen = SeenTokens(CARDINALITIES, COPIED)
    seen.fill([BINS])
    return seen


def _density():
    density = ColumnDensity(CARDINALITIES, (2,), copied=COPIED, hidden_features=8, dropout=0.0)
    density.seen.fill([BINS])
    return density.eval()


def test_a_copied_token_is_seen_as_the_value_and_as_a_copy():
    tokens = torch.tensor([[3, 2, 1], [3, 5, 1], [1, 6, 2], [2, 4, 0]])
    assert _seen()(tokens).tolist() == [[3, 2, 1], [3, 4 + 3, 1], [1, 4 + 2, 2], [2, 4 + 1, 0]]


def test_a_copy_of_a_copy_is_seen_as_its_value():
    seen = SeenTokens((4, 7, 7), (1, 0, 3, 2, 1, 3))
    seen.fill([BINS, BINS])
    assert seen(torch.tensor([[2, 6, 5]])).tolist() == [[2, 4 + 3, 4 + 3]]


def test_tokens_without_copies_stay_as_they_are():
    tokens = torch.tensor([[3, 2, 1]])
    seen = SeenTokens(CARDINALITIES)
    assert seen(tokens) is tokens
    assert not seen.state_dict()


def test_a_missing_source_is_not_copied():
    density, n_rows = _density(), 200
    with torch.no_grad():
        density.heads[0].bias[0] = density.heads[1].bias[5] = 50.0  # the first is missing, the second copies it
    noise = torch.rand((n_rows, 3), generator=torch.Generator().manual_seed(0))
    drawn = density.sample(Given(None, torch.zeros((n_rows, 1), dtype=torch.long)), noise)["tokens"]
    assert (drawn[:, 0] == 0).all()
    assert (drawn[:, 1] < 4).all()


def test_drawing_sees_what_the_likelihood_sees():
    density, n_rows = _density(), 500
    given = Given(None, torch.zeros((n_rows, 1), dtype=torch.long))
    generator = torch.Generator().manual_seed(0)
    noise = torch.rand((n_rows, 3), generator=generator)
    items = density.sample(given, noise)
    found = density.noise_of(items, given, None, torch.rand((n_rows, 3), generator=generator))
    assert torch.equal(density.sample(given, found)["tokens"], items["tokens"])


def test_a_student_sees_the_same():
    teacher = _density()
    assert torch.equal(teacher.student(0.5).seen.bins, teacher.seen.bins)


@pytest.mark.parametrize("copied", [(1, 1, 3), (0, 1, 1), (1, 0, 7), (1, 0), (1, 0, 0)])
def test_a_link_that_cannot_be_is_refused(copied):
    with pytest.raises(ValueError, match="copied"):
        SeenTokens(CARDINALITIES, copied)


def test_what_is_seen_of_a_copy_starts_from_the_score_of_its_value():
    tokens = torch.tensor([[1, 1, 0], [2, 5, 1], [3, 6, 2], [2, 2, 1]] * 50)
    values = [torch.tensor([torch.nan, 1, 2, 3]), torch.tensor([torch.nan, 1, 2, 3, *[torch.nan] * 3]), torch.ones(3)]
    numbers = TokenNumbers(values, [0, 0, 0])
    density = ColumnDensity(CARDINALITIES, (2,), numbers=numbers, copied=COPIED, hidden_features=8)
    density.seen.fill([BINS])
    density.start({"tokens": tokens}, Given(None, torch.zeros((len(tokens), 1), dtype=torch.long)))
    first = density.embedding.weight[int(density.offsets[2]) :, 0]
    assert torch.equal(first[:4], first[4:8])
    assert first[1] < first[2] < first[3]
