# Every target sets up its own virtual environment in .venv when it is missing.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.installed
DEV := $(VENV)/.installed-dev

.PHONY: demo test lint bench schemas clean

demo: $(RUN) ## The whole thing on the sample feeds, against the built-in sandbox
	$(BIN)/feedsync demo

test: lint ## Everything that must hold: lint, types, layers, tests, branch coverage
	$(BIN)/python -m pytest --cov --cov-report=term-missing:skip-covered

lint: $(DEV) ## Style, types and the layers of the imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(DEV) ## What a run costs, beside other programs (docs/benchmarks.md)
	$(BIN)/python -m benchmarks.run

schemas: $(DEV) ## Write the JSON Schemas anew
	$(BIN)/python -m feedsync.cli.schemas .

clean: ## Remove what was built
	rm -rf $(VENV) build dist .coverage .mypy_cache .ruff_cache .hypothesis

$(RUN): pyproject.toml
	@echo 'Setting up $(VENV); the first time this takes a minute or more.'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(DEV): $(RUN)
	@echo 'Adding what the checks and the tests need; this takes some minutes.'
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@
