"""The site: every public name has a place in it, it is built without a warning, every link leads somewhere."""

import importlib
import inspect
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import skfairgen

DOCS = Path(__file__).parents[1] / "docs"
ROOMS = ("metrics", "report", "plotting", "datasets", "exceptions")  # those for users; the others are contributors'


def names_of(room):
    module = importlib.import_module(f"skfairgen.{room}")
    own = [name for name, value in vars(module).items() if inspect.isclass(value) and name[0] != "_"]
    return getattr(module, "__all__", own)


def test_the_reference_lists_every_public_name_once():
    listed = re.findall(r"^   (\w+(?:\.\w+)?)$", (DOCS / "api.rst").read_text(), flags=re.MULTILINE)
    top = [name for name in dir(skfairgen) if not inspect.ismodule(getattr(skfairgen, name)) and name[0] != "_"]
    inner = [f"{room}.{name}" for room in ROOMS for name in names_of(room) if name not in top]
    assert sorted(listed) == sorted([*top, *inner])


@pytest.mark.parametrize("name", ["CITATION.cff", "docs/cite.md"])
def test_the_citation_is_of_this_version(name):
    assert skfairgen.__version__ in (DOCS.parent / name).read_text()


def test_every_page_of_the_docs_is_in_a_table_of_contents():
    listed = set()
    for page in DOCS.glob("*.md"):
        for block in re.findall(r"```\{toctree\}\n(.*?)```", page.read_text(), flags=re.DOTALL):
            listed |= {line.strip() for line in block.splitlines() if line.strip() and line[0] != ":"}
    pages = {path.stem for path in [*DOCS.glob("*.md"), *DOCS.glob("*.rst")]} - {"sg_execution_times"}
    assert pages - listed == {"index"}


class _Page(HTMLParser):
    """The links and the anchors of a page, and whether it shows a section without pages."""

    def __init__(self, path):
        super().__init__()
        self.links, self.anchors = [], set()
        text = path.read_text(encoding="utf-8")
        section = re.search('<nav class="bd-docs-nav.*?</nav>', text, flags=re.DOTALL)
        self.has_empty_section = section is not None and "<li" not in section[0]
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.anchors |= {given.get("id"), given.get("name") if tag == "a" else None}
        self.links += [given[key] for key in ("href", "src") if given.get(key)]


def test_the_site_is_built_without_a_warning_and_its_links_lead_somewhere(tmp_path):
    for package in ("myst_parser", "numpydoc", "pydata_sphinx_theme", "sphinx_gallery"):
        pytest.importorskip(package)  # the extra "docs"
    build = [
        sys.executable,
        "-m",
        "sphinx",
        "-W",
        "--keep-going",
        "-q",
        "-D",
        "plot_gallery=0",
        "-d",
        tmp_path / "trees",
    ]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MPLBACKEND": "agg"}
    built = subprocess.run([*build, DOCS, tmp_path / "site"], capture_output=True, text=True, env=environment)
    assert built.returncode == 0, built.stderr
    site = tmp_path / "site"
    pages = {path: _Page(path) for path in site.rglob("*.html") if "_static" not in path.parts}
    assert len(pages) > 100
    lost = {
        f"{path.name}: {link}" for path, page in pages.items() for link in page.links if _is_lost(link, path, pages)
    }
    assert lost == set()
    assert [path.name for path, page in pages.items() if page.has_empty_section] == []


def _is_lost(link, path, pages):
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return False
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    target = target / "index.html" if target.is_dir() else target
    if target not in pages or not parts.fragment:
        return not target.exists()
    return unquote(parts.fragment) not in pages[target].anchors
