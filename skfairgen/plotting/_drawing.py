"""What the pictures share: matplotlib, loaded when something is drawn, and marks that can be told in grey."""

import textwrap
from importlib import import_module
from os.path import commonprefix

import numpy as np

from skfairgen.data import as_frame

# Okabe and Ito, "Color Universal Design", 2008, ordered so that neighbors also differ in lightness.
COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000")
HATCHES = ("", "////", "....", "xxxx", "\\\\\\\\", "++++", "oooo")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">")


def new_or_given_axes(ax, figsize):
    """Return `ax`, or, if it is None, the axes of a new figure of `figsize` inches.

    A figure without a layout engine gets one: labels outside the axes would be cropped.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    try:
        pyplot = import_module("matplotlib.pyplot")
    except ImportError as error:
        raise ImportError("Drawing needs matplotlib, which is not installed: pip install 'skfairgen[plot]'.") from error
    if ax is not None:
        figure = ax.get_figure(root=True)
        if figure.get_layout_engine() is None:
            figure.set_layout_engine("constrained")
        return ax
    return pyplot.subplots(figsize=figsize, layout="constrained")[1]


def shorten(text, most=30):
    """Cut a label in the middle, where group names differ least."""
    text = str(text)
    return _plain(text if len(text) <= most else f"{text[: most // 2]}…{text[-(most - most // 2 - 1) :]}")


def shorten_all(names, most=30):
    """Cut labels as :func:`shorten` does, and leave out what all begin with where cuts of several would agree."""
    texts = [str(name) for name in names]
    shared = len(commonprefix(texts))
    for told in (texts, ["…" + text[shared:] for text in texts], [f"{k}: {text}" for k, text in enumerate(texts, 1)]):
        cut = [shorten(text, most) for text in told]
        if len(set(cut)) == len(set(texts)):
            break
    return cut


def labels_of(values, argument):
    """Return one label a row, of a column or of several, as an array of objects; one without a value is "missing"."""
    columns = [
        column.astype(object).where(column.notna(), "missing") for _, column in as_frame(values, argument).items()
    ]
    if len(columns) == 1:
        return columns[0].to_numpy()
    return np.array([", ".join(map(str, row)) for row in zip(*columns, strict=True)], dtype=object)


def names_of(labels):
    """Return the different labels in their order, or in that of their text where they have none."""
    names = list(dict.fromkeys(labels.tolist()))
    try:
        return sorted(names)
    except TypeError:
        return sorted(names, key=str)


def wrap(text, width=28):
    """Break a label into two lines of `width` characters; what is longer still is cut in the middle."""
    text = str(text)
    lines = textwrap.wrap(text, width)
    if len(lines) > 2:
        lines = [f"{text[: width - 1].rstrip()}…", text[-width:].lstrip()]
    return _plain("\n".join(lines))


def _plain(text):
    """Keep the dollar signs of a name from being read as mathematics."""
    return text.replace("$", r"\$")
