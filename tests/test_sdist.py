"""The source distribution holds what a packager needs: tests, docs, examples."""

import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SETUP = "from setuptools import setup; setup()"


def test_the_source_distribution_holds_tests_docs_and_examples(tmp_path):
    pytest.importorskip("setuptools", minversion="77")
    command = [
        sys.executable,
        "-c",
        SETUP,
        "egg_info",
        "--egg-base",
        tmp_path,
        "sdist",
        "--dist-dir",
        tmp_path / "dist",
    ]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (archive,) = (tmp_path / "dist").iterdir()
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    folders = {"skfairgen": "*", "tests": "*", "docs": "*.md", "examples": "*.py", "benchmarks": "*.py"}
    wanted = {
        str(path.relative_to(ROOT))
        for folder, pattern in folders.items()
        for path in (ROOT / folder).rglob(pattern)
        if path.is_file() and not {"__pycache__", "_build", "auto_examples", "generated"} & set(path.parts)
    }
    assert wanted | {"CHANGELOG.md", "CITATION.cff", "LICENSE", "README.md", "constraints.txt"} <= names
    assert not [name for name in names if name.endswith(".pyc") or name.startswith("docs/_build")]
