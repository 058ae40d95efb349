# Two commands: `make tag` and `make test`. The rest is for those who change the project.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FILE ?= data/samples/A_C.3_79_L.22_Rev.1.ar.txt
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: tag test install check format train lock clean

tag: $(VENV)/.tag  ## tag a document: make tag FILE=path
	@$(BIN)/resclassify tag "$(FILE)"

test: $(VENV)/.all  ## run the tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest

install: $(VENV)/.all  ## everything that tests and training need

train: $(VENV)/.all  ## rebuild models/floor-clone from data/clauses
	$(BIN)/python pipelines/train.py

format: $(VENV)/.all
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "resclassify needs Python 3.11 or newer; name one: make tag PYTHON=python3.12" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

# Tagging needs no torch, transformers or mlflow: the lock names each package, so nothing else is fetched.
$(VENV)/.tag: requirements/tag.txt pyproject.toml $(VENV)/bin/python
	$(PIP) install --no-deps -r requirements/tag.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# constraints.txt pins every version and rules out the CUDA packages that an unpinned torch would bring.
$(VENV)/.all: requirements/all.txt constraints.txt $(VENV)/.tag
	$(PIP) install -c constraints.txt -r requirements/all.txt || { echo "$$TORCH_HELP" >&2; exit 2; }
	@touch $@

define TORCH_HELP
If pip says that torch wants CUDA packages: the package index at hand holds no CPU build of torch for this machine.
Install a CPU build of the pinned version into $(VENV) from the index of your choice, then run make again:
    $(BIN)/python -m pip install --index-url YOUR_CPU_INDEX torch==2.13.0
endef
export TORCH_HELP

clean:
	rm -rf $(VENV) runs
