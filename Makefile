# `make demo` replays May 2021; `make plan` plans what to buy after it; `make test` runs every check.
# All work on a bare Debian or Ubuntu with make, git and python3 >= 3.11, and keep what they install
# in .venv.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

# The versions we test with.  A Python newer than those takes the newest releases instead.
PINNED := 3.11 3.12 3.13
CONSTRAIN = $(if $(filter $(shell $(BIN)/python -c \
    'import sys; print("%d.%d" % sys.version_info[:2])'),$(PINNED)),-c constraints.txt)
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check $(CONSTRAIN)

# A gate must not flicker: the same examples every time in property tests.  `pytest` explores.
PYTEST = $(BIN)/python -m pytest -n 2 --hypothesis-seed=0

.PHONY: demo test lint page pytest uncompiled plan bench docs clean

demo: $(VENV)/.run
	$(BIN)/opendome run may-2021 --replications 20 --workers 2

test: lint page pytest uncompiled

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The page's built files are those that its source gives.
page: $(VENV)/.browser lint
	scripts/check_page.sh

pytest: $(VENV)/.test $(VENV)/.browser lint page
	$(PYTEST)

# Every kernel also runs as plain Python, with the same answers.
uncompiled: $(VENV)/.test pytest
	NUMBA_DISABLE_JIT=1 $(PYTEST) -m kernel

# Replenishment after May 2021: page and tables in results/billion-2021.
plan: $(VENV)/.run
	$(BIN)/opendome plan billion-2021 -o results/billion-2021 --force

bench: $(VENV)/.run
	$(BIN)/opendome bench

docs: $(VENV)/.docs
	$(BIN)/python -m sphinx -W -q -b html docs docs/_build/html

clean:
	rm -rf $(VENV) build docs/_build web/node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

# ---------------------------------------------------------------- what is installed, by stamps

$(VENV)/.made: scripts/make_venv.sh
	@scripts/make_venv.sh $(PYTHON) $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.made pyproject.toml constraints.txt
	@echo "opendome: installing into $(VENV)"
	@$(INSTALL) -e .
	@touch $@

$(VENV)/.browser: $(VENV)/.made scripts/need.sh
	@scripts/need.sh node=nodejs npm=npm chromium=chromium
	@touch $@

$(VENV)/.test $(VENV)/.docs: $(VENV)/.%: $(VENV)/.run
	@echo "opendome: installing the $* tools into $(VENV)"
	@$(INSTALL) -e '.[$*]'
	@touch $@
