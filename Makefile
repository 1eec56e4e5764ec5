# Casefold's commands. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help setup up fresh test lint faults bench lock clean

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# What these test is a matter of time: they have the machine for themselves.
ALONE := tests/faults tests/integration/ops/test_up.py

help: ## Show this list.
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make the virtual environment with the pinned dependencies.

$(STAMP): requirements.lock pyproject.toml deploy/setup.sh
	@sh deploy/setup.sh $(VENV)
	@touch $(STAMP)

up: setup ## Start the servers and the suite; Ctrl-C stops everything.
	@exec $(BIN)/casefold up --demo

fresh: setup ## The same, starting empty.
	@exec $(BIN)/casefold up --demo --fresh

lint: setup ## Style, types, architecture, generated schemas.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m shared.events.schemas --check

test: setup ## Every test, on the real servers.
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile $(addprefix --ignore=,$(ALONE)) tests
	$(BIN)/python -m pytest $(ALONE)

faults: setup ## The long form of the fault tests: twenty kills each.
	CASEFOLD_FAULT_ROUNDS=20 $(BIN)/python -m pytest tests/faults --timeout 3600

bench: setup ## The figures; ONLY=<group> for one group.
	@$(BIN)/python -m tests.bench $(ONLY)

lock: setup ## Pin the dependencies; UPGRADE=1 raises all, else only what is missing is added.
	$(BIN)/uv pip compile pyproject.toml --extra dev --generate-hashes --no-emit-index-url --no-annotate --no-header --universal --python-version 3.11 $(if $(UPGRADE),--upgrade) --quiet --output-file requirements.lock
	$(BIN)/python -m services.ops.embedded.lock_jars

clean: ## Remove the virtual environment and what was built; data in .casefold stays.
	rm -rf $(VENV) build *.egg-info
