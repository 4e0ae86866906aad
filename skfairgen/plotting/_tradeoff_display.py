"""A score against a fairness metric: candidates of a search, or several methods with intervals."""

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from skfairgen.data import Columns, RandomState, Rows, Table
from skfairgen.plotting._drawing import COLORS, MARKERS, new_or_given_axes, shorten
from skfairgen.plotting._group_rates_display import sensitive_values
from skfairgen.plotting._tradeoff_points import BEATEN, points_of_predictions, points_of_search

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import ErrorbarContainer
    from matplotlib.figure import Figure, SubFigure


class TradeoffDisplay:
    """What fairness costs: a score on the vertical axis against a fairness metric on the horizontal one.

    Use `from_predictions`, `from_estimator` or `from_cv_results` to compute the points first.

    Parameters
    ----------
    points : DataFrame
        A row a point, with columns "score" and "fairness"; optionally "method" (points of one method share a
        mark and are joined in the order of the rows), and the bounds of intervals, "score_low", "score_high",
        "fairness_low", "fairness_high".
    score_name : str, default="score"
        Label of the vertical axis; greater is better.
    fairness_name : str, default="fairness"
        Label of the horizontal axis.
    fairness_kind : {"difference", "ratio"}, default="difference"
        Whether 0 or 1 is parity.
    chosen : int or None, default=None
        Position of a point to ring.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : dict of str to matplotlib ErrorbarContainer
        The marks of each method. All three exist once `plot` was called.

    Examples
    --------
    >>> import pandas as pd
    >>> from skfairgen.plotting import TradeoffDisplay
    >>> points = pd.DataFrame({"method": ["a", "b"], "score": [0.87, 0.85], "fairness": [0.3, 0.95]})
    >>> display = TradeoffDisplay(points, score_name="accuracy", fairness_kind="ratio").plot()
    >>> display.figure_.savefig("tradeoff.png")  # doctest: +SKIP
    """

    def __init__(
        self,
        points: pd.DataFrame,
        *,
        score_name: str = "score",
        fairness_name: str = "fairness",
        fairness_kind: Literal["difference", "ratio"] = "difference",
        chosen: Hashable = None,
    ) -> None:
        self.points = points
        self.score_name = score_name
        self.fairness_name = fairness_name
        self.fairness_kind = fairness_kind
        self.chosen = chosen

    @classmethod
    def from_cv_results(
        cls,
        search: Any,
        *,
        score: str,
        fairness: str,
        fairness_kind: Literal["difference", "ratio"] = "difference",
        ax: "Axes | None" = None,
    ) -> Self:
        """Draw the candidates of a fitted search, with one standard error over the folds each way.

        Parameters
        ----------
        search : fitted GridSearchCV, RandomizedSearchCV or the like
            Its ``scoring`` has several keys.
        score, fairness : str
            Keys, in ``scoring``, of the score and of the fairness scorer.
        fairness_kind : {"difference", "ratio"}, default="difference"
            What the fairness scorer returns. A difference has its sign flipped, as `FairnessScorer` does.
        ax : matplotlib Axes or None, default=None
            Where to draw. None: a new figure.

        Returns
        -------
        TradeoffDisplay
            Candidates that no other beats in both are one "method", joined by a line; the rest is another.
            The candidate that `search` chose is ringed. Candidates with a NaN mean are left out.

        Raises
        ------
        ValueError
            If a key is not in ``scoring``.
        """
        points, chosen = points_of_search(search, score, fairness, fairness_kind)
        names = {"score_name": score, "fairness_name": fairness, "fairness_kind": fairness_kind}
        return cls(points, chosen=chosen, **names).plot(ax=ax)

    @classmethod
    def from_estimator(
        cls,
        estimators: Any,
        X: Rows,
        y: ArrayLike,
        *,
        sensitive_columns: Columns | None = None,
        sensitive_features: Table | None = None,
        **options: Any,
    ) -> Self:
        """Predict X with one or several fitted classifiers, then draw as `from_predictions` does.

        Parameters
        ----------
        estimators : fitted classifier, or dict of str to fitted classifier
        X : DataFrame or array-like of shape (n_rows, n_columns)
        y : array-like of shape (n_rows,)
            True labels.
        sensitive_columns : label, int, list of them, or None, default=None
            Labels or positions of the sensitive columns of X.
        sensitive_features : array-like of shape (n_rows,) or (n_rows, n_columns), or None, default=None
            Their values, when they are not in X.
        **options
            Passed on to `from_predictions`.

        Returns
        -------
        TradeoffDisplay

        Raises
        ------
        ValueError
            If both or neither of `sensitive_columns` and `sensitive_features` are given, or X lacks one.
        """
        groups = sensitive_values(X, sensitive_columns, sensitive_features)
        if not isinstance(estimators, dict):
            estimators = {type(estimators).__name__: estimators}
        predictions = {name: estimator.predict(X) for name, estimator in estimators.items()}
        return cls.from_predictions(y, predictions, sensitive_features=groups, **options)

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike,
        y_pred: ArrayLike | Mapping[str, ArrayLike],
        *,
        sensitive_features: Table,
        score: str = "accuracy",
        fairness: str = "demographic_parity_difference",
        pos_label: Hashable = None,
        confidence_level: float = 0.95,
        n_bootstrap: int = 1000,
        random_state: RandomState = None,
        ax: "Axes | None" = None,
    ) -> Self:
        """Compute score and fairness of one or several predictions, with bootstrap intervals, and draw them.

        Parameters
        ----------
        y_true : array-like of shape (n_rows,)
            True labels.
        y_pred : array-like of shape (n_rows,), or dict of str to such
            Predicted labels, of one method or of several by name.
        sensitive_features : array-like of shape (n_rows,) or (n_rows, n_columns)
            Values of the sensitive columns; several are crossed.
        score : str, default="accuracy"
            A rate of :func:`skfairgen.metrics.group_report`, taken over all rows.
        fairness : str, default="demographic_parity_difference"
            A row of :func:`skfairgen.metrics.disparity_report`.
        pos_label : label or None, default=None
            The positive label; needed for labels other than {0, 1} or {-1, 1}.
        confidence_level : float, default=0.95
            Coverage of each interval, in (0, 1).
        n_bootstrap : int, default=1000
            Draws.
        random_state : int, RandomState instance or None, default=None
            Seed of the draws.
        ax : matplotlib Axes or None, default=None
            Where to draw. None: a new figure.

        Returns
        -------
        TradeoffDisplay

        Raises
        ------
        ValueError
            If `score` or `fairness` is unknown, and as :func:`skfairgen.metrics.group_report`.
        """
        options = {
            "sensitive_features": sensitive_features,
            "pos_label": pos_label,
            "confidence_level": confidence_level,
            "n_bootstrap": n_bootstrap,
            "random_state": random_state,
        }
        points = points_of_predictions(y_true, y_pred, score, fairness, options)
        names = {"score_name": score, "fairness_name": fairness, "fairness_kind": fairness.rsplit("_", 1)[1]}
        return cls(points, **names).plot(ax=ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw a mark, with its intervals, for every point.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw. None: a new figure.

        Returns
        -------
        TradeoffDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If `points` lacks a column, or `fairness_kind` is unknown.
        """
        self._check()
        methods = self._methods()
        self.ax_: Axes = new_or_given_axes(ax, (7.0 if len(methods) > 1 else 5.2, 4.2))
        self.figure_: Figure | SubFigure = self.ax_.figure
        self.lines_: dict[str, ErrorbarContainer] = {
            str(method): self._draw_method(str(method), rows, i) for i, (method, rows) in enumerate(methods)
        }
        if self.chosen is not None:
            point = self.points.iloc[self.chosen]
            self.ax_.plot(
                point["fairness"], point["score"], "o", markersize=15, label="chosen",
                markerfacecolor="none", markeredgecolor="black", markeredgewidth=1.5, linestyle="none",
            )  # fmt: skip
        fairer = "← fairer, 0 is parity" if self.fairness_kind == "difference" else "fairer →, 1 is parity"
        self.ax_.set_xlabel(f"{self.fairness_name.replace('_', ' ')}  ({fairer})")
        self.ax_.set_ylabel(f"{self.score_name.replace('_', ' ')}  (better ↑)")
        self.ax_.spines[["top", "right"]].set_visible(False)
        self.ax_.grid(color="0.88", linewidth=0.6)
        self.ax_.set_axisbelow(True)
        if len(methods) > 1 or self.chosen is not None:
            self.ax_.legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False, fontsize=8)
        return self

    def _check(self):
        missing = [name for name in ("score", "fairness") if name not in self.points.columns]
        if missing:
            raise ValueError(f"points has the columns {list(self.points.columns)}, but needs {missing}.")
        if self.fairness_kind not in ("difference", "ratio"):
            raise ValueError(f"fairness_kind must be 'difference' or 'ratio', got {self.fairness_kind!r}.")

    def _methods(self):
        if "method" not in self.points.columns:
            return [("points", self.points)]
        return list(self.points.groupby("method", sort=False))

    def _draw_method(self, method, rows, i):
        color, is_second_round = COLORS[i % len(COLORS)], i // len(MARKERS) % 2
        style = {
            "color": color,
            "marker": MARKERS[i % len(MARKERS)],
            "markerfacecolor": "white" if is_second_round else color,
            "markeredgecolor": color if is_second_round else "white",
            "linestyle": "-",
        }
        if method == BEATEN:
            style = {"color": "0.6", "marker": "x", "linestyle": "none", "zorder": 1}
        return self.ax_.errorbar(
            rows["fairness"],
            rows["score"],
            xerr=_reach(rows, "fairness"),
            yerr=_reach(rows, "score"),
            label=shorten(method, 36),
            markersize=7,
            linewidth=1.2,
            elinewidth=0.9,
            capsize=2,
            **style,
        )


def _reach(rows, name):
    if f"{name}_low" not in rows.columns:
        return None
    bounds = rows[[f"{name}_low", f"{name}_high"]].to_numpy(dtype=float).T
    return np.abs(bounds - rows[name].to_numpy(dtype=float))
