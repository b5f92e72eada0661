# Everything a contributor runs; needs python3 (3.11 or newer) and make, and nothing else (but the
# benchmarks: npm, and Python 3.12 beside PR-Agent).
PYTHON ?= python3
IMAGE ?= code-review-action:dev
# Another base than the Dockerfile's: make image BASE="$(python3 scripts/release.py image python)".
BASE :=
BUILD := docker build --quiet --network host $(if $(BASE),--build-arg BASE='$(BASE)')
BIN := .venv/bin
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-header $(UPGRADE)
# The core is pure, so little excuses a branch without a test that starts no process. The shells are
# tested as processes, which are not measured: that would take half as long again.
COVERED := 98
SHELLS := reviewer/adapters/*,reviewer/action.py,reviewer/cli.py,reviewer/terminal/review.py,reviewer/__main__.py,reviewer/run/start.py,reviewer/run/run_setting.py,reviewer/run/review.py
TERMINAL_ONLY := rich markdown-it-py mdurl pygments
# How long `make fuzz` looks: half of the time by Hypothesis, half by atheris where that runs.
SECONDS := 600
FUZZED := $(notdir $(wildcard tests/data/corpus/*))
GUIDED := .venv-fuzz/bin/python -m tests.fuzz.guided
# What PR-Agent needs; uv does not look behind pyenv's shims.
PEER_PYTHON := $(or $(lastword $(wildcard $(HOME)/.pyenv/versions/3.12.*/bin/python)),3.12)
IN_PROCESS := not process and not image and not act and not fuzz
ENGINE := $(shell docker version >/dev/null 2>&1 && echo yes)

.DEFAULT_GOAL := help
.PHONY: help test quick check unit process-tests llama-tests fuzz-smoke fuzz image-tests fix faults mutants races demo picture bench bench-peers image image-debug \
	smoke lock generate clean

help: ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

test: check unit process-tests llama-tests fuzz-smoke image-tests ## all checks and tests; those of the image where a Docker engine answers

quick: check ## all checks, and the tests that start no process: under two minutes
	$(BIN)/pytest -n 2 -m "$(IN_PROCESS)"

check: .venv/installed ## formatting, lint, types and the import contract
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: .venv/installed ## the tests that start no process, and their coverage
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n 2 -m "$(IN_PROCESS)"
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --omit='$(SHELLS)' --fail-under=$(COVERED) || \
		{ echo "Less than $(COVERED)% of the core is covered; see the report above."; exit 1; }

# They wait for each other more than they work, so there are more of them than processors.
process-tests: .venv/installed ## the tests that start the action and other programs as processes
	$(BIN)/pytest -n 3 -m "process and not image and not act and not llama"

llama-tests: .venv/installed .venv-llama/installed ## reviews by llama.cpp's own server, with tiny models made on the spot
	@if .venv-llama/bin/python -c 'import xllamacpp' 2>/dev/null; \
		then CODE_REVIEW_LLAMA='$(CURDIR)/.venv-llama/bin/python' $(BIN)/pytest -m llama tests/e2e; \
		else echo "xllamacpp is not there (no wheel for this system, or no network): the tests marked 'llama' were left out."; fi

fuzz-smoke: .venv/installed ## hostile input for all parsers for a minute, the same every time
	FUZZ_SECONDS=60 $(BIN)/pytest -n 2 -m fuzz tests/fuzz

fuzz: .venv/installed .venv-fuzz/installed ## other hostile input for SECONDS=600; keeps what breaks
	FUZZ_SECONDS=$$(($(SECONDS) / 2)) FUZZ_SEED=$$(date +%s) $(BIN)/pytest -n 2 -m fuzz tests/fuzz
	@if .venv-fuzz/bin/python -c 'import atheris' 2>/dev/null; \
		then printf '%s\n' $(FUZZED) | xargs -P 2 -I TARGET $(MAKE) --no-print-directory .fuzz/TARGET; \
		else echo "atheris does not run here: nothing was guided by coverage."; fi

# What is reached on the way stays here; what breaks a target becomes part of the corpus.
.fuzz/%: FORCE
	@mkdir -p $@
	@$(GUIDED) $* $@ tests/data/corpus/$* -max_total_time=$$(($(SECONDS) / $(words $(FUZZED)))) \
		-timeout=10 -artifact_prefix=tests/data/corpus/$*/found- >$@.log 2>&1 \
		|| { tail -n 40 $@.log; exit 1; }
	@echo "$*: $$(grep '^Done' $@.log)"

FORCE:

ifeq ($(ENGINE),yes)
image-tests: .venv/installed image ## the tests that start the built image
	CODE_REVIEW_IMAGE=$(IMAGE) $(BIN)/pytest -n 2 -m "image or act"
else
image-tests:
	@echo "No Docker engine answers: the tests marked 'image' and 'act' were left out."
endif

fix: .venv/installed ## format, and mend what ruff can mend
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

mutants: .venv/installed ## take each defence out of a copy and see its test fail: half an hour
	$(BIN)/python -m scripts.mutants $(ROWS)

faults: .venv/installed ## print the faults to survive with their tests and defences; ROWS="GH1 LO" for some
	$(BIN)/python -m scripts.faults $(ROWS)

races: .venv/installed ## two processes race fifty times, four times as often as in `make test`
	RACES=50 $(BIN)/pytest -n 2 tests/e2e/test_process_races.py

demo: .venv/installed ## a review from end to end, against servers on this machine
	$(BIN)/python demo/run.py

picture: .venv/installed ## make README's pictures of the demo's comment again; needs Chromium
	$(BIN)/python scripts/comment_picture.py

bench: .venv/installed ## measure what is promised of speed, size and cost: a quarter of an hour; needs npm once
	$(BIN)/python -m bench.run --write
	$(BIN)/python scripts/generate.py

# Of the day, so it is installed again each time, without the project's own settings for uv.
bench-peers: .venv/installed ## measure beside PR-Agent and WebAssembly: a quarter of an hour; needs Python 3.12
	UV_PYTHON_DOWNLOADS=never $(BIN)/uv venv --quiet --no-config --allow-existing --python '$(PEER_PYTHON)' .venv-peers
	$(BIN)/uv pip install --quiet --no-config --upgrade --compile-bytecode \
		--python .venv-peers/bin/python 'pr-agent[github]' wasmtime
	$(BIN)/python -m bench.run --peers --write
	$(BIN)/python scripts/generate.py

image: ## build the image
	$(BUILD) --tag $(IMAGE) .

image-debug: ## build and enter the image with a shell inside
	$(BUILD) --target debug --tag $(IMAGE)-debug .
	docker run --rm --interactive --tty --network host $(IMAGE)-debug

smoke: image ## start the built image once, with an event that asks for nothing
	docker run --rm --volume '$(CURDIR)/tests/data/events:/github/workflow:ro' \
		--env GITHUB_EVENT_PATH=/github/workflow/pull_request.closed.json \
		--env GITHUB_EVENT_NAME=pull_request --env GITHUB_REPOSITORY=Codertocat/Hello-World \
		--network none $(IMAGE)

# The image has no terminal: what only rich needs would be a fifth of all its packages.
lock: .venv/installed ## pin what pyproject.toml asks for; newest releases with UPGRADE=--upgrade
	$(LOCK) pyproject.toml $(addprefix --no-emit-package ,$(TERMINAL_ONLY)) --output-file requirements.lock
	$(LOCK) pyproject.toml --group dev --output-file requirements-dev.lock
	$(LOCK) --group fuzz --output-file requirements-fuzz.lock
	$(LOCK) --group llama --output-file requirements-llama.lock

generate: .venv/installed ## write again what is generated from the code
	$(BIN)/python scripts/generate.py

clean: ## remove the virtual environment and all caches
	rm -rf .venv .venv-fuzz .venv-llama .venv-peers .fuzz build/bench .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

.venv/installed: requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.13" \
		if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
		--require-hashes --requirement requirements-dev.lock
	touch $@

.venv-fuzz/installed: requirements-dev.lock requirements-fuzz.lock
	$(PYTHON) -m venv .venv-fuzz
	.venv-fuzz/bin/pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
		--require-hashes --requirement requirements-dev.lock
	-.venv-fuzz/bin/pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
		--require-hashes --requirement requirements-fuzz.lock
	touch $@

# The server of llama.cpp alone, 35 MB: it runs as a process of its own.
.venv-llama/installed: requirements-llama.lock
	$(PYTHON) -m venv .venv-llama
	-.venv-llama/bin/pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
		--require-hashes --requirement requirements-llama.lock && touch $@
