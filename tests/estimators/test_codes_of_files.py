"""Rows of files have the codes that they have in memory, and stand in files beside what was not learned."""

import numpy as np
import pandas as pd
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from skfairgen import FairEncoder
from skfairgen.scale import _block_writer, _row_dataset

N = 300


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    age = rng.normal(40, 10, N).round(1)
    frame = pd.DataFrame(
        {"age": age, "job": rng.choice(["clerk", "nurse", None], N), "group": rng.choice(["a", "b"], N)}
    )
    frame.loc[::9, "age"] = np.nan
    return frame.assign(visits=rng.integers(0, 5, N), hired=age > 42, key=np.arange(N))


@pytest.fixture(scope="module")
def encoder(frame):
    return FairEncoder("group", max_epochs=2, random_state=0).fit(frame.drop(columns=["hired", "key"]))


@pytest.fixture
def folder(frame, tmp_path, monkeypatch):
    monkeypatch.setattr(_row_dataset, "BLOCK_ROWS", 64)
    monkeypatch.setattr(_block_writer, "BLOCK_ROWS", 64)
    monkeypatch.setattr(_block_writer, "BLOCKS_A_FILE", 2)
    frame.to_parquet(tmp_path / "rows.parquet", row_group_size=70)
    return tmp_path


def test_codes_are_those_of_the_rows_in_memory_beside_what_was_not_learned(encoder, frame, folder):
    expected = encoder.transform(frame.drop(columns=["hired", "key"]))
    for place, X in enumerate(
        [folder / "rows.parquet", ds.dataset(folder / "rows.parquet"), iter([frame[:9], frame[9:]])]
    ):
        files = encoder.transform_to_parquet(X, folder / f"codes-{place}")
        assert [pq.read_metadata(file).num_rows for file in files] == [128, 128, 44]
        coded = pd.read_parquet(folder / f"codes-{place}")
        assert coded.columns.tolist() == ["hired", "key", *encoder.get_feature_names_out()]
        assert coded["key"].tolist() == frame["key"].tolist()
        np.testing.assert_array_equal(coded.iloc[:, 2:], expected)


def test_an_interrupted_call_is_completed_by_the_same_call(encoder, folder, monkeypatch):
    whole = encoder.transform_to_parquet(folder / "rows.parquet", folder / "whole")
    original, n_calls = FairEncoder.transform, []

    def breaks(self, X):
        n_calls.append(len(X))
        if len(n_calls) == 4:
            raise OSError("the disk is full")
        return original(self, X)

    monkeypatch.setattr(FairEncoder, "transform", breaks)
    with pytest.raises(OSError, match="the disk is full"):
        encoder.transform_to_parquet(folder / "rows.parquet", folder / "codes")
    assert [path.name for path in (folder / "codes").glob("*.parquet")] == ["part-00000.parquet"]
    files = encoder.transform_to_parquet(folder / "rows.parquet", folder / "codes")
    assert n_calls[4:] == [64, 64, 44]
    assert [file.read_bytes() for file in files] == [file.read_bytes() for file in whole]
    with pytest.raises(FileExistsError, match="holds parquet files already"):
        encoder.transform_to_parquet(folder / "rows.parquet", folder / "codes")


def test_what_cannot_be_coded_is_refused(encoder, frame, folder):
    with pytest.raises(ValueError, match="X is a DataFrame, which is in memory: code it by transform"):
        encoder.transform_to_parquet(frame, folder / "codes")
    frame.drop(columns="age").to_parquet(folder / "other.parquet")
    with pytest.raises(ValueError, match="age"):
        encoder.transform_to_parquet(folder / "other.parquet", folder / "codes")
    frame.assign(fairencoder0=1).to_parquet(folder / "named.parquet")
    with pytest.raises(ValueError, match="the codes are named"):
        encoder.transform_to_parquet(folder / "named.parquet", folder / "named")
