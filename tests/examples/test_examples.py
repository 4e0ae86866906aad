"""The examples, and the code of the README and the docs, run as written."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
QUICK = {
    "repair_mortgages.py": ["--epochs", "1"],
    "exponentiated_gradient_pipeline.py": ["--epochs", "1", "--rows", "1000"],
    "grid_search.py": ["--epochs", "1"],
    "publish_a_table.py": ["--epochs", "1"],
}
SAYS = {
    "repair_mortgages.py": "trained after repair",
    "exponentiated_gradient_pipeline.py": "not majority",
    "grid_search.py": "not majority",
    "publish_a_table.py": "trained on published rows",
}
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def run(arguments, folder=ROOT):
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-W", "error", *arguments], capture_output=True, text=True, cwd=folder, env=environment
    )


def test_every_example_is_run():
    assert set(QUICK) == {path.name for path in (ROOT / "examples").glob("*.py")}


@pytest.mark.parametrize("name", QUICK)
def test_an_example_runs_without_a_warning(name):
    result = run([str(ROOT / "examples" / name), *QUICK[name]])
    assert result.returncode == 0, result.stderr
    assert SAYS[name] in result.stdout
    assert "nan" not in result.stdout.lower()


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_the_code_of_a_page_runs_as_written(page, tmp_path):
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(), flags=re.DOTALL)
    if not blocks:
        pytest.skip("the page has no Python code")
    result = run(["-c", "\n".join(blocks)], tmp_path)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_the_links_of_a_page_lead_somewhere(page):
    links = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", page.read_text())
    targets = [(page.parent / link if link else page, anchor) for link, anchor in links]
    assert [target for target, _ in targets if not target.exists()] == []
    assert [(target.name, anchor) for target, anchor in targets if anchor and anchor not in _anchors(target)] == []


def _anchors(page):
    """Names that a page's headings have as targets of links."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), flags=re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]
