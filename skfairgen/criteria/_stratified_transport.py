"""Outcome scores moved within strata: what legitimate variables explain is left."""

from typing import Any, Self

import numpy as np

from skfairgen.criteria._outcome_transport import OutcomeTransport
from skfairgen.data import State


class StratifiedTransport:
    r"""One :class:`OutcomeTransport` for each stratum.

    At full strength the scores have the same distribution in every group of a stratum: conditional demographic parity,
    :math:`P(y \mid s, l) = P(y \mid l)` [1]_. With one stratum it is demographic parity.

    Attributes
    ----------
    transports_ : list of OutcomeTransport or None
        That of each stratum; None where no score was seen.

    References
    ----------
    .. [1] F. Kamiran, I. Zliobaite, T. Calders, "Quantifying explainable discrimination and removing illegal
       discrimination in automated decision making", Knowl. Inf. Syst. 35, 2013.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> groups, strata = rng.integers(0, 2, (2, 8000))
    >>> scores = rng.beta(2 + 2 * groups + 4 * strata, 6)
    >>> sizes = np.full((2, 2), 2000)
    >>> transport = StratifiedTransport().fit(scores, groups, strata, sizes, rng=rng)
    >>> moved = transport.transport(scores, groups, strata, strength=1.0, rng=rng)
    >>> means = [moved[(groups == g) & (strata == l)].mean().round(2) for l in (0, 1) for g in (0, 1)]
    >>> bool(means[0] == means[1] < means[2] == means[3])
    True
    """

    def fit(
        self,
        scores: np.ndarray,
        groups: np.ndarray,
        strata: np.ndarray,
        sizes: np.ndarray,
        *,
        parents: np.ndarray | None = None,
        rng: np.random.Generator,
    ) -> Self:
        """Learn the score distributions of the groups of each stratum.

        Parameters
        ----------
        scores : ndarray of shape (n,) or (n, C)
            Probabilities, as :meth:`OutcomeTransport.fit` takes them.
        groups, strata : ndarray of shape (n,), int
            Codes from 0.
        sizes : ndarray of shape (G, n_strata)
            Rows that stand behind each group and stratum: those that the scores' model was learned from.
        parents : ndarray of shape (G,), int, default=None
            Coarser group of each group, toward which small ones are shrunk. None: everyone.
        rng : numpy Generator
            Breaks ties.

        Returns
        -------
        StratifiedTransport
            Itself.
        """
        self.transports_: list[OutcomeTransport | None] = []
        for stratum, behind in enumerate(sizes.T):
            own = strata == stratum
            found = np.unique(groups[own])
            if len(found) == 0:
                self.transports_.append(None)
                continue
            held = np.maximum(behind[found], 1)
            family = None if parents is None else parents[groups[own]]
            transport = OutcomeTransport()
            transport.fit(scores[own], groups[own], group_shares=held, group_sizes=held, parents=family, rng=rng)
            self.transports_.append(transport)
        return self

    def to_state(self) -> dict[str, Any]:
        """Return what a file holds of it: plain values, arrays and states of its parts."""
        return {"transports": [None if own is None else own.to_state() for own in self.transports_]}

    @classmethod
    def from_state(cls, state: dict[str, Any], version: int) -> Self:
        """Return the part of a state that :meth:`to_state` gave.

        Raises
        ------
        ValueError
            If a field is missing, or is not what the part expects; the message names it.
        """
        made = cls()
        with State(state, "StratifiedTransport") as fields:
            made.transports_ = [
                None if own is None else OutcomeTransport.from_state(own, version) for own in fields.list("transports")
            ]
            n_classes = {len(own.class_shares_) for own in made.transports_ if own is not None}
            fields.require(len(n_classes) < 2, f"has strata of {sorted(n_classes)} classes, expected as many in each")
        return made

    def check_fits(self, shape: tuple[int, int, int]) -> None:
        """Raise ValueError unless it was learned from classes, groups and strata of these numbers."""
        n_classes, n_groups, n_strata = shape
        known = [own for own in self.transports_ if own is not None]
        is_known = all(own.groups_[0] >= 0 and own.groups_[-1] < n_groups for own in known)
        is_same = all(len(own.class_shares_) == n_classes for own in known)
        if not (is_known and is_same and len(self.transports_) == n_strata):
            raise ValueError(
                f"it has a transport that was not learned from {n_classes} classes, {n_groups} groups and "
                f"{n_strata} strata"
            )

    def transport(
        self, scores: np.ndarray, groups: np.ndarray, strata: np.ndarray, *, strength: float, rng: np.random.Generator
    ) -> np.ndarray:
        """Move scores toward the barycenter of their stratum.

        Parameters
        ----------
        scores : ndarray of shape (n,) or (n, C)
            Probabilities.
        groups, strata : ndarray of shape (n,), int
            Codes; rows of a group that ``fit`` did not meet in their stratum keep their scores.
        strength : float
            0: the scores as given; 1: the same distribution in every group of a stratum.
        rng : numpy Generator
            Breaks ties.

        Returns
        -------
        ndarray of the shape of ``scores``
            Moved probabilities.
        """
        moved = np.array(scores, dtype=np.float64)
        for stratum, transport in enumerate(self.transports_):
            if transport is None:
                continue
            rows = np.flatnonzero((strata == stratum) & np.isin(groups, transport.groups_))
            if len(rows):
                moved[rows] = transport.transport(moved[rows], groups[rows], strength=strength, rng=rng)
        return moved
