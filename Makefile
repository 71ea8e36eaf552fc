# Two commands matter: `make run` and `make test`. `make help` names the others.
SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 8000
DB ?= sqlite
BIN := .venv/bin
PO := servicedesk/translations/pl/LC_MESSAGES/messages.po
MO := $(PO:.po=.mo)

.PHONY: help install run test test-statistics check bench screenshots services translations locks clean

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1	/' | expand -t 20

.venv/installed: requirements.lock
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/installed-dev: requirements-dev.lock .venv/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

$(MO): $(PO) | .venv/installed
	@$(BIN)/pybabel --quiet compile --directory servicedesk/translations

install: .venv/installed $(MO) ## Prepare .venv/ for production: README.md, "Operate it"

run: .venv/installed $(MO) ## Start everything with demo data: web, jobs, demo directory (PORT=8000)
	@exec $(BIN)/python -m servicedesk.demo.run --port $(PORT)

test: .venv/installed-dev $(MO) services ## Run all tests (DB=postgresql for PostgreSQL)
	TEST_DATABASE=$(DB) $(BIN)/pytest --numprocesses 2 --dist loadgroup $(ARGS)

test-statistics: ## The same with databases that believe their tables are full (TEST_SQLITE=pysqlite3 for another SQLite)
	@TEST_STATISTICS=1 $(MAKE) test

services:
	@sh tests/services/install.sh

drill: .venv/installed-dev $(MO) services ## Break things while people work, on both databases (ARGS=--long); prints what was lost
	$(BIN)/python -m tests.drill $(ARGS)

check: .venv/installed-dev ## Style, types, layers, templates, translations, known vulnerabilities
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet servicedesk/templates
	$(BIN)/python -m tests.translations
	$(BIN)/python -m tests.audit

bench: .venv/installed-dev $(MO) ## Measure speed, memory and ranking; tables and JSON under benchmarks/results/
	$(BIN)/python -m benchmarks

screenshots: .venv/installed-dev $(MO) services ## Take the pictures of docs/screenshots/ from the running product
	$(BIN)/python -m tests.browser.screenshots

translations: .venv/installed-dev ## Collect new sentences into the Polish catalogue
	$(BIN)/pybabel --quiet extract --mapping-file pyproject.toml --keyword N_ --keyword lazy_gettext --sort-by-file --no-location \
		--project "Service desk" --output-file servicedesk/translations/messages.pot .
	$(BIN)/pybabel --quiet update --input-file servicedesk/translations/messages.pot --output-dir servicedesk/translations \
		--locale pl --no-fuzzy-matching --no-wrap
	@rm servicedesk/translations/messages.pot

locks: .venv/installed-dev ## Resolve the dependencies anew (tests/test_locks.py says which Pythons they must take)
	$(BIN)/pip-compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-emit-find-links --strip-extras --allow-unsafe \
		--output-file requirements.lock pyproject.toml
	$(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --strip-extras --allow-unsafe --extra dev \
		--constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

clean: ## Remove what was built; instance/ with its data stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
