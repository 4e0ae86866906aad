"""Bars, with intervals, of the rates of every group."""

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from skfairgen.data import Columns, RandomState, Rows, Table
from skfairgen.metrics import group_report
from skfairgen.metrics._fairness_scorer import select_columns
from skfairgen.plotting._drawing import COLORS, HATCHES, new_or_given_axes, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import BarContainer
    from matplotlib.figure import Figure, SubFigure

_DEFAULT_RATES = ("selection_rate", "true_positive_rate", "false_positive_rate")
_MOST_RATES = len(COLORS)


class GroupRatesDisplay:
    """Rates of every group, side by side, with the interval of each.

    Use `from_predictions` or `from_estimator` to compute the report first.

    Parameters
    ----------
    report : DataFrame
        What :func:`skfairgen.metrics.group_report` returns for one positive label: a row a group, "overall"
        last.
    rates : sequence of str, default=("selection_rate", "true_positive_rate", "false_positive_rate")
        Columns of `report` to draw, at most 7. Bars of several figures share one axis.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    bars_ : dict of str to matplotlib BarContainer
        The bars of each rate. All three exist once `plot` was called.

    Examples
    --------
    >>> from skfairgen.plotting import GroupRatesDisplay
    >>> y_true, y_pred = [0, 0, 1, 1, 0, 0, 1, 1], [0, 1, 1, 1, 1, 0, 0, 1]
    >>> display = GroupRatesDisplay.from_predictions(
    ...     y_true, y_pred, sensitive_features=list("aaaabbbb"), random_state=0
    ... )
    >>> display.figure_.savefig("rates.png")  # doctest: +SKIP
    """

    def __init__(self, report: pd.DataFrame, *, rates: Sequence[str] = _DEFAULT_RATES) -> None:
        self.report = report
        self.rates = rates

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Rows,
        y: ArrayLike,
        *,
        sensitive_columns: Columns | None = None,
        sensitive_features: Table | None = None,
        **options: Any,
    ) -> Self:
        """Predict X, then draw as `from_predictions` does.

        Parameters
        ----------
        estimator : fitted classifier
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
        GroupRatesDisplay

        Raises
        ------
        ValueError
            If both or neither of `sensitive_columns` and `sensitive_features` are given, or X lacks one.
        """
        groups = sensitive_values(X, sensitive_columns, sensitive_features)
        return cls.from_predictions(y, estimator.predict(X), sensitive_features=groups, **options)

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike,
        y_pred: ArrayLike,
        *,
        sensitive_features: Table,
        rates: Sequence[str] = _DEFAULT_RATES,
        y_score: ArrayLike | None = None,
        pos_label: Hashable = None,
        confidence_level: float = 0.95,
        n_bootstrap: int = 1000,
        random_state: RandomState = None,
        ax: "Axes | None" = None,
    ) -> Self:
        """Compute the report of all groups and draw it.

        Parameters
        ----------
        y_true, y_pred : array-like of shape (n_rows,)
            True and predicted labels.
        sensitive_features : array-like of shape (n_rows,) or (n_rows, n_columns)
            Values of the sensitive columns; several are crossed.
        rates : sequence of str, default=("selection_rate", "true_positive_rate", "false_positive_rate")
            Columns of the report to draw.
        y_score : array-like of shape (n_rows,) or (n_rows, n_classes), or None, default=None
            Scores, for the rates "roc_auc", "calibration_error" and "score_gap".
        pos_label : label or None, default=None
            The positive label; needed for labels other than {0, 1} or {-1, 1}.
        confidence_level : float, default=0.95
            Coverage of each interval, in (0, 1).
        n_bootstrap : int, default=1000
            Draws; 0 draws no intervals.
        random_state : int, RandomState instance or None, default=None
            Seed of the draws.
        ax : matplotlib Axes or None, default=None
            Where to draw. None: a new figure, tall enough for the groups.

        Returns
        -------
        GroupRatesDisplay

        Raises
        ------
        ValueError
            As :func:`skfairgen.metrics.group_report`, and if a rate is unknown.
        """
        report = group_report(
            y_true,
            y_pred,
            y_score=y_score,
            sensitive_features=sensitive_features,
            pos_label=pos_label,
            confidence_level=confidence_level,
            n_bootstrap=n_bootstrap,
            random_state=random_state,
        )
        return cls(report, rates=rates).plot(ax=ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw the bars; an undefined rate is written out, not drawn as 0.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw. None: a new figure, tall enough for the groups.

        Returns
        -------
        GroupRatesDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If `report` has no column of that name, or holds several classes.
        """
        rates = self._checked_rates()
        n_rows, n_rates = len(self.report), len(rates)
        height = 1.2 + n_rows * (0.17 * n_rates + 0.15)
        self.ax_: Axes = new_or_given_axes(ax, (7.0, height))
        self.figure_: Figure | SubFigure = self.ax_.figure
        thickness = 0.8 / n_rates
        self.bars_: dict[str, BarContainer] = {}
        for i, rate in enumerate(rates):
            places = np.arange(n_rows) + (i - (n_rates - 1) / 2) * thickness
            self.bars_[rate] = self._draw_rate(rate, places, thickness, i)
        self._label_groups()
        self.ax_.set_xlim(left=0)
        if all((self.report[rate].dropna() <= 1).all() for rate in rates):
            self.ax_.set_xlim(0, 1.02)
        if n_rates == 1:
            self.ax_.set_xlabel(_readable(rates[0]))
        else:
            # one below the other, growing over the room of the group labels: never wider than the figure
            self.ax_.legend(
                loc="lower right", bbox_to_anchor=(1, 1), ncols=1 + (n_rates > 3), frameon=False, fontsize=9
            )
        return self

    def _checked_rates(self):
        rates = [self.rates] if isinstance(self.rates, str) else list(self.rates)
        if "pos_label" in self.report.index.names:
            raise ValueError("report holds several classes: draw one, report.loc[label], or pass pos_label.")
        unknown = [rate for rate in rates if rate not in self.report.columns]
        if unknown or not 1 <= len(rates) <= _MOST_RATES:
            raise ValueError(
                f"rates is {rates}: expected 1 to {_MOST_RATES} columns of the report, which has "
                f"{list(self.report.columns)}; figures of scores need y_score."
            )
        return rates

    def _draw_rate(self, rate, places, thickness, i):
        values = self.report[rate].to_numpy(dtype=float)
        style = {"color": COLORS[i], "hatch": HATCHES[i], "edgecolor": "white", "linewidth": 0}
        bars = self.ax_.barh(places, np.nan_to_num(values), thickness * 0.92, label=_readable(rate), **style)
        if f"{rate}_low" in self.report.columns:
            bounds = self.report[[f"{rate}_low", f"{rate}_high"]].to_numpy(dtype=float).T
            reach = np.abs(bounds - values)
            self.ax_.errorbar(values, places, xerr=reach, fmt="none", ecolor="black", elinewidth=1, capsize=2)
        for place in places[np.isnan(values)]:
            self.ax_.text(0.008, place, "undefined", va="center", fontsize=7, style="italic")
        return bars

    def _label_groups(self):
        counts = self.report["n_rows"]
        labels = [f"{shorten(_as_text(group))} (n = {n:,})" for group, n in counts.items()]
        self.ax_.set_yticks(np.arange(len(labels)), labels, fontsize=self._fitting_size(len(labels)))
        self.ax_.set_ylim(len(labels) - 0.45, -0.55)
        self.ax_.axhline(len(labels) - 1.5, color="0.5", linewidth=0.8)
        self.ax_.spines[["top", "right"]].set_visible(False)
        self.ax_.grid(axis="x", color="0.85", linewidth=0.6)
        self.ax_.set_axisbelow(True)

    def _fitting_size(self, n_labels):
        """Points of text that keep the labels of a given, perhaps small, axes apart."""
        points = self.ax_.get_window_extent().height / self.figure_.dpi * 72
        return float(np.clip(0.8 * points / n_labels, 3, 9))


def sensitive_values(X, sensitive_columns, sensitive_features):
    """Return the sensitive values, read from X or as given."""
    if (sensitive_columns is None) == (sensitive_features is None):
        raise ValueError(
            "Pass either sensitive_columns, which are read from X, or sensitive_features, the values "
            "themselves, and not both."
        )
    return sensitive_features if sensitive_columns is None else select_columns(X, sensitive_columns)


def _as_text(group):
    parts = group if isinstance(group, tuple) else (group,)
    return ", ".join("missing" if pd.isna(part) else str(part) for part in parts if part != "")


def _readable(rate):
    return {"roc_auc": "ROC-AUC"}.get(rate, rate.replace("_", " "))
