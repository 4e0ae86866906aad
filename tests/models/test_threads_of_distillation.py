"""Students are trained with as many threads of torch as their teacher asks for."""

import pytest
import torch

from skfairgen import FairEncoder, FairGenerator, distill
from skfairgen.datasets import make_biased_classification


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("teacher", "training"),
    [
        (FairGenerator("group_0", max_epochs=1, random_state=0), "_distillation.fit_student"),
        (FairEncoder("group_0", max_epochs=1, random_state=0), "_encoder_distillation.fit_encoder_student"),
    ],
)
def test_a_student_is_trained_with_the_threads_of_its_teacher(teacher, training, two_threads, monkeypatch):
    module, name = training.split(".")
    train = getattr(__import__(f"skfairgen.models.{module}", fromlist=[name]), name)
    found = []

    def counted(*arguments):
        found.append(torch.get_num_threads())
        return train(*arguments)

    monkeypatch.setattr(f"skfairgen.models.{training}", counted)
    table = make_biased_classification(200, random_state=0)
    distill(teacher.fit(table.data, table.target), max_epochs=1, random_state=0)
    assert found == [1]
    assert torch.get_num_threads() == 2
