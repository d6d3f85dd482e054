# `make run` and `make test` are all a newcomer needs; both work on a fresh machine with Python 3.11 and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
# Tests run so many files at once.
WORKERS ?= 2
BIOME  := @biomejs/biome@2.6.8
NPX    := npm_config_fetch_retries=0 npm_config_fetch_timeout=20000 npx --yes --prefer-offline $(BIOME)

.PHONY: install run test gate lint lint-python lint-js clean

install: $(STAMP)

# Everything is pinned: without the pin of torch, pip may take gigabytes of CUDA builds.
$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	$(BIN)/kb model build
	touch $@

run: $(STAMP)
	$(BIN)/kb ingest articles
	$(BIN)/kb serve --demo

test: $(STAMP)
	@command -v chromium >/dev/null 2>&1 || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 \
	  && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } \
	  || echo "chromium is missing: the browser tests will be skipped" >&2
	$(MAKE) --no-print-directory lint
	$(BIN)/pytest -n $(WORKERS) --dist loadfile

# Exit code 1 where an answer to the gold questions has become worse than chance allows.
gate: $(STAMP)
	$(BIN)/python -m evals compare

lint: lint-python lint-js

lint-python: $(STAMP)
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

# The product needs no Node: where it, or the registry that has the linter, is missing, this is left out with a word.
lint-js:
	@if ! command -v npx >/dev/null 2>&1; then echo "JavaScript: not linted, Node is not installed"; \
	elif ! $(NPX) --version >/dev/null 2>&1; \
	then echo "JavaScript: not linted, $(BIOME) is not here and cannot be fetched"; \
	else $(NPX) ci --colors=off --error-on-warnings; fi

clean:
	rm -rf $(VENV) .kb build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
