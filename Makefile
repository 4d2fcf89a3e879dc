# `make demo` and `make test` are all one needs; both bring what is missing, and a second run takes only what changed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_VENV := .cache/uv
UV := $(shell command -v uv 2>/dev/null || echo $(UV_VENV)/bin/uv)
LOCK := $(UV) pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-header

.PHONY: demo test check bench format lock clean

demo: $(VENV)/.installed  ## a sample CRM, personas, a trained assistant, all processes started
	$(BIN)/personabot demo

# Two workers keep both cores busy; more threads would only wait for each other.
test: export OMP_NUM_THREADS := 1
test: $(VENV)/.tested-with  ## the whole test suite
	$(BIN)/python -m pytest --numprocesses=2 --dist=loadfile

check: $(VENV)/.tested-with  ## format, lint, strict types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(VENV)/.benched-with  ## the tables in docs/methods.md
	$(BIN)/python -m tests.benchmarks

format: $(VENV)/.tested-with
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(UV)  ## resolves the dependencies anew
	$(LOCK) --upgrade pyproject.toml -o requirements.lock
	$(LOCK) --upgrade pyproject.toml -c requirements.lock --group dev -o requirements-dev.lock
	$(LOCK) --upgrade pyproject.toml -c requirements.lock --group dev --group bench -o requirements-bench.lock

clean:  ## everything that was made, the sample CRM and its store included
	rm -rf $(VENV) .cache var models build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(UV_VENV)/bin/uv: requirements-uv.lock
	@echo "Bringing uv into $(UV_VENV) ..."
	@$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info < (3, 15) else "Persona Bot needs Python 3.11 to 3.14; say which with: make PYTHON=python3.13 ...")'
	@$(PYTHON) -m venv $(UV_VENV)
	@$(UV_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock

$(BIN)/python: | $(UV)
	@$(UV) venv --quiet --python $(PYTHON) $(VENV)

define install
	@echo "Installing $< ..."
	@$(UV) pip install --quiet --python $(VENV) --require-hashes -r $<
	@$(UV) pip install --quiet --python $(VENV) --no-deps --no-build-isolation --editable .
	@touch $@
endef

$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	$(install)

$(VENV)/.tested-with: requirements-dev.lock pyproject.toml | $(BIN)/python
	$(install)

$(VENV)/.benched-with: requirements-bench.lock pyproject.toml | $(BIN)/python
	$(install)
