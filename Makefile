# make demo     try it in the browser, with no account
# make install  set up .venv with everything that is needed
# make test     the tests that a change needs; `make test-all` adds the long ones, `make test-pythons` other Pythons
# make lint     linters; `make types`, `make contracts` and `make check` (all of it) as well
# make lock     write requirements.lock anew from pyproject.toml

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

# a developer's own pip and Python settings do not reach into the project
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONPATH :=
unexport PYTHONDONTWRITEBYTECODE

.PHONY: install demo test test-all test-pythons lint types contracts check bench faults docs lock clean
.DELETE_ON_ERROR:

install: $(INSTALLED)

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "Flipcord needs Python 3.11 or newer. If you have one by another name: make PYTHON=python3.12 $(or $(MAKECMDGOALS),install)" >&2; \
	    exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q bot cogs
	@touch $@

# Ctrl-C is for the sandbox, which then ends in order. Make would get it too and call it an error; so on a terminal
# the sandbox runs in the foreground as a job of its own.
FOREGROUND = $(BIN)/python -c 'import os, sys; sys.exit(os.tcgetpgrp(0) != os.getpgrp())' 2>/dev/null

demo: install
	@if $(FOREGROUND); then set -m; $(BIN)/flipcord sandbox; else exec $(BIN)/flipcord sandbox; fi

# a file's tests stay together, on as many processors as there are, eight at most
PYTEST = $(BIN)/python -m pytest -n logical --maxprocesses 8 --dist loadfile

# all but long statistics, and fewer examples of each property
test: install
	$(PYTEST) -m "not slow" --hypothesis-profile quick

# everything
test-all: install
	$(PYTEST)

# what make test runs, under each Python that is found here (on the PATH, or with pyenv, uv, asdf or mise)
test-pythons: install
	$(BIN)/python -m tests.pythons

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install
	$(BIN)/pyright

contracts: install
	$(BIN)/lint-imports

check: lint types contracts test

# what interactions cost beside a bare bot, messages a second, waiting under load; BENCH_JSON=FILE keeps the figures
bench: install
	$(BIN)/python -m bench

# the process killed a thousand times and more, each job and message poisoned, and what arrived counted; make test-all
# has a small run of each
faults: install
	$(BIN)/python -m tests.faults

# the reference pages that are written from the code
docs: install
	$(BIN)/python -m tests.meta.pages

lock: install
	$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --all-extras --no-emit-index-url \
	    --python-version 3.11 --quiet -o requirements.lock

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .ruff_cache .hypothesis .import_linter_cache
