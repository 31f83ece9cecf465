# Every command of the project. Python 3.11 or later, make and git are all that must be there before.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell command -v python3.11 || command -v python3)

# A stamp is named by what it was made from, so a changed lock makes a new one and a second set-up does nothing.
stamp = $(VENV)/.made/$(1)-$(shell git hash-object $(2) | git hash-object --stdin)
UV_READY := $(call stamp,installer,requirements/installer.lock)
RUNTIME_READY := $(call stamp,runtime,requirements/runtime.lock pyproject.toml)
DEV_READY := $(call stamp,dev,requirements/dev.lock)

# uv does not read pip's settings: on a machine whose pip asks a mirror, uv is told the same address.
PIP_INDEX = $(shell $(BIN)/pip config get global.index-url 2>/dev/null || $(BIN)/pip config get :env:.index-url 2>/dev/null)
UV = $(if $(PIP_INDEX),UV_DEFAULT_INDEX=$(PIP_INDEX)) VIRTUAL_ENV=$(VENV) $(BIN)/uv --quiet

LOCK = $(UV) pip compile --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	--no-header --no-annotate
EXTRAS := --extra scoring --extra oversight --extra training --extra kafka

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(RUNTIME_READY) ## all that `make run` needs: .venv, locked dependencies, front-end assets

.PHONY: setup-dev
setup-dev: setup $(DEV_READY)

.PHONY: lock
lock: $(UV_READY) ## resolve the dependencies of pyproject.toml again, within its bounds
	$(LOCK) --group installer -o requirements/installer.lock
	$(LOCK) --group node -o requirements/node.lock
	$(LOCK) $(EXTRAS) pyproject.toml -o requirements/runtime.lock
	$(LOCK) $(EXTRAS) --group dev -c requirements/runtime.lock pyproject.toml -o requirements/dev.lock

$(UV_READY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Waymark needs Python 3.11 or later: name one with `make PYTHON=…`.' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { echo 'Python cannot make a virtual environment: install the package python3-venv.' >&2; exit 1; }
	@echo 'Installing dependencies into $(VENV)'
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/installer.lock
	@mkdir -p $(@D) && touch $@

$(RUNTIME_READY): $(UV_READY)
	@$(UV) pip install --require-hashes -r requirements/runtime.lock
	@$(UV) pip install --no-deps --no-build-isolation --config-settings editable_mode=compat --editable .
	@touch $@

$(DEV_READY): $(RUNTIME_READY)
	@$(UV) pip install --require-hashes -r requirements/dev.lock
	@touch $@
