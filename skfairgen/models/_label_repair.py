"""Labels that a criterion makes of drawn rows: what they are drawn from, before and after."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from skfairgen.criteria import (
    StratifiedTransport,
    apportion,
    draw_labels,
    match_class_counts,
    minimal_flip_labels,
    weighted_choice,
)
from skfairgen.models._density_model import DensityModel
from skfairgen.models._draws import Draws, join_draws
from skfairgen.training import own_defaults

# rows of each group whose scores the transport is learned from
MIN_TRANSPORT_ROWS, MAX_TRANSPORT_ROWS = 2_000, 20_000
#: reads the strata of items: (items, rng) -> codes of shape (n_items,)
StrataReader = Callable[[dict[str, np.ndarray], np.random.Generator], np.ndarray]


class RepairedDraws(NamedTuple):
    """Draws with the class probabilities that their labels come from.

    Attributes
    ----------
    draws : Draws
        Items, repaired class codes and group codes.
    before, after : ndarray of shape (n_items, n_classes)
        Probability of each class before and after the repair.
    """

    draws: Draws
    before: np.ndarray
    after: np.ndarray

    def pick(self, places: np.ndarray) -> "RepairedDraws":
        """Return some of the draws."""
        return RepairedDraws(self.draws.pick(places), self.before[places], self.after[places])


class MovedLabels:
    """Labels from moved scores: every group gets the class counts that its share asks for, to the row."""

    label_draw: str
    is_exact = True

    def labels(
        self, drawn_with: np.ndarray, before: np.ndarray, after: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Return a label for each row, shape (n_items,), int."""
        if self.label_draw == "minimal":
            return minimal_flip_labels(drawn_with, before, after, rng)
        return draw_labels(after, rng)


@dataclass
class BarycenterRepair(MovedLabels):
    """Labels from outcome scores that were moved onto the barycenter of the groups' scores: demographic parity.

    Attributes
    ----------
    transport : StratifiedTransport
        Moves the scores within each stratum.
    shares : ndarray of shape (n_classes, n_groups)
        Share of each cell in the repaired rows.
    strength : float
        How far, in [0, 1].
    label_draw : {"sample", "minimal"}
        Whether labels are drawn afresh, or change as rarely as the moved scores allow.
    strata : callable
        Reads the strata of items.
    """

    transport: Any
    shares: np.ndarray
    strength: float
    label_draw: str
    strata: StrataReader

    @staticmethod
    def learn_transport(
        model: DensityModel, strata: StrataReader, rng: np.random.Generator, n_threads: int = 1
    ) -> StratifiedTransport:
        """Return how the outcome scores of each group and stratum are distributed, learned from rows of the model."""
        cells = model.cells
        group_sizes = np.clip(cells.counts.sum(axis=0), MIN_TRANSPORT_ROWS, MAX_TRANSPORT_ROWS)
        draws = model.draw_as_learned(group_sizes, rng, n_threads)
        scores = model.class_scores(draws.items, draws.group_codes, n_threads)
        own = strata(draws.items, rng)
        sizes = cells.strata_counts.sum(axis=0)
        transport = StratifiedTransport()
        return transport.fit(scores, draws.group_codes, own, sizes, parents=cells.group_parents, rng=rng)

    def scores(
        self, model: DensityModel, draws: Draws, rng: np.random.Generator, n_threads: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the probability of each class before and after the repair, (n_items, n_classes) each."""
        before = model.class_scores(draws.items, draws.group_codes, n_threads)
        own = self.strata(draws.items, rng)
        return before, self.transport.transport(before, draws.group_codes, own, strength=self.strength, rng=rng)


@own_defaults()
def draw_repaired(
    model: DensityModel, repair: Any, wanted: np.ndarray, rng: np.random.Generator, n_threads: int = 1
) -> RepairedDraws:
    """Draw rows whose labels are repaired.

    Where a group is asked for in the class shares of the repair, its rows are drawn as they are and labeled. Where
    one of its cells is asked for out of proportion, rows of that cell are chosen from a pool, with the probability
    that the repair gives them the label: no more than a few times the rows asked for are drawn.

    Parameters
    ----------
    model : DensityModel
        What draws the items.
    repair : BarycenterRepair or FairLabels
        What labels them.
    wanted : ndarray of shape (n_classes, n_groups), int
        Rows asked of each cell.
    rng : numpy.random.Generator
        Draws.
    n_threads : int
        Threads of torch.
    """
    n_classes = len(wanted)
    asked = wanted.sum(axis=0)
    in_proportion = (np.abs(wanted - asked * repair.shares / repair.shares.sum(axis=0)) < n_classes).all(axis=0)
    parts = []
    if in_proportion.any():
        parts.append(_labeled(model, repair, np.where(in_proportion, wanted, 0), rng, n_threads))
    for group in np.flatnonzero(~in_proportion & (asked > 0)):
        for class_code in np.flatnonzero(wanted[:, group]):
            parts.append(_of_cell(model, repair, class_code, group, wanted[class_code, group], rng, n_threads))
    if len(parts) == 1:
        return parts[0]
    draws = join_draws([part.draws for part in parts])
    joined = RepairedDraws(draws, *(np.concatenate([part[place] for part in parts]) for place in (1, 2)))
    return joined.pick(rng.permutation(len(draws.class_codes)))


def _labeled(model, repair, wanted, rng, n_threads):
    """Draw so many rows of each group, and label them; the class counts are those wanted where the repair is exact."""
    draws = model.draw_as_learned(wanted.sum(axis=0), rng, n_threads)
    before, after = repair.scores(model, draws, rng, n_threads)
    class_codes = repair.labels(draws.class_codes, before, after, rng)
    if repair.is_exact:
        shares = {group: own / max(own.sum(), 1) for group, own in enumerate(wanted.T)}
        class_codes = match_class_counts(class_codes, after, draws.group_codes, rng, shares=shares)
    return RepairedDraws(Draws(draws.items, class_codes, draws.group_codes), before, after)


def _of_cell(model, repair, class_code, group, n_rows, rng, n_threads):
    r"""Choose rows of one cell from a pool, by sampling-importance resampling [1]_.

    Half of the pool is drawn of the class asked for and half as learned, and a row is chosen in proportion to

    .. math:: P'(y \mid x) \Big/ \sum_c \frac{w_c}{P(c \mid s)} P(c \mid x, s)

    with P' the probability after the repair and w the class shares of the pool.

    References
    ----------
    .. [1] D. Rubin, "Using the SIR algorithm to simulate posterior distributions", Bayesian Statistics 3, 1988.
    """
    learned = model.cells.class_shares[:, group]
    pool_shares = (learned + (np.arange(len(learned)) == class_code)) / 2
    sizes = np.zeros(model.cells.counts.shape, dtype=int)
    sizes[:, group] = apportion(pool_shares, 4 * n_rows + 256)
    draws = model.draw(sizes, rng, n_threads)
    before, after = repair.scores(model, draws, rng, n_threads)
    ratio = np.divide(sizes[:, group] / sizes.sum(), learned, out=np.zeros(len(learned)), where=learned > 0)
    chosen = weighted_choice(after[:, class_code] / np.maximum(before @ ratio, 1e-12), n_rows, rng)
    class_codes = np.full(n_rows, class_code)
    draws = draws.pick(chosen)
    return RepairedDraws(Draws(draws.items, class_codes, draws.group_codes), before[chosen], after[chosen])
