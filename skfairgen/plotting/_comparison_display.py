"""ComparisonDisplay: the change under each remedy as points with intervals."""

from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd

from skfairgen.plotting._drawing import COLORS, MARKERS, new_or_given_axes, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure


class ComparisonDisplay:
    """Draw how a ratio changes under each remedy, as points with intervals, remedies down the side.

    Parameters
    ----------
    frame : DataFrame
        What :meth:`skfairgen.report.Comparison.to_frame` returns.
    scoring : str, default="demographic_parity_ratio"
        The figure whose change is drawn.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
        Both exist once `plot` was called.

    Examples
    --------
    >>> import pandas as pd
    >>> from skfairgen.plotting import ComparisonDisplay
    >>> index = pd.MultiIndex.from_tuples([("with sensitive", "as it is"), ("with sensitive", "weights")])
    >>> frame = pd.DataFrame(
    ...     [[0.0, 0.0, 0.0, False], [0.1, 0.05, 0.2, True]],
    ...     index=index,
    ...     columns=["ratio_change", "ratio_low", "ratio_high", "recommended"],
    ... )
    >>> display = ComparisonDisplay(frame, scoring="ratio").plot()  # doctest: +SKIP
    """

    def __init__(self, frame: pd.DataFrame, *, scoring: str = "demographic_parity_ratio") -> None:
        self.frame = frame
        self.scoring = scoring

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw one point a remedy and set of features; what is recommended is filled.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw. None: a new figure, tall enough for the remedies.

        Returns
        -------
        ComparisonDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If the frame lacks the figure.
        """
        if f"{self.scoring}_change" not in self.frame.columns:
            raise ValueError(f"The frame has no column {self.scoring}_change: pass the scoring it was made for.")
        remedies = [name for name in dict.fromkeys(self.frame.index.get_level_values(1)) if name != "as it is"]
        sets = list(dict.fromkeys(self.frame.index.get_level_values(0)))
        self.ax_: Axes = new_or_given_axes(ax, (7.0, 1.2 + 0.5 * len(remedies)))
        self.figure_: Figure | SubFigure = self.ax_.figure
        for number, features in enumerate(sets):
            self._draw(features, remedies, (number - (len(sets) - 1) / 2) * 0.28, number)
        labels = [wrap(name) for name in remedies]
        self.ax_.set_yticks(np.arange(len(remedies)), labels)
        self.ax_.set_ylim(len(remedies) - 0.4, -0.6)
        self.ax_.axvline(0, color="0.4", linestyle="--", linewidth=1)
        self.ax_.set_xlabel(f"change of the {self.scoring.replace('_', ' ')}")
        self.ax_.locator_params(axis="x", nbins=6)
        self.ax_.grid(axis="x", color="0.85", linewidth=0.6)
        self.ax_.spines[["top", "right"]].set_visible(False)
        self.ax_.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False, fontsize=9)
        return self

    def _draw(self, features, remedies, shift, number):
        rows = self.frame.loc[features].reindex(remedies)
        change, low, high = (rows[f"{self.scoring}_{part}"].to_numpy(dtype=float) for part in ("change", "low", "high"))
        places = np.arange(len(remedies)) + shift
        style = {"color": COLORS[number], "fmt": MARKERS[number], "capsize": 3, "markersize": 7}
        reach = [np.maximum(change - low, 0), np.maximum(high - change, 0)]
        self.ax_.errorbar(change, places, xerr=reach, label=f"{features} columns", markerfacecolor="white", **style)
        chosen = rows["recommended"].eq(True).to_numpy()
        self.ax_.plot(change[chosen], places[chosen], MARKERS[number], color=COLORS[number], markersize=7, zorder=4)
