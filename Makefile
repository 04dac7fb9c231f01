# Everything is set up inside .venv by the first target that needs it: with uv where it is installed, else with pip.
#   make run ARGS="--help"          pass arguments on
#   make test PYTHON=python3.13     choose the Python (3.11 or newer)
#   make run UV=                    do not use uv

.DEFAULT_GOAL := help
.PHONY: help run voice postgres test test-full bench bench-full check fix lock clean \
	.setup-run .setup-voice .setup-postgres .setup-dev
.NOTPARALLEL:

BIN := .venv/bin
LOCKS := requirements.txt requirements-voice.txt requirements-postgres.txt requirements-dev.txt

# One more than there are cores, as tests of the real process wait a lot.
WORKERS := -n $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

run: .setup-run ## Start the bot; ARGS="..." are its arguments, standard input is passed on
	@unset SETUP; exec $(BIN)/interview-bot run $(ARGS)

voice: .setup-voice ## Add voice: the libraries for it, and the models that the settings name
	@$(BIN)/interview-bot setup

postgres: .setup-postgres ## Add PostgreSQL: the libraries for a database that several machines share
	@echo "PostgreSQL can be used: set DATABASE_URL=psycopg://USER@HOST:5432/NAME"

test: .setup-dev ## Run the tests and hold the coverage (core 100 %, the rest 90 %)
	@rm -f .coverage .coverage.*
	@unset PYTHONDONTWRITEBYTECODE; $(BIN)/pytest $(WORKERS) --cov --cov-report= # compiled once, not by each process
	@$(BIN)/coverage report --include='core/*' --fail-under=100
	@$(BIN)/coverage report --omit='core/*' --fail-under=90

test-full: .setup-dev ## Run the tests with all their rounds, which takes long
	@unset PYTHONDONTWRITEBYTECODE; FULL_ROUNDS=1 $(BIN)/pytest $(WORKERS) --timeout=1800

bench: .setup-dev ## Measure the speed, quickly (under 90 s), and hold it; ARGS="..." are its arguments
	@$(BIN)/python -m tests.bench $(ARGS)

bench-full: .setup-dev ## Measure the speed thoroughly
	@$(BIN)/python -m tests.bench --full $(ARGS)

check: .setup-dev ## Check style, types, imports, lock files and roles
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@rm -rf .venv/locks && mkdir .venv/locks && cp $(LOCKS) .venv/locks
	$(call compile,.venv/locks/)
	@for lock in $(LOCKS); do diff -u $$lock .venv/locks/$$lock >&2 || \
		{ echo "$$lock does not match pyproject.toml: run 'make lock'" >&2; exit 1; }; done
	@echo "Lock files match pyproject.toml."
	@$(BIN)/interview-bot roles check

fix: .setup-dev ## Repair and format what ruff can
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

lock: .setup-dev ## Write the lock files anew from pyproject.toml; ARGS=--upgrade takes newer versions
	$(call compile,,$(ARGS))

clean: ## Remove .venv and every cache
	@rm -rf .venv .voice .postgres .coverage .coverage.* .hypothesis
	@rm -rf .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name .git -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

# $(call compile,FOLDER,OPTIONS) writes the lock files into FOLDER. Versions in an older file there are kept while they
# fit. What voice and PostgreSQL need is locked around the versions that running needs, and what developing needs, which
# tests both as well, around all of them.
COMPILE = @$(BIN)/uv pip compile --quiet --system-certs --python $(BIN)/python --universal --python-version 3.11 \
	--fork-strategy fewest --generate-hashes --no-emit-index-url --custom-compile-command 'make lock' pyproject.toml
define compile
$(COMPILE) $(2) --group build --output-file $(1)requirements.txt
$(COMPILE) $(2) --group build --extra voice --constraint requirements.txt --output-file $(1)requirements-voice.txt
$(COMPILE) $(2) --group build --extra postgres --constraint requirements-voice.txt \
	--output-file $(1)requirements-postgres.txt
$(COMPILE) $(2) --group dev --extra voice --extra postgres --constraint requirements-voice.txt \
	--constraint requirements-postgres.txt --output-file $(1)requirements-dev.txt
endef

# The set-up. A mark in .venv names what was installed completely: which lock file, for which folder. Without the right
# mark .venv is made anew: so a set-up that was cut short, a changed lock file and a moved folder heal by themselves.
# What is only missing, as voice or PostgreSQL beside what is there, is added.
define SETUP
set -eu
say() { printf '%s\n' "$$*" >&2; }
KINDS="run voice postgres dev" # dev has everything
lock() { case $$1 in run) echo requirements.txt ;; *) echo "requirements-$$1.txt" ;; esac; }
key() { { pwd -P; cat "$$1"; } | cksum; }
marked() { [ "$$(cat ".venv/$$1.mark" 2>/dev/null)" = "$$(key "$$2")" ]; }
mark() { key "$$2" >".venv/$$1.mark"; }
unmark() { for name; do rm -f ".venv/$$name.mark"; done; }
installed() { for name; do marked "$$name" "$$(lock "$$name")" || return 1; done; }
outdated() { for name; do if [ -e ".venv/$$name.mark" ] && ! installed "$$name"; then return; fi; done; return 1; }
new_enough() { "$$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
version() { "$$1" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null; }

usable() {
    [ -x .venv/bin/python ] || return 1
    [ -z "$${PYTHON:-}" ] || [ "$$(version "$$PYTHON")" = "$$(version .venv/bin/python)" ]
}

choose_python() {
    if [ -n "$${PYTHON:-}" ]; then set -- "$$PYTHON"; else set -- python3 python3.13 python3.12 python3.11; fi
    for python; do
        if new_enough "$$python"; then python=$$("$$python" -c 'import sys; print(sys.executable)'); return; fi
    done
    say "Python 3.11 or newer is needed, and $$1 is $$(version "$$1" || echo missing):" \
        "install it, or name one: make ... PYTHON=/path/to/python3"
    exit 1
}

make_venv() {
    choose_python
    if [ -z "$$uv" ] && ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then
        say "$$python cannot make virtual environments: install its venv module" \
            "(Debian, Ubuntu: apt install python3-venv), or install uv"
        exit 1
    fi
    if [ -e .venv ]; then
        say "Setting up again (the set-up was out of date or cut short) ..."
        rm -rf .venv
    else
        say "Setting up (first time only) ..."
    fi
    if [ -n "$$uv" ]; then "$$uv" venv --quiet --no-project --python "$$python" .venv; else "$$python" -m venv .venv; fi
}

add() {
    if [ -n "$$uv" ]; then
        "$$uv" pip install --quiet --python .venv/bin/python "$$@"
    else
        .venv/bin/python -m pip install -qq --disable-pip-version-check "$$@"
    fi
}

uv=$${UV-$$(command -v uv || true)}
asked=$$1 kinds=$$1
case $$asked in voice | postgres) : >".$$asked" ;; esac # outside .venv, so that it outlives a set-up that was cut short
if [ "$$asked" != dev ]; then
    kinds=run
    for extra in voice postgres; do if [ -e ".$$extra" ]; then kinds="$$kinds $$extra"; fi; done
fi
if ! usable || { ! installed $$kinds && ! installed dev; }; then
    if usable && installed run && ! outdated $$kinds; then
        say "Setting up for $$asked (first time only) ..."
    else
        make_venv
    fi
    unmark $$KINDS project
    set -- # the lock files agree about what is in more than one of them
    for kind in $$kinds; do set -- "$$@" -r "$$(lock "$$kind")"; done
    add --require-hashes "$$@"
    if [ "$$asked" = dev ]; then kinds=$$KINDS; fi
    for kind in $$kinds; do mark "$$kind" "$$(lock "$$kind")"; done
fi
if ! marked project pyproject.toml; then
    unmark project
    add --no-deps --no-build-isolation --editable .
    mark project pyproject.toml
fi
endef
export SETUP

# Standard input belongs to the bot. The script has many lines, so it reaches the shell through the environment.
.setup-run .setup-voice .setup-postgres .setup-dev: .setup-%:
	@sh -c "$$SETUP" setup $* </dev/null
