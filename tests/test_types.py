"""What a type checker says of the package: basedpyright, which is pyright with its own node."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import skfairgen

ROOT = Path(skfairgen.__file__).parent.parent
CORRECT = """
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

import skfairgen
from skfairgen import FairDistillResampler, FairEncoder, FairGenerator, FairnessScorer, WithSensitiveColumns
from skfairgen.datasets import make_biased_classification
from skfairgen.metrics import demographic_parity_difference, group_report
from skfairgen.plotting import GroupRatesDisplay

made = make_biased_classification(n_samples=200, random_state=0)
X, y = make_biased_classification(return_X_y=True)
gap: float = demographic_parity_difference(y, y, sensitive_features=X["group_0"])
report: pd.DataFrame = group_report([0, 1], ["a", "b"], sensitive_features={"sex": ["f", "m"]}, pos_label="a")
rate: float = skfairgen.metrics.selection_rate([0, 1], [0, 1])
scorer = FairnessScorer("demographic_parity_difference", "group_0")
model = WithSensitiveColumns(LogisticRegression(), ["group_0"], keep=False).fit(made.data, made.target)
width: int = model.predict(X).shape[0]
encoder = FairEncoder("group_0", n_components=4)
X_repaired, y_repaired = FairDistillResampler("group_0").fit_resample(X, y)
generator = FairGenerator(["group_0"], max_epochs=1, random_state=0).fit(X, y)
rows, labels = generator.sample(10, cells={(0, 1): 10}, random_state=0)
codes: np.ndarray = encoder.fit_transform(X, y)
people = encoder.counterfactual(X, 1, random_state=np.random.default_rng(0))
student = skfairgen.distill(generator, size=0.5)
skfairgen.save(student, "student.skfairgen")
skfairgen.load("student.skfairgen").sample(10)
GroupRatesDisplay.from_predictions(y, y, sensitive_features=X["group_0"], n_bootstrap=10).plot()
"""
WRONG = [
    "skfairgen.metrics.demographic_parity_difference([0], [1], sensitive_feature=['a'])",
    "skfairgen.metrics.demographic_parity_difference([0], [1], sensitive_features=['a'], method='overall')",
    "skfairgen.FairnessScorer('demographic_parity_difference', 'sex', positive=1)",
    "skfairgen.WithSensitiveColumns(None, 'sex', kept=False)",
    "skfairgen.FairGenerator('sex', epochs=1)",
    "skfairgen.FairGeneratr('sex')",
    "skfairgen.FairGenerator('sex', max_epochs='many')",
    "skfairgen.FairGenerator('sex').sample(n_samples='ten')",
    "skfairgen.distill(None, size='large')",
    "skfairgen.metrics.selection_rate([0], [1]).mean()",
]
# scikit-learn and imbalanced-learn have no types, so that nothing is known of what these inherit
ESTIMATORS = {
    "DistilledGenerator",
    "FairDistillResampler",
    "FairEncoder",
    "FairGenerator",
    "WithSensitiveColumns",
}
INHERITED = 'base class unknown|metaclass unknown|__sklearn_tags__|CodeTransformer" is partially unknown'
LEAST_SHARE = 0.9


def pyright(*arguments):
    command = [sys.executable, "-m", "basedpyright", "--pythonpath", sys.executable, "--outputjson", *arguments]
    # --verifytypes reads the packages of the first python on the PATH, whatever --pythonpath says
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PATH": path}
    return json.loads(subprocess.run(command, capture_output=True, text=True, env=environment).stdout)


def errors_of(folder, scripts):
    """Return the lines of each script that hold an error."""
    (folder / "pyrightconfig.json").write_text('{"typeCheckingMode": "standard"}')
    for name, text in scripts.items():
        (folder / name).write_text(text)
    found = pyright("--level", "error", "-p", str(folder))["generalDiagnostics"]
    return {name: [place["message"] for place in found if Path(place["file"]).name == name] for name in scripts}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    scripts = {"correct.py": CORRECT}
    scripts |= {f"wrong_{i}.py": f"import skfairgen\n\n{line}\n" for i, line in enumerate(WRONG)}
    return errors_of(tmp_path_factory.mktemp("scripts"), scripts)


def test_a_correct_script_has_no_error(found):
    assert found["correct.py"] == []


@pytest.mark.parametrize("i", range(len(WRONG)), ids=WRONG)
def test_a_wrong_line_is_an_error(found, i):
    assert len(found[f"wrong_{i}.py"]) >= 1


@pytest.fixture(scope="module")
def symbols(tmp_path_factory):
    """What is known of each name that users meet, and of what these names refer to."""
    if np.lib.NumpyVersion(np.__version__) < "2.3.0":
        pytest.skip("a bare np.ndarray is not a whole type before numpy 2.3")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("symbols"))
        return pyright("--verifytypes", "skfairgen", "--ignoreexternal")["typeCompleteness"]["symbols"]


def test_public_names_have_known_types(symbols):
    exported = [symbol for symbol in symbols if symbol["isExported"]]
    unknown = {symbol["name"] for symbol in exported if not symbol["isTypeKnown"]}
    assert [name for name in unknown if name.split(".")[-1] not in ESTIMATORS] == []
    assert 1 - len(unknown) / len(exported) >= LEAST_SHARE


def test_all_that_estimators_add_to_their_base_has_a_known_type(symbols):
    found = [
        f"{symbol['name']}: {finding['message']}"
        for symbol in symbols
        for finding in symbol["diagnostics"]
        if symbol["name"].startswith("skfairgen.estimators") and not symbol["isTypeKnown"]
    ]
    assert any("base class unknown" in line for line in found)
    assert [line for line in found if not re.search(INHERITED, line)] == []


def test_editors_and_the_import_know_the_same_names():
    source = Path(skfairgen.__file__).read_text()
    for_editors = source.split("if TYPE_CHECKING:")[1].split("_ROOM_OF")[0]
    assert all(f" {name}" in for_editors for name in dir(skfairgen) if name[0] != "_")
    assert set(dir(skfairgen)) == {"__version__", *skfairgen._ROOM_OF, *skfairgen.__all__}
