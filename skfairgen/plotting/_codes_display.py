"""A map of codes in two dimensions, colored by class and by group."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike

from skfairgen.data import RandomState, Rows
from skfairgen.plotting._drawing import COLORS, MARKERS, labels_of, names_of, new_or_given_axes, shorten_all

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

_MOST_POINTS = 3_000


class CodesDisplay:
    """Codes on their two widest directions, once colored by class and once by group.

    In a fair code the classes lie apart and the groups lie on one another. The map shows two directions only: it can
    show that a code reveals the group, and cannot show that it does not.

    Use `from_codes` or `from_estimator`.

    Parameters
    ----------
    points : ndarray of shape (n, 2)
        Places on the map.
    classes, groups : array-like of shape (n,)
        What each point is colored by.
    shares : tuple of float, default=(nan, nan)
        Share of the variance of the codes along each direction.

    Attributes
    ----------
    axes_ : ndarray of two matplotlib Axes
        The map by class, and by group.
    figure_ : matplotlib Figure
        Both exist once `plot` was called.

    Examples
    --------
    >>> import numpy as np
    >>> from skfairgen.plotting import CodesDisplay
    >>> codes = np.random.default_rng(0).normal(size=(60, 8))
    >>> display = CodesDisplay.from_codes(codes, [0, 1, 2] * 20, ["a", "b"] * 30)
    >>> display.figure_.savefig("codes.png")  # doctest: +SKIP
    """

    def __init__(
        self,
        points: np.ndarray,
        classes: ArrayLike,
        groups: ArrayLike,
        *,
        shares: tuple[float, float] = (np.nan, np.nan),
    ) -> None:
        self.points = points
        self.classes = classes
        self.groups = groups
        self.shares = shares

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Rows,
        y: ArrayLike,
        sensitive_features: ArrayLike,
        *,
        random_state: RandomState = None,
        axes: "Sequence[Axes] | np.ndarray | None" = None,
    ) -> Self:
        """Transform X, then draw as `from_codes` does.

        Parameters
        ----------
        estimator : fitted transformer
            Such as :class:`skfairgen.FairEncoder`.
        X : array-like
            Rows, images or sequences.
        y : array-like of shape (n,)
            Their classes.
        sensitive_features : array-like of shape (n,) or (n, n_sensitive)
            Their groups.
        random_state : int, RandomState instance or None, default=None
            Seed of the choice of points.
        axes : sequence of two matplotlib Axes, or None, default=None
            Where to draw. None: a new figure.

        Returns
        -------
        CodesDisplay
        """
        codes = estimator.transform(X)
        return cls.from_codes(codes, y, sensitive_features, random_state=random_state, axes=axes)

    @classmethod
    def from_codes(
        cls,
        codes: ArrayLike,
        y: ArrayLike,
        sensitive_features: ArrayLike,
        *,
        random_state: RandomState = None,
        axes: "Sequence[Axes] | np.ndarray | None" = None,
    ) -> Self:
        """Find the two directions of most variance, and draw at most 3,000 codes.

        Parameters
        ----------
        codes : array-like of shape (n, K)
            Codes, at least two.
        y : array-like of shape (n,)
            Their classes.
        sensitive_features : array-like of shape (n,) or (n, n_sensitive)
            Their groups.
        random_state : int, RandomState instance or None, default=None
            Seed of the choice of points.
        axes : sequence of two matplotlib Axes, or None, default=None
            Where to draw. None: a new figure.

        Returns
        -------
        CodesDisplay

        Raises
        ------
        ValueError
            If the lengths differ, there are fewer than two codes, or one is not finite.
        """
        codes, y = np.asarray(codes, dtype=float), labels_of(y, "y")
        groups = labels_of(sensitive_features, "sensitive_features")
        if codes.ndim != 2 or len(codes) < 2 or not len(codes) == len(y) == len(groups):
            raise ValueError(
                f"Found codes of shape {codes.shape}, y of shape {y.shape} and sensitive_features of shape "
                f"{groups.shape}; expected (n, K) with n at least 2, and one class and one group for each code."
            )
        if not np.isfinite(codes).all():
            raise ValueError("Found codes that are NaN or infinite; expected numbers. Leave these rows out.")
        centered = codes - codes.mean(axis=0)
        _, lengths, directions = np.linalg.svd(centered, full_matrices=False)
        points = centered @ directions[:2].T
        points = np.pad(points, [(0, 0), (0, 2 - points.shape[1])])
        shares = (*(lengths**2 / max((lengths**2).sum(), 1e-12)), 0.0)[:2]
        kept = np.random.default_rng(_seed(random_state)).permutation(len(codes))[:_MOST_POINTS]
        return cls(points[kept], y[kept], groups[kept], shares=shares).plot(axes=axes)

    def plot(self, axes: "Sequence[Axes] | np.ndarray | None" = None) -> Self:
        """Draw the map twice.

        Parameters
        ----------
        axes : sequence of two matplotlib Axes, or None, default=None
            Where to draw. None: a new figure.

        Returns
        -------
        CodesDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        self.axes_: np.ndarray = np.asarray(_new_or_given_pair(axes), dtype=object)
        self.figure_: Figure | SubFigure = self.axes_[0].figure
        for ax, labels, title in zip(self.axes_, (self.classes, self.groups), ("class", "group"), strict=True):
            _scatter(ax, self.points, labels_of(labels, title))
            ax.set_title(f"colored by {title}", fontsize=10)
            for name, share in zip(("x", "y"), self.shares, strict=True):
                direction = {"x": "widest direction", "y": "second widest"}[name]
                told = "" if np.isnan(share) else f" ({share:.0%} of the variance)"
                getattr(ax, f"set_{name}label")(direction + told, fontsize=9)
        return self


def _new_or_given_pair(axes):
    if axes is not None:
        return [new_or_given_axes(ax, None) for ax in axes]
    figure = new_or_given_axes(None, (10.0, 4.2)).figure
    figure.clear()
    return figure.subplots(1, 2, sharex=True, sharey=True)


def _scatter(ax, points, labels):
    names = names_of(labels)
    for place, (name, told) in enumerate(zip(names, shorten_all(names, 16), strict=True)):
        own = points[labels == name]
        style = {"color": COLORS[place % len(COLORS)], "marker": MARKERS[(place // len(COLORS)) % len(MARKERS)]}
        ax.scatter(*own.T, s=9, alpha=0.6, linewidths=0, label=told, **style)
    place_of_legend = {"loc": "upper left", "bbox_to_anchor": (1, 1)}  # beside the points, never over them
    ax.legend(fontsize=8, markerscale=1.6, frameon=False, ncols=1 + len(names) // 16, **place_of_legend)
    ax.spines[["top", "right"]].set_visible(False)


def _seed(random_state):
    return random_state.randint(2**31 - 1) if isinstance(random_state, np.random.RandomState) else random_state
