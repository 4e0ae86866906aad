"""A fit that failed is an error, and one that ended before the model learned is a warning with the figure."""

import numpy as np
import pandas as pd
import pytest

from skfairgen import FairEncoder, FairGenerator, distill
from skfairgen.exceptions import TrainingBudgetWarning


@pytest.fixture(scope="module")
def related():
    rng = np.random.default_rng(0)
    a = rng.normal(size=1_000)
    X = pd.DataFrame({"a": a, "b": a + rng.normal(0, 0.1, 1_000), "c": rng.choice(list("xyz"), 1_000)})
    return X, (a + rng.normal(size=1_000) > 0).astype(int)


@pytest.fixture(scope="module")
def teacher(related):
    return FairGenerator(max_epochs=1, random_state=0).fit(*related)


@pytest.mark.parametrize("kind", [FairGenerator, FairEncoder])
def test_a_loss_that_is_no_number_is_an_error(kind, related):
    estimator = kind(lr=1e9, max_epochs=2, random_state=0)
    with pytest.raises(
        ValueError, match=r"the loss was no finite number in epoch 1, with lr=1000000000.0 and .* rows. Lower lr"
    ):
        estimator.fit(*related)
    assert not hasattr(estimator, "model_")


def test_a_student_whose_loss_is_no_number_is_an_error(teacher):
    with pytest.raises(ValueError, match="the loss was no finite number"):
        distill(teacher, lr=1e30, max_epochs=2, random_state=0)


@pytest.mark.filterwarnings("ignore::skfairgen.exceptions.CollapseWarning")
def test_a_budget_of_a_millisecond_is_warned_of(related, teacher):
    message = "max_seconds=0.001 ended it after 1 of the"
    with pytest.warns(TrainingBudgetWarning, match=message):
        FairEncoder(max_seconds=0.001, random_state=0).fit(*related)
    with pytest.warns(TrainingBudgetWarning, match=message):
        distill(teacher, max_seconds=0.001, random_state=0)
    with pytest.warns(TrainingBudgetWarning, match=message):
        generator = FairGenerator(max_seconds=0.001, random_state=0).fit(*related)
    assert generator.sample(1_000, random_state=0)[0][["a", "b"]].corr().iloc[0, 1] > 0.9  # by the closed form


def test_a_model_worse_than_columns_on_their_own_is_warned_of(related):
    with pytest.warns(
        TrainingBudgetWarning, match=r"not learned the rows: its loss is [\d.]+ nats a row, and 7\.\d\d where"
    ):
        FairGenerator(lr=10.0, max_epochs=1, batch_size=500, random_state=0).fit(*related)


def test_columns_that_have_nothing_to_learn_are_no_bad_fit(related):
    rng = np.random.default_rng(1)
    X = related[0].apply(rng.permutation)
    FairGenerator(max_seconds=600, max_epochs=2, random_state=0).fit(X, rng.integers(0, 2, len(X)))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("options", [{"latent": "fair"}, {}, {"criterion": "demographic_parity"}])
def test_a_student_that_is_far_from_its_teacher_is_warned_of(options):
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"group": rng.choice(["a", "b"], 400), "x": rng.normal(size=400)})
    teacher = FairGenerator("group", max_epochs=1, random_state=0, **options).fit(X, rng.integers(2, size=400))
    with pytest.warns(TrainingBudgetWarning, match=r"has not learned its teacher: .* lr=100000000.0"):
        distill(teacher, lr=1e8, max_epochs=1, random_state=0)
