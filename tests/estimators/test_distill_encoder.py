"""A distilled encoder gives its teacher's codes from fewer parameters, without the data."""

import numpy as np
import pytest

from skfairgen import FairEncoder, distill

pytestmark = pytest.mark.filterwarnings("ignore::skfairgen.exceptions.SkfairgenWarning")


def _encoder(**parameters):
    return FairEncoder("group_0", **{"n_components": 3, "max_epochs": 10, "random_state": 0, **parameters})


@pytest.fixture(scope="module")
def teacher(made):
    return _encoder().fit(made.data, made.target)


@pytest.fixture(scope="module")
def student(teacher):
    return distill(teacher, random_state=0)


def test_the_student_has_at_most_a_fifth_of_the_parameters(teacher, student):
    assert 0.15 * teacher.n_parameters_ < student.n_parameters_ <= 0.2 * teacher.n_parameters_
    assert distill(teacher, size={"hidden_features": 5}, max_epochs=1).model_.autoencoder.encoder.block.in_features == 5


def test_its_codes_are_the_teachers(teacher, student, made):
    codes, own = teacher.transform(made.data), student.transform(made.data)
    used = teacher.active_components_
    assert [np.corrcoef(codes[:, k], own[:, k])[0, 1] > 0.93 for k in np.flatnonzero(used)] == [True] * used.sum()
    np.testing.assert_array_equal(own[:, ~used], 0)
    assert not np.array_equal(codes, own)


def test_the_report_tells_how_near_it_comes_in_every_group(teacher, student):
    report = student.distillation_report_
    assert set(report["group"]) == {"(all)", *teacher.groups_}
    assert (report["n_rows"] > 0).all() and (report["kl"] >= 0).all()
    of_all = report[report["group"] == "(all)"]
    assert of_all["component"].tolist() == np.flatnonzero(teacher.active_components_).tolist()
    assert of_all["variance_ratio"].between(0.8, 1.25).all()


def test_it_does_not_claim_its_teachers_dependence(student):
    assert not hasattr(student, "dependence_")


def test_real_rows_may_take_the_place_of_those_of_the_decoder(teacher, made):
    student = distill(teacher, data=(made.data, made.target), random_state=0)
    codes, own = teacher.transform(made.data), student.transform(made.data)
    assert np.corrcoef(codes.ravel(), own.ravel())[0, 1] > 0.93
    with pytest.raises(ValueError, match="expected those the teacher was fitted on"):
        distill(teacher, data=(made.data.iloc[:, 1:], made.target))


def test_the_encoder_puts_a_student_in_its_place(teacher, made):
    encoder = _encoder(distill=True).fit(made.data, made.target)
    assert encoder.n_parameters_ <= 0.2 * teacher.n_parameters_
    assert np.corrcoef(encoder.transform(made.data)[:, 0], teacher.transform(made.data)[:, 0])[0, 1] > 0.93
    assert encoder.dependence_.loc["group_0", "auc"] != teacher.dependence_.loc["group_0", "auc"]  # its own codes'
    assert len(encoder.inverse_transform(encoder.transform(made.data), random_state=0)) == len(made.data)


def test_the_same_seed_gives_the_same_student(teacher, student, made):
    again = distill(teacher, random_state=0)
    np.testing.assert_array_equal(again.transform(made.data), student.transform(made.data))


def test_the_teacher_is_left_as_it_was(teacher, student, made):
    assert student is not teacher and not hasattr(teacher, "distillation_report_")
    np.testing.assert_array_equal(teacher.transform(made.data), _encoder().fit_transform(made.data, made.target))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"temperature": 2.0}, "a temperature is for generators"),
        ({"size": {"embedding_features": 4, "hidden_features": 8}}, "expected whole numbers above 0"),
    ],
)
def test_what_is_for_generators_only_is_refused(teacher, options, message):
    with pytest.raises(ValueError, match=message):
        distill(teacher, **options)


def test_an_encoder_without_classes_has_only_codes_to_teach(made):
    teacher = _encoder(max_epochs=2).fit(made.data)
    assert len(distill(teacher, max_epochs=1).transform(made.data)) == len(made.data)
    with pytest.raises(ValueError, match="nothing but its codes to teach"):
        distill(teacher, quality_weight=0.0)
