"""The warning about cells too small to learn from."""

import warnings

import numpy as np
import pytest

from skfairgen.criteria import CellNames, warn_about_small_cells
from skfairgen.exceptions import SmallGroupWarning

CELLS = CellNames([0, 1], ["a", "b"])


def test_a_small_cell_that_is_asked_for_is_named_with_its_rows():
    with pytest.warns(SmallGroupWarning, match=r"\(1, 'b'\) \(7 real rows\)") as caught:
        warn_about_small_cells(np.array([[0, 0], [5, 5]]), np.array([[2, 50], [10, 7]]), CELLS)
    assert "(1, 'a')" not in str(caught[0].message)
    assert "(0, 'a')" not in str(caught[0].message)


def test_no_warning_when_no_small_cell_is_asked_for():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_about_small_cells(np.array([[0, 5], [5, 0]]), np.array([[2, 50], [10, 3]]), CELLS)


def test_many_small_cells_are_counted_after_the_first_ten():
    counts = np.ones((1, 14), dtype=int)
    with pytest.warns(SmallGroupWarning, match="and 4 more"):
        warn_about_small_cells(counts, counts, CellNames([0], range(14)))


def test_of_a_cell_of_fewer_than_5_rows_the_count_is_not_told():
    """A student of a private file holds the same number for all of them."""
    for n_rows in range(1, 5):
        with pytest.warns(SmallGroupWarning, match=r"\(1, 'b'\) \(fewer than 5 real rows\)"):
            warn_about_small_cells(np.array([[0, 0], [0, 5]]), np.array([[20, 50], [10, n_rows]]), CELLS)
