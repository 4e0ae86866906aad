"""Files are whole or absent, a job that was interrupted is completed, and who wrote a file does not matter."""

import os
import signal
import subprocess
import sys
import time

import joblib
import pandas as pd
import pyarrow
import pytest

from skfairgen import FairGenerator, distill, load
from skfairgen.datasets import make_biased_classification
from skfairgen.scale import _parquet

SIZES = {"n_samples": 250, "rows_per_file": 60, "batch_size": 25, "random_state": 3}


@pytest.fixture(scope="module")
def student():
    table = make_biased_classification(n_samples=400, random_state=0)
    teacher = FairGenerator(table.sensitive_columns, max_epochs=1, random_state=0).fit(table.data, table.target)
    return distill(teacher, max_epochs=1, random_state=0)


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.parquet"))}


class Failing:
    """Writes so many files, then fails as a full disk does."""

    def __init__(self, n_files):
        self.n_files = n_files

    def map(self, function, parts):
        for place, part in enumerate(parts):
            if place == self.n_files:
                raise OSError(28, "No space left on device")
            yield function(part)


def test_processes_write_the_files_that_one_writes(student, tmp_path):
    student.sample_to_parquet(tmp_path / "one", **SIZES)
    with joblib.parallel_config(n_jobs=2):
        student.sample_to_parquet(tmp_path / "two", executor="joblib", **SIZES)
    assert len(contents(tmp_path / "one")) == 5
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_pandas_reads_files_of_rows_with_dictionaries_of_arrow(tmp_path):
    X = pyarrow.table({"job": pyarrow.array(["cook", "clerk"] * 50).dictionary_encode(), "age": list(range(100))})
    FairGenerator(max_epochs=1, random_state=0).fit(X).sample_to_parquet(tmp_path, 20, random_state=0)
    assert set(pd.read_parquet(tmp_path)["job"]) == {"cook", "clerk"}


def test_a_folder_says_when_it_is_whole(student, tmp_path):
    with pytest.raises(OSError, match="No space left"):
        student.sample_to_parquet(tmp_path, executor=Failing(2), **SIZES)
    assert not (tmp_path / "_SUCCESS").exists()
    student.sample_to_parquet(tmp_path, **SIZES)
    assert (tmp_path / "_SUCCESS").exists()
    assert len(pd.read_parquet(tmp_path)) == 250  # readers skip the two files of ours


def test_an_interrupted_job_is_completed_and_its_files_are_kept(student, tmp_path):
    student.sample_to_parquet(tmp_path / "whole", **SIZES)
    with pytest.raises(OSError, match="No space left"):
        student.sample_to_parquet(tmp_path / "broken", executor=Failing(2), **SIZES)
    kept = {path: path.stat().st_ino for path in (tmp_path / "broken").glob("*.parquet")}
    student.sample_to_parquet(tmp_path / "broken", **SIZES)
    assert len(kept) == 2 and all(path.stat().st_ino == node for path, node in kept.items())
    assert contents(tmp_path / "whole") == contents(tmp_path / "broken")


@pytest.mark.parametrize("change", [{"random_state": 4}, {"n_samples": 240}, {"target_name": "label"}])
def test_an_interrupted_job_is_not_completed_by_another(student, tmp_path, change):
    with pytest.raises(OSError, match="No space left"):
        student.sample_to_parquet(tmp_path, executor=Failing(2), **SIZES)
    with pytest.raises(FileExistsError, match="same integer random_state"):
        student.sample_to_parquet(tmp_path, **SIZES | change)


class Meanwhile:
    """Does something before the parts, as another process may."""

    def __init__(self, act):
        self.act = act

    def map(self, function, parts):
        self.act()
        return map(function, parts)


def test_two_jobs_of_one_folder_never_mix(student, tmp_path):
    def other(**change):
        student.sample_to_parquet(tmp_path / "two", **SIZES | change)

    student.sample_to_parquet(tmp_path / "one", **SIZES)
    with pytest.raises(FileExistsError, match="the job of another call"):
        student.sample_to_parquet(tmp_path / "two", executor=Meanwhile(lambda: other(random_state=4)), **SIZES)
    assert not list((tmp_path / "two").iterdir())
    student.sample_to_parquet(tmp_path / "two", executor=Meanwhile(other), **SIZES)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_a_job_that_another_process_has_ended_meanwhile_ends_too(student, tmp_path, monkeypatch):
    def ended(self, place):
        self.path(place).touch()
        for path in self.folder.glob(".*.unfinished"):
            path.unlink()
        return iter(())

    monkeypatch.setattr(_parquet.FileWriter, "tables", ended)
    assert len(student.sample_to_parquet(tmp_path, **SIZES)) == 5


def test_an_address_is_no_folder(student):
    with pytest.raises(ValueError, match="path='s3:/bucket/rows' is an address; files are written to folders"):
        student.sample_to_parquet("s3://bucket/rows", **SIZES)


def test_a_disk_that_fills_within_a_file_leaves_no_part_of_it(student, tmp_path, monkeypatch):
    def table(self, frame, schema):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_parquet._Parquet, "table", table)
    with pytest.raises(OSError, match="No space left"):
        student.sample_to_parquet(tmp_path, **SIZES)
    assert not list(tmp_path.iterdir())


def test_a_killed_process_leaves_whole_files_alone(student, tmp_path):
    student.save(tmp_path / "student.skfairgen", private_export=False)
    student = load(tmp_path / "student.skfairgen")
    folder, sizes = tmp_path / "rows", {"n_samples": 200_000, "rows_per_file": 5_000, "random_state": 0}
    script = (
        f"import skfairgen; student = skfairgen.load({str(tmp_path / 'student.skfairgen')!r}); "
        f"student.sample_to_parquet({str(folder)!r}, **{sizes!r})"
    )
    process = subprocess.Popen([sys.executable, "-c", script])
    while len(list(folder.glob("*.parquet"))) < 3 and process.poll() is None:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not (folder / "_SUCCESS").exists()
    for path in folder.glob("*.parquet"):
        assert len(pd.read_parquet(path)) == 5_000
    student.sample_to_parquet(folder, **sizes)
    assert len(pd.read_parquet(folder)) == 200_000
    assert not list(folder.glob(".*.unfinished"))


def test_a_library_that_is_missing_is_named(student, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ImportError, match=r"sample_to_ray needs ray and pyarrow: pip install 'skfairgen\[scale\]'"):
        student.sample_to_ray(10)
