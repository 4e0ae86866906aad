"""The warning about cells too small to learn from."""

import warnings

import numpy as np

from skfairgen.criteria._allocation import CellNames
from skfairgen.exceptions import SmallGroupWarning

SMALL_CELL = 10
SMALLEST_TOLD = 5  # a student of a private file does not know how many there were below


def warn_about_small_cells(wanted: np.ndarray, counts: np.ndarray, cells: CellNames) -> None:
    """Warn of cells that are to give rows, and were learned from fewer than 10.

    Parameters
    ----------
    wanted, counts : ndarray of shape (n_classes, n_groups), int
        Rows to draw from each cell, and rows it was learned from.
    cells : CellNames
        Names of the cells.
    """
    small = [
        (cells.name(*place), int(counts[tuple(place)])) for place in np.argwhere((wanted > 0) & (counts < SMALL_CELL))
    ]
    if not small:
        return
    if not any(n_rows for _, n_rows in small):
        names = ", ".join(repr(name) for name, _ in small[:10])
        more = f" and {len(small) - 10} more" if len(small) > 10 else ""
        warnings.warn(
            f"Rows are asked for of cells whose class and group were never seen together: {names}{more}. They are "
            "composed of what is known of each; check them before you rely on them.",
            SmallGroupWarning,
            stacklevel=3,
        )
        return
    listed = ", ".join(f"{name!r} ({_told(n_rows)} real rows)" for name, n_rows in small[:10])
    more = f" and {len(small) - 10} more" if len(small) > 10 else ""
    warnings.warn(
        f"Cells with fewer than {SMALL_CELL} real rows are asked for synthetic rows: {listed}{more}. Their rows "
        "borrow from the class and the group at large; check them before you rely on them.",
        SmallGroupWarning,
        stacklevel=3,
    )


def _told(n_rows):
    return f"fewer than {SMALLEST_TOLD}" if 0 < n_rows < SMALLEST_TOLD else n_rows
