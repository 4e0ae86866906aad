"""Drawn images or sequences, a row a class and a column a group."""

from collections.abc import Mapping
from importlib import import_module
from itertools import product
from numbers import Integral
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import check_scalar

from skfairgen.plotting._drawing import COLORS, labels_of, names_of, new_or_given_axes, shorten_all

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

_MOST_CELLS = 400


class SamplesDisplay:
    """Samples of every class and group: images as they are, sequences as one line a channel.

    Use `from_arrays` to pick the samples by class and group.

    Parameters
    ----------
    samples : dict of (class, group) to ndarray of shape (n, H, W, C), (n, H, W) or (n, T, C)
        Samples of each cell; a cell may be missing. Images of integers from 0 to 255 are on that scale, others are
        drawn between their least and their greatest value.
    is_sequence : bool, default=False
        Whether samples of two axes are sequences, time first, and not grey images.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes that all samples are drawn on.
    figure_ : matplotlib Figure
    classes_, groups_ : list
        What the rows and the columns stand for. All exist once `plot` was called.

    Examples
    --------
    >>> from skfairgen.datasets import make_colored_digits
    >>> from skfairgen.plotting import SamplesDisplay
    >>> made = make_colored_digits(0.5, random_state=0)
    >>> display = SamplesDisplay.from_arrays(made.images, made.target, made.sensitive_features)
    >>> display.figure_.savefig("digits.png")  # doctest: +SKIP
    """

    classes_: list[Any]
    groups_: list[Any]

    def __init__(self, samples: Mapping[tuple[Any, Any], np.ndarray], *, is_sequence: bool = False) -> None:
        self.samples = samples
        self.is_sequence: bool = is_sequence

    @classmethod
    def from_arrays(
        cls,
        X: ArrayLike,
        y: ArrayLike,
        sensitive_features: ArrayLike,
        *,
        n_each: int = 1,
        is_sequence: bool | None = None,
        ax: "Axes | None" = None,
    ) -> Self:
        """Pick the first samples of every class and group, and draw them.

        Parameters
        ----------
        X : ndarray of shape (n, H, W, C), (n, H, W) or (n, T, C)
            Images or sequences.
        y : array-like of shape (n,)
            Their classes.
        sensitive_features : array-like of shape (n,) or (n, n_sensitive)
            Their groups.
        n_each : int, default=1
            Most samples of each cell, side by side for images, one over another for sequences.
        is_sequence : bool or None, default=None
            Whether samples are sequences. None: samples of two axes are.
        ax : matplotlib Axes or None, default=None
            Where to draw. None: a new figure.

        Returns
        -------
        SamplesDisplay

        Raises
        ------
        ValueError
            If lengths differ, `n_each` is below 1, samples have neither two nor three axes, or there are more than 400
            cells.
        """
        check_scalar(n_each, "n_each", Integral, min_val=1)
        X, y, groups = np.asarray(X), labels_of(y, "y"), labels_of(sensitive_features, "sensitive_features")
        if X.ndim not in (3, 4) or not len(X) == len(y) == len(groups):
            raise ValueError(
                f"Found X of shape {X.shape}, y of shape {y.shape} and sensitive_features of shape {groups.shape}; "
                "expected (n, H, W, C), (n, H, W) or (n, T, C), and one class and one group for each."
            )
        cells = {
            cell: X[(y == cell[0]) & (groups == cell[1])][:n_each] for cell in product(names_of(y), names_of(groups))
        }
        return cls(cells, is_sequence=X.ndim == 3 if is_sequence is None else is_sequence).plot(ax=ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw a row a class and a column a group; a cell without samples stays empty.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw. None: a new figure.

        Returns
        -------
        SamplesDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If there is no sample, or there are more than 400 cells.
        """
        self.classes_, self.groups_ = (list(dict.fromkeys(cell[axis] for cell in self.samples)) for axis in (0, 1))
        n_rows, n_columns = len(self.classes_), len(self.groups_)
        if not 1 <= n_rows * n_columns <= _MOST_CELLS:
            raise ValueError(f"Found {n_rows} classes and {n_columns} groups; expected 1 to {_MOST_CELLS} cells.")
        wide, high = (1.6, 0.9) if self.is_sequence else self._size_of_images()
        self.ax_: Axes = new_or_given_axes(ax, (1.0 + wide * n_columns, 0.8 + high * n_rows))
        self.figure_: Figure | SubFigure = self.ax_.figure
        (self._draw_lines if self.is_sequence else self._draw_images)()
        self.ax_.set_xlim(-0.5, n_columns - 0.5)
        self.ax_.set_ylim(n_rows - 0.5, -0.5)
        labels = shorten_all(self.groups_, 14)
        crowded = max(map(len, labels)) * 0.085 > wide
        self.ax_.set_xticks(range(n_columns), labels, rotation=45 * crowded, ha="right" if crowded else "center")
        self.ax_.set_yticks(range(n_rows), shorten_all(self.classes_, 14))
        self.ax_.set(xlabel="group", ylabel="class")
        self.ax_.tick_params(length=0)
        self.ax_.spines[:].set_visible(False)
        return self

    def _places(self):
        for (label, group), own in self.samples.items():
            if len(own) == 0:
                continue
            yield self.groups_.index(group), self.classes_.index(label), own

    def _size_of_images(self):
        """Return the width and the height of a cell in inches: the longer side of an image is .62."""
        height, width = next(iter(self.samples.values())).shape[1:3]
        n_each = max(map(len, self.samples.values()))
        return 0.62 * n_each * width / max(height, width), 0.62 * height / max(height, width)

    def _draw_images(self):
        least, most = self._limits()
        integers = all(np.issubdtype(own.dtype, np.integer) for own in self.samples.values())
        if integers and least >= 0 and most <= 255:
            least, most = 0, 255
        n_each = max(map(len, self.samples.values()))
        for column, row, own in self._places():
            height, width = own.shape[1:3]
            side_by_side = np.concatenate(list(own), axis=1)
            shares = np.clip((side_by_side - float(least)) / (float(most) - least or 1.0), 0, 1)
            if shares.ndim == 3 and shares.shape[2] not in (3, 4):
                shares = shares.mean(axis=2)
            blank = [(0, 0), (0, (n_each - len(own)) * width), (0, 0)][: shares.ndim]
            shares = np.pad(shares, blank, constant_values=1.0)
            extent = (column - 0.47, column + 0.47, row + 0.47, row - 0.47)
            self.ax_.imshow(shares, extent=extent, cmap="gray", vmin=0, vmax=1, aspect="auto")
        self.ax_.set_aspect(height / (width * n_each))

    def _draw_lines(self):
        collections = import_module("matplotlib.collections")
        least, most = self._limits(axes=(0, 1))
        for column, row, own in self._places():
            across = column - 0.45 + 0.9 * np.linspace(0, 1, own.shape[1])
            shares = (own - least) / np.where(most > least, most - least, 1)
            for channel in range(own.shape[2]):
                lines = [np.stack([across, row + 0.45 - 0.9 * share[:, channel]], axis=1) for share in shares]
                color = COLORS[channel % len(COLORS)]
                self.ax_.add_collection(collections.LineCollection(lines, colors=color, linewidths=0.8, alpha=0.8))

    def _limits(self, axes=None):
        parts = [own for own in self.samples.values() if len(own)]
        return [reach([reach(own, axis=axes) for own in parts], axis=0) for reach in (np.nanmin, np.nanmax)]
