# Two commands for a new user: `make verify` does the main job, `make test` runs the whole test suite.
# Needs Python 3.11 or newer and a network; everything is installed into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
REPORT := report
REPLAY := replay
JOBS ?= 2

.PHONY: setup verify replay test test-all formal lint docs bench clean

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "entmax-oracle needs Python 3.11 or newer; set PYTHON=…")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[torch,cpu,report,proofs,distributed]' --group peers --group test --group lint --group docs
	@touch $@

# The theorem checks, then the three functions of the published package entmax that models are trained with.
# Then models trained on short rows, and certified. Exit status 1 of a check means that something was found, which is what
# this is for; a refuted theorem, or a curve that breaks its bound, fails at the very end.
CHECK := $(BIN)/entmax-oracle check --array torch --profile quick --no-saved --jobs $(JOBS)
FORMATS := --dtype float64 --dtype float32 --dtype float16 --dtype bfloat16
found = || test $$? -eq 1

verify: $(READY)
	@rm -rf $(REPORT)
	@mkdir -p $(REPORT)
	$(BIN)/entmax-oracle verify --profile quick --jobs $(JOBS) --json $(REPORT)/verify.json; \
	status=$$?; echo $$status > $(REPORT)/.theorems; test $$status -le 1
	$(CHECK) entmax:sparsemax --fixed-alpha 2 $(FORMATS) --json $(REPORT)/check-sparsemax.json $(found)
	$(CHECK) entmax:entmax15 --fixed-alpha 1.5 $(FORMATS) --json $(REPORT)/check-entmax15.json $(found)
	$(CHECK) entmax:entmax_bisect --alpha 1.25 --alpha 1.5 --alpha 2 --dtype float64 --dtype float32 --json $(REPORT)/check-entmax-bisect.json $(found)
	$(BIN)/entmax-oracle experiment --profile quick --jobs $(JOBS) --json $(REPORT)/experiment.json; \
	status=$$?; echo $$status > $(REPORT)/.models; test $$status -le 1
	@$(BIN)/entmax-oracle report $(REPORT)
	@exit $$(($$(cat $(REPORT)/.theorems) | $$(cat $(REPORT)/.models)))

# Length generalisation, replayed and certified: every normaliser, three seeds. An interrupted run goes on from where it was.
replay: $(READY)
	@mkdir -p $(REPLAY)
	$(BIN)/entmax-oracle experiment --profile full --jobs $(JOBS) --report $(REPLAY) \
	$$(test -f $(REPLAY)/experiment.json && echo --resume $(REPLAY)/experiment.json)

# A worker that has nothing left to do takes over tests of another one.
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist worksteal

# Lint runs beside the tests, and what it says comes after them. Either failing fails the whole.
define tested
	@trap 'kill $$lint' INT TERM; $(MAKE) --no-print-directory lint >$(VENV)/lint.log 2>&1 & lint=$$!; \
	echo '$(PYTEST) $(1)'; $(PYTEST) $(1); tests=$$?; \
	wait $$lint; lint=$$?; echo; echo "make lint:"; cat $(VENV)/lint.log; \
	test $$tests -eq 0 || echo "make $@: the tests failed (see above)" >&2; \
	test $$lint -eq 0 || echo "make $@: lint failed (see above)" >&2; \
	exit $$((tests | lint))
endef

test: $(READY)
	$(call tested,-m "not slow")

test-all: $(READY)
	$(call tested)

# Needs Coq with Coquelicot (Debian: coq libcoq-coquelicot). Rewrites the certificate; fails if a proof does.
formal: $(READY)
	$(BIN)/entmax-oracle formal --jobs $(JOBS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(READY)
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html

bench: $(READY)
	$(BIN)/entmax-oracle bench --suite reference

clean:
	rm -rf $(VENV) $(REPORT) $(REPLAY) build dist docs/_build docs/laws.md docs/theorems
