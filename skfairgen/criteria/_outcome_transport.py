"""Outcome scores moved, group by group, onto what all groups have in common."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.exceptions import NotFittedError

from skfairgen.criteria._class_factors import proportional_factors, with_class_factors
from skfairgen.criteria._group_pooling import MIN_GROUP_SIZE, groups_behind, own_weights
from skfairgen.criteria._quantile_curve import curve_level, mean_curve, quantile_curve
from skfairgen.criteria._score_checks import checked_codes, checked_scores, checked_shares, group_index, group_parents
from skfairgen.data import State


class OutcomeTransport:
    r"""Move outcome scores, a model's class probabilities, onto the Wasserstein barycenter of those of the groups.

    .. math:: T_g(p) = \sum_h \pi_h \, Q_h\big(F_g(p)\big), \qquad (1 - t)\, p + t\, T_g(p)

    with :math:`\pi_h` the share, :math:`Q_h` the quantile function and :math:`F_h` the distribution
    function of group h, and t the strength. At t = 1 the moved scores have the same distribution in every
    group, by the smallest mean squared change of the scores that achieves it; the gaps between groups' mean
    scores shrink as :math:`1 - t`. Within a group the order of the scores is kept.

    **Atoms.** Rows that share one score are spread at random over its cumulative shares, so parity holds for
    discrete scores too.

    **Several classes.** Each class's scores are moved as above and the row renormalized; then every group
    gets one factor per class (fitted by iterative proportional fitting) that makes its mean scores the
    overall ones.

    **Small groups.** A group of :math:`n_g` < ``min_group_size`` rows gets the mixture
    :math:`w F_g + (1 - w) F_r` in place of its own distribution; r is the rest of its parent, or everyone
    else where that is small too or no parent is given. :math:`w = \tau^2 / (\tau^2 + \sigma^2 / n_g)` is the
    empirical-Bayes weight of a mean of :math:`n_g` scores of variance :math:`\sigma^2` when groups differ
    from their references with variance :math:`\tau^2`, both estimated from the scores. Its class factors are
    raised to the power w. What the mixture holds back of the group's own scores stays as a gap.

    Parameters
    ----------
    n_knots : int, default=257
        Knots that store one quantile function, at least 3. Parity is exact to about half their spacing.
    min_group_size : int, default=100
        Rows from which a group's own distribution is trusted alone.

    Attributes
    ----------
    groups_ : ndarray of shape (G,), int64
        Codes of the groups, sorted.
    group_shares_ : ndarray of shape (G,)
        Shares in the barycenter; they sum to 1.
    group_sizes_ : ndarray of shape (G,), int64
        Rows that stand behind each group.
    class_shares_ : ndarray of shape (C,)
        Overall mean scores: the class shares every group is moved to.
    group_class_shares_ : ndarray of shape (G, C)
        Mean scores of each group as given.
    own_weight_ : ndarray of shape (G,)
        The weight w of the group's own distribution (mean over classes); 1 where it is trusted alone.
    class_share_gap_ : ndarray of shape (G,)
        Largest :math:`\lvert` group's mean moved score - overall mean score :math:`\rvert` over classes, on
        the rows of the fit.

    Notes
    -----
    How far parity holds on new rows is set by the fit's sample and by the rows themselves: a group's mean score
    is off by about :math:`\sigma / \sqrt{n_g}` for either. Fitted on samples of a generator, draw the same
    number of rows (5,000 or more) from every group, and give their true shares as ``group_shares``. Where one
    table must be at parity exactly, pass its labels through :func:`match_class_counts`.

    References
    ----------
    .. [1] E. Chzhen, C. Denis, M. Hebiri, L. Oneto, M. Pontil, "Fair regression with Wasserstein
       barycenters", NeurIPS 2020.
    .. [2] T. Le Gouic, J.-M. Loubes, P. Rigollet, "Projection to fairness in statistical learning",
       arXiv:2005.11720, 2020.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> groups = rng.integers(0, 2, 4000)
    >>> scores = rng.beta(2 + 2 * groups, 4)
    >>> transport = OutcomeTransport().fit(scores, groups)
    >>> moved = transport.transport(scores, groups, rng=rng)
    >>> bool(abs(scores[groups == 1].mean() - scores[groups == 0].mean()) > 0.1)
    True
    >>> bool(abs(moved[groups == 1].mean() - moved[groups == 0].mean()) < 0.002)
    True
    """

    groups_: np.ndarray

    def __init__(self, *, n_knots: int = 257, min_group_size: int = MIN_GROUP_SIZE) -> None:
        self.n_knots = n_knots
        self.min_group_size = min_group_size

    def fit(
        self,
        scores: ArrayLike,
        groups: ArrayLike,
        *,
        group_shares: ArrayLike | None = None,
        group_sizes: np.ndarray | None = None,
        parents: ArrayLike | None = None,
        rng: np.random.Generator | None = None,
    ) -> Self:
        """Learn every group's score distribution.

        Parameters
        ----------
        scores : array-like of shape (n,) or (n, C)
            Probability of the positive class, or of every class (rows sum to 1), in [0, 1].
        groups : array-like of shape (n,), int
            Group of each row; any integer codes.
        group_shares : array-like of shape (G,), default=None
            Share of each group in the population, in the order of the sorted codes; any positive scale. None:
            as in ``groups``.
        group_sizes : array-like of shape (G,), int, default=None
            Rows that stand behind each group, likewise: those that a model was learned from, where the scores are of
            rows drawn from it. None: as in ``groups``.
        parents : array-like of shape (n,), int, default=None
            Coarser group of each row, one per group, toward which small groups are shrunk. None: everyone.
        rng : numpy Generator or RandomState, default=None
            Breaks ties while the class factors are fitted (three classes or more). None: a fixed seed.

        Raises
        ------
        ValueError
            If scores are not probabilities, lengths differ, or a group has several parents.
        """
        if self.n_knots < 3:
            raise ValueError(f"Found n_knots={self.n_knots}; expected at least 3: both ends and something between.")
        scores = checked_scores(scores)
        groups = checked_codes(groups, len(scores), "groups")
        self.groups_, index, n_scores = np.unique(groups, return_inverse=True, return_counts=True)
        self.group_sizes_: np.ndarray = n_scores if group_sizes is None else np.asarray(group_sizes)
        self.group_shares_: np.ndarray = checked_shares(group_shares, n_scores)
        row_weights = (self.group_shares_ / n_scores)[index]
        self.class_shares_: np.ndarray = row_weights @ scores
        self.group_class_shares_: np.ndarray = np.stack([scores[index == g].mean(axis=0) for g in np.unique(index)])
        tracks = _tracks(scores)
        if parents is not None:
            parents = group_parents(checked_codes(parents, len(index), "parents"), index, self.groups_)
        behind, is_parent = groups_behind(self.group_sizes_, parents, self.min_group_size)
        means = np.stack([tracks[index == g].mean(axis=0) for g in range(len(self.groups_))])
        variances = row_weights @ (tracks - means[index]) ** 2
        own_weight = own_weights(
            means, variances, self.group_sizes_, self.group_shares_, behind, is_parent, self.min_group_size
        )
        self._fit_curves(tracks, index, row_weights, behind, own_weight)
        self.own_weight_: np.ndarray = own_weight.mean(axis=1)
        self._fit_class_factors(tracks, index, np.random.default_rng(0) if rng is None else rng)
        return self

    def to_state(self) -> dict[str, Any]:
        """Return what a file holds of it: plain values, arrays and states of its parts."""
        return {
            "n_knots": int(self.n_knots),
            "min_group_size": int(self.min_group_size),
            "groups": self.groups_,
            "group_sizes": self.group_sizes_,
            "group_shares": self.group_shares_,
            "class_shares": self.class_shares_,
            "group_class_shares": self.group_class_shares_,
            "levels": self._levels,
            "values": self._values,
            "barycenters": [list(curve) for curve in self._barycenters],
            "own_weight": self.own_weight_,
            "class_factors": self._class_factors,
            "class_share_gap": self.class_share_gap_,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any], version: int) -> Self:
        """Return the part of a state that :meth:`to_state` gave.

        Raises
        ------
        ValueError
            If a field is missing, or is not what the part expects; the message names it.
        """
        with State(state, "OutcomeTransport") as fields:
            n_knots = fields.take("n_knots", int, 257, low=3)
            made = cls(n_knots=n_knots, min_group_size=fields.take("min_group_size", int, MIN_GROUP_SIZE, low=0))
            made.groups_ = fields.array("groups", "i", (None,))
            n_groups = len(made.groups_)
            fields.require(n_groups > 0 and (np.diff(made.groups_) > 0).all(), "has groups that are not sorted")
            made.group_sizes_ = fields.array("group_sizes", "iuf", (n_groups,), low=0)
            made.group_shares_ = fields.shares("group_shares", n_groups)
            made.class_shares_ = fields.shares("class_shares", None)
            n_classes = len(made.class_shares_)
            fields.require(n_classes > 1, f"has {n_classes} classes, expected 2 or more")
            made.group_class_shares_ = fields.array("group_class_shares", "f", (n_groups, n_classes), low=0)
            n_tracks = 1 if n_classes == 2 else n_classes
            curves = [fields.array(name, "f", (n_groups, n_tracks, n_knots)) for name in ("levels", "values")]
            made._levels, made._values = curves
            made._barycenters = [tuple(curve) for curve in fields.list("barycenters", (list,), n_tracks)]
            for levels, values in (curves, *made._barycenters):
                for curve in (levels, values):
                    fields.check_array("curves", curve, "f", levels.shape, low=-1e-9, high=1 + 1e-9)
                    fields.require((np.diff(curve) >= 0).all(), "has curves that are not sorted")
            made.own_weight_ = fields.array("own_weight", "f", (n_groups,), low=0)
            made._class_factors = fields.array("class_factors", "f", (n_groups, n_tracks), low=0)
            made.class_share_gap_ = fields.array("class_share_gap", "f", (n_groups,), low=0)
        return made

    def transport(
        self, scores: ArrayLike, groups: ArrayLike, *, strength: float = 1.0, rng: np.random.Generator
    ) -> np.ndarray:
        """Move scores toward the barycenter.

        Parameters
        ----------
        scores : array-like of shape (n,) or (n, C)
            Probabilities as in ``fit``; two classes may come in either shape.
        groups : array-like of shape (n,), int
            Group of each row, among those of the fit.
        strength : float, default=1.0
            0: the scores as given; 1: the same distribution in every group.
        rng : numpy Generator or RandomState
            Breaks ties; the same number of uniforms is drawn whatever the strength.

        Returns
        -------
        ndarray of the shape of ``scores``
            Moved probabilities, in [0, 1].

        Raises
        ------
        ValueError
            If a group was not seen at fit, the strength is outside [0, 1], or the scores do not fit.
        NotFittedError
            If ``fit`` was not called.
        """
        if not hasattr(self, "_barycenters"):
            raise NotFittedError("This OutcomeTransport has no distributions yet; call fit(scores, groups) first.")
        if not 0 <= strength <= 1:
            raise ValueError(f"Found strength={strength}; expected a number from 0 (as given) to 1 (parity).")
        given = np.asarray(scores, dtype=np.float64)
        scores = checked_scores(given)
        if scores.shape[1] != len(self.class_shares_):
            n_classes = len(self.class_shares_)
            raise ValueError(f"Found scores of {scores.shape[1]} classes; expected {n_classes}, as at fit.")
        index = group_index(checked_codes(groups, len(scores), "groups"), self.groups_)
        tracks = _tracks(scores)
        moved = self._with_class_shares(self._moved_tracks(tracks, index, rng), index)
        moved = (1 - strength) * tracks + strength * moved
        if moved.shape[1] == 1:
            moved = np.column_stack([1 - moved[:, 0], moved[:, 0]])
        return moved if given.ndim == 2 else moved[:, 1]

    def _fit_curves(self, tracks, index, row_weights, behind, own_weight):
        shape = (len(self.groups_), tracks.shape[1], self.n_knots)
        self._levels, self._values = np.empty(shape), np.empty(shape)
        for group, track in np.ndindex(shape[:2]):
            own, weight = np.flatnonzero(index == group), own_weight[group, track]
            rows, weights = own, np.ones(len(own))
            if weight < 1:
                others = np.flatnonzero(behind[group][index])
                rows = np.concatenate([own, others])
                pooled = (1 - weight) * row_weights[others] / row_weights[others].sum()
                weights = np.concatenate([np.full(len(own), weight / len(own)), pooled])
            curve = quantile_curve(tracks[rows, track], weights, self.n_knots)
            self._levels[group, track], self._values[group, track] = curve
        self._barycenters = [
            mean_curve(self._levels[:, track], self._values[:, track], self.group_shares_)
            for track in range(self._levels.shape[1])
        ]

    def _fit_class_factors(self, tracks, index, rng):
        moved = self._moved_tracks(tracks, index, rng)
        self._class_factors = np.ones((len(self.groups_), tracks.shape[1]))
        if tracks.shape[1] > 1:
            for group, weight in enumerate(self.own_weight_):
                self._class_factors[group] = proportional_factors(moved[index == group], self.class_shares_) ** weight
        repaired = self._with_class_shares(moved, index)
        means = np.stack([repaired[index == g].mean(axis=0) for g in range(len(self.groups_))])
        self.class_share_gap_: np.ndarray = np.abs(means - _tracks(self.class_shares_[None])).max(axis=1)

    def _with_class_shares(self, moved, index):
        return moved if moved.shape[1] == 1 else with_class_factors(moved, self._class_factors[index])

    def _moved_tracks(self, tracks, index, rng):
        ties = rng.uniform(size=tracks.shape)
        moved = np.empty_like(tracks)
        for group in np.unique(index):
            rows = np.flatnonzero(index == group)
            for track, barycenter in enumerate(self._barycenters):
                curve = self._levels[group, track], self._values[group, track]
                level = curve_level(tracks[rows, track], *curve, ties[rows, track])
                moved[rows, track] = np.interp(level, *barycenter)
        return moved


def _tracks(scores):
    """Columns that are moved: the positive class of two, every class of more."""
    return scores[:, 1:] if scores.shape[1] == 2 else scores
