# Every target stands on the virtual environment, which is made from the pinned files when those have changed: what runs
# needs constraints.txt alone; what tests and checks need besides is installed when they are asked for.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
DEV := $(VENV)/ready-to-test
SETTINGS := $(abspath $(or $(RTP_DATA_DIR),.data))/register.env
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PIN := $(BIN)/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras \
  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header

.DEFAULT_GOAL := help
.PHONY: help setup run demo up client new-secrets-key test resilience check image-check format conformance bench docs new-migration constraints clean

help:            ## List the targets
	@grep -E '^[a-z-]+: *.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1: /' | column -t -s ':'

$(READY): constraints.txt pyproject.toml
	@echo "Setting up $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed")'
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --no-deps --no-compile --require-hashes -r constraints.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $(READY)

$(DEV): $(READY) constraints-dev.txt
	@echo "Adding to $(VENV) what tests and checks need"
	@$(PIP) --no-deps --no-compile --require-hashes -r constraints-dev.txt
	@touch $(DEV)

setup: $(DEV)    ## Make the virtual environment, with what tests and checks need

run: $(READY)    ## Start the whole platform in one process on PORT
	@exec $(BIN)/python -m rtp_examples.run --port $(PORT) $(if $(RTP_DATA_DIR),--data-dir "$(RTP_DATA_DIR)")

demo: $(READY)   ## Show the journey on a platform that runs on PORT; JOURNEY=name or all on one of its own
	@$(BIN)/python -m $(if $(JOURNEY),rtp_examples.journeys $(JOURNEY),rtp_examples.demo --port $(PORT))

up: $(READY)     ## Start the platform as separate processes (RTP_ADMIN_DATABASE_URL, RTP_BROKER_URL)
	@exec $(BIN)/python -m rtp_examples.up

client: $(READY) ## List, add or change clients of the platform that runs: make client DO='list'; DO='--help' says more
	@test -r $(SETTINGS) || { echo "There is no $(SETTINGS): start the platform first (make run, make up)" >&2; exit 1; }
	@set -a; . $(SETTINGS); set +a; exec $(BIN)/python -m rtp_gateway.register $(or $(DO),--help)

new-secrets-key: $(READY) ## Replace the key of subscribers' secrets beside `make up`, while that is stopped
	@exec $(BIN)/python -m rtp_operations.new_secrets_key

# The tests start many processes, which need not compile the same modules anew.
test: $(DEV)     ## Run every test; installs what it needs of Debian (RabbitMQ, proxies, a browser, Node) where it is missing
	@$(BIN)/python -m tests.support.packages
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 2

resilience: $(DEV) ## Run every scenario of kills and outages: about half an hour; writes bench/resilience.json
	@exec $(BIN)/python -m tests.resilience $(if $(ONLY),--only "$(ONLY)")

check: $(DEV)    ## Lint, types, architecture, generated documents and migrations
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m rtp_operations.documents --check
	@$(BIN)/python -m rtp_embedded.migrations check

image-check: $(DEV)  ## Build the image's environment by the Dockerfile's steps, and import every process in it: minutes
	@$(BIN)/python -m tests.deploy.image

format: $(DEV)   ## Put the code into its form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

conformance: $(READY) ## Report how the server at URL keeps to the open standards of finance; it only reads
	@$(BIN)/python -m rtp_finance_directory.conformance $(or $(URL),http://localhost:$(PORT))

bench: $(DEV)    ## Measure ours beside the floor; ONLY=name for one row
	@$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY))

docs: $(READY)   ## Write openapi/ and asyncapi/ anew
	@$(BIN)/python -m rtp_operations.documents

new-migration: $(READY) ## Write a migration: make new-migration SERVICE=applications MESSAGE="what it adds"
	@$(BIN)/python -m rtp_embedded.migrations new $(SERVICE) "$(MESSAGE)"

# The second file leaves out what is in the first.
constraints: $(DEV)  ## Pin the newest versions anew
	@$(PIN) --build-deps-for wheel -o constraints.txt pyproject.toml
	@$(PIN) --extra dev -c constraints.txt -o $(VENV)/constraints-all.txt pyproject.toml
	@awk -F '==' '/^[^ #]/ {skip = NR > FNR && $$1 in runs; if (NR == FNR) runs[$$1]} NR > FNR && !skip' \
	  constraints.txt $(VENV)/constraints-all.txt > constraints-dev.txt

clean:           ## Remove the virtual environment and caches; data stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
