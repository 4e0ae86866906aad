import numpy as np

from skfairgen.criteria import pick_cells, repair_pool


def test_rows_asked_by_the_repaired_shares_need_no_more_rows():
    shares = np.array([[0.35, 0.35], [0.15, 0.15]])
    sizes, class_shares = repair_pool(np.array([[70, 35], [30, 15]]), shares)
    assert sizes.tolist() == [100, 50]
    np.testing.assert_allclose(class_shares[1], [0.7, 0.3])


def test_a_lopsided_request_draws_enough_for_its_rarest_class():
    shares = np.array([[0.4, 0.4], [0.1, 0.1]])
    wanted = np.array([[0, 10], [100, 0]])
    sizes, class_shares = repair_pool(wanted, shares)
    made = np.column_stack([np.floor(sizes[g] * class_shares[g]) for g in (0, 1)])
    assert (made >= wanted).all()


def test_a_cell_the_repair_never_yields_is_labeled_as_asked():
    sizes, class_shares = repair_pool(np.array([[0], [5]]), np.array([[1.0], [0.0]]))
    assert sizes.tolist() == [5]
    assert class_shares[0].tolist() == [0.0, 1.0]


def test_pick_cells_keeps_the_first_rows_of_each_cell():
    classes, groups = np.array([0, 1, 0, 1, 0]), np.array([0, 0, 0, 0, 1])
    assert pick_cells(classes, groups, np.array([[1, 1], [2, 0]])).tolist() == [0, 1, 3, 4]
