"""The package as a whole: a light import, public names that load, documented ones."""

import importlib
import inspect
import pydoc
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from numpydoc.validate import validate

import skfairgen

WORKSHOPS = {"criteria", "data"}  # rooms of contributors: documented for those who change them
ROOMS = [name for name in skfairgen.__all__ if inspect.ismodule(getattr(skfairgen, name))]
HEAVY = ["torch", "skorch", "sklearn", "imblearn", "pandas", "scipy", "matplotlib", "fairlearn"]

IGNORED = {
    "GL01": "the summary stands on the line of the quotes",
    "GL02": "the closing quotes may follow a one-line docstring",
    "GL03": "blank lines are the formatter's",
    "GL08": "inherited methods are documented where they are defined",
    "ES01": "a summary may say it all",
    "SA01": "see-also sections are for neighbors that get confused",
    "SA04": "and need no description of those",
    "EX01": "examples stand on classes and functions, not on each method",
    "RT02": "a returned value may be named",
    "RT03": "a returned type may say it all",
    "RT04": "and begin with a lower-case word",
    "RT05": "and needs no full stop",
    "PR01": "a method of a class documents its own arguments; those of a fit are scikit-learn's",
    "PR06": "scikit-learn's type words: array-like, str, dict of ...",
    "PR07": "a type may say it all",
    "PR08": "descriptions may begin with a lower-case word or a formula",
    "PR09": "and need no full stop",
    "SS06": "a summary may take two lines",
    "SS03": "a summary may go on in a formula",
    "SS05": "the verb form is the reader's",
    "YD01": "generators are documented under Returns",
}


def public_names(rooms=tuple(ROOMS)):
    for room in rooms:
        for name in getattr(getattr(skfairgen, room), "__all__", ()):
            yield f"skfairgen.{room}.{name}"


def methods(path):
    room, name = path.rsplit(".", 1)
    public = getattr(importlib.import_module(room), name)
    if not inspect.isclass(public):
        return []
    return [f"{path}.{method}" for method, value in vars(public).items() if callable(value) and method[0] != "_"]


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()


def test_import_is_light():
    assert run(f"import sys, skfairgen; print(*(name for name in {HEAVY} if name in sys.modules))") == []


def test_the_command_line_is_light_until_a_command_runs():
    code = f"import sys; from skfairgen.cli import main; main([]); print(*(n for n in {HEAVY} if n in sys.modules))"
    assert not set(run(code)) & set(HEAVY)


def test_metrics_load_without_torch():
    assert run("import sys, skfairgen; skfairgen.metrics; skfairgen.FairnessScorer; print('torch' in sys.modules)") == [
        "False"
    ]


def test_private_helpers_of_scikit_learn_are_imported_in_one_file():
    private = re.compile(r"^\s*(from|import) sklearn\S*\._|^\s*from sklearn\S* import .*\b_", re.MULTILINE)
    sources = Path(skfairgen.__file__).parent.rglob("*.py")
    assert [path.name for path in sources if private.search(path.read_text())] == ["_compat.py"]


def test_every_public_name_loads():
    assert {"FairGenerator", "compare", "metrics", "__version__"} <= set(dir(skfairgen))
    for name in dir(skfairgen):
        assert getattr(skfairgen, name) is not None


@pytest.mark.parametrize("path", public_names())
def test_every_name_of_a_room_loads(path):
    room, name = path.rsplit(".", 1)
    assert getattr(importlib.import_module(room), name) is not None


def test_help_fits_on_two_screens_and_names_everything():
    shown = pydoc.render_doc(skfairgen, renderer=pydoc.plaintext)
    assert len(shown.splitlines()) < 100
    assert [name for name in dir(skfairgen) if f"``{name}``" not in shown] == ["__version__", "estimators"]


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        skfairgen.no_such_name  # noqa: B018


def test_the_version_is_that_of_the_distribution():
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", skfairgen.__version__)
    assert version("skfairgen") == skfairgen.__version__


@pytest.mark.parametrize("path", public_names(name for name in ROOMS if name not in WORKSHOPS))
def test_every_public_docstring_is_complete(path):
    found = {
        place: [f"{code}: {message}" for code, message in validate(place)["errors"] if code not in IGNORED]
        for place in [path, *methods(path)]
    }
    assert not {place: errors for place, errors in found.items() if errors}


@pytest.mark.parametrize("path", public_names(name for name in ROOMS if name not in WORKSHOPS))
def test_every_public_class_and_function_has_an_example(path):
    room, name = path.rsplit(".", 1)
    public = getattr(importlib.import_module(room), name)
    if inspect.isclass(public) and issubclass(public, Exception):
        pytest.skip("a warning is an example of itself")
    assert ">>> " in (public.__doc__ or "")
