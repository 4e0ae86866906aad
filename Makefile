# `make demo` repairs a real table, `make test` runs every check, `make docs` builds the site. All share .venv.
PYTHON ?= python3
BIN := .venv/bin
FACTS := setup.cfg pyproject.toml constraints.txt skfairgen/_version.py

.PHONY: demo test lint lowest docs bench clean

demo: .venv/.installed-demo
	@$(BIN)/skfairgen demo

# one thread a process: two processes of many threads each fight over the cores
test: lint
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2

# the suite with the lowest versions that setup.cfg names
lowest: | .venv/bin/python
	$(BIN)/python benchmarks/lowest_versions.py .venv-lowest

lint: .venv/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy

# the site, examples included, in docs/_build/html; a warning is an error
docs: .venv/.installed-docs
	OMP_NUM_THREADS=1 $(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html
	@echo "Open docs/_build/html/index.html"

bench: .venv/.installed-bench
	@echo "Ready: SKFAIRGEN_DATA=folder $(BIN)/python benchmarks/adult.py --help"

.venv/.installed-%: $(FACTS) | .venv/bin/python
	@echo "Installing skfairgen[$*] into .venv (a few minutes the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[$*]"
	@touch $@

.venv/bin/python:
	@command -v $(PYTHON) > /dev/null || { echo "There is no $(PYTHON) here. Install Python 3.11 or newer, or name one: make demo PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit("skfairgen needs Python 3.11 or newer, and %s is %d.%d. Name another: make demo PYTHON=python3.12" % (sys.executable, v[0], v[1]) if v < (3, 11) else 0)'
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

clean:
	rm -rf .venv .venv-lowest docs/_build docs/auto_examples docs/generated
