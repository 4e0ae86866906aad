"""The tables of docs/measured.md as CSV and as the picture of the criteria.

    python benchmarks/measured_figures.py --csv docs/measured.csv --picture docs/criteria.png

The tables are what the benchmarks printed, in parts and over days; so is the picture, without a second run.
"""

import argparse
import re
from pathlib import Path

import pandas as pd

PAGE = Path(__file__).parents[1] / "docs" / "measured.md"
CRITERIA = "What the criteria do"
STRENGTHS = {"`None`": "0", "strength 0.25": ".25", "strength 0.5": ".5", "strength 0.75": ".75", "sharpen": "1"}
PEERS = {
    "real rows": "*",
    "class x group weights": "^",
    "random copies, parity cells": "v",
    "SMOTENC, parity cells": "D",
    "ThresholdOptimizer, demographic parity": "X",
    "ThresholdOptimizer, equalized odds": "P",
    "ExponentiatedGradient, demographic parity": "s",
    "ExponentiatedGradient, equalized odds": "h",
    "TabFairGDT, strength 0.5": "<",
    "TabFairGDT, strength 1": ">",
}


def figures_of(text):
    """Return the figures of all tables of a page.

    Parameters
    ----------
    text : str
        Markdown.

    Returns
    -------
    DataFrame
        A row a figure: "section" and "subsection" (the headings above), "row" (its words), "figure" (the column),
        "value", and "half_interval" (what stands after the ±; NaN without one).
    """
    found, headings, names = [], ["", ""], None
    for line in text.splitlines():
        if heading := re.match(r"(##+) (.*)", line):
            level = len(heading[1]) - 2
            headings = [heading[2] if k == level else name for k, name in enumerate(headings)]
            headings = [name if k <= level else "" for k, name in enumerate(headings)]
        if not line.startswith("|"):
            names = None
            continue
        cells = [cell.strip().replace("**", "") for cell in line.strip("|").split("|")]
        if names is None:
            names = cells
        elif set(line) - set("|- :"):
            words = [cell for cell in cells if not _numbers(cell)]
            for name, cell in zip(names, cells, strict=False):
                if name and _numbers(cell):
                    value, half = _numbers(cell)
                    found.append((*headings, ", ".join(filter(None, words)), name, value, half))
    return pd.DataFrame(found, columns=["section", "subsection", "row", "figure", "value", "half_interval"])


def _numbers(cell):
    """Return the number of a cell and what stands after its ±, or None for words."""
    match = re.fullmatch(r"([+-]?[\d,]*\.?\d+)(?: ±([\d,]*\.?\d+))?", cell)
    if match is None:
        return None
    return tuple(float(part.replace(",", "")) if part else float("nan") for part in match.groups())


def draw(figures, path):
    """Write the picture of accuracy against both ratios, a row a table."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    shown = figures[figures["section"] == CRITERIA]
    tables = [name for name in shown["subsection"].unique() if _curve(shown[shown["subsection"] == name], "sees s")]
    ratios = {"DPR": "demographic parity ratio", "EOR": "equalized odds ratio"}
    size = {"figsize": (12, 3.8 * len(tables) + 1.3), "squeeze": False, "layout": "constrained"}
    figure, axes = plt.subplots(len(tables), len(ratios), sharey="row", **size)
    for pair, table in zip(axes, tables, strict=True):
        rows = shown[shown["subsection"] == table]
        for axis, (ratio, label) in zip(pair, ratios.items(), strict=True):
            _draw_methods(axis, rows, ratio)
            axis.set(xlabel=f"{label} (1 is best)", title=table)
            axis.grid(color="0.9", linewidth=0.6)
        pair[0].set_ylabel("accuracy on real rows")
    figure.legend(*axes[0][0].get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=9)
    figure.savefig(path, dpi=80)


def _draw_methods(axis, rows, ratio):
    curves = (("sees s", "", "tab:blue", "o-", (3, 5)), ("blind", " without", "tab:green", "P--", (-3, -13)))
    for sees, suffix, color, style, aside in curves:
        points = [(text, *_point(rows, name, ratio, suffix)) for text, name in _curve(rows, sees)]
        texts, x, x_half, y, y_half = zip(*points, strict=True)
        label = f"demographic parity, {sees}, by strength"
        axis.errorbar(x, y, y_half, x_half, style, color=color, ecolor="0.75", elinewidth=0.8, label=label)
        for text, *place in zip(texts, x, y, strict=True):
            axis.annotate(text, place, xytext=aside, textcoords="offset points", fontsize=9, color=color)
        name = f'`"equalized_odds"`, {sees}, sharpen'
        if name in set(rows["row"]):
            x, x_half, y, y_half = _point(rows, name, ratio, suffix)
            mark = {"color": color, "mec": "black", "ecolor": "0.75", "elinewidth": 0.8, "ms": 8}
            axis.errorbar(x, y, y_half, x_half, "d", label=f"equalized odds, {sees}", **mark)
    for name, marker in PEERS.items():
        if name in set(rows["row"]):
            x, x_half, y, y_half = _point(rows, name, ratio, "")
            mark = {"mfc": "white", "color": "black", "ecolor": "0.8", "elinewidth": 0.8, "ms": 7}
            axis.errorbar(x, y, y_half, x_half, marker, label=name, **mark)


def _curve(rows, sees):
    """Return the strengths and their rows, from a copy to all of the gap; empty where one is missing."""
    known = set(rows["row"])
    names = {
        text: "a faithful copy (`None`)" if name == "`None`" else f'`"demographic_parity"`, {sees}, {name}'
        for name, text in STRENGTHS.items()
    }
    return list(names.items()) if set(names.values()) <= known else []


def _point(rows, name, ratio, suffix):
    """Return ratio, half its interval, accuracy, half its interval."""
    own = rows[rows["row"] == name].drop_duplicates("figure").set_index("figure")
    return [own.loc[figure + suffix, part] for figure in (ratio, "acc") for part in ("value", "half_interval")]


def main():
    """Write what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", help="CSV file to write")
    parser.add_argument("--picture", help="PNG file to draw")
    options = parser.parse_args()
    figures = figures_of(PAGE.read_text(encoding="utf-8"))
    if options.csv:
        figures.to_csv(options.csv, index=False)
    if options.picture:
        draw(figures, options.picture)


if __name__ == "__main__":
    main()
