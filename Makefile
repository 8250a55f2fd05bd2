# One word per job. `make` alone prints them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The first that is one of those that the pinned numpy has wheels for; empty when there is none.
PYTHON ?= $(shell for p in python3 python3.12 python3.11; do $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null && echo $$p && break; done)
UV_VERSION := 0.13.9
TORCH_VERSION := 2.13.0
UV := .tools/bin/uv
PY := .venv/bin/python
RASA := $(PY) -m addons.rasa_cli
MODEL := models/signpost.tar.gz
WITH_BROWSER = PYTHONPATH=$$(echo $(CURDIR)/.tools/browser/lib/python3*/site-packages)
TRAINED_ON := config.yml domain.yml data/rules.yml data/stories.yml data/context.yml $(wildcard data/encoder/*.npz data/nlu/*.yml data/second/*.csv) $(addprefix actions/,in_context.py normalise.py) \
	$(addprefix addons/,recogniser.py judge.py attention_head.py ngrams.py encoder.py examples.py left_out.py memory.py spelling.py typos.py)
export RASA_TELEMETRY_ENABLED := false
export ORT_DISABLE_TELEMETRY := 1
# Rasa's own dependencies grumble about each other's age; nothing of ours is silenced in the tests.
export PYTHONWARNINGS := ignore
export SIGNPOST_PORT ?= 5005
# An activated environment of somebody else's must not decide what we run.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE

.PHONY: help setup train run talk test test-fast test-model test-browser test-faults screenshots check validate evaluate evaluate-public try \
	calibrate approaches curve tune contacts away-card content-report rasa audit cluster load fuzz bench clean browser

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(MODEL)  ## the main job: set up, train if needed, serve on 127.0.0.1:$SIGNPOST_PORT (5005)
	@echo "Signpost: http://127.0.0.1:$(SIGNPOST_PORT)  (POST /chat, GET /health; Ctrl-C stops)"
	@exec $(RASA) run --model $(MODEL) --endpoints endpoints$(if $(SIGNPOST_REDIS),.redis).yml --credentials credentials.yml \
		--interface 127.0.0.1 --port $(SIGNPOST_PORT)

test: setup check $(MODEL) browser .tools/load/ready  ## everything: style, fast tests, then the real server and model
	@$(PY) -m pytest tests --ignore tests/browser
	@$(WITH_BROWSER) $(PY) -m pytest tests/browser  # a process of its own: a browser's event loop stays in the way of others

test-fast: setup check  ## the tests that need no model (a few minutes)
	@$(PY) -m pytest tests --ignore tests/model --ignore tests/faults --ignore tests/cluster --ignore tests/privacy --ignore tests/browser

test-model: $(MODEL) .tools/load/ready  ## the tests that talk to the real server
	@$(PY) -m pytest tests/model tests/cluster tests/privacy

test-faults: $(MODEL)  ## break each part of the real server and look at the answer (a minute and a half)
	@$(PY) -m pytest tests/faults

test-browser: $(MODEL) browser  ## the widget in a real browser; installs Debian's Chromium when it may, else says why not
	@$(WITH_BROWSER) $(PY) -m pytest tests/browser

talk: $(MODEL)  ## chat in the terminal
	@$(PY) -m tools.talk

try: $(MODEL)  ## what would it say to this? messages on standard input, one a line (ARGS="--format csv --file f.txt")
	@$(PY) -m tools.try_messages $(ARGS)

evaluate: $(MODEL)  ## measure recognition end to end, write docs/evidence.md
	@$(PY) -m tools.evaluate $(ARGS)

evaluate-public: setup  ## our topic recogniser on public intent sets: DATA="folder …" (train.csv and test.csv, or data_full.json)
	@$(PY) -m tools.evaluate_public $(DATA)

calibrate: setup  ## measure inside the training data, on a fifth left out: thresholds (twenty minutes)
	@$(PY) -m tools.calibrate $(ARGS)

approaches: setup  ## other ways to learn urgency, compared on a fifth left out (a quarter of an hour)
	@$(PY) -m tools.approaches $(ARGS)

curve: $(MODEL)  ## the learning curve: what more messages bought, by revisions from git (a quarter of an hour)
	@$(PY) -m tools.curve $(ARGS)

tune: setup .tools/tune/ready  ## teach the encoders our field again: writes data/encoder/adapter_1.npz and _2 (rarely; three hours)
	@PYTHONPATH=$$(echo $(CURDIR)/.tools/tune/lib/python3*/site-packages) $(PY) -m tools.tune $(ARGS)

# torch, 200 MB to several GB by platform, in an environment of its own: only tuning asks for it.
.tools/tune/ready:
	@echo "Installing torch $(TORCH_VERSION) …"
	@$(PYTHON) -m venv .tools/tune && .tools/tune/bin/pip install --quiet --disable-pip-version-check torch==$(TORCH_VERSION)
	@touch $@

train: $(MODEL)  ## train, if data or code changed

$(MODEL): .venv/ready $(TRAINED_ON)
	@echo "Training on $$(cat data/nlu/*.yml | grep -c '^      - ') messages (2 to 12 minutes) …"
	@# `make validate` and the tests check the data; here it would cost as long as an eighth of training.
	@$(RASA) train --fixed-model-name signpost --data data/nlu data/rules.yml data/stories.yml --quiet --skip-validation
	@touch $@

setup: .venv/ready  ## everything installed in .venv, from uv.lock

.venv/ready: pyproject.toml uv.lock | $(UV)
	@echo "Installing from uv.lock …"
	@UV_PROJECT_ENVIRONMENT=.venv $(UV) sync --frozen --quiet --python $(PYTHON)
	@touch $@

$(UV):
	@[ -n "$(PYTHON)" ] || { echo "Signpost needs Python 3.11 or 3.12, and finds neither python3.12 nor python3.11; make PYTHON=/path/to/python3.12 … says where it is."; exit 1; }
	@echo "Fetching uv $(UV_VERSION) into .tools …"
	@$(PYTHON) -m venv .tools && .tools/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

# In an environment of its own: the driver is 160 MB, and who serves or edits words does without.
browser: .tools/browser/ready
	@$(PY) -m tools.chromium

.tools/browser/ready: uv.lock | $(UV)
	@echo "Installing what the browser tests need …"
	@UV_PROJECT_ENVIRONMENT=.tools/browser $(UV) sync --frozen --quiet --only-group browser --python $(PYTHON)
	@touch $@

check: setup  ## style: ruff
	@.venv/bin/ruff check . && .venv/bin/ruff format --check .

validate: setup  ## Rasa's own check of domain, rules and stories
	@$(RASA) data validate --fail-on-warnings --data data/nlu data/rules.yml data/stories.yml

contacts: setup  ## the contact directory, as a table
	@$(PY) -m tools.contacts

away-card: setup  ## write the card that the proxy shows when no server can (deploy/away.json), after a change of contacts
	@$(PY) -m tools.away_card

content-report: setup  ## which words no person has reviewed yet
	@$(PY) -m tools.content_report

rasa: $(MODEL)  ## any Rasa command, e.g. make rasa ARGS="shell"
	@$(RASA) $(ARGS)

audit: setup  ## known holes in what is installed, asked of osv.dev (needs a network)
	@$(UV) audit --frozen --preview-features audit-command || { echo "make audit: holes found above, or osv.dev could not be asked; the lock file was not judged clean."; exit 1; }

cluster: $(MODEL)  ## N servers behind a proxy with Redis on loopback: make cluster N=2
	@exec $(PY) -m tools.cluster $(or $(N),2)

load: $(MODEL) .tools/load/ready  ## 1, 16 and 200 people typing, with faults: writes docs/load.md (LOAD_SECONDS=10; ARGS="--soak 20000")
	@$(PY) -m tools.load $(ARGS)

# The people who type live in an environment of their own: locust brings packages that Rasa would pick up.
.tools/load/ready: uv.lock | $(UV)
	@UV_PROJECT_ENVIRONMENT=.tools/load $(UV) sync --frozen --quiet --only-group load --python $(PYTHON)
	@touch $@

fuzz: $(MODEL)  ## 20,000 hostile inputs, then our OpenAPI document by schemathesis (ARGS="--inputs 50000 --seconds 1800")
	@$(PY) -m tools.fuzz $(ARGS)
	@$(PY) -m tools.fuzz --document

bench: $(MODEL) browser  ## how fast it answers here
	@$(PY) -m tools.bench
	@$(WITH_BROWSER) $(PY) -m tools.bench_widget

screenshots: $(MODEL) browser  ## take the pictures of the README
	@$(WITH_BROWSER) $(PY) -m tools.screenshots

clean:  ## remove what was built (not your changes, nor half-done tuning)
	@rm -rf .venv .tools models .rasa; find results -mindepth 1 ! -name "tuning_*" -delete 2>/dev/null || true
