# Everything a newcomer needs. Paths stay relative, so that the project may lie anywhere.

PORT ?= 8000
export PORT
# Of the benchmarks: how many interactions.
SIZE ?= 2m
# Of the tests: how many processes share them; 0 for one after the other.
WORKERS ?= 0
# What the demo shows: bank (simulated, with troubles to find) or open_bandit (a real log).
DATA ?= bank

# The first of these that is new enough, unless PYTHON names one.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; \
	done)
RUN := .venv/bin/python
PIP := $(RUN) -m pip install --disable-pip-version-check --quiet -c constraints.txt
# What the checks and the collection of static files run with; nothing is ever signed with it.
EXAMPLE_KEY := an-example-that-signs-nothing-but-is-long-enough-for-the-checks

.DELETE_ON_ERROR:
.PHONY: help install demo test soak chaos lint bench serve

help:
	@echo 'make demo      a running server with data, on PORT (8000); DATA=open_bandit for a real log'
	@echo 'make serve     the production server alone, on PORT (8000)'
	@echo 'make test      the tests'
	@echo 'make soak      writers, refreshers and kills at random, for SECONDS (300)'
	@echo 'make chaos     kills, freezes, full disks and locks at random, for SECONDS (300)'
	@echo 'make lint      linter, formatter, types, migrations, deployment checks'
	@echo 'make bench     the benchmarks, of SIZE (2m, 20m, 200m interactions)'
	@echo 'make install   .venv with all that these need; they install what is missing themselves'

install: .venv/dev staticfiles/staticfiles.json

demo: .venv/product staticfiles/staticfiles.json
	@$(RUN) -m fixtures.demo --data $(DATA)

serve: .venv/product staticfiles/staticfiles.json
	@$(RUN) -m config.server

test: .venv/dev staticfiles/staticfiles.json
	$(RUN) -m pytest -n $(WORKERS) --dist loadfile

soak: SECONDS := 300
soak: .venv/dev staticfiles/staticfiles.json
	SOAK_SECONDS=$(SECONDS) $(RUN) -m pytest -q --timeout=0 --show-capture=stdout tests/test_soak.py

chaos: SECONDS := 300
chaos: .venv/dev staticfiles/staticfiles.json
	LOG_LEVEL=CRITICAL CHAOS_SECONDS=$(SECONDS) $(RUN) -m pytest -q --timeout=0 -s tests/test_chaos.py

lint: export DEBUG := 0
lint: export HTTPS := 1
lint: export SECRET_KEY := $(EXAMPLE_KEY)
lint: .venv/dev
	$(RUN) -m ruff check .
	.venv/bin/biome check --error-on-warnings .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy .
	$(RUN) manage.py makemigrations --check
	$(RUN) manage.py check --deploy --fail-level WARNING

bench: .venv/bench staticfiles/staticfiles.json
	$(RUN) -m benchmarks.ingestion
	$(RUN) -m benchmarks.run $(SIZE)

# ---------------------------------------------------------------- what the targets need

# Sets of packages. A file in .venv stands for each that is there, as required and pinned now.
PACKAGES_product := .
PACKAGES_dev := .[dev]
PACKAGES_bench := .[bench]
# Of these only the files are wanted, not what they depend on: obp holds the Open Bandit data, with
# which the tests compare the demo's copy.
FILES_dev := obp
.venv/product .venv/dev .venv/bench: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo 'Python 3.11 or newer is needed, and "$(PYTHON)" is not. Name one: make PYTHON=/usr/bin/python3.11 $(MAKECMDGOALS)' >&2; exit 1; }
	@$(RUN) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv || { \
		echo 'Python could not create .venv. On Debian and Ubuntu: apt install python3-venv' >&2; rm -rf .venv; exit 1; }
	@echo 'Installing the packages of "$(@F)" into .venv ...'
	@$(PIP) -e '$(PACKAGES_$(@F))'
	@$(if $(FILES_$(@F)),$(PIP) --no-deps $(FILES_$(@F)))
	@touch $@

staticfiles/staticfiles.json: .venv/product $(shell find */static config/static.py -type f 2>/dev/null)
	@SECRET_KEY=$(EXAMPLE_KEY) DEBUG=0 $(RUN) manage.py collectstatic --noinput --clear --verbosity 0
