"""A dataset of files is learned as its rows in memory are, however they were cut, and what does not fit is refused."""

import io
import pickle

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from skfairgen import FairGenerator, load
from skfairgen.estimators import _streamed_table
from skfairgen.scale import RowDataset, _row_dataset
from skfairgen.training import _batches, _hold_out, _loop

N = 600


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    age = rng.normal(40, 10, N).round(1)
    return pa.table(
        {
            "age": pa.array(age, mask=rng.random(N) < 0.1),
            "job": pa.array(rng.choice(["clerk", "nurse", "cook"], N)).dictionary_encode(),
            "group": pa.array(np.append(rng.choice(["a", "b"], N - 1), "rare")),
            "hired": pa.array(age + rng.normal(0, 5, N) > 42),
        }
    )


@pytest.fixture
def folder(table, tmp_path):
    for place, (start, size) in enumerate([(0, 100), (100, 7), (107, N - 107)]):
        pq.write_table(table.slice(start, size), tmp_path / f"part-{place}.parquet", row_group_size=90)
    return tmp_path


def fitted(X, y="hired", executor="serial"):
    return FairGenerator("group", max_epochs=2, random_state=0).fit(X, y, executor=executor)


def drawn(generator):
    X, y = generator.sample(50, random_state=0)
    return X.to_pydict(), y.to_pylist()


def test_files_that_fit_the_sample_give_the_model_of_their_rows_in_memory(table, folder):
    there, here = fitted(folder), fitted(table.drop_columns(["hired"]), table.column("hired"))
    assert there.history_.drop(columns="dur").equals(here.history_.drop(columns="dur"))
    assert drawn(there) == drawn(here)
    assert there.cell_counts_ == here.cell_counts_
    assert list(there.feature_names_in_) == list(here.feature_names_in_)


def test_the_cut_into_files_and_row_groups_does_not_matter(table, folder, tmp_path_factory, monkeypatch):
    monkeypatch.setattr(_streamed_table, "SAMPLE_ROWS", 200)
    monkeypatch.setattr(_row_dataset, "BLOCK_ROWS", 64)
    file = tmp_path_factory.mktemp("one") / "whole.parquet"
    pq.write_table(table, file, row_group_size=33)
    many, one = fitted(folder), fitted(file)
    assert drawn(many) == drawn(one) == drawn(fitted(ds.dataset(folder)))


def cut_small(monkeypatch):
    """Cut 600 rows as millions are."""
    monkeypatch.setattr(_streamed_table, "SAMPLE_ROWS", 200)
    monkeypatch.setattr(_row_dataset, "BLOCK_ROWS", 16)
    monkeypatch.setattr(_row_dataset, "SPAN_BLOCKS", 3)


class Elsewhere:
    """Runs parts from and to bytes, as workers do, and counts them."""

    n_parts = 0

    def map(self, function, parts):
        for part in parts:
            self.n_parts += 1
            yield pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(function))(pickle.loads(pickle.dumps(part)))))


def test_workers_that_read_parts_of_files_give_the_model_of_one_process(table, folder, tmp_path_factory, monkeypatch):
    cut_small(monkeypatch)
    hive = tmp_path_factory.mktemp("hive")
    pq.write_to_dataset(table, hive, partition_cols=["group"])
    for dataset, n_parts in [(folder, 4 * 13), (hive, 4 * 13), (ds.dataset(table), 4 * 38)]:
        elsewhere = Elsewhere()
        there = fitted(dataset, executor=elsewhere)
        assert drawn(there) == drawn(fitted(dataset))
        assert elsewhere.n_parts == n_parts


def test_workers_read_the_rows_that_a_filter_leaves(folder, monkeypatch):
    cut_small(monkeypatch)
    rows = ds.dataset(folder).filter(ds.field("group") != "rare")
    there = fitted(rows, executor=Elsewhere())
    assert drawn(there) == drawn(fitted(rows)) and sum(there.cell_counts_.values()) == N - 1


def test_an_executor_is_for_datasets(table):
    with pytest.raises(ValueError, match="executor='joblib' spreads the reading of a dataset, and X is a Table"):
        fitted(table.drop_columns(["hired"]), table.column("hired"), executor="joblib")


def test_cells_are_counted_over_all_rows_also_those_that_the_sample_misses(table, folder, monkeypatch):
    monkeypatch.setattr(_streamed_table, "SAMPLE_ROWS", 100)
    counts = fitted(folder).cell_counts_
    frame = table.to_pandas()
    assert {cell: n for cell, n in counts.items() if n} == frame.groupby(["hired", "group"]).size().to_dict()
    assert sum(n for (_, group), n in counts.items() if group == "rare") == 1


def test_a_missing_value_that_the_sample_misses_is_learned(folder, table, monkeypatch):
    monkeypatch.setattr(_streamed_table, "SAMPLE_ROWS", 100)
    chosen = np.random.default_rng(0).choice(N, 100, replace=False, shuffle=False)
    missing = np.setdiff1d(np.arange(N), chosen)[:400:2]
    jobs = table.column("job").to_pandas().astype(object)
    jobs[missing] = None
    pq.write_table(table.set_column(1, "job", pa.array(jobs)), folder / "part-0.parquet")
    for name in ("part-1.parquet", "part-2.parquet"):
        (folder / name).unlink()
    X, _ = fitted(folder).sample(400, random_state=0)
    assert 0.15 < X.column("job").null_count / 400 < 0.55


def test_training_on_very_many_rows_lists_none_of_them(folder, monkeypatch):
    monkeypatch.setattr(_batches, "MANY_ROWS", 500)
    monkeypatch.setattr(_hold_out, "MANY_ROWS", 500)
    monkeypatch.setattr(_hold_out, "MAX_HELD_OUT", 50)
    monkeypatch.setattr(_loop, "MAX_ROWS_AN_EPOCH", 50)
    monkeypatch.setattr(_batches.StoredRows.__mro__[1], "order", None)  # would list all
    generator = fitted(folder)
    assert len(generator.history_) == 2 and np.isfinite(generator.history_["valid_loss"]).all()


def test_blocks_are_counted_from_the_first_row(table, folder, monkeypatch):
    monkeypatch.setattr(_row_dataset, "BLOCK_ROWS", 64)
    blocks = list(RowDataset.of(str(folder)).blocks(["age"]))
    assert [len(block) for block in blocks] == [64] * 9 + [24]
    assert pa.concat_tables(blocks).equals(table.select(["age"]))


@pytest.mark.parametrize(
    ("y", "parameters", "message"),
    [
        ("salary", {}, "y='salary' is no column of the dataset"),
        ("hired", {"sensitive_columns": "sex"}, "sensitive_columns"),
        ("hired", {"warm_start": True}, "warm_start=True with a dataset of files"),
        ("age", {}, "y is missing in"),
        (pd.Series([True, False]), {}, r"is no column of the dataset.*y is the name of the column of labels"),
    ],
)
def test_what_cannot_be_learned_is_refused_before_training(folder, y, parameters, message):
    with pytest.raises(ValueError, match=message):
        FairGenerator(**{"sensitive_columns": "group", **parameters}).fit(folder, y)


def test_a_folder_that_is_empty_or_of_unlike_files_is_refused(table, folder, tmp_path_factory):
    with pytest.raises(ValueError, match="without parquet files"):
        fitted(tmp_path_factory.mktemp("empty"))
    for missing in (folder / "none.parquet", folder / "*.parquet", [folder / "none.parquet"]):
        with pytest.raises(ValueError, match="there is no such file or folder"):
            fitted(missing)
    pq.write_table(table.set_column(0, "age", pa.array(["old"] * N)), folder / "part-3.parquet")
    with pytest.raises(ValueError, match=r"part-3.parquet has age \(string, expected double\)"):
        fitted(folder)


def test_a_dataset_without_rows_is_refused(table, tmp_path):
    pq.write_table(table.slice(0, 0), tmp_path / "part.parquet")
    with pytest.raises(ValueError, match="The dataset has 0 rows"):
        fitted(tmp_path)


def test_rows_that_are_other_ones_at_the_next_reading_are_refused(table, folder):
    rows = RowDataset.of(folder)
    list(rows.blocks(["group"]))
    rows.dataset = ds.dataset(table.slice(10))
    with pytest.raises(ValueError, match=r"gave 590 rows, and 600 when they were counted\. It is read several times"):
        list(rows.blocks())
    rows.dataset = ds.dataset(table.take(np.append(np.arange(1, N), 0)))
    with pytest.raises(ValueError, match=r"another order in the columns \['group'\].*or materialize\(\) a dataset"):
        list(rows.blocks(["group"]))


def test_a_list_of_files_is_learned_in_its_order(table, folder):
    files = sorted(folder.iterdir())
    assert drawn(fitted(files)) == drawn(fitted([str(file) for file in files])) == drawn(fitted(folder))


@pytest.mark.parametrize("name", ["a.csv", "z.csv"])  # before and after the files of parquet
def test_a_folder_that_holds_other_files_is_refused_and_marks_are_passed_over(table, folder, name):
    (folder / "_SUCCESS").touch()
    pq.write_metadata(table.schema, folder / "_common_metadata")
    assert RowDataset.of(folder).n_rows == N
    (folder / name).write_text("age,job")
    with pytest.raises(ValueError, match=rf"{folder.name}.*cannot be read as parquet: .*{name}.*Name a file, a list"):
        fitted(folder)


def test_other_readers_of_pyarrow_are_refused_by_name(folder):
    dataset = ds.dataset(folder)
    others = [dataset.scanner(), next(dataset.get_fragments()), pq.ParquetFile(folder / "part-0.parquet")]
    for X in others:
        with pytest.raises(ValueError, match=f"X is a {type(X).__name__} of pyarrow; expected a path"):
            fitted(X)


def test_shared_texts_of_a_dataset_are_learned_as_texts(table):
    place = table.column_names.index("group")
    shared = table.set_column(place, "group", table["group"].cast(pa.string_view()))
    large = table.set_column(place, "group", table["group"].cast(pa.large_string()))
    assert drawn(fitted(ds.dataset(shared))) == drawn(fitted(ds.dataset(large)))


def test_a_full_temporary_folder_is_named(folder, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_streamed_table._Stored, "append", full)
    with pytest.raises(OSError, match="No space is left in the temporary folder .*Set TMPDIR"):
        fitted(folder)


def test_drawn_files_name_the_labels_as_the_fitted_files_did(folder, tmp_path_factory):
    there = fitted(folder)
    files = there.sample_to_parquet(tmp_path_factory.mktemp("drawn"), 40, random_state=0)
    assert pq.read_schema(files[0]).names == ["age", "job", "group", "hired"]
    store = io.BytesIO()
    there.save(store)
    store.seek(0)
    again = load(store).sample_to_parquet(tmp_path_factory.mktemp("again"), 40, random_state=0)
    assert again[0].read_bytes() == files[0].read_bytes()
    assert sum(fitted(files).cell_counts_.values()) == 40
