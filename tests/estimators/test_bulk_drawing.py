"""Every generator draws batches and parquet files, and every estimator writes itself."""

import inspect
import io

import pandas as pd
import pytest

from skfairgen import FairDistillResampler, FairEncoder, FairGenerator, distill, load
from skfairgen.datasets import make_biased_classification

pytestmark = pytest.mark.filterwarnings("ignore::skfairgen.exceptions.SkfairgenWarning")


@pytest.fixture(scope="module")
def made():
    return make_biased_classification(n_samples=200, random_state=0)


@pytest.fixture(scope="module")
def teacher(made):
    return FairGenerator(made.sensitive_columns, max_epochs=1, random_state=0).fit(made.data, made.target)


def test_a_teacher_writes_parquet_and_batches_as_its_student_does(teacher, tmp_path):
    for name, generator in {"teacher": teacher, "student": distill(teacher, max_epochs=1, random_state=0)}.items():
        files = generator.sample_to_parquet(tmp_path / name, 25, rows_per_file=10, batch_size=10, random_state=0)
        assert [len(pd.read_parquet(file)) for file in files] == [10, 10, 5]
        batches = [X for X, _ in generator.sample_batches(25, 10, random_state=0)]
        written = pd.concat([pd.read_parquet(file) for file in files], ignore_index=True)
        pd.testing.assert_frame_equal(written.iloc[:, :-1], pd.concat(batches, ignore_index=True), check_dtype=False)


def test_another_criterion_does_not_complete_an_interrupted_folder(teacher, tmp_path):
    teacher.sample_to_parquet(tmp_path, 20, rows_per_file=10, random_state=0)
    (tmp_path / "_SUCCESS").unlink()
    teacher.sample_to_parquet(tmp_path, 20, rows_per_file=10, random_state=0)
    (tmp_path / "_SUCCESS").unlink()
    teacher.set_params(criterion="balanced_cells")
    try:
        with pytest.raises(FileExistsError):
            teacher.sample_to_parquet(tmp_path, 20, rows_per_file=10, random_state=0)
    finally:
        teacher.set_params(criterion=None)


@pytest.mark.parametrize("kind", [FairGenerator, FairEncoder, FairDistillResampler])
def test_save_is_a_method_of_every_estimator(kind, made):
    estimator = kind(made.sensitive_columns, max_epochs=1, random_state=0)
    getattr(estimator, "fit_resample", estimator.fit)(made.data, made.target)
    file = io.BytesIO()
    estimator.save(file)
    file.seek(0)
    assert type(load(file)) is kind


def test_a_typo_is_answered_by_the_method_itself(teacher):
    with pytest.raises(TypeError, match=r"FairGenerator.sample\(\) got an unexpected keyword argument 'cels'"):
        teacher.sample(5, cels={})
    assert {"cells", "class_shares", "random_state"} <= set(inspect.signature(FairGenerator.sample).parameters)
