"""Cell shares moved to class shares or group shares that a user asks for."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from skfairgen._listed import listed
from skfairgen.criteria._allocation import CellNames
from skfairgen.data import group_name

N_ROUNDS, TOLERANCE = 1_000, 1e-4


def with_margins(
    shares: np.ndarray, *, class_shares: np.ndarray | None = None, group_shares: np.ndarray | None = None
) -> np.ndarray:
    """Rescale cell shares to given margins.

    Class shares alone leave the groups within each class as they are, group shares alone the classes within each
    group; both together are met by iterative proportional fitting [1]_.

    Parameters
    ----------
    shares : ndarray of shape (n_classes, n_groups)
        Cell shares.
    class_shares : ndarray of shape (n_classes,) or None
        Margin over classes; sums to 1.
    group_shares : ndarray of shape (n_groups,) or None
        Margin over groups; sums to 1.

    Returns
    -------
    ndarray of shape (n_classes, n_groups)
        Cell shares that sum to 1.

    Raises
    ------
    ValueError
        If empty cells keep both margins from being met to within 0.0001.

    References
    ----------
    .. [1] W. E. Deming, F. F. Stephan, "On a Least Squares Adjustment of a Sampled Frequency Table When the
       Expected Marginal Totals are Known", Ann. Math. Stat. 11, 1940.

    Examples
    --------
    >>> import numpy as np
    >>> with_margins(np.array([[0.4, 0.2], [0.1, 0.3]]), group_shares=np.array([0.2, 0.8])).round(2)
    array([[0.16, 0.32],
           [0.04, 0.48]])
    """
    shares = np.array(shares, dtype=float)
    for _ in range(1 if class_shares is None or group_shares is None else N_ROUNDS):
        if class_shares is not None:
            shares *= _ratio(class_shares, shares.sum(axis=1))[:, None]
        if group_shares is not None:
            shares *= _ratio(group_shares, shares.sum(axis=0))
    shares /= max(shares.sum(), 1e-300)
    for wanted, found in ((class_shares, shares.sum(axis=1)), (group_shares, shares.sum(axis=0))):
        if wanted is not None and np.abs(found - wanted).max() > TOLERANCE:
            raise ValueError(
                "class_shares and group_shares cannot both hold: some cells have no rows to learn from, and without "
                f"them the nearest to {np.round(wanted, 4).tolist()} is {np.round(found, 4).tolist()}. Ask for less of "
                "the groups that lack a class, or for one of the two."
            )
    return shares


def moved_margins(
    shares: np.ndarray,
    names: CellNames,
    class_shares: Mapping[Any, float] | None,
    group_shares: Mapping[Any, float] | None,
) -> np.ndarray:
    """Return cell shares moved to the class shares and group shares that a user asks for.

    Parameters
    ----------
    shares : ndarray of shape (n_classes, n_groups)
        Cell shares.
    names : CellNames
        Names of the classes and groups.
    class_shares, group_shares : dict or None
        Shares by name. With several sensitive columns, the keys of `group_shares` are groups (tuples), or values of
        one of the columns.

    Returns
    -------
    ndarray of shape (n_classes, n_groups)

    Raises
    ------
    ValueError
        If a name is unknown, shares are no shares, there are no groups, or both margins cannot be met.
    """
    if class_shares is not None:
        class_shares = margin_from_mapping(class_shares, names.classes, shares.sum(axis=1), "class_shares")
    if group_shares is not None:
        group_shares = _group_margin(group_shares, names.groups, shares.sum(axis=0))
    return with_margins(shares, class_shares=class_shares, group_shares=group_shares)


def margin_from_mapping(
    wanted: Mapping[Any, float], names: Sequence[Any], present: np.ndarray, parameter: str
) -> np.ndarray:
    """Return a margin as an array, from a dict of name to share; names left out share what is left.

    Parameters
    ----------
    wanted : dict of name to float
        Shares asked for, in [0, 1].
    names : list
        All names, in order.
    present : ndarray of shape (n_names,)
        The margin as it is.
    parameter : str
        Whose value `wanted` is, for the message.

    Raises
    ------
    ValueError
        If a name is unknown, a share is no share, or they sum to more than 1, or to less with no name left over.
    """
    if not isinstance(wanted, Mapping):
        raise ValueError(f"{parameter} is {wanted!r}; expected a dict of name to share, with names of {names}.")
    wanted = {group_name(name): share for name, share in wanted.items()}
    unknown = [name for name in wanted if name not in names]
    if unknown:
        raise ValueError(f"{parameter} names {listed(unknown)}, never seen in fit. Ask for some of {listed(names)}.")
    values = np.array(list(wanted.values()), dtype=float)
    left = 1 - values.sum()
    is_free = np.array([name not in wanted for name in names])
    is_usable = (values >= 0).all() and left > -1e-9
    if not is_usable or (left > 1e-9 and not present[is_free].sum() > 0):
        raise ValueError(
            f"{parameter}={wanted} sums to {values.sum():g}; expected shares of 0 or more that sum to 1, or to less "
            "where some name is left out and takes the rest."
        )
    margin = np.array([wanted.get(name, 0.0) for name in names], dtype=float)
    if left > 1e-9:
        margin[is_free] = left * present[is_free] / present[is_free].sum()
    return margin


def _group_margin(wanted, groups, present):
    """Return group shares from a dict keyed by groups, or by the values of one of several sensitive columns."""
    if groups is None:
        raise ValueError("group_shares needs groups, and this generator was fitted without sensitive columns.")
    if isinstance(groups[0], tuple) and not any(isinstance(key, tuple) for key in wanted):
        for values in zip(*groups, strict=True):
            if all(key in values for key in wanted):
                names = list(dict.fromkeys(values))
                totals = np.array([present[[value == name for value in values]].sum() for name in names])
                margin = margin_from_mapping(wanted, names, totals, "group_shares")
                return present * np.array([(margin / totals)[names.index(value)] for value in values])
    return margin_from_mapping(wanted, groups, present, "group_shares")


def _ratio(wanted, present):
    return np.divide(wanted, present, out=np.zeros(len(present)), where=present > 0)
