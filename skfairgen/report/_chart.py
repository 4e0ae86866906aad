"""Points with intervals as inline SVG: no script, no drawing library, and a text alternative."""

import math
import textwrap
from html import escape

_WIDTH, _LABEL, _ROW, _TOP = 500, 185, 34, 8
_WORDS_A_LINE = 24


def interval_chart(rows, *, title, zero=0.0):
    """Draw one point a row, with its interval, on a common scale.

    Parameters
    ----------
    rows : list of (str, float, float, float, bool)
        Label, value, low, high and whether the row is marked. Rows without a value are left out of the scale.
    title : str
        What is drawn; read out in place of the picture, followed by the figures.
    zero : float, default=0.0
        Where the vertical line stands.

    Returns
    -------
    str
        An ``svg`` element that takes its colors from the page.
    """
    known = [v for _, *values, _ in rows for v in values if math.isfinite(v)] + [zero]
    low, high = min(known), max(known)
    if low == high:
        low, high = low - 0.5, high + 0.5
    step = _round_step(high - low)
    ticks = [step * k for k in range(math.floor(low / step), math.ceil(high / step) + 1)]
    scale = (_WIDTH - _LABEL - 20) / (ticks[-1] - ticks[0])

    def place(value):
        return round(_LABEL + (value - ticks[0]) * scale, 1)

    bottom = _TOP + _ROW * len(rows)
    parts = [
        f'<svg role="img" viewBox="0 0 {_WIDTH} {bottom + 26}" aria-label="{escape(_in_words(title, rows))}">',
        f"<title>{escape(title)}</title>",
    ]
    for tick in ticks:
        kind = "zero" if abs(tick - zero) < step / 1e6 else "grid"
        parts.append(f'<line class="{kind}" x1="{place(tick)}" x2="{place(tick)}" y1="{_TOP}" y2="{bottom}"/>')
        parts.append(f'<text class="tick" x="{place(tick)}" y="{bottom + 18}">{_figure(tick, step)}</text>')
    for number, (label, value, row_low, row_high, is_marked) in enumerate(rows):
        parts += _row(label, (value, row_low, row_high), is_marked, _TOP + _ROW * (number + 0.5), place, zero)
    return "\n".join([*parts, "</svg>"])


def _row(label, values, is_marked, y, place, zero):
    lines = textwrap.wrap(label, _WORDS_A_LINE, max_lines=2, placeholder=" …") or [""]
    first = y + 4 - 7 * (len(lines) - 1)
    yield from (
        f'<text class="label" x="{_LABEL - 12}" y="{first + 14 * line:.1f}">{escape(words)}</text>'
        for line, words in enumerate(lines)
    )
    kind = "mark" if is_marked else "plain"
    value, low, high = values
    if math.isfinite(low) and math.isfinite(high):
        yield f'<line class="span {kind}" x1="{place(low)}" x2="{place(high)}" y1="{y}" y2="{y}"/>'
    if math.isfinite(value):
        yield f'<circle class="{kind}" cx="{place(value)}" cy="{y}" r="{6 if is_marked else 5}"/>'
    else:
        yield f'<text class="tick" x="{place(zero)}" y="{y + 4}">undefined</text>'


def _in_words(title, rows):
    figures = (
        f"{label}: {value:.3f} ({low:.3f} to {high:.3f})" if math.isfinite(value) else f"{label}: undefined"
        for label, value, low, high, _ in rows
    )
    return f"{title}. {'; '.join(figures)}."


def _round_step(span):
    """Return 1, 2 or 5 times a power of ten that cuts the span into at most six parts."""
    size = 10.0 ** math.floor(math.log10(span / 6))
    return next(size * k for k in (1, 2, 5, 10) if size * k >= span / 6)


def _figure(tick, step):
    digits = max(0, -math.floor(math.log10(step)))
    return f"{tick:.{digits}f}" if abs(tick) > step / 1e6 else "0"
