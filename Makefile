# `make` lists what there is.
BIN := .venv/bin
READY := .venv/installed
PYTHON ?= python3
SQL ?= tests/schemas/own
# Tests start `schema` many times; where this is set, each of them would compile all of it anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test test-sequelize test-edits schemas lint types fuzz torture bench servers stop format clean
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

demo: $(READY) ## the whole tour on a private server
	@$(BIN)/python tools/servers.py --any
	@$(BIN)/schema demo

# Hypothesis' plugin takes 1 s to say nothing; without it the property tests run all the same.
ifdef ARGS
test: $(READY) ## all checks and tests; ARGS="-k name" runs only these tests
	@$(BIN)/pytest -q -p no:hypothesispytest $(ARGS)
else
test: $(READY) lint types
	@$(BIN)/python tools/servers.py
	@$(BIN)/python tools/toolkit.py
	@$(BIN)/pytest -q -n 2 --dist worksteal
endif

test-sequelize: $(READY) ## what Sequelize made is taken over: with the real one, in Node.js
	@$(BIN)/python tools/servers.py
	@tools/node tests/sequelize
	@$(BIN)/pytest -q -m sequelize tests/sequelize

test-edits: $(READY) ## every single edit of a declaration with everything, there and back
	@$(BIN)/python tools/servers.py
	@PLUMBOB_EXAMPLES=100 $(BIN)/pytest -q -m edits tests/property/test_edits.py

schemas: $(READY) ## a folder of SQL dumps up and back: SQL=folder, without it our own; ARGS="--server mysql"
	@$(BIN)/python tools/servers.py
	@$(BIN)/python -m tools.schemas $(SQL) $(ARGS)

lint: $(READY) ## style, and the layers of the package
	@$(BIN)/ruff check -q --output-format concise
	@$(BIN)/ruff format -q --check
	@$(BIN)/lint-imports --no-logo --cache-dir .venv/import-linter

types: $(READY) ## mypy --strict
	@$(BIN)/mypy --cache-dir .venv/mypy

format: $(READY) ## settle the style
	@$(BIN)/ruff check -q --fix
	@$(BIN)/ruff format -q

fuzz: $(READY) ## the property tests, with many more examples
	@PLUMBOB_EXAMPLES=10000 $(BIN)/pytest -q -n 2 -m hypothesis $(ARGS)

torture: $(READY) ## clients and servers killed at random moments; ARGS="--seed 7 --servers 5"
	@$(BIN)/python tools/servers.py
	@$(BIN)/python -m tools.torture $(ARGS)

bench: $(READY) ## how long things take here; ARGS=fakes runs one of them
	@$(BIN)/python tools/servers.py
	@$(BIN)/python -m tools.bench $(ARGS)

servers: $(READY) ## keep the servers running for the tests
	@$(BIN)/python tools/servers.py
	@$(BIN)/python -m tests.servers start

stop: ## stop the servers that are kept running
	@if [ -e .servers ]; then $(BIN)/python -m tests.servers stop; fi

clean: stop ## remove what tools have made here; fetched servers stay in the cache
	@rm -rf .venv .hypothesis .pytest_cache .ruff_cache build *.egg-info
	@find . -name __pycache__ -prune -exec rm -rf {} +

$(READY): setup.cfg pyproject.toml tools/venv
	@PYTHON=$(PYTHON) tools/venv
