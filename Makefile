# Each target works as the only command on a fresh clone: it makes .venv, installs what it needs, and runs.
# PYTHON=…       which Python makes .venv (3.11 or newer)
# PIP_ARGS=…     more arguments for pip, e.g. an index with the CPU build of torch
# PYTEST_ARGS=…  more arguments for pytest
# TEST_PROCESSES=…  how many processes run the tests; 0: none but pytest's own

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
PIP_ARGS ?=
PYTEST_ARGS ?=
TEST_PROCESSES ?= 2
DEMO ?= out/demo
DEMO_CT ?= out/demo-ct
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --constraint constraints.txt $(PIP_ARGS)
PYTEST := $(BIN)/python -m pytest --durations=15 $(PYTEST_ARGS)
# A file is run by one process, so that what it sets up for all its tests is made once; files keep the order that
# tests/conftest.py gives them, the longest first.
SHARED := -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder

.PHONY: demo demo-ct install test test-core soak lint types bench lock clean

demo: .venv/.core
	$(BIN)/medmill build mimic-ir --source synthetic=300 --out $(DEMO)
	@echo "Open the report in a browser: $(abspath $(DEMO))/qc/report.html"

# A small net is trained on phantoms, put where TotalSegmentator's weights would lie, and run by TotalSegmentator.
demo-ct: .venv/.ct
	$(BIN)/medmill train segmenter --out $(DEMO_CT)/net
	TOTALSEG_HOME_DIR=$(abspath $(DEMO_CT)/net) $(BIN)/medmill build radgenome-chest-ct --source synthetic-ct=24 \
		--set speed=fastest --out $(DEMO_CT)/radgenome
	$(BIN)/medmill build ctrate-ir --source synthetic-ct=24 --out $(DEMO_CT)/ctrate-ir
	@echo "Open the report in a browser: $(abspath $(DEMO_CT))/radgenome/qc/report.html"

install: .venv/.core

test: .venv/.heavy
	$(PYTEST) $(SHARED) -m "not soak"

test-core: .venv/.dev
	$(PYTEST) $(SHARED) -m "not soak and not heavy and not extras and not chaos"

soak: .venv/.heavy
	$(PYTEST) -m soak --timeout=7200

lint: .venv/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: .venv/.dev
	$(BIN)/pyright

bench: .venv/.core
	@for program in $$(grep -l __main__ benchmarks/*.py); do echo "== $$program"; $(BIN)/python "$$program" || exit 1; done

# The lock: exact versions for every Python and platform. torch is held where the tests were last run;
# its own dependencies follow from it.
lock: .venv/.dev
	$(INSTALL) uv
	echo "torch==2.13.0" | $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --upgrade --group dev \
		--extra transformers --extra llm --extra hub --extra review --extra metrics --extra text --extra pdf --extra ct --constraint - --no-header --no-annotate --quiet \
		| grep -v -E '^(nvidia|cuda|triton)' > constraints.draft
	mv constraints.draft constraints.txt

clean:
	rm -rf .venv $(DEMO) $(DEMO_CT)

.venv/.core: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; name yours: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Installing medmill into .venv with $(PYTHON) (a minute or two) …"
	@$(PYTHON) -m venv .venv
	@$(PIP) install --quiet --upgrade "pip>=25.1" $(PIP_ARGS)
	@$(INSTALL) --editable .
	@touch $@

.venv/.ct: .venv/.core
	@echo "Installing torch and TotalSegmentator …"
	@$(INSTALL) --editable ".[ct]"
	@touch $@

.venv/.dev: .venv/.core
	@echo "Installing what the tests need …"
	@$(INSTALL) --group dev --editable ".[hub,review,volumes,llm,metrics,text,pdf]"
	@touch $@

.venv/.heavy: .venv/.dev
	@echo "Installing the heavy engines that the tests run (torch, transformers, TotalSegmentator) …"
	@$(INSTALL) --editable ".[transformers,ct]"
	@touch $@
