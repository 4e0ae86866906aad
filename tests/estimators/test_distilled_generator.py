"""Batches and files of rows: bounded, repeatable one by one, complete."""

import numpy as np
import pandas as pd
import pytest

from skfairgen import FairGenerator, distill


@pytest.fixture(scope="module")
def student(made):
    teacher = FairGenerator("group_0", max_epochs=1, random_state=0).fit(made.data, made.target)
    return distill(teacher, max_epochs=1, random_state=0)


def test_any_batch_can_be_drawn_alone(student):
    batches = list(student.sample_batches(250, batch_size=100, random_state=5))
    assert [len(X) for X, _ in batches] == [100, 100, 50]
    X, y = student.sample(100, random_state=np.random.default_rng([5, 1]))
    pd.testing.assert_frame_equal(X, batches[1][0], check_exact=True)
    pd.testing.assert_series_equal(y, batches[1][1])
    assert not batches[0][0].equals(batches[1][0])


def test_batches_are_not_drawn_before_they_are_asked_for(student):
    batches = student.sample_batches(10**15, batch_size=10, random_state=0)
    assert len(next(batches)[0]) == 10


@pytest.mark.parametrize("options", [{"n_samples": 0}, {"n_samples": 10, "batch_size": 0}])
def test_batches_of_no_rows_are_an_error(student, options):
    with pytest.raises(ValueError, match="must be >= 1|== 0, must be"):
        student.sample_batches(**options)


def test_files_hold_the_rows_of_the_batches(student, tmp_path):
    files = student.sample_to_parquet(tmp_path, 250, rows_per_file=120, batch_size=50, random_state=1)
    assert [path.name for path in files] == [f"part-0000{place}.parquet" for place in range(3)]
    assert [len(pd.read_parquet(path)) for path in files] == [120, 120, 10]
    batches = student.sample_batches(250, batch_size=50, random_state=1)
    expected = pd.concat([X.assign(**{y.name: y}) for X, y in batches], ignore_index=True)
    written = pd.concat([pd.read_parquet(path) for path in files], ignore_index=True)
    pd.testing.assert_frame_equal(written, expected, check_exact=True)


def test_the_same_seed_writes_the_same_bytes(student, tmp_path):
    for name in ("first", "second"):
        student.sample_to_parquet(tmp_path / name, 100, batch_size=30, random_state=1)
    first, second = (next((tmp_path / name).iterdir()).read_bytes() for name in ("first", "second"))
    assert first == second


def test_files_are_not_written_over(student, tmp_path):
    student.sample_to_parquet(tmp_path, 10, random_state=0)
    with pytest.raises(FileExistsError, match="empty folder"):
        student.sample_to_parquet(tmp_path, 10, random_state=0)


def test_labels_get_a_column_of_their_own(student, made, tmp_path):
    with pytest.raises(ValueError, match="target_name"):
        student.sample_to_parquet(tmp_path, 10, target_name="group_0", random_state=0)
    file = student.sample_to_parquet(tmp_path / "named", 10, target_name="label", random_state=0)[0]
    assert "label" in pd.read_parquet(file)


def test_batches_that_lack_a_value_have_the_schema_of_the_others(tmp_path):
    rng = np.random.default_rng(0)
    rare = pd.Series([True, False] * 6 + [None] * 388, dtype=object)
    X = pd.DataFrame({"number": rng.normal(size=400), "rare": rare, "sex": rng.choice(["F", "M"], 400)})
    teacher = FairGenerator("sex", max_epochs=1, random_state=0).fit(X, rng.integers(0, 2, 400))
    made = distill(teacher, max_epochs=1, random_state=0)
    written = pd.read_parquet(made.sample_to_parquet(tmp_path, 300, batch_size=3, random_state=0)[0])
    batches = [X["rare"].tolist() for X, _ in made.sample_batches(300, batch_size=3, random_state=0)]
    assert batches[0] == [None] * 3 and written["rare"].notna().any()
    assert written["rare"].tolist() == sum(batches, [])


def test_nothing_is_made_where_nothing_can_be_drawn(student, tmp_path):
    with pytest.raises(ValueError, match="n_samples"):
        student.sample_to_parquet(tmp_path / "new", 0)
    with pytest.raises(ValueError, match="non-negative"):
        student.sample_batches(10, random_state=-1)
    assert not (tmp_path / "new").exists()


def test_a_student_draws_on_the_device_that_it_names():
    X = pd.DataFrame({"x": np.arange(40.0)})
    student = distill(FairGenerator(max_epochs=1, random_state=0).fit(X), max_epochs=1, random_state=0)
    with pytest.raises(ValueError, match="device='gpu' cannot be used here"):
        student.set_params(device="gpu").sample(3)
    assert len(student.set_params(device="cpu").sample(3)[0]) == 3
