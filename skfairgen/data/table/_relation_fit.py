"""Fit one relation between numeric columns, and see how often it gives the last digit."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from skfairgen.data.table._numeric_column import NumericColumn
from skfairgen.data.table._relation import LARGEST_LOG, Relation, form_of

TOLERANCE = 0.05  # of the standard deviation: about what a bin is wide
EXACT_SHARE = 0.9  # of the rows that an exact relation gives to the last digit
ROUNDED_SHARE = 0.2  # the same, of a sum of rounded numbers
N_LAWSON = 30
LEAST_SHARE, MIN_ROWS = 0.01, 5  # of the rows, and rows, that a relation of round weights gives to the last digit


class Source(NamedTuple):
    """A column as a source: its position, its form, and what is added to it before a logarithm."""

    place: int
    form: str
    shift: float = 0.0


class Found(NamedTuple):
    """A relation, the share of rows it gives to the last digit, and what it leaves over, in standard deviations."""

    relation: Relation
    exact_share: float
    left_over: float
    is_plain: bool

    @property
    def is_exact(self) -> bool:
        """Whether it holds to the last digit in most rows, or is a plain sum of rounded numbers."""
        least = ROUNDED_SHARE if self.is_plain and len(self.relation.sources) > 1 else EXACT_SHARE
        return self.exact_share >= least and self.left_over < TOLERANCE

    @property
    def is_native(self) -> bool:
        """Whether distances are best taken on the scale of the column itself, rounded as it is."""
        return not self.relation.is_log or self.exact_share > 0.5


class RelationFit:
    """Fit relations between columns of a table.

    Parameters
    ----------
    columns : dict of int to NumericColumn
        The fitted codecs of the columns.
    table : dict of int to ndarray of shape (n_rows,)
        Their numbers, NaN where missing.
    """

    def __init__(self, columns: dict[int, NumericColumn], table: dict[int, np.ndarray]) -> None:
        self.columns = columns
        self.table = table

    def formed(self, source: Source) -> np.ndarray:
        """Return the form of a source, shape (n_rows,)."""
        return form_of(self.table[source.place] + source.shift, source.form)

    def target(self, place: int, is_log: bool) -> np.ndarray:
        """Return a column or its logarithm, shape (n_rows,)."""
        return form_of(self.table[place], "log" if is_log else "value")

    def __call__(self, place: int, is_log: bool, given: list[Source]) -> Found | None:
        """Return the least-squares relation of a column, with round weights where they hold as well, or None."""
        target, formed = self.target(place, is_log), np.column_stack([self.formed(source) for source in given])
        complete = np.isfinite(target) & np.isfinite(formed).all(axis=1)
        if complete.sum() < 20 + 3 * len(given):
            return None
        known, goal = formed[complete], target[complete]
        centers, intercept = known.mean(axis=0), goal.mean()
        offsets, moved = known - centers, goal - intercept
        scales = offsets.std(axis=0)
        if moved.std() == 0 or scales.min() == 0:
            return None
        weights = np.linalg.lstsq(offsets / scales, moved, rcond=None)[0] / scales
        left_over = float((moved - offsets @ weights).std() / moved.std())
        if left_over >= TOLERANCE:
            return None

        def found(slopes: np.ndarray, at_center: Any, is_plain: bool) -> Found:
            sources, shifts = [one.place for one in given], np.array([one.shift for one in given])
            forms = [one.form for one in given]
            relation = Relation(sources, slopes, centers, shifts, float(at_center), is_log, forms)
            return Found(relation, self._exact_share(place, relation, formed), left_over, is_plain)

        tried = [found(*plain, True) for plain in _plainer(weights, centers, goal, known, is_log)]
        tried.append(found(weights, intercept, False))
        if len(given) == 1 and (goal - known[:, 0]).std() < TOLERANCE * moved.std():  # it may be equal in some rows
            tried.append(found(np.ones(1), centers[0], True))
        least = max(LEAST_SHARE, MIN_ROWS / complete.sum())  # of fewer rows it is chance, or their own
        best = max(tried, key=lambda one: one.exact_share if one.exact_share >= least else 0.0)
        if not is_log and EXACT_SHARE / 2 < best.exact_share < 1 and not best.is_plain:
            slopes, at_center = _of_rounded(offsets / scales, moved)
            best = max(best, found(slopes / scales, intercept + at_center, False), key=lambda one: one.exact_share)
        return best

    def outside_share(self, place: int, found: Found) -> float:
        """Return how often a derived column would leave its bounds if its sources were drawn independently."""
        relation, rng = found.relation, np.random.default_rng(0)
        sources = [Source(*own) for own in zip(relation.sources, relation.forms, relation.shifts, strict=True)]
        drawn = np.column_stack([rng.permutation(self.formed(source)) for source in sources])
        values, own = relation.values(relation.of_forms(drawn)), self.table[place]
        return float(np.mean((values < np.nanmin(own)) | (values > np.nanmax(own))))

    def exact_share(self, place: int, found: Found) -> float:
        """Return the share of rows in which a relation gives the last digit of a column."""
        relation = found.relation
        sources = [Source(*own) for own in zip(relation.sources, relation.forms, relation.shifts, strict=True)]
        return self._exact_share(place, relation, np.column_stack([self.formed(source) for source in sources]))

    def fineness(self, place: int) -> float:
        """Return how many different numbers the range of a column has room for."""
        own, unit = self.table[place], self.columns[place].unit
        return np.inf if unit is None else float(np.nanmax(own) - np.nanmin(own)) / unit

    def _exact_share(self, place, relation, formed):
        own, values = self.table[place], relation.values(relation.of_forms(formed))
        known = ~np.isnan(own) & ~np.isnan(formed).any(axis=1)
        if not known.any():
            return 0.0
        unit = self.columns[place].unit
        slack = 1e-5 * (np.abs(own) if relation.is_log else np.nanstd(own)) if unit is None else 0.5 * unit * (1 + 1e-6)
        return float((np.abs(values - own) <= slack)[known].mean())


def _plainer(weights, centers, target, formed, is_log) -> Iterator[tuple[np.ndarray, float]]:
    """Yield weights rounded to twelfths and the value at the centers: with a round intercept, and without."""
    rounded = np.round(weights * 12) / 12
    if np.all(np.abs(rounded - weights) <= 0.01 * np.abs(weights)) and np.all(rounded != 0):
        start = float(np.median(target - formed @ rounded))
        plain = np.log(float(f"{np.exp(min(start, LARGEST_LOG)):.3g}")) if is_log else np.round(start)
        yield from ((rounded, own + centers @ rounded) for own in (plain, start) if np.isfinite(own))


def _of_rounded(offsets, moved):
    """Return the weights and intercept that leave the smallest largest distance, by Lawson's algorithm.

    A column that was rounded is within half a unit of what gives it, however far apart the rows are.
    """
    inputs = np.column_stack([offsets, np.ones(len(offsets))])
    share = np.full(len(moved), 1 / len(moved))
    for _ in range(N_LAWSON):
        roots = np.sqrt(share)
        fitted = np.linalg.lstsq(inputs * roots[:, None], moved * roots, rcond=None)[0]
        share = share * (np.abs(moved - inputs @ fitted) + 1e-12)
        share /= share.sum()
    return fitted[:-1], fitted[-1]
