"""How figures of several models change from one to another on the same rows, with paired bootstrap intervals."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.utils import check_random_state

RATIOS = ("demographic_parity_ratio", "equalized_odds_ratio", "equal_opportunity_ratio")
FIGURES = (*RATIOS, "accuracy", "balanced_accuracy", "selection_rate")
_CHUNK = 200


@dataclass(frozen=True)
class PairedDraws:
    """Figures of models on the rows, and on resampled rows: every model on the same ones.

    Attributes
    ----------
    values : dict of model to dict of figure to float
    draws : dict of model to dict of figure to ndarray of shape (n_bootstrap,)
    """

    values: dict
    draws: dict

    def change(self, before, after, figure):
        """Return the change of a figure from a model to another and its draws, of shape (n_bootstrap,)."""
        value = self.values[after][figure] - self.values[before][figure]
        return value, self.draws[after][figure] - self.draws[before][figure]


def paired_draws(predictions, truth, groups, positives, n_classes, *, n_bootstrap, random_state):
    """Resample the rows, with everything every model said of them, and compute each model's figures.

    What a figure needs is the number of rows in each (group, truth, prediction) cell. Rows of which all models said
    the same are one pattern; the patterns' counts are drawn from a multinomial, as resampling rows would draw them.
    The predictions of several repeats are pooled: a row counts in each repeat's cell with an equal part.

    Parameters
    ----------
    predictions : dict of model to ndarray of shape (n_repeats, n_rows), int
        Positions of the predicted classes.
    truth : ndarray of shape (n_rows,), int
    groups : ndarray of shape (n_rows,), int
        Group of each row; -1: a row of no group that is compared. It counts in the accuracy.
    positives : list of int
        Classes that are judged: the worst one counts.
    n_classes, n_bootstrap : int
    random_state : int or RandomState

    Returns
    -------
    PairedDraws
    """
    said = np.vstack([groups[np.newaxis], truth[np.newaxis], *predictions.values()])
    patterns, n_rows_of = np.unique(said, axis=1, return_counts=True)
    shape = (groups.max() + 2, n_classes, n_classes)
    models, start = {}, 2
    for name, codes in predictions.items():
        models[name] = _indicator(patterns, range(start, start + len(codes)), shape)
        start += len(codes)
    rng = check_random_state(random_state)
    figures = {
        name: [figures_of_counts((cells.T @ n_rows_of).reshape(shape), positives)] for name, cells in models.items()
    }
    for first in range(0, n_bootstrap, _CHUNK):
        size = min(_CHUNK, n_bootstrap - first)
        drawn = rng.multinomial(n_rows_of.sum(), n_rows_of / n_rows_of.sum(), size=size).T.astype(np.float64)
        for name, cells in models.items():
            counts = np.moveaxis((cells.T @ drawn).reshape(*shape, size), -1, 0)
            figures[name].append(figures_of_counts(counts, positives))
    values = {name: {key: float(value) for key, value in parts[0].items()} for name, parts in figures.items()}
    draws = {
        name: {key: np.concatenate([part[key] for part in parts[1:]]) for key in FIGURES}
        for name, parts in figures.items()
    }
    return PairedDraws(values, draws)


def interval(draws, value, confidence_level=0.95):
    """Return an interval of draws that holds the estimate `value`, NaN where no draw is a number.

    It joins the percentiles of the draws and those mirrored at the estimate: draws of a ratio near 1 lie below it.
    """
    known = draws[~np.isnan(draws)]
    if not len(known):
        return np.nan, np.nan
    tail = (1 - confidence_level) / 2
    low, high = np.quantile(known, [tail, 1 - tail]).tolist()
    return min(low, value, 2 * value - high), max(high, value, 2 * value - low)


def simultaneous_lows(values, draws, confidence_level=0.95):
    r"""Return lower bounds of several changes that hold for all of them at once.

    .. math:: \hat\theta_j - q \, s_j, \qquad
              q = \text{quantile of } \max_j (\theta^*_j - \hat\theta_j) / s_j

    with :math:`s_j` the standard deviation of the draws :math:`\theta^*_j` [1]_. A gain that is found by looking at
    many remedies is not mistaken for one.

    Parameters
    ----------
    values : ndarray of shape (n_changes,)
    draws : ndarray of shape (n_changes, n_bootstrap)
    confidence_level : float
        Of a two-sided interval; the lower bound leaves out half of the rest.

    Returns
    -------
    ndarray of shape (n_changes,)

    References
    ----------
    .. [1] P. H. Westfall, S. S. Young, "Resampling-Based Multiple Testing", Wiley, 1993.
    """
    values, spreads = np.asarray(values), np.nanstd(draws, axis=1)
    moved = np.divide(
        draws - values[:, np.newaxis],
        spreads[:, np.newaxis],
        where=spreads[:, np.newaxis] > 0,
        out=np.zeros_like(draws),
    )
    largest = np.fmax.reduce(moved, axis=0)
    return values - np.nanquantile(largest, (1 + confidence_level) / 2) * spreads


def figures_of_counts(counts, positives):
    """Return the `FIGURES` of counts of shape (..., 1 + n_groups, n_classes, n_classes); the last group is no group."""
    judged = counts[..., :-1, :, :]
    selected, true_positive, false_positive = [], [], []
    for k in positives:
        predicted, right, is_class = judged[..., :, k].sum(-1), judged[..., k, k], judged[..., k, :].sum(-1)
        n_rows = judged.sum((-2, -1))
        selected.append(_ratio(_divide(predicted, n_rows)))
        true_positive.append(_ratio(_divide(right, is_class)))
        false_positive.append(_ratio(_divide(predicted - right, n_rows - is_class)))
    parity, opportunity, alarms = (np.stack(parts).min(0) for parts in (selected, true_positive, false_positive))
    total = counts.sum(-3)
    recalls = _divide(np.diagonal(total, axis1=-2, axis2=-1), total.sum(-1))
    return {
        "demographic_parity_ratio": _finite(parity),
        "equalized_odds_ratio": _finite(np.minimum(opportunity, alarms)),
        "equal_opportunity_ratio": _finite(opportunity),
        "accuracy": _divide(np.trace(total, axis1=-2, axis2=-1), total.sum((-2, -1))),
        "balanced_accuracy": np.nanmean(recalls, axis=-1),
        "selection_rate": _divide(total[..., positives[-1]].sum(-1), total.sum((-2, -1))),
    }


def _indicator(patterns, rows, shape):
    """Return a sparse matrix (n_patterns, n_cells): the part of each pattern that falls into each cell."""
    n_patterns, group = patterns.shape[1], patterns[0] % shape[0]
    cells = [np.ravel_multi_index((group, patterns[1], patterns[row]), shape) for row in rows]
    parts = np.full(len(cells) * n_patterns, 1 / len(cells))
    at = np.concatenate(cells), np.tile(np.arange(n_patterns), len(cells))
    return csr_matrix((parts, at[::-1]), shape=(n_patterns, int(np.prod(shape))))


def _divide(numerator, denominator):
    undefined = np.full(np.shape(denominator), np.nan)
    return np.divide(numerator, denominator, out=undefined, where=np.asarray(denominator) > 0)


def _ratio(rates):
    """Smallest over largest rate of the groups: NaN with fewer than two of them, inf (says nothing) if all are 0."""
    smallest, largest = np.fmin.reduce(rates, -1), np.fmax.reduce(rates, -1)
    says_nothing = np.where((~np.isnan(rates)).sum(-1) >= 2, np.inf, np.nan)
    return np.divide(smallest, largest, out=says_nothing, where=~np.isnan(says_nothing) & (largest > 0))


def _finite(ratio):
    return np.where(np.isinf(ratio), np.nan, ratio)
