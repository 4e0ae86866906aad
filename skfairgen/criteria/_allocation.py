"""How many rows each (class, group) cell gets."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.optimize import minimize, minimize_scalar

from skfairgen._listed import listed, short
from skfairgen.data import group_name


def allocate(strategy: Any, counts: np.ndarray, cells: "CellNames", unnamed: int | None = None) -> np.ndarray:
    """Return how many rows each cell has in the output.

    Parameters
    ----------
    strategy : str, float or dict
        "parity", "minority", "not minority", "not majority", "all"; a float (every cell that holds rows is raised to
        this share of the largest, rounded down); or a dict of cell, or class, to a number of rows in the output. A
        class spreads its new rows over its groups by their shares of the class.
    counts : ndarray of shape (n_classes, n_groups), int
        Rows that each cell holds.
    cells : CellNames
        Names of the rows and columns of `counts`.
    unnamed : int or None
        Rows of the cells that a dict does not name; None leaves them as they are.

    Returns
    -------
    targets : ndarray of shape (n_classes, n_groups), int
        Rows of each cell in the output; at least `counts`, except where a dict asks for fewer.

    Raises
    ------
    ValueError
        If a dict names a cell that does not exist, names one twice, or asks for a negative number of rows.
    """
    if isinstance(strategy, Mapping):
        return _from_mapping(strategy, counts, cells, unnamed)
    if strategy == "parity":
        return parity_targets(counts)
    largest = counts.max()
    if not isinstance(strategy, str):
        return np.where(counts > 0, np.maximum(counts, int(strategy * largest)), 0)
    held = counts[counts > 0]
    raised = {
        "minority": counts == held.min(),
        "not minority": counts > held.min(),
        "not majority": counts > 0,
        "all": counts > 0,
    }[strategy]
    return np.where(raised, largest, counts)


def parity_targets(counts: np.ndarray) -> np.ndarray:
    r"""Return the fewest rows, none below `counts`, that give every group the same class rates.

    With class rates :math:`\pi`, group g needs :math:`N_g = \max_c n_{cg} / \pi_c` rows to keep all it has;
    :math:`\sum_g N_g` is convex in :math:`\log \pi` and is minimized over the simplex. Counts are rounded to the
    nearest row, so the rates of a group are equal to within one row.
    """
    n_classes, n_groups = counts.shape
    if n_groups == 1 or n_classes == 1:
        return counts.copy()
    rates = _cheapest_binary_rates(counts) if n_classes == 2 else _cheapest_rates(counts)
    totals = (counts / rates[:, None]).max(axis=0)
    return np.maximum(counts, np.round(rates[:, None] * totals).astype(int))


def apportion(shares: np.ndarray, n_rows: int) -> np.ndarray:
    """Split `n_rows` by shares of any shape, to whole rows that sum to it exactly (largest remainders)."""
    shares = np.asarray(shares, dtype=float)
    exact = shares / shares.sum() * n_rows
    whole = np.floor(exact).astype(int)
    left = n_rows - whole.sum()
    order = np.argsort(-(exact - whole).ravel(), kind="stable")
    whole.ravel()[order[:left]] += 1
    return whole


def drawn_counts(shares: np.ndarray, n_rows: int, rng: np.random.Generator) -> np.ndarray:
    r"""Split `n_rows` by shares of any shape at random, each to one of the two whole numbers next to its part.

    .. math:: n_k = \lfloor n S_k + u \rfloor - \lfloor n S_{k-1} + u \rfloor, \qquad u \sim U(0, 1)

    with S the cumulative shares: systematic sampling [1]_. The expected counts are the parts.

    References
    ----------
    .. [1] W. G. Madow, L. H. Madow, "On the Theory of Systematic Sampling", Ann. Math. Stat. 15, 1944.
    """
    ends = np.cumsum(shares.ravel() / shares.sum()) * n_rows
    ends[-1] = n_rows
    places = np.floor(ends + rng.random()).astype(int)
    return np.diff(places, prepend=0).reshape(shares.shape)


def equalized_shares(counts: np.ndarray, strength: float) -> np.ndarray:
    r"""Return cell shares moved towards independence of class and group, shape (n_classes, n_groups).

    .. math:: (1 - \text{strength}) \, p(y, s) + \text{strength} \sum_l p(y \mid l) \, p(s, l)

    Parameters
    ----------
    counts : ndarray of shape (n_classes, n_groups) or (n_classes, n_groups, n_strata), int
        Rows of each cell, or of each cell and stratum l; without strata the sum is p(y) p(s).
    strength : float
        How far, in [0, 1].
    """
    shares = (counts / counts.sum()).reshape(*counts.shape[:2], -1)
    of_stratum = shares.sum(axis=1) / np.maximum(shares.sum(axis=(0, 1)), np.finfo(float).tiny)
    independent = of_stratum @ shares.sum(axis=0).T
    return (1 - strength) * shares.sum(axis=2) + strength * independent


class CellNames:
    """The names of classes, groups and cells, and their places.

    Parameters
    ----------
    classes, groups : list
        Class labels and group names; `groups` is None when there are no sensitive columns.
    """

    def __init__(self, classes: Sequence[Any], groups: Sequence[Any] | None) -> None:
        self.classes: list[Any] = list(classes)
        self.groups: list[Any] | None = None if groups is None else list(groups)
        self._class_place = {label: place for place, label in enumerate(self.classes)}
        self._group_place = {group: place for place, group in enumerate(self.groups or [])}

    def name(self, class_place: int, group_place: int) -> Any:
        """Return the key of a cell: the class without groups, else the pair (class, group)."""
        label = self.classes[class_place]
        return label if self.groups is None else (label, self.groups[group_place])

    def as_dict(self, values: np.ndarray) -> dict[Any, int]:
        """Return an array of shape (n_classes, n_groups) as a dict from cell to int, zeros left out."""
        return {self.name(*place): int(values[tuple(place)]) for place in np.argwhere(values != 0)}

    def place(self, key: Any) -> tuple[int, int | None]:
        """Return the places (class, group) of a key; the group is None when the key is a class.

        Raises
        ------
        ValueError
            If there is no such class or group; the message lists those there are.
        """
        if isinstance(key, tuple) and len(key) == 2 and self.groups is not None:
            label, group = key
            group = group_name(group)
            if label in self._class_place and group in self._group_place:
                return self._class_place[label], self._group_place[group]
        elif key in self._class_place:
            return self._class_place[key], None
        groups = "" if self.groups is None else f", or a (class, group) pair with a group of {listed(self.groups)}"
        raise ValueError(f"There is no cell {short(key)}. Ask for a class of {listed(self.classes)}{groups}.")


def _from_mapping(wanted, counts, cells, unnamed):
    targets = counts.copy() if unnamed is None else np.full_like(counts, unnamed)
    named = np.zeros(counts.shape, dtype=bool)
    for key, n_rows in wanted.items():
        if not isinstance(n_rows, int | np.integer) or isinstance(n_rows, bool) or n_rows < 0:
            raise ValueError(f"Cell {short(key)} asks for {short(n_rows)} rows; expected a whole number, 0 or more.")
        label, group = cells.place(key)
        place = (label, slice(None) if group is None else group)
        if named[place].any():
            raise ValueError(f"Cell {short(key)} is asked for twice: by its class and by its (class, group) pair.")
        named[place] = True
        targets[place] = apportion(counts[label], n_rows) if group is None and len(counts[label]) > 1 else n_rows
    return targets


def _cheapest_binary_rates(counts):
    def n_rows(rate):
        return (counts / np.array([[1 - rate], [rate]])).max(axis=0).sum()

    own = counts[1] / counts.sum(axis=0)
    low, high = max(own.min(), 1e-6), min(own.max(), 1 - 1e-6)
    inside = minimize_scalar(n_rows, bounds=(low, high), method="bounded", options={"xatol": 1e-10}).x
    rate = min([inside, *np.clip(own, low, high)], key=n_rows)
    return np.array([1 - rate, rate])


def _cheapest_rates(counts):
    n_classes, n_groups = counts.shape
    scale = counts.sum() / n_groups
    held = counts > 0
    log_counts = np.log(np.where(held, counts, 1) / scale)
    start_rates = np.maximum(counts.sum(axis=1) / counts.sum(), 1e-9)
    start_totals = np.where(held, log_counts - np.log(start_rates)[:, None], -np.inf).max(axis=0)

    def room(x):  # log N_g + log pi_c - log n_cg >= 0 where the cell holds rows; sum of pi <= 1
        slack = x[None, n_classes:] + x[:n_classes, None] - log_counts
        return np.append(slack[held], 1 - np.exp(x[:n_classes]).sum())

    result = minimize(
        lambda x: np.exp(x[n_classes:]).sum(),
        np.concatenate([np.log(start_rates), start_totals]),
        jac=lambda x: np.concatenate([np.zeros(n_classes), np.exp(x[n_classes:])]),
        constraints={"type": "ineq", "fun": room},
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-10},
    )
    found = np.exp(result.x[:n_classes])
    found = found / found.sum()
    return min([found, start_rates], key=lambda rates: (counts / rates[:, None]).max(axis=0).sum())
