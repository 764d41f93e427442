# make run        set up and start the product       make test     set up and run the tests
# make chat       talk to it in the terminal         make lint     the linter
# make bench      property tests at length, and benchmarks
# make train      train the model (DATA=folder of the corpora, OUT=folder)
#
# On Linux the usual package source brings PyTorch's large CUDA build. For the CPU build:
#   make run TORCH_INDEX=<address of PyTorch's own CPU wheels, see pytorch.org, "Get started">

PYTHON ?= python3
TORCH_INDEX ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
OUT ?= runs/model

.PHONY: run chat test bench lint train clean

run: $(VENV)/.product
	@$(BIN)/shophand run

chat: $(VENV)/.product
	@$(BIN)/shophand chat

test: $(VENV)/.test
	$(BIN)/python -m pytest

bench: $(VENV)/.test
	HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest tests/test_consent.py tests/test_facts.py tests/test_histories.py \
		tests/test_policy_fuzz.py tests/test_replies_hostile.py
	$(BIN)/python -m pytest tests/benchmarks -s -o addopts=

lint: $(VENV)/.test
	$(BIN)/ruff check .

train: $(VENV)/.product
	$(BIN)/shophand train --out $(OUT) $(if $(DATA),--data $(DATA))

$(VENV)/.product: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Shophand needs Python 3.11 or newer. Name one: make run PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "Could not make $(VENV). On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Installing into $(VENV) (once, a few minutes) ..."
	@$(PIP) install $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) 'torch==2.13.0'
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.product
	@$(PIP) install --constraint constraints.txt --editable '.[test]'
	@touch $@

clean:
	rm -rf $(VENV) runs build *.egg-info
