"""The documentation site: ``make docs``."""

import os
import sys
import warnings
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "benchmarks"))

from measured_figures import figures_of  # noqa: E402

from skfairgen import __version__  # noqa: E402

# examples and autodoc import torch, which is to use one core of a machine that others use too
os.environ.setdefault("OMP_NUM_THREADS", "1")

project = "skfairgen"
author = "The skfairgen developers"
copyright = author
version = release = __version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx_gallery.gen_gallery",
]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_build", "**/GALLERY_HEADER.rst", "auto_examples/*.ipynb", "auto_examples/*.py"]
templates_path = ["_templates"]

myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 3

autosummary_generate = True
toc_object_entries_show_parents = "hide"
autodoc_typehints = "none"  # the docstrings tell them
autodoc_class_signature = "mixed"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "filename_pattern": r"plot_",
    "within_subsection_order": "FileNameSortKey",
    "abort_on_example_error": True,
    "remove_config_comments": True,
    "show_memory": False,
    "first_notebook_cell": "%pip install 'skfairgen[plot,report,demo]'",
}
# fairlearn 0.15 assigns in ways that pandas 3 deprecates
warnings.filterwarnings("ignore", module="fairlearn")


def skip_what_others_document(app, what, name, obj, skip, options):
    """Leave out the members that scikit-learn and imbalanced-learn document: their references lead nowhere here."""
    home = getattr(getattr(obj, "fget", obj), "__module__", None) or ""
    return True if home.startswith(("sklearn", "imblearn")) else None


def write_figures(app):
    """Write the figures of the measured page as CSV, beside it."""
    figures = figures_of((HERE / "measured.md").read_text(encoding="utf-8"))
    figures.to_csv(HERE / "measured.csv", index=False)


def setup(app):
    app.connect("builder-inited", write_figures)
    app.connect("autodoc-skip-member", skip_what_others_document)


html_theme = "pydata_sphinx_theme"
html_title = "skfairgen"
html_static_path = ["_static"]
html_css_files = ["wide_tables.css"]
html_show_sourcelink = False
html_sidebars = {"start": []}  # its section has no other page: the theme would show an empty "Section Navigation"
html_theme_options = {
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "header_links_before_dropdown": 6,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": ["theme-version"],
}
