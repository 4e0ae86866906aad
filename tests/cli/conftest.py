"""A small table and the generator that the command line makes of it."""

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="session")
def loans():
    """300 loans; the group "b" gets fewer, and the target is a word, missing in one row. The zip codes have zeros."""
    random = np.random.default_rng(0)
    group = random.choice(["a", "b"], 300)
    granted = random.random(300) < np.where(group == "a", 0.8, 0.3)
    table = pd.DataFrame(
        {"group": group, "income": random.normal(3, 1, 300) + granted, "zip": random.choice(["01", "02", "30"], 300)}
    )
    table["loan"] = np.where(granted, "granted", "denied").astype(object)
    table.loc[0, "loan"] = None
    return table


@pytest.fixture(scope="session")
def csv(loans, tmp_path_factory):
    path = tmp_path_factory.mktemp("tables") / "loans.csv"
    loans.to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def command():
    """Return the words that start the command line; warnings are errors."""
    return [sys.executable, "-W", "error", "-m", "skfairgen"]


@pytest.fixture(scope="session")
def run(command):
    """Return a function that runs the command line as a process."""

    def run(*words, **options):
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        return subprocess.run(
            [*command, *map(str, words)], capture_output=True, timeout=600, env=environment, **options
        )

    return run


@pytest.fixture(scope="session")
def fitted(csv, run, tmp_path_factory):
    """Return the finished process of a fit, and the file that it wrote."""
    path = tmp_path_factory.mktemp("models") / "loans.skfairgen"
    return run("fit", csv, "--target", "loan", "--sensitive", "group", "--epochs", 2, "-o", path), path


@pytest.fixture(scope="session")
def model(fitted):
    process, path = fitted
    assert process.returncode == 0, process.stderr.decode()
    return path
