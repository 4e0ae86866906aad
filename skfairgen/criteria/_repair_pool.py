"""How many rows to draw before their labels are repaired, and which of them to keep."""

import numpy as np


def repair_pool(wanted, shares):
    """Return how many rows of each group to draw so that, once repaired, every cell has the rows asked of it.

    Parameters
    ----------
    wanted : ndarray of shape (n_classes, n_groups), int
        Rows asked of each cell.
    shares : ndarray of shape (n_classes, n_groups)
        Share of each cell in the repaired rows.

    Returns
    -------
    group_sizes : ndarray of shape (n_groups,), int
        Rows to draw of each group: just those asked for, where they have the class shares of the repaired rows to
        the row; else enough that the repair yields each cell its rows.
    class_shares : dict of int to ndarray of shape (n_classes,)
        Class shares to give each group.
    """
    n_classes, n_groups = wanted.shape
    class_shares = shares / shares.sum(axis=0)
    asked = wanted.sum(axis=0)
    is_exact = (np.abs(wanted - asked * class_shares) < n_classes).all(axis=0)
    needed = np.divide(wanted, class_shares, out=np.zeros(wanted.shape), where=class_shares > 0).max(axis=0)
    is_exact |= ((wanted > 0) & (class_shares == 0)).any(axis=0)  # no repair yields such a cell: labels are set
    sizes = np.where(is_exact, asked, np.ceil(needed) + n_classes).astype(int)
    exact_shares = wanted / np.maximum(asked, 1)
    return sizes, {g: exact_shares[:, g] if is_exact[g] else class_shares[:, g] for g in range(n_groups)}


def pick_cells(class_codes, group_codes, wanted):
    """Return positions of the first `wanted` rows of each cell, in order, an int array of shape (wanted.sum(),)."""
    cells = np.ravel_multi_index((class_codes, group_codes), wanted.shape)
    order = np.argsort(cells, kind="stable")
    starts = np.searchsorted(cells[order], np.arange(wanted.size))
    rank = np.empty(len(cells), dtype=int)
    rank[order] = np.arange(len(cells)) - starts[cells[order]]
    return np.flatnonzero(rank < wanted.ravel()[cells])
