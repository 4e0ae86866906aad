import numpy as np
import pytest

from skfairgen.criteria import margin_from_mapping, with_margins

SHARES = np.array([[0.4, 0.2], [0.1, 0.3]])


def test_group_shares_leave_the_class_rates_of_each_group():
    moved = with_margins(SHARES, group_shares=np.array([0.9, 0.1]))
    np.testing.assert_allclose(moved.sum(axis=0), [0.9, 0.1])
    np.testing.assert_allclose(moved[1] / moved.sum(axis=0), SHARES[1] / SHARES.sum(axis=0))


def test_both_margins_are_met_together_and_odds_ratios_kept():
    moved = with_margins(SHARES, class_shares=np.array([0.5, 0.5]), group_shares=np.array([0.2, 0.8]))
    np.testing.assert_allclose(moved.sum(axis=0), [0.2, 0.8])
    np.testing.assert_allclose(moved.sum(axis=1), [0.5, 0.5])

    def odds(table):
        return table[0, 0] * table[1, 1] / (table[0, 1] * table[1, 0])

    assert odds(moved) == pytest.approx(odds(SHARES))


def test_names_left_out_share_the_rest_as_they_did():
    margin = margin_from_mapping({"a": 0.4}, ["a", "b", "c"], np.array([0.1, 0.6, 0.3]), "group_shares")
    np.testing.assert_allclose(margin, [0.4, 0.4, 0.2])


@pytest.mark.parametrize("wanted", [{"a": 0.7, "b": 0.7}, {"a": -0.1}, {"a": 0.2, "b": 0.2}, {"z": 1.0}, {"a": np.nan}])
def test_shares_that_cannot_be_are_refused_by_name(wanted):
    with pytest.raises(ValueError, match="group_shares"):
        margin_from_mapping(wanted, ["a", "b"], np.array([0.5, 0.5]), "group_shares")


def test_margins_that_empty_cells_keep_apart_are_refused():
    shares = np.array([[0.4, 0.2, 0.1], [0.1, 0.2, 0.0]])
    with pytest.raises(ValueError, match="cannot both hold"):
        with_margins(shares, class_shares=np.array([0.1, 0.9]), group_shares=np.array([0.25, 0.25, 0.5]))
    met = with_margins(shares, class_shares=np.array([0.5, 0.5]), group_shares=np.array([0.4, 0.4, 0.2]))
    np.testing.assert_allclose(met.sum(axis=1), [0.5, 0.5], atol=1e-4)
