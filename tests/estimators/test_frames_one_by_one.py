"""Frames of an iterator are learned as their rows in parquet are, however they are cut; unlike ones are refused."""

import io
import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest

from skfairgen import FairDistillResampler, FairEncoder, FairGenerator
from skfairgen.estimators import _streamed_table
from skfairgen.exceptions import TrainingBudgetWarning
from skfairgen.scale import _row_dataset, _spooled_rows

N = 400


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    age = rng.normal(40, 10, N).round(1)
    frame = pd.DataFrame({"age": age, "job": rng.choice(["clerk", "nurse", "cook"], N)})
    frame.loc[rng.random(N) < 0.1, "age"] = np.nan
    frame["kind"] = pd.Categorical(rng.choice(["x", "y"], N))
    return frame.assign(group=rng.choice(["a", "b"], N), hired=age + rng.normal(0, 5, N) > 42)


def fitted(X):
    return FairGenerator("group", max_epochs=2, random_state=0).fit(X, "hired")


def drawn(X):
    X, y = fitted(X).sample(60, random_state=0)
    return X.to_pydict(), y.to_pylist()


def cut(frame, *ends):
    return (frame.iloc[start:end].copy() for start, end in zip((0, *ends), (*ends, len(frame)), strict=True))


def test_frames_give_the_model_of_their_rows_in_parquet_whatever_the_cuts(frame, tmp_path, monkeypatch):
    monkeypatch.setattr(_streamed_table, "SAMPLE_ROWS", 150)
    monkeypatch.setattr(_row_dataset, "BLOCK_ROWS", 64)
    monkeypatch.setattr(_spooled_rows, "SPOOLED_ROWS", 90)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    place = table.column_names.index("kind")
    table = table.set_column(place, "kind", table["kind"].cast(pa.dictionary(pa.int32(), pa.string())))
    pq.write_table(table, tmp_path / "rows.parquet")
    expected = drawn(tmp_path)
    assert drawn(cut(frame, 1, 7, 300)) == expected
    assert drawn(iter([frame.sample(0), frame])) == drawn([frame[:33], frame[33:]]) == expected
    assert drawn(pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=33))) == expected


def test_what_gives_frames_anew_each_time_is_learned(frame):
    class Loader:
        def __iter__(self):
            return cut(frame, 100)

    assert drawn(Loader()) == drawn([frame])


def test_a_csv_in_chunks_is_learned(frame):
    text = io.StringIO(frame.to_csv(index=False))
    generator = fitted(pd.read_csv(text, chunksize=150))
    assert sum(generator.cell_counts_.values()) == N
    assert generator.feature_names_in_.tolist() == ["age", "job", "kind", "group"]


def test_levels_that_a_categorical_frame_lacks_and_columns_without_values_do_no_harm(frame):
    parts = [own.assign(kind=own["kind"].cat.remove_unused_categories()) for own in cut(frame, 3, 200)]
    parts[1] = pa.Table.from_pandas(parts[1].assign(job=None), preserve_index=False)
    assert sum(fitted(iter(parts)).cell_counts_.values()) == N


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (lambda own: own.drop(columns="age"), "Frame 1 lacks the column 'age'"),
        (lambda own: own.assign(more=1), "Frame 1 also has the column 'more'"),
        (lambda own: own.assign(age=1), "Frame 1 has the column 'age' of the type int64, frame 0 of double"),
        (lambda own: own.to_numpy(), "item 1 is a ndarray; expected a frame"),
        (lambda own: own.set_axis(["age", "age", "kind", "group", "hired"], axis=1), "[Dd]uplicate|two columns"),
        (lambda own: pa.table([own["age"]] * 2, ["a", "a"]), "Frame 1 has two columns of one name"),
        (lambda own: own.assign(job=[1, *["a"] * (len(own) - 1)]), "Frame 1 has a column that pyarrow cannot hold"),
    ],
)
def test_a_frame_unlike_the_first_is_refused_by_its_number(frame, second, message):
    first, other = cut(frame, 200)
    with pytest.raises(ValueError, match=message):
        fitted(iter([first, second(other)]))


def test_an_iterator_that_was_read_is_refused(frame):
    frames = cut(frame, 200)
    list(frames)
    with pytest.raises(ValueError, match=r"gave no frames.*make a new one"):
        fitted(frames)
    with pytest.raises(ValueError, match="0 rows"):
        fitted(iter([frame.iloc[:0]]))


def test_the_seconds_of_a_fit_begin_before_its_rows_are_read(frame):
    def slow():
        time.sleep(0.3)
        yield frame

    with pytest.warns(TrainingBudgetWarning, match=r"max_seconds=0\.2 ended it after 1 of the"):
        FairGenerator("group", max_seconds=0.2, max_epochs=10**6).fit(slow(), "hired")


def test_an_error_of_the_iterator_is_the_users(frame):
    def broken():
        yield frame
        raise ConnectionError("the line is dead")

    with pytest.raises(ConnectionError, match="the line is dead"):
        fitted(broken())


def test_estimators_of_rows_in_memory_refuse_what_is_read_piece_by_piece(frame, tmp_path):
    for X in (iter([frame]), [frame, frame], str(tmp_path), pyarrow.dataset.dataset(pa.table({"a": [1]}))):
        with pytest.raises(ValueError, match=r"FairDistillResampler learns rows that are in memory.*sample_to_parquet"):
            FairDistillResampler("group").fit_resample(X, "hired")
        with pytest.raises(ValueError, match="FairEncoder learns rows that are in memory"):
            FairEncoder("group").fit(X, "hired")


def test_frames_of_polars_are_learned_as_those_of_pandas(frame):
    polars = pytest.importorskip("polars")
    made = [polars.from_pandas(own) for own in cut(frame, 200)]
    assert made[0]["job"].dtype == polars.String and made[0]["kind"].dtype == polars.Categorical
    assert drawn(iter(made)) == drawn(cut(frame, 200))
    assert drawn([frame[:200].drop(columns="kind"), made[1].drop("kind")]) == drawn([frame.drop(columns="kind")])


def test_a_column_that_parquet_cannot_hold_is_refused_by_name(frame):
    with pytest.raises(ValueError, match=r"\['band'\] have the type dictionary.*Turn their values into text"):
        fitted(iter([frame.assign(band=pd.cut(frame["age"], 3))]))
