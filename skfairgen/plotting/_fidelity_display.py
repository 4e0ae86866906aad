"""FidelityDisplay: how well each column, and each pair of columns, is kept."""

from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd

from skfairgen.data import Columns, Rows
from skfairgen.metrics import column_pair_trends, column_shapes
from skfairgen.plotting._drawing import new_or_given_axes, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

_WORDS_A_LINE = 22
_N_WRITTEN = 12


class FidelityDisplay:
    """Draw the score of every column and of every pair: the margins on the diagonal, the pairs beside it.

    Parameters
    ----------
    scores : DataFrame of shape (n_columns, n_columns)
        Symmetric, in [0, 1], 1 is best; NaN where a score is undefined.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
        Both exist once `plot` was called.

    Examples
    --------
    >>> import pandas as pd
    >>> from skfairgen.plotting import FidelityDisplay
    >>> real = pd.DataFrame({"age": [20, 30, 40, 50], "sex": list("fmfm")})
    >>> display = FidelityDisplay.from_tables(real, real)
    >>> float(display.scores.loc["age", "sex"])
    1.0
    """

    def __init__(self, scores: pd.DataFrame) -> None:
        self.scores = scores

    @classmethod
    def from_tables(
        cls, real: Rows, synthetic: Rows, *, categorical_columns: Columns = "auto", ax: "Axes | None" = None
    ) -> Self:
        """Compute the scores of two tables and draw them.

        Parameters
        ----------
        real, synthetic : DataFrame or array-like of shape (n_rows, n_columns)
            Tables with the same columns.
        categorical_columns : "auto" or list of labels, default="auto"
            Columns without an order.
        ax : matplotlib Axes or None, default=None
            Where to draw. None: a new figure, large enough for the columns.

        Returns
        -------
        FidelityDisplay

        Raises
        ------
        ValueError
            If the columns differ.
        """
        margins = column_shapes(real, synthetic, categorical_columns=categorical_columns)
        pairs = column_pair_trends(real, synthetic, categorical_columns=categorical_columns)
        scores = pd.DataFrame(np.diag(margins.to_numpy(dtype=float)), index=margins.index, columns=margins.index)
        for first, second, score in pairs.itertuples(index=False):
            scores.loc[first, second] = scores.loc[second, first] = score
        return cls(scores).plot(ax=ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw the scores as shades, darker where more is lost, the worst ones written out.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw. None: a new figure, large enough for the columns.

        Returns
        -------
        FidelityDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        n_columns = len(self.scores)
        side = max(4.0, 2.2 + 0.34 * n_columns)
        self.ax_: Axes = new_or_given_axes(ax, (side + 1.4, side))
        self.figure_: Figure | SubFigure = self.ax_.figure
        image = self.ax_.imshow(self.scores.to_numpy(dtype=float), cmap="viridis", vmin=self._lowest(), vmax=1)
        self.ax_.set_facecolor("0.8")
        labels = [wrap(label, _WORDS_A_LINE) for label in self.scores]
        size = max(4, min(9, 260 / n_columns))
        self.ax_.set_yticks(range(n_columns), labels, fontsize=size)
        self.ax_.set_xticks(range(n_columns), labels, fontsize=size, rotation=90)
        self.figure_.colorbar(image, ax=self.ax_, label="score, 1 is best", shrink=0.8)
        self._write_worst(size)
        return self

    def _lowest(self):
        """Return where the shades end: half, or the worst score where it is below."""
        return float(np.nanmin(np.append(self.scores.to_numpy(dtype=float), 0.5)))

    def _write_worst(self, size):
        values = self.scores.to_numpy(dtype=float)
        order = np.argsort(np.where(np.isnan(values), np.inf, values), axis=None)[:_N_WRITTEN]
        for place in order:
            row, column = divmod(int(place), len(values))
            if not np.isnan(values[row, column]):
                self.ax_.text(
                    column,
                    row,
                    f"{values[row, column]:.2f}".lstrip("0"),
                    ha="center",
                    va="center",
                    fontsize=size - 1,
                    color="white",
                    bbox={"facecolor": "black", "edgecolor": "none", "pad": 1, "alpha": 0.6},
                )
