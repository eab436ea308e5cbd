# What one can do here. `make run` needs nothing but Python 3.11+, and the network once.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run setup setup-test test check style journeys peers conformance faults faults-selftest fuzz bench lock tlds counting clean help

help: ## what one can do here
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 18

run: setup ## a rehearsal on your own computer: no account, no key, nothing leaves it
	@AMPLIFIER_COMMAND=$(BIN)/amplifier exec $(BIN)/amplifier up --fresh

setup: .venv/ready ## the virtual environment with the locked dependencies

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Amplifier needs Python 3.11 or newer, as python3. Another one: make run PYTHON=python3.12"; exit 2; }
	@test -x $(BIN)/python -a -x $(BIN)/pip || $(PYTHON) -m venv .venv || \
	  { rm -rf .venv; echo "Python's venv module is missing. On Debian and Ubuntu: sudo apt-get install python3-venv"; exit 2; }
	@echo "Installing the locked dependencies (once, about a minute)."
	@$(PIP) install --require-hashes -r requirements.lock || \
	  { echo "The dependencies could not be fetched. Is this computer online? Then run the same command again."; exit 2; }
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

setup-test: .venv/ready-test

.venv/ready-test: .venv/ready requirements-test.lock
	@$(PIP) install --require-hashes -r requirements-test.lock || \
	  { echo "The test tools could not be fetched. Is this computer online? Then run the same command again."; exit 2; }
	@touch $@

# Three at once on two cores: half of what these tests do is wait.
test: setup-test ## every part on both databases, and against the pretend networks: ten minutes at most
	@$(BIN)/python -m pytest -n 3 -m "not journey and not conformance"

journeys: setup-test ## whole installs: kills, full disks, wrong clocks, browsers, long rehearsals: half an hour
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "journey and not conformance"

check: style ## style, types, layers and the tests without a database or a program, with a fifth of the examples of each property: a minute
	@$(BIN)/python -m pytest -n 2 --hypothesis-profile=quick -m "not ledger and not program and not journey and not contract and not conformance"

style: setup-test ## style, types and layers alone
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

peers: setup-test ## Bluesky's own server, installed once for make conformance: two minutes or more, a part is compiled
	@$(BIN)/python -m tests.peers.install

conformance: peers ## the adapters against Bluesky's own server and a Mastodon that others wrote
	@$(BIN)/python -m pytest -m conformance tests/contract tests/journeys

faults: setup-test ## all kills, five workers, bad answers and ninety days against the sandbox; figures in var/faults
	@$(BIN)/python bench/faults/run.py

faults-selftest: setup-test ## plants bugs and sees whether the harness finds them: one that survives is an error
	@$(BIN)/python bench/faults/selftest.py

fuzz: setup-test ## listening against 100,000 answers changed by chance: no good mention may be missed
	@$(BIN)/python bench/fuzz.py

bench: setup ## what the ledger costs beside bare SDK calls, with a million rows, while nothing is due; a crowd, what a look asks, and check
	@$(BIN)/python bench/run.py

lock: ## both lock files anew: needs uv (https://docs.astral.sh/uv)
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --quiet --extra postgres pyproject.toml requirements-build.in -o requirements.lock
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --quiet --extra postgres --extra test -c requirements.lock pyproject.toml requirements-build.in \
	  -o requirements-test.lock

tlds: setup-test ## the list of top-level domains anew, by which links are counted
	@$(BIN)/python tests/text/counting/tlds.py

counting: setup-test ## the table of counted texts anew, from X's own library and Node (needs node and npm)
	@$(BIN)/python tests/text/counting/renew.py

clean: ## remove what was made here, but for your data in var/
	@rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
