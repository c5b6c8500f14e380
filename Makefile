# The commands of the README. Python 3.11+ with venv and make are all that `make run` needs.
PYTHON ?= python3
BIN := .venv/bin
RUNTIME := .venv/.runtime-installed
DEV := .venv/.dev-installed
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help run bot test test-long bench check smoke lock screenshots clean

help:  ## show these lines
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | expand -t 14

# An installation that was broken off leaves `.unfinished`: the next one starts from nothing, never from a half.
$(RUNTIME): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Jalon a besoin de Python 3.11 ou plus récent. S'il a un autre nom ici : make run PYTHON=python3.12"; exit 1; }
	@test -e $(BIN)/pip -a ! -e .venv/.unfinished || rm -rf .venv
	@test -e $(BIN)/pip || { echo "Jalon s'installe dans .venv (une seule fois, une minute environ)…"; $(PYTHON) -m venv .venv >/dev/null; } || \
		{ echo "Il manque à Python son module venv (sur Debian : apt install python3-venv)."; rm -rf .venv; exit 1; }
	@touch .venv/.unfinished
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-build-isolation --no-deps -e .
	@mv .venv/.unfinished $@ && touch $@

$(DEV): requirements-dev.lock $(RUNTIME)
	@echo "Installing the tools of the developers…"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

run: $(RUNTIME)  ## start Jalon (without a token: a local chat page on http://127.0.0.1:8080)
	@exec $(BIN)/python -m jalon run  # also where the folder was moved since

bot: $(RUNTIME)  ## start the bot alone
	@exec $(BIN)/python -m jalon bot

test: $(DEV)  ## every test that fits in ten minutes
	@tests/prepare
	$(BIN)/python -m pytest

test-long: $(DEV)  ## the full-size versions of the long tests
	@tests/prepare
	LONG=1 $(BIN)/python -m pytest -m "long or not long" --timeout 1500 tests/e2e/test_long.py tests/flows/test_properties.py

check: $(DEV)  ## lint, types, import contract, packs proved, diagrams current
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/jalon flows check
	$(BIN)/jalon flows diagram --check
	$(BIN)/jalon flows schema --check

smoke: $(DEV)  ## opt-in: the real Telegram (SMOKE_TOKEN and SMOKE_CHAT) compared with the simulator
	@$(BIN)/python -m tests.smoke

screenshots: $(DEV)  ## walk the phase in a real browser and keep the pictures in docs/screenshots/
	@tests/prepare
	$(BIN)/python -m pytest tests/e2e/test_browser.py --screenshots docs/screenshots

PEERS := .venv-peers
bench: $(DEV) $(PEERS)/.installed  ## Jalon beside its peers, in one go: figures and chart in docs/ (20 minutes; Linux)
	$(BIN)/python -m bench --peers $(PEERS)/bin/python

$(PEERS)/.installed: bench/peers/requirements.lock
	python3 -m venv $(PEERS)
	$(PEERS)/bin/pip install --quiet --require-hashes -r bench/peers/requirements.lock
	@touch $@

lock: $(DEV)  ## resolve the dependencies anew: names, versions and hashes, no address
	$(BIN)/uv pip compile $(LOCK_FLAGS) pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile $(LOCK_FLAGS) -c requirements.lock pyproject.toml --group dev -o requirements-dev.lock
	$(BIN)/uv pip compile $(LOCK_FLAGS) bench/peers/requirements.in -o bench/peers/requirements.lock

LOCK_FLAGS := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet

clean:  ## remove the virtual environment and the caches, never data/ nor secrets/
	rm -rf .venv .venv-peers .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
