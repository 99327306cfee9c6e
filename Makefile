# The two commands of the README are `make faulttolerance` and `make test`; everything they need is made on the way.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# auto | docker | process
BACKEND ?= auto
# which scenarios
MARKS   ?= faulttolerance
# where the run writes
REPORTS ?= reports
# more for pytest, such as ARGS="-k leader"
ARGS   ?=

.NOTPARALLEL:
.PHONY: faulttolerance check servers test test-all mutation zoo zoo-slice explore soak track-record report bench agreement lock clean prepare docs durations lint-ci

# What Python compiles, and pytest of each test, is kept: several hundred processes of a check load the same modules.
unexport PYTHONDONTWRITEBYTECODE

# ends with the report, and with the scenarios' failure if there is one; exit status 2 of pytest: nothing ran
faulttolerance: $(VENV)/.made
	@status=0; $(BIN)/pytest -m "$(MARKS)" --backend $(BACKEND) "--reports=$(REPORTS)" $(ARGS) || status=$$?; \
	  [ $$status -eq 2 ] || $(BIN)/python -m harness.report.html "$(REPORTS)" || true; exit $$status

# lint, types, layers and the tests that start no server. mypy is one process: with several, each has to begin within 3 s,
# and a machine that has much else to do is slower. In a fresh clone the tests are compiled beside it, once: pytest rewrites
# them all, and the workers, which begin at once, would do it each for itself.
check: $(VENV)/.made
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	[ -d tests/__pycache__ ] || $(BIN)/pytest tests --collect-only -qq >/dev/null & $(BIN)/mypy; status=$$?; wait; exit $$status
	$(BIN)/lint-imports
	$(TESTS) -m "not servers and $(OFTEN)" --numprocesses logical --dist worksteal $(ARGS) || $(NONE)

# two files at a time: each waits half of its time, and more systems at once are more than two cores carry
servers: $(VENV)/.made
	$(TESTS) -m "servers and $(OFTEN)" --numprocesses 2 --dist loadfile $(ARGS) || $(NONE)

test: check servers

# every night: those marked seldom and nightly, too, and twenty times as many histories and examples for the checkers
test-all: EXAMPLES := all
test-all: OFTEN := (nightly or not nightly)
test-all: test

TESTS = $(BIN)/pytest tests --hypothesis-profile=$(EXAMPLES)
EXAMPLES := check
# CI leaves out less: OFTEN="not nightly"
OFTEN := not nightly and not seldom
# what ARGS select may be in the other part: pytest then ends with 5
NONE = [ $$? -eq 5 ]

# allure/index.html in REPORTS, one file that opens without a server; needs Node.js
report: $(VENV)/.made
	$(BIN)/python -m harness.report.html "$(REPORTS)"

# what no test of the checkers and of what they need notices, change by change (docs/mutation.md); goes on where it stopped
mutation: $(VENV)/.made
	$(MUTMUT) tests.mutation run $(ARGS)
	$(MUTMUT) tests.mutation.scores

MUTMUT = $(BIN)/uv run -q --no-project --python $(BIN)/python --with mutmut==3.8.1 python -m

# every mutant of tests/zoo against the scenarios that have to catch it; goes on where a run of this commit stopped
zoo: $(VENV)/.made
	$(BIN)/python -m tests.zoo --backend $(BACKEND) $(ARGS)

# a minute of that, two at most, other mutants every day
zoo-slice: $(VENV)/.made
	$(BIN)/python -m tests.zoo --backend $(BACKEND) --slice today --fresh --reports "$(REPORTS)/zoo-slice" $(ARGS)

# random plans for DURATION, of seeds that the journal in `explored` does not have yet (docs/random-plans.md)
explore: $(VENV)/.made
	$(BIN)/harness explore scenarios/test_random_plans.py --duration $(DURATION) --backend $(BACKEND) $(ARGS)

DURATION ?= 1h

# one system, one workload and one random plan of an hour, another every day; then the page of it in REPORTS/random/allure
soak: $(VENV)/.made
	@status=0; BACKEND=$(BACKEND) REPORTS="$(REPORTS)" SECONDS_OF_PLAN=$(SECONDS_OF_PLAN) .ci/random $(ARGS) || status=$$?; \
	  [ $$status -eq 2 ] || $(BIN)/python -m harness.report.html "$(REPORTS)/random" || true; exit $$status

SECONDS_OF_PLAN ?= 3600

# published defects, each three times on the affected version and three times on the fixed one; or one, by its name in ARGS
track-record: $(VENV)/.made
	$(BIN)/python -m tests.track_record $(ARGS)

prepare: $(VENV)/.made
	$(BIN)/python -m harness.provision $(if $(filter docker,$(BACKEND)),images,processes)

# docs/reference.md and what is about system.toml, from the code, and docs/mutants.md, from the zoo
docs: $(VENV)/.made
	$(BIN)/python -m harness.reference
	$(BIN)/python -m tests.zoo.table

# how long each scenario takes, from reports/junit.xml, so that --shard makes even parts
durations: $(VENV)/.made
	$(BIN)/python -m harness.plugin.durations

# the pipelines; actionlint needs Go
lint-ci: $(VENV)/.made
	go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
	$(BIN)/uv tool run check-jsonschema@0.33.2 --builtin-schema vendor.gitlab-ci examples/ci/gitlab-ci.yml
	$(BIN)/uv tool run check-jsonschema@0.33.2 --builtin-schema vendor.github-workflows .github/workflows/*.yml

bench: $(VENV)/.made
	$(BIN)/python -m bench.startup
	$(BIN)/python -m bench.topology $(ARGS)
	$(BIN)/python -m bench.load

# our judgements against porcupine's and Jepsen's; porcupine needs Go
agreement: $(VENV)/.made
	$(BIN)/python -m bench.agreement $(ARGS)

# uv takes seconds where pip takes a minute. pip knows more of this machine's registry (certificates, credentials), and so
# installs uv, and the packages where uv can't.
$(VENV)/.made: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is %d.%d: make PYTHON=python3.12 ..." % sys.version_info[:2])'
	@echo "making $(VENV) from requirements.lock (a few seconds, or a minute)"
	$(PYTHON) -m venv $(VENV)
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock >$(VENV)/uv.txt
	@index=$${PIP_INDEX_URL:-$$($(BIN)/pip config get global.index-url 2>/dev/null)}; \
	  { $(PIP) -r $(VENV)/uv.txt && env UV_HTTP_TIMEOUT=10 $${index:+UV_DEFAULT_INDEX=$$index} \
	    $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock; } 2>/dev/null || \
	  $(PIP) --progress-bar on -r requirements.lock || \
	  { echo "error: the packages of requirements.lock could not be installed (see above): check that the package" \
	    "registry for Python answers, or name a mirror (pip config set global.index-url ...), and run make again" >&2; exit 2; }
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

PIP = $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes

lock: $(VENV)/.made
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header services/requirements.in -o services/requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --extra dev -c services/requirements.lock pyproject.toml -o requirements.lock
	$(BIN)/python -m harness.provision lock
	$(BIN)/python -m tests.track_record.lock

# only what was made here, beside this file, wherever make is called; a link goes, what it leads to stays
clean: HERE := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))
clean:
	@if [ -e "$(HERE).venv/.made" ]; then rm -rf "$(HERE).venv"; fi
	@cd "$(HERE)" && if [ ! -L .cache ]; then rm -rf .cache/harness .cache/session; rmdir .cache 2>/dev/null || true; fi
	@cd "$(HERE)" && rm -rf mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
