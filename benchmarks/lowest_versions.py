"""Install the lowest versions that setup.cfg names in a fresh environment, and run the suite there.

Run ``python benchmarks/lowest_versions.py FOLDER [ARGUMENTS OF PYTEST]``: the environment is made in FOLDER. The whole
suite takes about 25 minutes of one core. torch is the exception: its version is that of constraints.txt, because
older ones come with gigabytes of accelerator libraries. Nobody has run the suite with its lowest version.
"""

import configparser
import os
import re
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent


def lowest_versions():
    """Return {package: lowest version} of all that a user, or the suite, installs."""
    setup = configparser.ConfigParser(interpolation=None)
    setup.read(ROOT / "setup.cfg")
    named = [setup["options"]["install_requires"], *setup["options.extras_require"].values()]
    lowest = dict(re.findall(r"^([\w-]+)>=([\d.]+)$", "\n".join(named), re.MULTILINE))
    return lowest | {"torch": re.search(r"^torch==(\S+)", (ROOT / "constraints.txt").read_text(), re.MULTILINE)[1]}


def main(folder, *arguments):
    """Make the environment, install the package with its tests, and run them; exit as pytest does."""
    folder = Path(folder)
    venv.create(folder, with_pip=True, clear=True)
    python = folder / "bin" / "python"
    pins = folder / "lowest.txt"
    pins.write_text("".join(f"{name}=={version}\n" for name, version in lowest_versions().items()))
    print(pins.read_text())
    subprocess.run([python, "-m", "pip", "install", "--quiet", "-c", pins, "-e", f"{ROOT}[test]"], check=True)
    suite = [python, "-m", "pytest", *(arguments or ["-n", "2"])]
    sys.exit(subprocess.run(suite, cwd=ROOT, env=os.environ | {"OMP_NUM_THREADS": "1"}).returncode)


if __name__ == "__main__":
    main(*sys.argv[1:])
