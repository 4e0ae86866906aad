"""Before training, a density knows what regressions and shares tell, and no more; a student knows it too."""

import numpy as np
import pytest
import torch

from skfairgen.nn import ColumnDensity, Given
from skfairgen.nn.table import TokenNumbers
from skfairgen.nn.table._prefix_regressions import RIDGES, prefix_regressions
from skfairgen.nn.table._token_features import MIN_SHARE, level_features

N_ROWS, N_BINS, CORRELATION = 4_000, 20, 0.9


def _tokens(values):
    """Return tokens of even bins, from 1: 0 is a missing value."""
    return 1 + (values.argsort().argsort() * N_BINS) // len(values)


def _rows(seed=0, correlation=CORRELATION):
    """Return rows of two numbers, a word that the class tells, and the class."""
    rng = np.random.default_rng(seed)
    first = rng.normal(size=N_ROWS)
    second = correlation * first + np.sqrt(1 - correlation**2) * rng.normal(size=N_ROWS)
    classes = np.arange(N_ROWS) % 100 == 0
    word = np.where(classes, rng.choice([1, 2, 2, 2], N_ROWS), rng.choice([1, 1, 1, 2], N_ROWS))
    tokens = torch.tensor(np.column_stack([_tokens(first), _tokens(second), word]))
    return {"tokens": tokens}, Given(torch.tensor(classes).long(), torch.tensor(rng.integers(2, size=(N_ROWS, 1))))


def _started(items, given):
    numbers = torch.cat([torch.tensor([torch.nan]), torch.arange(float(N_BINS))])
    words = torch.full((3,), torch.nan)
    density = ColumnDensity(
        [N_BINS + 1, N_BINS + 1, 3], [2, 2], numbers=TokenNumbers([numbers, numbers, words], [0, 0, 0])
    )
    density.start(items, given)
    return density.eval()


def test_a_prefix_regression_is_that_of_its_own_ridge():
    rng = np.random.default_rng(0)
    X = torch.tensor(rng.normal(size=(300, 6)))
    X[:, 4] += X[:, 1] - X[:, 2]
    weights, errors = prefix_regressions(X.split(140), [2, 4], free=0)
    solved = [
        torch.linalg.solve(X[:, :4].T @ X[:, :4] + ridge * torch.eye(4), X[:, :4].T @ X[:, 4]) for ridge in RIDGES
    ]
    assert min(float((weights[:4, 1] - own).abs().max()) for own in solved) < 1e-9
    assert (weights[4:, 1] == 0).all()
    assert errors[1] == pytest.approx(1, abs=0.35)


def test_an_untrained_density_knows_what_a_correlation_tells():
    density, (items, given) = _started(*_rows()), _rows(seed=1)
    with torch.no_grad():
        known = density.log_prob(items, given)[:, 1].mean() + np.log(N_BINS)
    assert known == pytest.approx(-0.5 * np.log(1 - CORRELATION**2), abs=0.1)


def test_where_nothing_tells_anything_the_shares_are_left():
    density, (items, given) = _started(*_rows(correlation=0.0)), _rows(seed=1)
    with torch.no_grad():
        shares = torch.softmax(density.logits(items, given)[1], dim=1)
    torch.testing.assert_close(shares[:, 1:], torch.full((N_ROWS, N_BINS), 1 / N_BINS), atol=0.025, rtol=0)


def test_a_class_of_few_rows_keeps_its_own_shares():
    density, (items, given) = _started(*_rows()), _rows(seed=1)
    with torch.no_grad():
        shares = torch.softmax(density.logits(items, given)[2], dim=1)[:, 2]
    assert shares[given.classes == 0].mean() == pytest.approx(0.25, abs=0.02)
    assert shares[given.classes == 1].mean() == pytest.approx(0.7, abs=0.1)


def test_what_is_drawn_has_the_likelihood_that_is_said():
    items, given = _rows()
    density = _started(items, given).double()
    torch.nn.init.normal_(density.skip.correction, std=0.03, generator=torch.Generator().manual_seed(0))
    noise = density.noise_of(items, given, None, torch.full((N_ROWS, 3), 0.5).double())
    assert torch.equal(density.sample(given, noise)["tokens"], items["tokens"])


def test_a_student_starts_from_the_closed_form_of_its_teacher():
    items, given = _rows()
    teacher = _started(items, given)
    student = teacher.student({"embedding_features": 2, "hidden_features": 4})
    student.reset_parameters(torch.Generator().manual_seed(1))
    with torch.no_grad():
        torch.testing.assert_close(student.log_prob(items, given), teacher.log_prob(items, given))
    again = ColumnDensity(**student.settings)
    again.load_state_dict(student.state_dict())
    assert again.skip is not None


def test_columns_without_a_word_on_their_scores_are_refused():
    with pytest.raises(ValueError, match="scored names 1 columns, and there are 2"):
        ColumnDensity([3, 4], [2], scored=[1])


def test_a_rare_level_has_the_numbers_of_its_own_rows():
    rng = np.random.default_rng(0)
    number = rng.normal(size=(N_ROWS, 2))
    classes = np.arange(N_ROWS) % 200 == 0
    number[classes] = rng.uniform(3, 4, size=(classes.sum(), 2))  # the linear regression spreads them
    tokens = torch.tensor(np.column_stack([_tokens(own) for own in number.T] + [np.ones(N_ROWS, dtype=int)]))
    density = _started({"tokens": tokens}, Given(torch.tensor(classes).long(), torch.zeros((N_ROWS, 1)).long()))
    asked = Given(torch.ones(500).long(), torch.zeros((500, 1)).long())
    drawn = density.sample(asked, torch.rand((500, 3), generator=torch.Generator().manual_seed(0)))["tokens"]
    real = tokens[torch.tensor(classes)]
    assert (
        (drawn == N_BINS)[:, :2].float().mean(dim=0) - (real == N_BINS)[:, :2].float().mean(dim=0)
    ).abs().max() < 0.1


def test_a_word_that_a_class_never_met_is_not_drawn_there_and_its_likelihood_stays_finite():
    items, given = _rows()
    items["tokens"][:, 2] = torch.where(torch.arange(N_ROWS) % 50 == 0, 0, items["tokens"][:, 2])
    even = Given((torch.arange(N_ROWS) % 2), given.levels)  # the rows of word 0 are all of class 0
    density = _started(items, even)
    noise = torch.rand((N_ROWS, 3), generator=torch.Generator().manual_seed(0))
    noise[:, 2] *= 1e-6
    drawn = density.sample(even, noise)["tokens"]
    assert (drawn[even.classes == 0, 2] == 0).all() and (drawn[even.classes == 1, 2] > 0).all()
    with torch.no_grad():
        assert density.log_prob(items, Given(1 - even.classes, even.levels)).isfinite().all()
    again = density.sample(even, density.noise_of(items, even, None, torch.full((N_ROWS, 3), 0.5)).float())
    assert (again["tokens"] == items["tokens"]).float().mean() > 0.999


def test_marks_of_many_levels_take_no_square_of_memory():
    counts = torch.ones(300_000, dtype=torch.float64)
    counts[7] = 1e6
    marks = level_features(counts, MIN_SHARE)
    assert marks.shape == (300_000, 1)
    assert marks.sum() == marks[7, 0] == 1
