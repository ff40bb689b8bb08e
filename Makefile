# The daily commands. `make help` lists them; every one sets up what it needs first.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
RUNS   := $(VENV)/.runs
TOOLS  := $(VENV)/.tools
# Tests side by side, on two cores: many of them wait for a clock, a disk or a socket.
SIDE   ?= 4
# Each daemon and command that a test starts would compile the program anew where the environment forbids to keep that.
KEEPS   = env -u PYTHONDONTWRITEBYTECODE
PIP     = $(BIN)/python -m pip install --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help setup tools demo test check faults bench lock clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(RUNS) ## make .venv with the `listener` command in it: what runs, some 350 MB
	@echo 'Ready: $(BIN)/listener, or after `. $(BIN)/activate` just `listener`.'

$(RUNS): requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3,11) <= sys.version_info < (3,14) else "Otklik needs Python 3.11, 3.12 or 3.13; say which one: make setup PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	@echo 'Installing what runs: some 100 MB to fetch, a minute or two.'
	$(PIP) --require-hashes -r requirements/run.txt -r requirements/build.txt
	$(PIP) --quiet --no-build-isolation --no-deps -e .
	@touch $@

tools: $(TOOLS) ## add what develops: tests, linters, training

$(TOOLS): $(RUNS) requirements/all.txt
	@echo 'Installing what develops: some 900 MB in all.'
	$(PIP) --require-hashes -r requirements/all.txt
	@touch $@

demo: setup ## run the daemon against the simulator: cards on http://127.0.0.1:8080 and here
	$(BIN)/listener demo $(ARGS)

test: tools ## all tests, on SQLite and, where there is a server, PostgreSQL
	$(KEEPS) $(BIN)/python -m pytest -n $(SIDE) --dist worksteal $(ARGS)

check: tools ## format, lint, types, import rules, dependencies
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

faults: tools ## ten minutes of faults: disks, clocks, kills, two daemons; the table in docs/reliability.md
	$(BIN)/python -m tests.faults

bench: tools ## speeds, each beside the bare loop it is held against
	$(BIN)/python -m benchmarks $(ARGS)

lock: ## write requirements/*.txt anew from pyproject.toml (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --extra second pyproject.toml -o requirements/run.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --extra second --extra train pyproject.toml -c requirements/run.txt -o requirements/base.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --extra second --extra train --extra dev pyproject.toml -c requirements/base.txt -o requirements/all.txt
	echo 'setuptools>=80' | uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate - -c requirements/all.txt -o requirements/build.txt

clean: ## remove what was built
	rm -rf $(VENV) build *.egg-info .mypy_cache .pytest_cache .ruff_cache var
