PYTHON ?= python3
BIN := .venv/bin
# To import nbval takes a second of each process.
PYTEST := $(BIN)/pytest -p no:nbval -n 2 --dist worksteal
FIRST_PAGE := _build/html/chapters/start/welcome.html

export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Chapters and tests run beside each other: threads of each would only fight for the cores.
export OPENBLAS_NUM_THREADS ?= 1
# Processors sum in another order each. Long runs of networks would print other digits then.
export OPENBLAS_CORETYPE ?= Haswell
export OPENBLAS_L2_SIZE ?= 512

.DEFAULT_GOAL := help
.PHONY: help book test test-unit grading test-grading serve watch zip pdf notebooks experiments lint lock picture reproducible clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

book: .venv/book.stamp ## execute the chapters that changed and build the site
	@echo "== book: chapters and site"
	@$(BIN)/jupyter-book build -W -n --keep-going .
	@echo "First page: $(CURDIR)/$(FIRST_PAGE)"

test: lint ## run all tests: lint, packages, site, every output of every chapter
	@# Much of a build is one process that writes pages: the packages are tested beside it.
	@$(MAKE) --no-print-directory --jobs 2 book test-unit
	@echo "== test: site"
	@$(PYTEST) tests/site
	@echo "== test: stored outputs of the chapters, of those that changed in any order"
	@$(BIN)/python -m pytest --nbval -p tests.any_order --any-order changed \
	  -n 2 --dist loadscope chapters

test-unit: .venv/dev.stamp ## run the tests that need no site, no browser and no Jupyter
	@echo "== test: packages"
	@$(PYTEST) tests/optimlib tests/course optimlib \
	  course/conversions course/exercises course/handouts course/roster.py

grading: .venv-grading/stamp ## make the environment that scores assignments (with nbgrader)

test-grading: .venv-grading/stamp ## test assignments, scoring and hostile submissions
	@echo "== test: assignments and scoring"
	@.venv-grading/bin/python -m pytest --confcutdir=tests/grading -n 2 tests/grading

serve: book ## show the site on http://localhost:8000
	@$(BIN)/python -m http.server --bind localhost --directory _build/html 8000

watch: book .venv/dev.stamp ## show the site on http://127.0.0.1:8000, and each save in it
	@$(BIN)/python -m course.site.watch

zip: book ## pack the site into one zip that is read from the disk
	@$(BIN)/python -m course.site.offline

pdf: book .venv/dev.stamp ## print the whole book as one PDF (needs Chromium, some minutes)
	@$(BIN)/python -m course.site.pdf

notebooks: .venv/book.stamp ## execute all chapters and store their outputs for a commit
	@echo "== notebooks: executing all chapters"
	@$(BIN)/python -m course.site.notebooks

experiments: .venv/book.stamp ## repeat the long runs that chapters read (some minutes)
	@echo "== experiments: comparing optimizers"
	@$(BIN)/python -m course.experiments.comparing
	@echo "== experiments: matrices"
	@$(BIN)/python -m course.experiments.matrices
	@echo "== experiments: the edge of stability"
	@$(BIN)/python -m course.experiments.edge

CLIENT := optimlib/explorers/client

lint: .venv/dev.stamp ## check style, types and spelling
	@echo "== lint: ruff, mypy, oxlint and codespell"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/oxlint --format unix --deny-warnings --config $(CLIENT)/.oxlintrc.json optimlib course
	@$(BIN)/codespell

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-annotate \
	--no-emit-package deep-learning-optimizers --custom-compile-command "make lock"

lock: .venv/dev.stamp ## renew requirements/ after an edit of what is asked for (UPGRADE=--upgrade: all of it)
	@echo "== lock: versions for all platforms"
	@$(LOCK) $(UPGRADE) requirements/dev.in -o requirements/dev.txt
	@$(LOCK) $(UPGRADE) requirements.txt -c requirements/dev.txt -o requirements/book.txt
	@$(LOCK) $(UPGRADE) requirements/grading.in -o requirements/grading.txt

picture: book .venv/dev.stamp ## draw the README's pictures (one of them needs Chromium)
	@$(BIN)/python -c 'from course.site import pages; pages.draw_preview(".github/preview.png")'
	@$(BIN)/python -m course.site.picture .github/answering.png

reproducible: .venv/book.stamp ## build the last commit twice and say what differs (some minutes)
	@echo "== reproducible: two builds of the last commit"
	@$(BIN)/python -m course.site.reproducible

clean: ## remove the site, the cache of executed chapters and the virtual environments
	rm -rf .venv .venv-grading _build

define new_environment
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed, and $(PYTHON) is not that." \
	       "Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { \
	  echo "$(PYTHON) cannot make virtual environments." \
	       "Install its venv module (on Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(@D)
endef

.venv/book.stamp: requirements/book.txt pyproject.toml
	@echo "== environment: .venv with the pinned requirements (about a minute)"
	$(new_environment)
	@$(BIN)/pip install --quiet -r requirements/book.txt -e .
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/book.stamp
	@echo "== environment: tools for tests and lint"
	@$(BIN)/pip install --quiet -r requirements/dev.txt
	@touch $@

.venv-grading/stamp: requirements/grading.txt pyproject.toml
	@echo "== environment: .venv-grading with nbgrader"
	$(new_environment)
	@.venv-grading/bin/pip install --quiet -r requirements/grading.txt -e .
	@touch $@
