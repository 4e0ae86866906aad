"""Rows are dealt to workers in equal shares, and what several workers do not train is refused before they start."""

import sys

import numpy as np
import pytest

from skfairgen import FairGenerator
from skfairgen.datasets import make_biased_classification
from skfairgen.estimators._generator_fitting import _shared_training
from skfairgen.training._batches import AllBut, StoredRows, TensorRows, row_tensors


@pytest.mark.parametrize("n_shards", [1, 3])
@pytest.mark.parametrize("is_stored", [False, True])
def test_shards_are_of_one_length_and_share_no_row(n_shards, is_stored):
    arrays = {"tokens": np.arange(20).reshape(10, 2), "classes": np.arange(10)}
    rows = StoredRows(arrays, AllBut(10, np.array([4])), "cpu") if is_stored else TensorRows(row_tensors(arrays, "cpu"))
    shards = [rows.shard(place, n_shards) for place in range(n_shards)]
    assert {len(shard) for shard in shards} == {len(rows) // n_shards}
    dealt = np.concatenate([shard[:][0]["classes"] for shard in shards])
    assert len(set(dealt.tolist())) == len(dealt)
    if n_shards == 1:
        assert all(np.array_equal(shards[0][:][0][name], rows[:][0][name]) for name in arrays)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"latent": "fair"}, "n_workers=2 was found with a code"),
        ({"device": "cuda"}, "n_workers=2 was found with device='cuda'"),
        ({"max_seconds": 60.0}, "max_seconds=60.0. Several workers train a network without a code"),
    ],
)
def test_what_several_workers_do_not_train_is_refused(parameters, message):
    with pytest.raises(ValueError, match=message):
        _shared_training(FairGenerator(**parameters), 2, "latent" in parameters)


def test_a_number_of_workers_is_checked_before_training():
    table = make_biased_classification(n_samples=200, random_state=0)
    with pytest.raises(ValueError, match="n_workers == 0, must be >= 1"):
        FairGenerator("group_0").fit(table.data, table.target, n_workers=0)


def test_a_trainer_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    table = make_biased_classification(n_samples=200, random_state=0)
    with pytest.raises(ImportError, match=r"n_workers needs Ray Train: pip install 'skfairgen\[scale\]'"):
        FairGenerator("group_0").fit(table.data, table.target, n_workers=2)
