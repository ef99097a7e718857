# Two commands: `make run` (the main job) and `make test`. They need make and Python 3.11 or newer, nothing else.

STUDY   ?= satri-cel
ARGS    ?=
WORKERS ?= 2
BIN     := .venv/bin
STAMP   := .venv/.locked
PEERS   := .venv/.peers
BENCH   ?=
GROUPS  := --group test --group docs --group dev
EXTRAS  := --extra calibrate --extra cluster --extra single-cell
CALIBRATION ?= calibration

.DEFAULT_GOAL := help
.PHONY: help run calibrate test slow lint types layers lock lock-check docs check env bench-engine bench-match clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

run: $(STAMP) ## simulate the study against its published numbers (STUDY=..., ARGS=...)
	$(BIN)/adoptive run $(STUDY) $(ARGS)

calibrate: $(STAMP) ## fit the model to the published trials again, resumable (ARGS=--quick: ten minutes)
	$(BIN)/adoptive calibrate run --out $(CALIBRATION) $(ARGS)

test: $(STAMP) ## the fast suite, doctests included
	$(BIN)/python -m pytest -m "not slow" -n $(WORKERS) --dist loadfile -q

slow: $(STAMP) ## the slow tests alone
	$(BIN)/python -m pytest -m slow -n $(WORKERS) --dist loadfile -q

lint: $(STAMP) ## ruff
	$(BIN)/ruff check .

types: $(STAMP) ## mypy, strict
	$(BIN)/mypy

layers: $(STAMP) ## who may import whom
	$(BIN)/lint-imports

lock-check: $(STAMP) ## the lock holds every named dependency and no address
	$(BIN)/python -m pytest -q tests/foundation/test_lock.py

check: lint types layers lock-check ## all of lint, types, layers, lock-check

docs: $(STAMP) ## build docs/_build/html
	$(BIN)/sphinx-build -q -b html docs docs/_build/html

# EXTRAS names every extra but bench (--extra NAME), whose engines have a lock of their own.
lock: ## rewrite requirements.lock and requirements-bench.lock from pyproject.toml (needs uv)
	@uv=$$(command -v uv || command -v $(BIN)/uv) || { echo "make lock needs uv: pip install uv" >&2; exit 1; }; \
	"$$uv" pip compile pyproject.toml $(EXTRAS) $(GROUPS) --universal --python-version 3.11 \
	    --generate-hashes --no-annotate --no-header --quiet -o requirements.lock && \
	"$$uv" pip compile pyproject.toml --extra bench --universal --python-version 3.11 \
	    --constraint requirements.lock \
	    --generate-hashes --no-annotate --no-header --quiet -o requirements-bench.lock

env: $(STAMP) ## make .venv from the lock, every file's hash checked

bench-engine: $(PEERS) ## race the engine against its peers, one JSON document (BENCH="--quick")
	@$(BIN)/python -m benchmarks.engine $(BENCH)

bench-match: $(STAMP) ## criteria read right, coverage, wrong verdicts, false-eligible rate; 5,000 trials for a patient
	@$(BIN)/python -m benchmarks.matching $(BENCH)

# A peer that cannot be installed is left out: the document says so.
$(PEERS): $(STAMP) requirements-bench.lock
	@if uv=$$(command -v uv); then \
	    install="$$uv pip install --quiet --python $(BIN)/python"; \
	else \
	    install="$(BIN)/python -m pip install --quiet --disable-pip-version-check"; \
	fi; \
	echo "installing requirements-bench.lock (hashes checked)" >&2; \
	$$install --no-deps --require-hashes -r requirements-bench.lock >&2 || { \
	    echo "numbalsoda needs cmake, a C++ compiler and gfortran: going on without it" >&2; \
	    sed '/^numbalsoda==/,/[^\\]$$/d' requirements-bench.lock > .venv/peers.lock; \
	    $$install --no-deps --require-hashes -r .venv/peers.lock >&2 || \
	        echo "the peers cannot be installed: the engine runs alone" >&2; \
	}
	@touch $@

# A .venv that is there already is kept when its Python is new enough, and made afresh otherwise.
$(STAMP): pyproject.toml requirements.lock
	@found=; new='import sys; sys.exit(sys.version_info < (3, 11))'; \
	if ! $(BIN)/python -c "$$new" 2>/dev/null; then \
	    for python in $(PYTHON) python3.13 python3.12 python3.11 python3 python; do \
	        if "$$python" -c "$$new" 2>/dev/null; then found=$$python; break; fi; \
	    done; \
	    if [ -z "$$found" ]; then \
	        echo "adoptive needs Python 3.11 or newer; none was found (name one: make PYTHON=/path/to/python3 ...)" >&2; \
	        exit 1; \
	    fi; \
	    echo "making .venv with $$("$$found" --version)" >&2; \
	    "$$found" -m venv --clear .venv || { echo "cannot make .venv (Debian: apt install python3-venv)" >&2; exit 1; }; \
	fi
	@if uv=$$(command -v uv); then \
	    install="$$uv pip install --quiet --python $(BIN)/python"; \
	else \
	    $(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip --upgrade >/dev/null; \
	    install="$(BIN)/python -m pip install --quiet --disable-pip-version-check"; \
	fi; \
	echo "installing requirements.lock (hashes checked)" >&2; \
	$$install --no-deps --require-hashes -r requirements.lock && \
	$$install --no-deps --no-build-isolation -e .
	@touch $@

clean: ## remove the environment, caches and built pages (runs/ stays)
	rm -rf .venv docs/_build build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
