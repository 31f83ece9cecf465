# Every command of the project. Python 3.11 or later with its venv, make and git are all that must be there before;
# requirements/system.py sees to the rest, or says what is missing.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# What Python compiles it keeps: mlflow alone takes ten seconds to compile, at every start.
export PYTHONDONTWRITEBYTECODE :=

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell command -v python3.11 || command -v python3)
UI := services/platform/ui
FRONTEND := $(VENV)/frontend

# A stamp is named by what it was made from, so a changed lock makes a new one and a second set-up does nothing.
stamp = $(VENV)/.made/$(1)-$(firstword $(shell cat $(2) | cksum))
UV_READY := $(call stamp,installer,requirements/installer.lock)
RUNTIME_READY := $(call stamp,runtime,requirements/runtime.lock pyproject.toml)
DEV_READY := $(call stamp,dev,requirements/dev.lock)
ASSETS_READY := $(call stamp,assets,$(UI)/package-lock.json $(UI)/assets.py)
AXE_READY := $(call stamp,axe,$(UI)/package-lock.json)
MANIFESTS_READY := $(call stamp,manifests,requirements/manifests.lock)

# uv does not read pip's settings: on a machine whose pip asks a mirror, uv is told the same address.
PIP_INDEX = $(shell $(BIN)/pip config get global.index-url 2>/dev/null || $(BIN)/pip config get :env:.index-url 2>/dev/null)
UV = $(if $(PIP_INDEX),UV_DEFAULT_INDEX=$(PIP_INDEX)) VIRTUAL_ENV=$(VENV) $(BIN)/uv --quiet

LOCK = $(UV) pip compile --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	--no-header --no-annotate --upgrade
EXTRAS := --extra scoring --extra training --extra kafka --extra oidc --extra tracing --extra matching

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# What is to be done with it: a target that needs more than `make run` does says so.
NEEDS := run
test keycloak kafka chaos chaos-broker bench bench-distributed: NEEDS := test

.PHONY: system
system:
	@test -n '$(PYTHON)' \
		|| { echo 'Waymark needs Python 3.11 or later: on Debian, `apt-get install python3 python3-venv` as root.' >&2; exit 1; }
	@$(PYTHON) requirements/system.py $(NEEDS)

.PHONY: setup
setup: $(RUNTIME_READY) $(ASSETS_READY) ## all that `make run` needs: .venv, locked dependencies, front-end assets

.PHONY: run
run: setup ## serve the whole system with demonstration data on this machine
	@$(BIN)/waymark run

.PHONY: kafka
kafka: setup-dev ## distributed mode on this machine (installs system packages first): Kafka, PostgreSQL and one process per service role (options="--port 8001")
	@$(BIN)/python -m devtools.kafka.jars
	@$(BIN)/python -m devtools.run_distributed $(options)

.PHONY: train
train: setup ## train a champion and register it in MLflow
	@$(BIN)/waymark train

.PHONY: setup-dev
setup-dev: setup $(DEV_READY) $(AXE_READY)

# A test that takes ten minutes hangs: it says where, and all ends there.
NO_HANGING := -o faulthandler_timeout=600 -o faulthandler_exit_on_timeout=true --max-worker-restart 0

.PHONY: test
test: setup-dev ## every test but those of the architecture; installs system packages first: PostgreSQL, Java, Chromium and more
	@$(BIN)/python -m devtools.kafka.jars
	@$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder --ignore tests/architecture $(NO_HANGING)

.PHONY: keycloak
keycloak: setup-dev ## sign-in at a real Keycloak, which `make test` leaves out: half a minute to start, 160 MB to fetch
	@$(BIN)/python -m devtools.kafka.jars
	@$(BIN)/pytest -m keycloak tests/integration/accounts/test_keycloak.py

.PHONY: check
check: setup-dev ## lint, types, import rules, architecture tests, licences, secrets scan: a minute or two
	@$(MAKE) --jobs 2 --output-sync types architecture lint imports secrets

.PHONY: types
types: $(DEV_READY)
	@$(BIN)/mypy

.PHONY: architecture
architecture: $(DEV_READY)
	@$(BIN)/pytest --quiet tests/architecture

.PHONY: lint
lint: $(DEV_READY)
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .

.PHONY: imports
imports: $(DEV_READY)
	@$(BIN)/lint-imports --no-logo

# What only looks like a secret is marked on its line: `pragma: allowlist secret`.
.PHONY: secrets
secrets: $(DEV_READY)
	@git ls-files -z | xargs -0 $(BIN)/detect-secrets-hook --exclude-files '(\.lock|package-lock\.json)$$'

.PHONY: manifests
manifests: setup-dev $(MANIFESTS_READY) ## Dockerfiles, compose and Kubernetes, against schemas and policies
	@$(BIN)/python -m devtools.manifests

.PHONY: bench
bench: bench-embedded bench-distributed ## all benchmarks: tables of ratios, and bench/results/*.json

.PHONY: bench-embedded
bench-embedded: setup-dev ## benchmarks of the form of one process: a minute and a half
	@$(BIN)/python -m bench

.PHONY: bench-distributed
bench-distributed: setup-dev ## benchmarks of distributed mode: Kafka, PostgreSQL; minutes (parts="path …")
	@$(BIN)/python -m devtools.kafka.jars
	@$(BIN)/python -m bench.distributed $(parts)

.PHONY: chaos
chaos: setup-dev ## the long reliability run, 20 minutes: referrals while processes are killed (options="--referrals 5000")
	@$(BIN)/python -m devtools.kafka.jars
	@$(BIN)/python -m tests.chaos $(options)

.PHONY: chaos-broker
chaos-broker: setup-dev ## brokers are killed and started again under load, and everything starts without one (options="one-broker")
	@$(BIN)/python -m devtools.kafka.jars
	@$(BIN)/python -m tests.chaos.broker_outages $(options)

.PHONY: simulation
simulation: setup-dev ## weeks of work under a shifted clock: is every referral with somebody at each hour? (options="--referrals 500 --days 30")
	@$(BIN)/python -m tests.simulation $(options)

.PHONY: format
format: setup-dev ## write the source as `make check` wants it
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

.PHONY: migration
migration: setup-dev ## a new migration from the tables of one service: make migration service=intake name="add x"
	@test -n '$(service)' && test -n '$(name)' || { echo 'make migration service=intake name="what changes"' >&2; exit 2; }
	@$(BIN)/python -m services.$(service) revision '$(name)'

.PHONY: lock
lock: $(UV_READY) ## resolve the dependencies again, to the newest within the bounds of pyproject.toml
	$(LOCK) --group installer -o requirements/installer.lock
	$(LOCK) --group node -o requirements/node.lock
	$(LOCK) $(EXTRAS) pyproject.toml -o requirements/runtime.lock
	$(LOCK) $(EXTRAS) --group dev -c requirements/runtime.lock pyproject.toml -o requirements/dev.lock
	$(LOCK) --extra kafka --extra oidc --extra tracing --extra matching -c requirements/runtime.lock pyproject.toml -o requirements/service.lock
	$(LOCK) --extra kafka --extra tracing --extra scoring -c requirements/runtime.lock pyproject.toml -o requirements/scoring.lock
	$(LOCK) --group registry -c requirements/runtime.lock -o requirements/registry.lock
	$(LOCK) --group manifests -o requirements/manifests.lock

# Without a network pip, uv and npm give up in words of their own.
NOT_FETCHED := || { echo 'Not everything could be fetched, for the reason above: Waymark needs the internet, or a mirror that the \
settings of pip and npm name, until it is installed.' >&2; exit 1; }

$(UV_READY): | system
	@$(PYTHON) -m venv $(VENV)
	@echo 'Installing the locked dependencies into $(VENV)'
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/installer.lock $(NOT_FETCHED)
	@mkdir -p $(@D) && touch $@

$(RUNTIME_READY): $(UV_READY)
	@$(UV) pip install --require-hashes -r requirements/runtime.lock $(NOT_FETCHED)
	@$(UV) pip install --no-deps --no-build-isolation --config-settings editable_mode=compat --editable .
	@touch $@

$(DEV_READY): $(RUNTIME_READY)
	@$(UV) pip install --require-hashes -r requirements/dev.lock $(NOT_FETCHED)
	@touch $@

$(MANIFESTS_READY): $(UV_READY)
	@echo 'Installing what checks the manifests into $(VENV)/manifests'
	@$(BIN)/python -m venv --without-pip $(VENV)/manifests
	@$(if $(PIP_INDEX),UV_DEFAULT_INDEX=$(PIP_INDEX)) VIRTUAL_ENV=$(VENV)/manifests $(BIN)/uv --quiet pip install \
		--require-hashes -r requirements/manifests.lock $(NOT_FETCHED)
	@touch $@

# The machine's npm when there is one; else Node comes as a wheel, for these two steps only.
define npm-ci
	@command -v npm >/dev/null || $(UV) pip install --require-hashes -r requirements/node.lock $(NOT_FETCHED)
	@mkdir -p $(FRONTEND) && cp $(UI)/package.json $(UI)/package-lock.json $(UI)/.npmrc $(FRONTEND)/
	@cd $(FRONTEND) && PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --ignore-scripts --loglevel error --no-progress $(1) >/dev/null $(NOT_FETCHED)
endef

$(ASSETS_READY): $(RUNTIME_READY)
	$(call npm-ci,--omit=dev)
	@$(BIN)/python -m $(subst /,.,$(UI)).assets $(FRONTEND)/node_modules
	@touch $@

$(AXE_READY): $(ASSETS_READY)
	$(call npm-ci,)
	@touch $@
