"""Bootstrap intervals, by drawing cell counts instead of rows."""

import numpy as np
from sklearn.utils import check_random_state


def draw_counts(counts, n_bootstrap, random_state):
    r"""Draw tables of counts as resampling the rows with replacement would.

    A statistic that depends on the rows through their cell only has the same bootstrap distribution under
    :math:`\mathrm{Multinomial}(n, c / n)` draws of the cell counts :math:`c`; the cost does not grow with
    the rows.

    Parameters
    ----------
    counts : ndarray of int or float
        Rows in each cell, any shape.
    n_bootstrap : int
        Number of draws.
    random_state : int, RandomState instance or None

    Returns
    -------
    ndarray of shape (n_bootstrap, *counts.shape), float64
    """
    flat = np.ravel(counts)
    occupied = np.flatnonzero(flat)
    n_rows = int(round(flat.sum()))
    draws = np.zeros((n_bootstrap, flat.size))
    generator = check_random_state(random_state)
    draws[:, occupied] = generator.multinomial(n_rows, flat[occupied] / flat.sum(), size=n_bootstrap)
    return draws.reshape(n_bootstrap, *np.shape(counts))


def percentile_interval(draws, confidence_level):
    """Return the bounds that leave out equal tails of the draws that are defined.

    Parameters
    ----------
    draws : ndarray of shape (n_bootstrap, ...)
        NaN where a draw leaves the statistic undefined: those draws say nothing and are left out.
    confidence_level : float
        Share of the draws between the bounds, in (0, 1).

    Returns
    -------
    low, high : ndarray of shape (...)
        NaN where no draw is defined.
    """
    tail = (1 - confidence_level) / 2
    ordered = np.sort(draws, axis=0)
    last = (~np.isnan(draws)).sum(0) - 1
    return tuple(_quantile(ordered, last, q) for q in (tail, 1 - tail))


def holding_interval(draws, value, confidence_level):
    """Return the percentile interval of draws of shape (n_bootstrap, ...), stretched to hold the estimates `value`."""
    low, high = percentile_interval(draws, confidence_level)
    return np.minimum(low, value), np.maximum(high, value)


def gap_interval(draws, value, confidence_level, kind):
    r"""Return an interval of the largest gap between groups that holds its estimate, both ends in [0, 1].

    Resampled rows have larger gaps than the rows, as the rows have larger ones than the population [1]_. The
    interval therefore covers the percentiles :math:`q` of the draws and those of the basic bootstrap,
    :math:`2 \hat\theta - q`, whose end at parity is moved by the bias that the draws show,
    :math:`\bar\theta^* - \hat\theta`. Ratios do likewise by their logarithms.

    Parameters
    ----------
    draws : ndarray of shape (n_bootstrap,)
        Those that are NaN are left out.
    value : float
        The estimate.
    confidence_level : float
    kind : {"difference", "ratio"}

    Returns
    -------
    low, high : float

    References
    ----------
    .. [1] A. C. Davison, D. V. Hinkley, "Bootstrap Methods and their Application", 1997, sections 5.2 and 5.3.
    """
    low, high = percentile_interval(draws, confidence_level)
    if np.isnan([value, low]).any():
        return float("nan"), float("nan")
    mean = np.nanmean(draws)
    if kind == "difference":
        ends = 2 * value - high - max(mean - value, 0), 2 * value - low
    else:
        ends = value**2 / max(high, 1e-12), value**2 / low * max(value / mean, 1) if low > 0 else float(value > 0)
    return float(np.clip(min(low, value, ends[0]), 0, 1)), float(np.clip(max(high, value, ends[1]), 0, 1))


def _quantile(ordered, last, q):
    """Interpolate along axis 0, where positions 0 .. last hold numbers (np.nanquantile loops over slices)."""
    position = q * np.maximum(last, 0)
    below = np.floor(position).astype(np.intp)
    above = np.minimum(below + 1, np.maximum(last, 0))
    low, high = (np.take_along_axis(ordered, at[None], axis=0)[0] for at in (below, above))
    return low + (high - low) * (position - below)
