"""Strata of legitimate features, and what the groups would be with the same share of each."""

import warnings

import numpy as np

from skfairgen.data import GroupCodec, as_frame
from skfairgen.exceptions import SmallGroupWarning


def count_by_stratum(table, legitimate_features):
    """Count the rows of every (stratum, group, predicted label), in the strata where every group has rows.

    Parameters
    ----------
    table : Confusion
        Of the same rows.
    legitimate_features : array-like of shape (n_rows,) or (n_rows, n_columns)
        A stratum is a combination of their values; a numeric column of more than 20 values is cut at its quartiles.

    Returns
    -------
    ndarray of shape (n_strata, n_groups, 1, n_classes)
        True labels, which a selection rate does not ask for, are summed over.

    Raises
    ------
    ValueError
        If `legitimate_features` is None, has another number of rows, or no columns.

    Warns
    -----
    SmallGroupWarning
        If strata are left out.
    """
    strata = _encode_strata(legitimate_features, len(table.true))
    shape = (strata.max() + 1, len(table.groups.labels), 1, len(table.classes))
    flat = np.ravel_multi_index((strata, table.groups.codes, 0, table.predicted), shape)
    counts = np.bincount(flat, weights=table.weight, minlength=int(np.prod(shape))).reshape(shape).astype(np.float64)
    shared = _is_shared(counts).ravel()
    if not shared.all():
        _warn_left_out(counts, shared)
    return counts[shared]


def standardize(counts):
    r"""Give every group the same share of each stratum.

    .. math:: \sum_l P(l) \, \frac{c_{lgk}}{\sum_k c_{lgk}}, \qquad P(l) \propto \sum_{g, k} c_{lgk}

    over the strata :math:`l` where every group :math:`g` has rows.

    Parameters
    ----------
    counts : ndarray of shape (..., n_strata, n_groups, 1, n_classes)

    Returns
    -------
    ndarray of shape (..., n_groups, 1, n_classes)
        Shares, which sum to 1 within each group; zeros where no stratum holds every group.
    """
    sizes = counts.sum((-2, -1), keepdims=True)
    rows = np.where(_is_shared(counts), sizes.sum(-3, keepdims=True), 0.0)
    total = rows.sum(-4, keepdims=True)
    share = np.divide(rows, total, out=np.zeros_like(rows), where=total > 0)
    return np.divide(counts * share, sizes, out=np.zeros_like(counts), where=sizes > 0).sum(-4)


def _is_shared(counts):
    # sums of weights may leave 1e-17 where an integer count would leave 0
    return (counts.sum((-2, -1), keepdims=True) > 1e-12).all(-3, keepdims=True)


def _encode_strata(legitimate_features, n_rows):
    frame = as_frame(legitimate_features, "legitimate_features")
    if len(frame) != n_rows:
        raise ValueError(
            f"legitimate_features has {len(frame)} rows, y has {n_rows}: pass the values of the very rows that "
            "are scored."
        )
    if frame.shape[1] == 0:
        raise ValueError("legitimate_features has no columns: pass at least one, or use demographic parity.")
    names = list(frame.columns)
    frame = frame.infer_objects().set_axis(range(len(names)), axis=1)  # only known numbers are cut into bands
    return GroupCodec().fit(frame, names).encode(frame)


def _warn_left_out(counts, shared):
    n_left_out, share = (~shared).sum(), counts[~shared].sum() / max(counts.sum(), 1e-12)
    message = (
        f"Strata of legitimate_features that lack rows of a group are left out: {n_left_out} of {len(shared)}, with "
        f"{share:.1%} of the rows."
    )
    if not shared.any():
        message += " Nothing is left to compare; the result is NaN. Pass fewer or coarser legitimate features."
    warnings.warn(message, SmallGroupWarning, stacklevel=5)
