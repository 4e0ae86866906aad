"""A student is small, near to its teacher, repeatable, and needs no row."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError

from skfairgen import DistilledGenerator, FairDistillResampler, FairGenerator, distill
from skfairgen.datasets import make_biased_classification

SENSITIVE = "group_0"


@pytest.fixture(scope="module")
def table():
    return make_biased_classification(n_samples=3_000, bias=1.0, missing_rate=0.1, random_state=0)


@pytest.fixture(scope="module")
def teacher(table):
    return FairGenerator(SENSITIVE, max_epochs=8, random_state=0).fit(table.data, table.target)


@pytest.fixture(scope="module")
def student(teacher):
    return distill(teacher, random_state=0)


def divergence(student):
    report = student.distillation_report_
    return report.loc[report["group"] == "(all)", "kl"].sum()


def test_a_student_has_at_most_a_fifth_of_the_parameters(student, teacher):
    assert student.n_parameters_ <= 0.2 * teacher.n_parameters_
    assert student.n_parameters_ > 0.1 * teacher.n_parameters_


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_the_size_can_be_a_share(teacher, share):
    n_parameters = distill(teacher, size=share, max_epochs=1).n_parameters_
    assert 0.7 * share < n_parameters / teacher.n_parameters_ <= share


def test_the_size_can_be_the_widths(teacher):
    module = distill(teacher, size={"embedding_features": 3, "hidden_features": 5}, max_epochs=1).model_.density
    assert (module.embedding.embedding_dim, module.hidden_features) == (3, 5)


def test_a_student_comes_near_to_its_teacher(student, teacher):
    untrained = distill(teacher, max_epochs=1, lr=1e-9, random_state=0)
    assert divergence(student) < 0.05 * divergence(untrained)  # which has the teacher's shares and regressions
    assert divergence(student) < 0.005


def test_the_report_knows_every_column_and_group(student, teacher, table):
    report = student.distillation_report_
    n_reported = table.data.shape[1] - 1 + 1  # all columns but the sensitive one, and the label
    assert len(report) == n_reported * (1 + len(teacher.groups_))
    assert (report["kl"] >= -1e-6).all() and (report["kl"] < report["log_loss"] + 1e-6).all()
    by_group = report[report["group"] != "(all)"].groupby("column")["n_rows"].sum()
    assert (by_group == report["n_rows"].max()).all()
    gaps = report[report["column"] == "(label)"].set_index("group")["class_share_gap"]
    shares = table.target.groupby(table.data[SENSITIVE], observed=True).mean() - table.target.mean()
    np.testing.assert_allclose(gaps[shares.index], shares.abs())
    assert report.loc[report["column"] != "(label)", "class_share_gap"].isna().all()


def test_the_same_seed_distills_the_same_student(teacher):
    first, second = (distill(teacher, max_epochs=2, random_state=3).sample(50, random_state=0)[0] for _ in range(2))
    pd.testing.assert_frame_equal(first, second, check_exact=True)
    other = distill(teacher, max_epochs=2, random_state=4).sample(50, random_state=0)[0]
    assert not first.equals(other)


def test_rows_have_the_columns_and_dtypes_of_the_table(student, table):
    X, y = student.sample(500, random_state=0)
    pd.testing.assert_series_equal(X.dtypes, table.data.dtypes)
    assert (y.name, y.dtype) == (table.target.name, table.target.dtype)


def test_cells_are_drawn_exactly(student):
    X, y = student.sample(cells={(1, "b"): 30, (0, "a"): 10}, random_state=0)
    assert pd.crosstab(y, X[SENSITIVE]).to_dict() == {"a": {0: 10, 1: 0}, "b": {0: 0, 1: 30}}


@pytest.mark.parametrize("criterion", ["balanced_cells", "demographic_parity"])
def test_labels_are_independent_of_the_group_without_a_repair_step(table, criterion):
    """Class shares that are exactly equal belong to "balanced_cells", and to parity with label_draw="sample"."""
    options = {"criterion": criterion, "max_epochs": 4, "random_state": 0}
    options["label_draw"] = "sample" if criterion == "demographic_parity" else "auto"
    teacher = FairGenerator(SENSITIVE, **options).fit(table.data, table.target)
    student = distill(teacher, max_epochs=4, random_state=0)
    X, y = student.sample(20_000, random_state=0)
    rates = y.groupby(X[SENSITIVE], observed=True).mean()
    real = table.target.groupby(table.data[SENSITIVE], observed=True).mean()
    assert np.ptp(rates) < 0.03 < np.ptp(real)
    report = student.distillation_report_
    is_label = report["column"] == "(label)"
    assert report.loc[~is_label, "kl"].isna().all() == (criterion == "demographic_parity")
    assert (report.loc[is_label, "kl"] < 0.05).all() and (report.loc[is_label, "class_share_gap"] < 1e-9).all()


def test_a_student_of_repaired_rows_learns_the_repaired_relation(table):
    """Labels from moved scores (label_draw="sample"), whose relation to the columns is smooth."""
    options = {"criterion": "demographic_parity", "label_draw": "sample", "max_epochs": 8, "random_state": 0}
    teacher = FairGenerator(SENSITIVE, **options)
    teacher.fit(table.data, table.target)
    copy = FairGenerator(SENSITIVE, max_epochs=8, random_state=0).fit(table.data, table.target)
    X, _ = teacher.sample(30_000, random_state=0)
    spread = X.select_dtypes("number").std()
    student_means, copy_means, teacher_means = (
        X.select_dtypes("number").groupby([X[SENSITIVE], y], observed=True).mean() / spread
        for X, y in (g.sample(30_000, random_state=1) for g in (distill(teacher, random_state=0), copy, teacher))
    )
    assert (student_means - teacher_means).abs().max(axis=None) < 0.1
    assert (copy_means - teacher_means).abs().max(axis=None) > 0.1


def test_distilling_with_data_asks_for_the_same_table(teacher, table):
    student = distill(teacher, data=(table.data, table.target), random_state=0)
    assert divergence(student) < 0.05
    with pytest.raises(ValueError, match="columns"):
        distill(teacher, data=(table.data.drop(columns=SENSITIVE), table.target))
    with pytest.raises(ValueError, match=r"labels \[7\]"):
        distill(teacher, data=(table.data, table.target.replace(1, 7)))


def test_the_utility_loss_alone_teaches_labels_only(teacher, student):
    only_labels = distill(teacher, quality_weight=0.0, utility_weight=1.0, max_epochs=4, random_state=0)
    both = distill(teacher, utility_weight=1.0, random_state=0)
    assert divergence(both) < 0.05 < divergence(only_labels)


def test_a_student_can_be_distilled_again_and_a_resampler_be_the_teacher(student, table):
    smaller = distill(student, size=0.9, max_epochs=1, random_state=0)
    assert smaller.n_parameters_ < student.n_parameters_
    resampler = FairDistillResampler(SENSITIVE, max_epochs=1, random_state=0)
    resampler.fit_resample(table.data, table.target)
    assert isinstance(distill(resampler, max_epochs=1), DistilledGenerator)


def test_a_table_without_labels_and_groups_can_be_distilled(table):
    teacher = FairGenerator(max_epochs=1, random_state=0).fit(table.data.head(200))
    X, y = distill(teacher, max_epochs=1, random_state=0).sample(20, random_state=0)
    assert y is None and len(X) == 20


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"quality_weight": 0.0}, "nothing is left to learn"),
        ({"size": {"hidden": 3}}, "embedding_features"),
        ({"size": 1.5}, "size"),
        ({"temperature": 0.0}, "temperature"),
    ],
)
def test_options_that_cannot_be_are_named(teacher, options, message):
    with pytest.raises(ValueError, match=message):
        distill(teacher, **options)


def test_only_fitted_generators_are_teachers():
    with pytest.raises(TypeError, match="FairGenerator"):
        distill("teacher")
    with pytest.raises(NotFittedError):
        distill(FairGenerator())
    with pytest.raises(TypeError, match="distill"):
        DistilledGenerator().fit()


def test_a_student_survives_pickling(student):
    X, _ = pickle.loads(pickle.dumps(student)).sample(100, random_state=0)
    pd.testing.assert_frame_equal(X, student.sample(100, random_state=0)[0], check_exact=True)


@pytest.mark.parametrize("criterion", [None, "demographic_parity"])
def test_a_resampler_can_draw_from_a_student(made, criterion):
    options = {"criterion": criterion, "max_epochs": 1, "distill": True, "random_state": 0, "mode": "replace"}
    resampler = FairDistillResampler(SENSITIVE, **options, keep_teacher=False)
    X, y = resampler.fit_resample(made.data, made.target)
    assert len(X) == len(made.data) and isinstance(resampler.generator_, DistilledGenerator)
    assert not hasattr(resampler, "teacher_")
    X_again, _ = FairDistillResampler(SENSITIVE, **options).fit_resample(made.data, made.target)
    pd.testing.assert_frame_equal(X, X_again, check_exact=True)


@pytest.mark.parametrize("most, kind", [(0.0, FairGenerator), (1e9, DistilledGenerator)])
def test_rows_are_not_drawn_from_a_student_that_is_far_from_its_teacher(monkeypatch, most, kind):
    monkeypatch.setattr("skfairgen.estimators._resampling.MIN_DISTILLED_ROWS", 100)
    monkeypatch.setattr("skfairgen.estimators._resampling.MAX_DIVERGENCE", most)
    made = make_biased_classification(n_samples=400, random_state=0)
    resampler = FairDistillResampler(made.sensitive_columns, max_epochs=1, random_state=0)
    resampler.fit_resample(made.data, made.target)
    assert isinstance(resampler.generator_, kind)
    assert isinstance(resampler.teacher_, FairGenerator)
