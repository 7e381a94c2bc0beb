# make demo   sets up .venv if need be and runs the main job on a sample
# make test   the same, with everything the tests need, then all checks and tests
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test fast browser cluster bench check check-corpus clean

demo: $(VENV)/installed
	$(BIN)/jianbao run data/samples/haiyu_delegation.txt

test: check
	HF_HUB_OFFLINE=1 OMP_WAIT_POLICY=passive $(BIN)/python -m pytest

# Without the tests that train models, run hub architectures or measure quality: for use while one works.
fast: $(VENV)/installed-dev
	HF_HUB_OFFLINE=1 OMP_WAIT_POLICY=passive $(BIN)/python -m pytest --ignore tests/training --ignore tests/quality --ignore tests/summarizing/test_seq2seq.py

# Reports in a real browser; on Debian, as root, scripts/install_browser.sh installs it.
browser: $(VENV)/installed-dev
	$(PIP) --editable '.[browser]'
	$(BIN)/python -m pytest -m browser

# The same run by Ray, on a cluster of two processes.
cluster: $(VENV)/installed-dev
	$(PIP) --editable '.[ray]'
	HF_HUB_OFFLINE=1 OMP_WAIT_POLICY=passive $(BIN)/python -m pytest -m ray

# Speed and memory beside the hub's pipeline; takes some minutes and wants the machine for itself.
bench: $(VENV)/installed-dev
	$(BIN)/python scripts/benchmark.py

check: $(VENV)/installed-dev check-corpus
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check-corpus: $(VENV)/installed-dev
	$(BIN)/python scripts/check_corpus.py

clean:
	rm -rf $(VENV) build

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "error: jianbao needs Python 3.11 or newer; name one with: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) --editable .
	touch $@

$(VENV)/installed-dev: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) --editable '.[train,evaluate,office,tables,serve,dev]'
	touch $@ $(VENV)/installed
