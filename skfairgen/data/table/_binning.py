"""Where the numbers of a column are cut into spikes and bins, and the quantile function of each, of nobody's own."""

import numpy as np

N_KNOTS = 32
LARGEST_STEP = 2**40
MANY_BINS = 60  # or more: a column has narrower bins at either end
MIN_END_ROWS = 20  # of a bin there
N_TRIED = 8  # steps that a knot may be moved, either way
MAX_HELD = 1 / 3  # share of the numbers of a bin that few rows hold: where it is more, chance draws them
MIN_HEAP_ROWS, MIN_HEAP_SHARE = 10, 0.1  # of a number, the share of a bin's rows, that is a spike where it is a heap
TIMES_NEAR = 5  # as many rows hold it as numbers near it
N_NEAR = 5  # levels to either side that are near


def find_spikes(
    levels: np.ndarray, counts: np.ndarray, n_bins: int, unit: float | int | None, min_count: int
) -> np.ndarray:
    """Mark the sorted levels that are more than a bin on their own, or heaps.

    The former are held by more than 1/n_bins of the rows that are left after the more frequent levels. A heap is held
    by a tenth of that, by ten rows, and by five times as many rows as a number near it: values drawn within a bin
    would hardly ever hit it. There are 2 n_bins spikes at most.
    """
    order = np.argsort(-counts, kind="stable")
    ranked = counts[order]
    left = counts.sum() - (np.cumsum(ranked) - ranked)
    stands_out = (ranked * n_bins > left) & (ranked >= min_count)
    n_spikes = len(ranked) if stands_out.all() else int(np.argmin(stands_out))
    is_spike = np.zeros(len(counts), dtype=bool)
    is_spike[order[:n_spikes]] = True
    least = max(MIN_HEAP_ROWS, MIN_HEAP_SHARE * counts[~is_spike].sum() / n_bins, min_count)
    heaps = np.flatnonzero(~is_spike & (counts >= least))
    is_spike[heaps] = counts[heaps] >= TIMES_NEAR * _usual_counts(levels, counts, heaps, unit)
    chosen = order[is_spike[order]][: 2 * n_bins]
    is_spike[:] = False
    is_spike[chosen] = True
    return is_spike


def _usual_counts(levels, counts, places, unit):
    """Return how many rows hold a number near each of some levels: of those that the column can take, held or not."""
    near = (places[:, None] + np.arange(-N_NEAR, N_NEAR + 1)).clip(0, len(levels) - 1)
    usual = np.median(counts[near], axis=1)
    if unit is None:  # any number could be held, so those that are count
        return usual
    return usual / np.maximum(np.median(_gaps(levels[near[:, :-1]], levels[near[:, 1:]], unit), axis=1), 1.0)


def _gaps(low, high, unit):
    """Return how many units numbers are apart, as floats."""
    if low.dtype.kind == "f":
        return (high - low) / unit
    return ((high.view(np.uint64) - low.view(np.uint64)) // np.uint64(unit)).astype(np.float64)


def bin_edges(
    levels: np.ndarray, counts: np.ndarray, n_bins: int, unit: float | int | None, min_count: int, min_rows: int = 10
) -> np.ndarray:
    """Cut sorted levels into bins of about equal counts; return the lowest number of each later one.

    There are `n_bins` at most, and where these are many, the outermost are halved again and again: rows of a rare class
    may lie there. Bins of fewer than `min_count` rows join their neighbor. An edge is midway between two levels.
    """
    total = counts.sum()
    n_bins = int(min(n_bins, max(1, total // min_rows)))
    cuts = np.arange(1, n_bins) * total / n_bins
    if n_bins >= MANY_BINS:
        ends = cuts[0] / 2.0 ** np.arange(max(int(np.log2(cuts[0] / MIN_END_ROWS)), 0), 0, -1)
        cuts = np.concatenate([ends, cuts, total - ends[::-1]])
    bin_of = np.searchsorted(cuts, np.cumsum(counts) - counts / 2, side="right")
    starts = [0, *np.flatnonzero(np.diff(bin_of)) + 1]
    rows = np.concatenate([[0], np.cumsum(counts)])
    kept: list[int] = []
    for start in starts[1:]:
        if rows[start] - rows[kept[-1] if kept else 0] >= min_count and total - rows[start] >= min_count:
            kept.append(int(start))
    return midway(levels[np.array(kept, dtype=int) - 1], levels[kept], unit)


def quantile_grids(
    values: np.ndarray,
    tokens: np.ndarray,
    spikes: np.ndarray,
    edges: np.ndarray,
    n_tokens: int,
    unit: float | int | None,
    min_count: int,
    can_split: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Tabulate each token's quantile function at 33 even knots, and tell which tokens hold a few exact values.

    A token of few values, each held by `min_count` rows, has these values. The knots of others are means of
    `min_count` neighbors, so that none is a row's own; the outermost row at either end has no part in them, so that no
    single one sets how far a column reaches. Where such a mean is still a number that few rows hold, the knot is moved
    to one near it that nobody holds, if there is one. Where a third or more of the numbers of a bin are held, it is
    moved by a part of a unit alone, or left to the private file to move: were held numbers never drawn there, the
    gaps would tell which they are.

    Parameters
    ----------
    values, tokens : ndarray of shape (n_rows,)
        Sorted numbers, and their tokens: spikes first, then bins in ascending order.
    spikes : ndarray of shape (n_spikes,)
        The numbers of the spikes.
    edges : ndarray of shape (n_bins - 1,)
        Lowest number of each bin after the first.
    n_tokens : int
        Number of tokens, the missing one included.
    unit : float or None
        Decimal unit or step of the numbers; None for floats of any digits.
    min_count : int
        Rows that must hold a number before it may be stored.
    can_split : bool
        Whether private files can hold numbers between those of the unit.
    """
    grid = np.zeros((n_tokens, N_KNOTS + 1), dtype=values.dtype)
    is_discrete = np.ones(n_tokens, dtype=bool)
    first_bin = 1 + len(spikes)
    grid[1:first_bin] = spikes[:, None]
    ranked, bins = values[tokens >= first_bin], tokens[tokens >= first_bin]
    levels, level_counts = np.unique(ranked, return_counts=True)
    lone = levels[level_counts < min_count]
    for token in range(first_bin, n_tokens):
        first, end = np.searchsorted(bins, [token, token + 1])
        own = ranked[first:end]
        if len(own) == 0:
            continue
        own_levels, counts = np.unique(own, return_counts=True)
        is_discrete[token] = len(own_levels) <= N_KNOTS // 2 and counts.min() >= min_count
        if is_discrete[token]:
            middles = (np.arange(N_KNOTS + 1) + 0.5) / N_KNOTS
            grid[token] = own[np.minimum((middles * len(own)).astype(int), len(own) - 1)]
            continue
        ranks = np.round(np.linspace(first, end - 1, N_KNOTS + 1)).astype(int)
        knots = _local_means(ranked, ranks, min_count, unit)
        if token > first_bin:
            knots = np.maximum(knots, edges[token - first_bin - 1])
            knots[0] = edges[token - first_bin - 1]
        if token < n_tokens - 1:
            last = _below(edges[token - first_bin], unit)
            knots = np.minimum(knots, last)
            knots[-1] = last
        grid[token] = _off(np.sort(knots), lone, unit, can_split) if min_count > 1 else knots
    return grid, is_discrete


def shared_quantiles(ranked: np.ndarray, ranks: np.ndarray, unit: float | int | None, min_count: int) -> np.ndarray:
    """Return sorted numbers at ranks, in ascending order; those that few rows hold give way to means of neighbors."""
    levels, counts = np.unique(ranked, return_counts=True)
    lone = levels[counts < min_count]
    means = _local_means(ranked, ranks, min_count, unit)
    means = _rounded(means, unit) if means.dtype.kind == "f" and unit else means
    return np.sort(np.where(_is_among(ranked[ranks], lone), _off(np.sort(means), lone, unit), ranked[ranks]))


def _local_means(ranked, ranks, min_count, unit):
    """Return means of sorted numbers around ranks, without the outermost number at either end."""
    if min_count < 2:
        return ranked[ranks]
    width = min(min_count, max(len(ranked) - 2, 1))
    start = np.clip(ranks - width // 2, min(1, len(ranked) - width), max(len(ranked) - 1 - width, 0))
    windows = np.lib.stride_tricks.sliding_window_view(ranked, width)[start]
    if ranked.dtype.kind == "f":
        return windows[:, 0] + (windows - windows[:, :1]).mean(axis=1)
    base = windows[:, 0].view(np.uint64)
    steps = (windows.view(np.uint64) - base[:, None]) // np.uint64(unit)
    moved = np.round(steps.astype(np.float64).mean(axis=1)).astype(np.uint64)
    return (base + moved * np.uint64(unit)).view(ranked.dtype)


def _off(knots, lone, unit, can_split=False):
    """Return knots moved off the numbers that few rows hold, to one near them within the same bin that nobody holds."""
    is_float = knots.dtype.kind == "f"
    if not is_float and unit > LARGEST_STEP:
        return knots
    low, high = np.searchsorted(lone, knots[[0, -1]])
    is_dense = can_split and (high - low) * (unit or 0) > MAX_HELD * (float(knots[-1]) - float(knots[0]))
    if is_float and unit:  # within the ends to another number of the unit if nobody holds it, else between two
        if not is_dense:
            knots[1:-1] = _moved_off(knots[1:-1], lone, unit, lambda numbers: _rounded(numbers, unit))
        return _moved_off(knots, lone, 0.37 * unit, lambda numbers: numbers)
    if is_dense:
        return knots
    step = 1e-7 * (knots[-1] - knots[0]) if is_float else knots.dtype.type(unit)
    return _moved_off(knots, lone, step, lambda numbers: numbers)


def _moved_off(knots, lone, step, written):
    """Return knots moved by steps where, as they are written, they are among lone numbers."""
    low, high = np.searchsorted(lone, knots[[0, -1]])
    lone = lone[max(low - 1, 0) : high + 1]
    for distance in range(1, N_TRIED + 1):
        for sign in (1, -1):
            is_lone = _is_among(written(knots), lone)
            if not is_lone.any():
                return knots
            wanted = knots + step * distance if sign > 0 else knots - step * distance
            fits = is_lone & (wanted >= knots[0]) & (wanted <= knots[-1]) & ~_is_among(written(wanted), lone)
            knots = np.sort(np.where(fits, wanted, knots))
    return knots


def _is_among(numbers, ranked):
    """Tell which numbers are among sorted ones."""
    if not len(ranked):
        return np.zeros(len(numbers), dtype=bool)
    return ranked[np.searchsorted(ranked, numbers).clip(max=len(ranked) - 1)] == numbers


def midway(low, high, unit):
    """Return numbers above `low` and at most `high`, about midway, on the unit of the column."""
    if low.dtype.kind == "f":
        middle = low / 2 + high / 2
        if unit is not None:
            middle = _rounded(np.ceil(np.round(middle / unit, 3)) * unit, unit)
        return np.where((middle > low) & (middle <= high), middle, high)
    step = np.uint64(unit or 1)
    gaps = (high.view(np.uint64) - low.view(np.uint64)) // step
    return (low.view(np.uint64) + (gaps + np.uint64(1)) // np.uint64(2) * step).view(low.dtype)


def _below(edge, unit):
    """Return the largest number of a column below an edge."""
    if isinstance(edge, np.floating):
        return np.nextafter(edge, -np.inf) if unit is None else _rounded(edge - unit, unit)
    return (np.atleast_1d(edge).view(np.uint64) - np.uint64(unit)).view(edge.dtype)[0]  # an array wraps below 0


def _rounded(values, unit):
    """Return floats as they are written to a decimal unit."""
    return np.round(values, round(-np.log10(unit)))
