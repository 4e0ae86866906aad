"""Bars, with intervals, of the rates of every group."""

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from skfairgen.data import Columns, RandomState, Rows, Table, in_bands
from skfairgen.metrics import group_report
from skfairgen.metrics._fairness_scorer import select_columns
from skfairgen.plotting._drawing import COLORS, HATCHES, new_or_given_axes, shorten, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import BarContainer
    from matplotlib.figure import Figure, SubFigure

_DEFAULT_RATES = ("selection_rate", "true_positive_rate", "false_positive_rate")
_MOST_BARS = len(COLORS)
_LEAST_SIZE = 6  # points of text in two lines; below, labels are cut to one


class GroupRatesDisplay:
    """Rates of every group, side by side, with the interval of each; of one model, or of several before and after.

    Use `from_predictions` or `from_estimator` to compute the report first.

    Parameters
    ----------
    report : DataFrame or dict of str to DataFrame
        What :func:`skfairgen.metrics.group_report` returns for one positive label: a row a group, "overall"
        last. A dict holds that of each model, by name.
    rates : str or sequence of str, default=("selection_rate", "true_positive_rate", "false_positive_rate")
        Columns of `report` to draw, at most 7. Bars of several figures share one axis. Of several models only
        the first is drawn.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    bars_ : dict of str to matplotlib BarContainer
        The bars of each rate, or of each model. All three exist once `plot` was called.

    Examples
    --------
    >>> from skfairgen.plotting import GroupRatesDisplay
    >>> y_true, y_pred = [0, 0, 1, 1, 0, 0, 1, 1], [0, 1, 1, 1, 1, 0, 0, 1]
    >>> display = GroupRatesDisplay.from_predictions(
    ...     y_true, y_pred, sensitive_features=list("aaaabbbb"), random_state=0
    ... )
    >>> display.figure_.savefig("rates.png")  # doctest: +SKIP

    Before and after:

    >>> said = {"as it is": y_pred, "repaired": [0, 0, 1, 1, 1, 0, 0, 1]}
    >>> display = GroupRatesDisplay.from_predictions(
    ...     y_true, said, sensitive_features=list("aaaabbbb"), random_state=0
    ... )
    >>> list(display.bars_)
    ['as it is', 'repaired']
    """

    def __init__(
        self, report: pd.DataFrame | Mapping[str, pd.DataFrame], *, rates: str | Sequence[str] = _DEFAULT_RATES
    ) -> None:
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
        y_pred: ArrayLike | Mapping[str, ArrayLike],
        *,
        sensitive_features: Table,
        rates: str | Sequence[str] = _DEFAULT_RATES,
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
        y_true : array-like of shape (n_rows,)
            True labels.
        y_pred : array-like of shape (n_rows,), or dict of str to array-like
            Predicted labels; a dict holds those of each model, by name.
        sensitive_features : array-like of shape (n_rows,) or (n_rows, n_columns)
            Values of the sensitive columns; several are crossed.
        rates : str or sequence of str, default=("selection_rate", "true_positive_rate", "false_positive_rate")
            Columns of the report to draw; of several models only the first.
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
        options = {
            "y_score": y_score,
            "sensitive_features": sensitive_features,
            "pos_label": pos_label,
            "confidence_level": confidence_level,
            "n_bootstrap": n_bootstrap,
            "random_state": random_state,
        }
        if isinstance(y_pred, Mapping):
            return cls(
                {name: group_report(y_true, said, **options) for name, said in y_pred.items()}, rates=rates
            ).plot(ax)
        return cls(group_report(y_true, y_pred, **options), rates=rates).plot(ax)

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
        series = self._series()
        groups, n_bars = series[0][1].index, len(series)
        self.ax_: Axes = new_or_given_axes(ax, (7.0, 1.2 + len(groups) * (0.17 * n_bars + 0.15)))
        self.figure_: Figure | SubFigure = self.ax_.figure
        thickness = 0.8 / n_bars
        self.bars_: dict[str, BarContainer] = {}
        for i, (name, report, rate) in enumerate(series):
            places = np.arange(len(groups)) + (i - (n_bars - 1) / 2) * thickness
            self.bars_[name] = self._draw_rate(name, report, rate, places, thickness, i)
        self._label_groups(series[0][1]["n_rows"])
        self.ax_.set_xlim(left=0)
        if all((report[rate].dropna() <= 1).all() for _, report, rate in series):
            self.ax_.set_xlim(0, 1.02)
        if len({rate for *_, rate in series}) == 1:
            self.ax_.set_xlabel(_readable(series[0][2]))
        if n_bars > 1:
            # one below the other, growing over the room of the group labels: never wider than the figure
            self.ax_.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=1 + (n_bars > 3), frameon=False, fontsize=9)
        return self

    def _series(self):
        """Return what the bars of one color show: their name, the report and its column."""
        rates = [self.rates] if isinstance(self.rates, str) else list(self.rates)
        reports = self.report if isinstance(self.report, Mapping) else {"": self.report}
        for report in reports.values():
            if "pos_label" in report.index.names:
                raise ValueError("report holds several classes: draw one, report.loc[label], or pass pos_label.")
            unknown = [rate for rate in rates if rate not in report.columns]
            if unknown or not rates:
                raise ValueError(
                    f"rates is {rates}: expected columns of the report, which has {list(report.columns)}; figures of "
                    "scores need y_score."
                )
        if not all(report.index.equals(next(iter(reports.values())).index) for report in reports.values()):
            raise ValueError("The reports are of different groups: report the same rows for every model.")
        if isinstance(self.report, Mapping):
            series = [(str(name), report, rates[0]) for name, report in reports.items()]
        else:
            series = [(rate, self.report, rate) for rate in rates]
        if not 1 <= len(series) <= _MOST_BARS:
            raise ValueError(f"Found {len(series)} bars a group: draw 1 to {_MOST_BARS} rates or models.")
        return series

    def _draw_rate(self, name, report, rate, places, thickness, i):
        values = report[rate].to_numpy(dtype=float)
        style = {"color": COLORS[i], "hatch": HATCHES[i], "edgecolor": "white", "linewidth": 0}
        label = _readable(rate) if name == rate else wrap(name)
        bars = self.ax_.barh(places, np.nan_to_num(values), thickness * 0.92, label=label, **style)
        if f"{rate}_low" in report.columns:
            bounds = report[[f"{rate}_low", f"{rate}_high"]].to_numpy(dtype=float).T
            reach = np.abs(bounds - values)
            self.ax_.errorbar(values, places, xerr=reach, fmt="none", ecolor="black", elinewidth=1, capsize=2)
        for place in places[np.isnan(values)]:
            self.ax_.text(0.008, place, "undefined", va="center", fontsize=7, style="italic")
        return bars

    def _label_groups(self, counts):
        names = [f"{_as_text(group)} (n = {n:,})" for group, n in counts.items()]
        labels = [wrap(name) for name in names]
        size = self._fitting_size(len(labels) * max(1 + label.count("\n") for label in labels))
        if size < _LEAST_SIZE:
            labels, size = [shorten(name, 42) for name in names], self._fitting_size(len(labels))
        self.ax_.set_yticks(np.arange(len(labels)), labels, fontsize=size)
        self.ax_.set_ylim(len(labels) - 0.45, -0.55)
        self.ax_.axhline(len(labels) - 1.5, color="0.5", linewidth=0.8)
        self.ax_.spines[["top", "right"]].set_visible(False)
        self.ax_.grid(axis="x", color="0.85", linewidth=0.6)
        self.ax_.set_axisbelow(True)

    def _fitting_size(self, n_lines):
        """Points of text that keep the labels of a given, perhaps small, axes apart."""
        points = self.ax_.get_window_extent().height / self.figure_.dpi * 72
        return float(np.clip(0.8 * points / n_lines, 3, 9))


def sensitive_values(X, sensitive_columns, sensitive_features):
    """Return the sensitive values, read from X or as given."""
    if (sensitive_columns is None) == (sensitive_features is None):
        raise ValueError(
            "Pass either sensitive_columns, which are read from X, or sensitive_features, the values "
            "themselves, and not both."
        )
    return sensitive_features if sensitive_columns is None else in_bands(select_columns(X, sensitive_columns))


def _as_text(group):
    parts = group if isinstance(group, tuple) else (group,)
    return ", ".join("missing" if pd.isna(part) else str(part) for part in parts if part != "")


def _readable(rate):
    return {"roc_auc": "ROC-AUC"}.get(rate, rate.replace("_", " "))
