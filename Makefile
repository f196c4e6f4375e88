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
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile

# Every fault of tests/faults/README.md, whose table it writes anew.
faults: setup
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest tests/faults -m 'long or not long' -vv -n 2 --dist loadfile --faults tests/faults/README.md

# Changes inputs of all readers for so many seconds, guided by what they reach; atheris has wheels for Linux alone.
SECONDS ?= 300
fuzz: setup
	$(BIN)/pip install --quiet --disable-pip-version-check 'atheris>=3.0,<4'
	$(BIN)/python tests/fuzz/fuzz.py --seconds $(SECONDS)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/pyright
	$(BIN)/lint-imports

clean:
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .hypothesis
