"""Pages that stand alone: one HTML file, no network, no script."""

from importlib import import_module
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd

from skfairgen._version import __version__


def write_page(template, path, **facts):
    """Fill a template of this room, and write it where a path is given.

    Parameters
    ----------
    template : str
        Name of the file in ``templates/``.
    path : path or None
    **facts
        What the template names; text is escaped.

    Returns
    -------
    str
        The page.

    Raises
    ------
    ImportError
        If jinja2 is not installed.
    """
    try:
        jinja2 = import_module("jinja2")
    except ImportError as error:
        raise ImportError(
            "The page needs jinja2, which is not installed: pip install 'skfairgen[report]'. The same figures are in "
            "summary() and to_frame()."
        ) from error
    folder = files("skfairgen.report") / "templates"
    loader = jinja2.FunctionLoader(lambda name: (folder / name).read_text(encoding="utf-8"))
    environment = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["figure"] = as_figure
    page = environment.get_template(template).render(version=__version__, **facts)
    if path is not None:
        Path(path).write_text(page, encoding="utf-8")
    return page


def as_figure(value):
    """Return a cell of a table as text: three decimals, nothing for what is not known."""
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else ""
    if isinstance(value, (int, np.integer)):
        return f"{value:,}"
    if isinstance(value, (float, np.floating)) and value >= 2 and value == int(value):
        return f"{int(value):,}"  # a count, among the figures of a frame's row
    if isinstance(value, (float, np.floating)):
        return "" if np.isnan(value) else f"{value:.3f}"
    return "" if value is None or value is pd.NA else str(value)
