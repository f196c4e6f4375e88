# make search: set up a virtual environment, run the main job. make test: the same, and the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT ?= results/first

.PHONY: setup search test faults fuzz lint clean

setup: $(VENV)/.ready

# Every version that the tests ran with is in constraints.txt; without it torch would bring gigabytes of CUDA.
$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

search: setup
	$(BIN)/nas search deeper-vs-wider --runner laptop --out $(OUT)
	$(BIN)/nas train $(OUT) best
	$(BIN)/nas export $(OUT) best
	$(BIN)/nas report $(OUT)

test: setup lint
	$(BIN)/python -m pytest

# Every fault of tests/faults/README.md, whose table it writes anew.
faults: setup
	$(BIN)/python -m pytest tests/faults -m 'long or not long' --faults tests/faults/README.md

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/pyright
	$(BIN)/lint-imports

clean:
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .hypothesis
