"""What the numeric columns of a table follow from: exactly, in any order; or nearly, from earlier ones."""

import numpy as np
from scipy.linalg import solve_triangular
from scipy.linalg.lapack import dpstrf

from skfairgen.data.table._numeric_column import NumericColumn
from skfairgen.data.table._relation import FORMS
from skfairgen.data.table._relation_fit import EXACT_SHARE, TOLERANCE, Found, RelationFit, Source

MAX_ROWS = 5_000
SCREENED_ROWS = 2_000
NEAR_SOURCES = 3
MAX_MEMBERS = 12  # of a relation, that are tried as the one to derive
N_SUBSETS, MAX_FAILED = 20, 100  # of rows, for relations that a few rows break; fits to these that find none
LARGEST = 1e100  # squares of larger numbers overflow


def find_relations(
    columns: dict[int, NumericColumn], numbers: dict[int, np.ndarray], hidden: frozenset[int] = frozenset()
) -> dict[int, Found]:
    """Find the numeric columns of a table that follow from others.

    Exact relations come first, whatever the order of the columns: powers, roots and logarithms of another column; sums
    of any number of columns; products of any number. What is derived is then the member that stays within its bounds
    most often when the others are drawn independently. Last come near ones: from at most three earlier columns, or
    their logarithms. The cost is that of a matrix product of all pairs of columns over at most 5,000 rows.

    Parameters
    ----------
    columns : dict of int to NumericColumn
        The fitted codecs, by position, in the order of the table.
    numbers : dict of int to ndarray of shape (n_rows,)
        Their numbers, float64, NaN where missing.
    hidden : set of int
        Columns that no other is to be derived from.

    Returns
    -------
    dict of int to Found
        By the position of the derived column; no two derive from each other, not even by way of others.
    """
    n_rows = len(next(iter(numbers.values()), ()))
    rows = np.unique(np.linspace(0, max(n_rows - 1, 0), min(n_rows, MAX_ROWS)).astype(int))
    table = {place: own[rows] for place, own in numbers.items()}
    table = {place: own for place, own in table.items() if _varies(own) and np.nanmax(np.abs(own)) < LARGEST}
    search = _Search(columns, table, hidden)
    search.powers()
    for is_log in (False, True):
        search.sums(is_log)
        search.sums_in_most_rows(is_log)
    search.near()
    return search.found


def order_of(positions: list[int], sources: dict[int, list[int]]) -> list[int]:
    """Return positions so that each comes after its sources, else in the order given."""
    ordered: dict[int, None] = {}

    def place(position):
        if position not in ordered:
            for source in sources.get(position, []):
                place(source)
            ordered[position] = None

    for position in positions:
        place(position)
    return list(ordered)


class _Search:
    def __init__(self, columns, table, hidden):
        self.columns, self.table, self.hidden = columns, table, hidden
        self.fit = RelationFit(columns, table)
        self.found: dict[int, Found] = {}

    def powers(self):
        """Find columns that are a multiple, a power, a root, a logarithm or an exponential of one other."""
        places = list(self.table)
        given = [source for place in places if place not in self.hidden for source in self._forms(place)]
        wanted = [(place, is_log) for place in places for is_log in (False, True)[: 1 + self._is_positive(place)]]
        if len(places) < 2 or not given:
            return
        rows = np.unique(np.linspace(0, len(self.table[places[0]]) - 1, SCREENED_ROWS).astype(int))
        features = np.column_stack([self.fit.formed(source)[rows] for source in given])
        targets = np.column_stack([self.fit.target(*one)[rows] for one in wanted])
        shared = _correlations(targets, features) ** 2
        is_doubled = np.array([source.form in ("square", "root") for source in given])
        of_place = np.array([source.place for source in given])
        candidates = []
        for row, (place, is_log) in zip(shared, wanted, strict=True):
            row[(of_place == place) | (is_doubled & is_log)] = 0.0  # a square's logarithm is twice that of the number
            for best in np.argsort(-row, kind="stable")[:3]:
                found = self.fit(place, is_log, [given[best]]) if row[best] > 1 - TOLERANCE**2 else None
                if found is not None and found.is_exact:
                    candidates.append((place, found))
        rank = {place: k for k, place in enumerate(places)}
        candidates.sort(key=lambda one: self._preference(one[0], one[1], rank[one[0]]), reverse=True)
        for place, found in candidates:
            if place not in self.found and not self._leads_to(found.relation.sources[0], place):
                self.found[place] = found

    def sums(self, is_log):
        """Find exact sums, or products, of any number of columns."""
        taken = {-1}
        while taken:
            taken = set()
            for place, sources in _dependent(*_complete(*self._pool(is_log))):
                members = [place, *sources]
                best = self._best_member(members, is_log, self.fit) if taken.isdisjoint(members) else None
                if best is not None:
                    self.found[best[0]] = best[1]
                    taken.update(members)

    def sums_in_most_rows(self, is_log):
        """Find sums, or products, that up to a tenth of the rows break, by a few rows drawn at random."""
        pool, formed = self._pool(is_log)
        n_rows, n_drawn = len(next(iter(formed.values()), ())), 20 + 3 * len(pool)
        if len(pool) < 3 or n_rows < 2 * n_drawn:
            return
        rng, form, n_failed = np.random.default_rng(0), "log" if is_log else "value", 0
        for _ in range(N_SUBSETS):
            rows = rng.choice(n_rows, n_drawn, replace=False)
            fit = RelationFit(self.columns, {place: self.table[place][rows] for place in pool})
            for place, sources in _dependent(*_complete(pool, {own: values[rows] for own, values in formed.items()})):
                members = [place, *sources]
                if len(sources) < 2 or not self.found.keys().isdisjoint(members):
                    continue
                first = fit(place, is_log, [Source(source, form) for source in sources])
                if first is None or not first.is_plain or first.exact_share < EXACT_SHARE:
                    n_failed += 1
                    if n_failed == MAX_FAILED:  # columns that nearly follow from others
                        return
                    continue
                best = self._best_member(members, is_log, fit)
                if best is not None and best[1].is_plain and self.fit.exact_share(*best) >= EXACT_SHARE:
                    self.found[best[0]] = best[1]

    def near(self):
        """Find columns that at most three earlier ones nearly give, or their logarithms."""
        for is_log in (False, True):
            given = []
            for place in order_of(list(self.table), {place: own.relation.sources for place, own in self.found.items()}):
                lowest = np.nanmin(self.table[place])
                if not is_log or lowest >= 0:
                    given.append(Source(place, "log" if is_log else "value", float(is_log and lowest == 0)))
            if len(given) < 2:
                continue
            features = np.column_stack([self.fit.formed(source) for source in given])
            shared = _correlations(features, features)
            may_give = np.array([source.place not in self.hidden for source in given]) & (np.diag(shared) > 0.5)
            for k, source in enumerate(given):
                if source.place in self.found or source.shift or not self.columns[source.place].has_bins_:
                    continue
                for chosen in _forward(shared, k, np.flatnonzero(may_give[:k])):
                    found = self.fit(source.place, is_log, [given[one] for one in chosen])
                    if found is not None:
                        self.found[source.place] = found
                        break

    def _pool(self, is_log):
        """Return the columns that a sum, or a product, can be of, and their numbers, or logarithms."""
        pool = [place for place in self.table if place not in self.found and place not in self.hidden]
        if is_log:
            pool = [place for place in pool if self._is_positive(place)]
        return pool, {place: self.fit.target(place, is_log) for place in pool}

    def _best_member(self, members, is_log, fit):
        """Return the member of an exact relation to derive, and its Found; None where it is not exact."""
        best: tuple[int, Found] | None = None
        best_key: tuple[float, ...] = ()
        spreads = {place: np.std(own[np.isfinite(own)]) for place in members for own in [fit.target(place, is_log)]}
        widest = sorted(members, key=lambda place: -spreads[place])[:MAX_MEMBERS]
        for place in dict.fromkeys([members[0], *widest]):
            form = "log" if is_log else "value"
            found = fit(place, is_log, [Source(other, form) for other in members if other != place])
            if found is None or not found.is_exact:
                if place == members[0] and (found is None or found.exact_share == 0):
                    return None
                continue
            outside = fit.outside_share(place, found)
            key = (round(found.exact_share, 2), -round(outside, 2), list(self.table).index(place))
            if best is None or key > best_key:
                best, best_key = (place, found), key
        return best

    def _preference(self, place, found, rank):
        """Return what sorts relations of one source: exact, to the finer column, plain, later."""
        (source,), (form,) = found.relation.sources, found.relation.forms
        is_finer = self.fit.fineness(place) > 1.5 * self.fit.fineness(source)
        is_coarser = 1.5 * self.fit.fineness(place) < self.fit.fineness(source)
        bend = FORMS.index(form) + 0.5 * found.relation.is_log
        return round(found.exact_share, 2), is_finer - is_coarser, -bend, rank

    def _forms(self, place):
        """Return the forms that a column can take as a source."""
        lowest = np.nanmin(self.table[place])
        forms = FORMS if lowest >= 0 else ("value", "square")
        return [Source(place, form) for form in forms] + [Source(place, "log", 1.0)] * bool(lowest == 0)

    def _is_positive(self, place):
        """Tell whether a column holds no number below 0, and few that are 0."""
        return np.nanmin(self.table[place]) >= 0 and np.mean(self.table[place] > 0) > 0.5

    def _leads_to(self, source, place):
        """Tell whether a column is a place, or derives from it, maybe by way of others."""
        sources = self.found[source].relation.sources if source in self.found else []
        return source == place or any(self._leads_to(one, place) for one in sources)


def _correlations(a, b):
    """Return the correlations of the columns of two matrices over the rows that both know; 0 where there is none."""
    known_a, known_b = np.isfinite(a), np.isfinite(b)
    a, b = _scaled(a, known_a), _scaled(b, known_b)
    if known_a.all() and known_b.all():
        return np.clip(a.T @ b / len(a), -1, 1)
    known_a, known_b = known_a.astype(float), known_b.astype(float)
    count = np.maximum(known_a.T @ known_b, 1)
    mean_a, mean_b = a.T @ known_b / count, known_a.T @ b / count
    spread = ((a * a).T @ known_b / count - mean_a**2) * (known_a.T @ (b * b) / count - mean_b**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        shared = (a.T @ b / count - mean_a * mean_b) / np.sqrt(spread)
    return np.clip(np.where((spread > 1e-12) & (count >= 20), shared, 0.0), -1, 1)


def _scaled(values, known):
    """Return columns with mean 0 and variance 1 over what is known, 0 where not."""
    values = np.where(known, values, 0.0)
    count = np.maximum(known.sum(axis=0), 1)
    values = np.where(known, values - values.sum(axis=0) / count, 0.0)
    spread = np.sqrt((values * values).sum(axis=0) / count)
    return values / np.where(spread > 0, spread, np.inf)


def _complete(places, formed):
    """Return columns and the rows that know them all; columns with the most gaps are left out where rows are few."""
    places = sorted(places, key=lambda place: (~np.isfinite(formed[place])).sum())
    if not places:
        return places, np.empty((0, 0))
    values = np.column_stack([formed[place] for place in places])
    count = np.logical_and.accumulate(np.isfinite(values), axis=1).sum(axis=0)
    n_kept = int((count >= 20 + 2 * np.arange(1, len(places) + 1)).cumprod().sum())
    values = values[:, :n_kept]
    return places[:n_kept], values[np.isfinite(values).all(axis=1)]


def _dependent(places, values):
    """Yield columns that a few others give up to rounding, and these, by a pivoted Cholesky factor."""
    if len(places) < 2:
        return
    values = _scaled(values, np.ones(values.shape, bool))
    varying = np.flatnonzero(values.any(axis=0))
    values, places = values[:, varying], [places[k] for k in varying]
    if len(places) < 2:
        return
    shared = values.T @ values / len(values)
    factor, pivots, rank, _ = dpstrf(shared, tol=TOLERANCE**2 / 4)
    if rank in (0, len(places)):
        return
    basis, rest = pivots[:rank] - 1, pivots[rank:] - 1
    upper = np.triu(factor)
    weights = solve_triangular(upper[:rank, :rank], upper[:rank, rank:])
    found = []
    for k, place in enumerate(rest):
        used = np.abs(weights[:, k]) > 1e-3 * np.abs(weights[:, k]).max()
        found.append((places[place], [places[source] for source in basis[used]]))
    yield from sorted(found, key=lambda one: len(one[1]))


def _forward(shared, k, earlier):
    """Yield growing selections of earlier columns that leave the least of a column, by their correlations."""
    chosen: list[int] = []
    while len(chosen) < min(NEAR_SOURCES, len(earlier)):
        left, spread = shared[k, earlier].copy(), np.ones(len(earlier))
        if chosen:
            inner = shared[np.ix_(chosen, chosen)] + 1e-9 * np.eye(len(chosen))
            across = np.linalg.solve(inner, shared[np.ix_(chosen, earlier)])
            left -= shared[k, chosen] @ across
            spread -= (shared[np.ix_(chosen, earlier)] * across).sum(axis=0)
        spread = np.where(np.isin(earlier, chosen), 0.0, spread)
        gain = np.where(spread > 1e-6, left**2 / np.maximum(spread, 1e-6), 0.0)
        if gain.max() == 0:
            return
        chosen = [*chosen, int(earlier[gain.argmax()])]
        inner = shared[np.ix_(chosen, chosen)] + 1e-9 * np.eye(len(chosen))
        if 1 - shared[k, chosen] @ np.linalg.solve(inner, shared[k, chosen]) < 4 * TOLERANCE**2:
            yield chosen


def _varies(values):
    known = values[~np.isnan(values)]
    return len(known) > 0 and known.min() < known.max()
