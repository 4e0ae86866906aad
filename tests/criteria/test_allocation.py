"""How many rows each cell gets: the fewest for parity, imbalanced-learn's words, dicts, exact sums."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.utils import check_sampling_strategy

from skfairgen.criteria import CellNames, allocate, apportion, drawn_counts, equalized_shares, parity_targets


def _names(counts, groups=None):
    return CellNames(range(len(counts)), groups)


def _rows_needed(counts, rates):
    """Total rows that hold `counts` at given class rates, without rounding."""
    return (counts / rates[:, None]).max(axis=0).sum()


def _fewest_by_brute_force(counts, n_steps):
    n_classes = len(counts)
    steps = (c for c in product(range(1, n_steps), repeat=n_classes - 1) if sum(c) < n_steps)
    return min(_rows_needed(counts, np.array([*c, n_steps - sum(c)]) / n_steps) for c in steps)


@pytest.mark.parametrize(("n_classes", "n_steps"), [(2, 4_000), (3, 120), (4, 40)])
@pytest.mark.parametrize("seed", range(5))
def test_parity_needs_no_more_rows_than_the_best_rates_of_a_grid(n_classes, n_steps, seed):
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, 2_000, (n_classes, rng.integers(2, 5)))
    targets = parity_targets(counts)
    assert targets.sum() <= _fewest_by_brute_force(counts, n_steps) + targets.size


def test_parity_adds_only_the_missing_positives_of_a_group():
    counts = np.array([[600, 900], [400, 100]])
    np.testing.assert_array_equal(parity_targets(counts) - counts, [[0, 0], [0, 500]])


def test_parity_of_equal_rates_adds_nothing():
    counts = np.array([[60, 600, 6], [40, 400, 4]])
    np.testing.assert_array_equal(parity_targets(counts), counts)


@settings(deadline=None, max_examples=150)
@given(st.integers(2, 4), st.integers(2, 5), st.data())
def test_parity_keeps_every_row_and_equals_class_rates_to_within_a_row(n_classes, n_groups, data):
    cell = st.one_of(st.integers(0, 5), st.integers(0, 50_000))
    rows = st.lists(st.lists(cell, min_size=n_groups, max_size=n_groups), min_size=n_classes, max_size=n_classes)
    counts = np.array(data.draw(rows))
    counts[0, counts.sum(axis=0) == 0] = 1
    counts[counts.sum(axis=1) == 0, 0] = 1
    targets = parity_targets(counts)
    assert (targets >= counts).all()
    totals = targets.sum(axis=0)
    rates = targets / totals
    largest = totals.argmax()
    expected = rates[:, [largest]] * totals
    n_off = n_classes + n_classes * totals / totals[largest]  # a row a cell, in this group and in the largest
    assert (np.abs(targets - expected) <= n_off).all()


def test_parity_of_one_group_adds_nothing():
    np.testing.assert_array_equal(parity_targets(np.array([[5], [50]])), [[5], [50]])


@pytest.mark.parametrize("counts", [[10, 50, 30], [7, 7, 7], [1, 1_000], [90, 10]])
@pytest.mark.parametrize("strategy", ["minority", "not minority", "not majority", "all"])
def test_words_over_classes_mean_what_they_mean_in_imbalanced_learn(counts, strategy):
    y = np.repeat(np.arange(len(counts)), counts)
    expected = check_sampling_strategy(strategy, y, "over-sampling")
    counts = np.array(counts)[:, None]
    added = (allocate(strategy, counts, _names(counts)) - counts).ravel()
    assert added.tolist() == [expected.get(label, 0) for label in range(len(counts))]


@pytest.mark.parametrize("share", [0.29, 0.5, 0.7, 1.0])
def test_a_float_over_classes_means_what_it_means_in_imbalanced_learn(share):
    y = np.repeat([0, 1], [101, 10])
    expected = check_sampling_strategy(share, y, "over-sampling")
    counts = np.array([[101], [10]])
    assert (allocate(share, counts, _names(counts)) - counts).ravel().tolist() == [0, expected[1]]


def test_a_dict_over_classes_means_what_it_means_in_imbalanced_learn():
    y = np.repeat([0, 1], [100, 10])
    expected = check_sampling_strategy({1: 40}, y, "over-sampling")
    counts = np.array([[100], [10]])
    assert (allocate({1: 40}, counts, _names(counts)) - counts).ravel().tolist() == [0, expected[1]]


def test_words_over_cells_leave_cells_that_hold_no_row_empty():
    counts = np.array([[50, 20], [10, 0]])
    names = _names(counts, ["a", "b"])
    assert allocate("not majority", counts, names).tolist() == [[50, 50], [50, 0]]
    assert allocate("all", counts, names).tolist() == [[50, 50], [50, 0]]
    assert allocate("minority", counts, names).tolist() == [[50, 20], [50, 0]]
    assert allocate("not minority", counts, names).tolist() == [[50, 50], [10, 0]]
    assert allocate(0.3, counts, names).tolist() == [[50, 20], [15, 0]]


def test_a_dict_sets_cells_and_leaves_the_others():
    counts = np.array([[50, 20], [10, 0]])
    names = _names(counts, ["a", "b"])
    assert allocate({(1, "b"): 7}, counts, names).tolist() == [[50, 20], [10, 7]]
    assert allocate({(1, "b"): 7}, counts, names, unnamed=0).tolist() == [[0, 0], [0, 7]]


def test_a_class_in_a_dict_is_spread_over_its_groups_by_their_shares():
    counts = np.array([[50, 20], [10, 30]])
    names = _names(counts, ["a", "b"])
    assert allocate({1: 100}, counts, names).tolist() == [[50, 20], [25, 75]]
    assert allocate({1: 100, (0, "a"): 60}, counts, names).tolist() == [[60, 20], [25, 75]]


@settings(deadline=None)
@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=8).filter(any), st.integers(0, 10_000))
def test_a_class_raised_by_a_dict_never_takes_rows_from_a_group(counts, n_added):
    counts = np.array([counts])
    targets = allocate({0: int(counts.sum()) + n_added}, counts, _names(counts, range(counts.size)))
    assert (targets >= counts).all()


def test_a_missing_group_may_be_called_none_or_nan():
    counts = np.array([[5, 5], [5, 5]])
    names = _names(counts, ["a", None])
    assert allocate({(1, None): 9}, counts, names)[1, 1] == 9
    assert allocate({(1, np.nan): 9}, counts, names)[1, 1] == 9
    names = _names(counts, [("a", 1), ("a", None)])
    assert allocate({(1, ("a", float("nan"))): 9}, counts, names)[1, 1] == 9


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        ({(1, "z"): 9}, r"There is no cell \(1, 'z'\).*a group of \['a', 'b'\]"),
        ({5: 9}, r"There is no cell 5. Ask for a class of \[0, 1\]"),
        ({(5, "a"): 9}, r"There is no cell \(5, 'a'\)"),
        ({1: -1}, "Cell 1 asks for -1 rows"),
        ({1: 2.5}, "Cell 1 asks for 2.5 rows"),
        ({1: True}, "Cell 1 asks for True rows"),
        ({1: 20, (1, "a"): 9}, r"Cell \(1, 'a'\) is asked for twice"),
    ],
)
def test_a_dict_that_cannot_be_met_names_the_cell(strategy, message):
    counts = np.array([[5, 5], [5, 5]])
    with pytest.raises(ValueError, match=message):
        allocate(strategy, counts, _names(counts, ["a", "b"]))


@settings(deadline=None)
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30).filter(lambda s: sum(s) > 0), st.integers(0, 10**7))
def test_apportioned_rows_sum_exactly_and_follow_the_shares(shares, n_rows):
    rows = apportion(shares, n_rows)
    assert rows.sum() == n_rows
    assert (np.abs(rows - np.array(shares) / sum(shares) * n_rows) < 1 + 1e-6).all()


def test_apportioned_rows_keep_the_shape_of_the_shares():
    assert apportion(np.array([[1, 1], [2, 0]]), 8).tolist() == [[2, 2], [4, 0]]


def test_equalized_shares_move_from_the_data_to_independence():
    counts = np.array([[30, 10], [10, 50]])
    np.testing.assert_allclose(equalized_shares(counts, 0.0), counts / 100)
    full = equalized_shares(counts, 1.0)
    np.testing.assert_allclose(full / full.sum(axis=0), [[0.4, 0.4], [0.6, 0.6]])
    np.testing.assert_allclose(full.sum(axis=0), [0.4, 0.6])
    np.testing.assert_allclose(equalized_shares(counts, 0.25), 0.75 * counts / 100 + 0.25 * full)


def test_cells_are_named_by_class_and_group_and_empty_ones_left_out():
    values = np.array([[1, 0], [3, 4]])
    assert CellNames(["n", "y"], ["a", "b"]).as_dict(values) == {("n", "a"): 1, ("y", "a"): 3, ("y", "b"): 4}
    assert CellNames(["n", "y"], None).as_dict(values[:, :1]) == {"n": 1, "y": 3}


def test_drawn_counts_are_next_to_their_parts_and_right_on_average():
    shares = np.array([[0.1, 0.25], [0.05, 0.6]])
    rng = np.random.default_rng(0)
    drawn = np.stack([drawn_counts(shares, 7, rng) for _ in range(4_000)])
    assert (drawn.sum(axis=(1, 2)) == 7).all() and (np.abs(drawn - 7 * shares) < 1).all()
    np.testing.assert_allclose(drawn.mean(axis=0), 7 * shares, atol=0.04)
    assert drawn_counts(np.array([3.0, 0.0, 1.0]), 4, rng).tolist() == [3, 0, 1]
