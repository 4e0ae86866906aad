"""Each pass covers each row once."""

import numpy as np
import pytest
import torch

from skfairgen.training._batches import AllBut, SlicedBatches, StoredRows, TensorRows, row_tensors
from skfairgen.training._options import resolve_batch_size


def _rows(n_rows):
    return TensorRows({"tokens": torch.arange(n_rows)[:, None], "levels": 10 * torch.arange(n_rows)[:, None]})


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize(("n_rows", "batch_size", "n_batches"), [(10, 3, 4), (10, 5, 2), (3, 10, 1), (7, -1, 1)])
def test_a_pass_covers_each_row_once_and_keeps_tensors_aligned(n_rows, batch_size, n_batches, shuffle):
    batches = SlicedBatches(_rows(n_rows), batch_size, torch.Generator() if shuffle else None)
    got = [rows for rows, _ in batches]
    assert len(got) == len(batches) == n_batches
    tokens = torch.cat([rows["tokens"] for rows in got])
    levels = torch.cat([rows["levels"] for rows in got])
    assert sorted(tokens.ravel().tolist()) == list(range(n_rows))
    assert torch.equal(levels, 10 * tokens)


def test_a_pass_over_many_rows_is_over_some_of_them_drawn_anew():
    batches = SlicedBatches(_rows(1_000), 30, torch.Generator().manual_seed(0), max_rows=100)
    passes = [torch.cat([rows["tokens"] for rows, _ in batches]).ravel().tolist() for _ in range(40)]
    assert len(batches) == 4 and all(len(set(seen)) == len(seen) == 100 for seen in passes)
    assert len({row for seen in passes for row in seen}) > 950  # of 1,000: each is missed with probability .9 ** 40


def test_stored_rows_are_those_of_their_places_in_the_order_asked_for():
    arrays = {"tokens": np.arange(20, dtype=np.uint16).reshape(10, 2), "levels": np.zeros((10, 0), dtype=np.int32)}
    rows = StoredRows(arrays, AllBut(10, np.array([0, 3])), "cpu")
    assert len(rows) == 8
    assert rows.take(torch.tensor([7, 0, 0, 2]))["tokens"][:, 0].tolist() == [18, 2, 2, 8]
    assert rows[::3][0]["tokens"][:, 0].tolist() == [2, 10, 16]
    assert rows[:4][0]["levels"].shape == (4, 0)


def test_places_but_a_few_are_all_the_others():
    few = np.array([0, 1, 5, 9])
    assert AllBut(10, few)[:].tolist() == np.setdiff1d(np.arange(10), few).tolist()


def test_shuffled_passes_differ_and_plain_ones_do_not():
    shuffled = SlicedBatches(_rows(100), 100, torch.Generator().manual_seed(0))
    first, second = (next(iter(shuffled))[0]["tokens"] for _ in range(2))
    assert not torch.equal(first, second)
    plain = SlicedBatches(_rows(100), 100)
    assert torch.equal(next(iter(plain))[0]["tokens"].ravel(), torch.arange(100))


@pytest.mark.parametrize(
    ("n_rows", "expected"),
    [(1, 1), (20, 20), (900, 32), (6_000, 100), (32_000, 512), (200_000, 512), (10**7, 512)],
)
def test_an_automatic_batch_is_a_sixtieth_of_the_rows_within_bounds(n_rows, expected):
    assert resolve_batch_size("auto", n_rows) == expected


def test_a_given_batch_size_is_kept_unless_there_are_fewer_rows():
    assert resolve_batch_size(64, 1_000) == 64
    assert resolve_batch_size(64, 10) == 10


def test_read_only_arrays_are_copied_without_a_warning():
    values = np.arange(6, dtype=np.int32).reshape(2, 3).T
    values.flags.writeable = False
    rows = row_tensors({"tokens": values, "shares": values / 2}, "cpu")
    assert rows["tokens"].dtype == torch.int64 and rows["shares"].dtype == torch.float32
    assert rows["tokens"].tolist() == values.tolist()
