# Everything a person or a machine does with a checkout. Set-up itself is tools/setup.py.

PYTHON ?= python3
VENV_PYTHON = .venv/bin/python
ARGS ?=
DATA ?= ../shared/data

.PHONY: help run test check lint format types layers bench evaluate samples models screenshots clean development

help:
	@echo "make run [DIR=~/recordings]   set up and open the window, on the bundled samples or on DIR"
	@echo "make test [ARGS='-k flac']    set up and run the tests"
	@echo "make check                    ruff, mypy --strict and the layers (import-linter)"
	@echo "make bench                    print the benchmark table"
	@echo "make evaluate                 the slow checks on real recordings"
	@echo "make samples                  make the bundled samples anew (needs espeak-ng)"
	@echo "make models [DATA=folder]     train all bundled models anew (some hours; needs espeak-ng)"
	@echo "make screenshots              take the pictures in docs/images anew (needs Xvfb)"
	@echo "make clean                    remove .venv and everything that tools left"
	@echo
	@echo "PYTHON=/path/to/python3.12 chooses the Python that set-up uses (3.11 or newer)."

run:
	@$(PYTHON) tools/setup.py run "$$DIR"

development:
	@$(PYTHON) tools/setup.py development

test: development  # a file of tests stays with one process: its fixtures are dear
	@$(VENV_PYTHON) -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile $(ARGS)

check: development  # all four run, whatever the first ones say
	@$(MAKE) --no-print-directory --keep-going lint format types layers

lint: ; $(VENV_PYTHON) -m ruff check .
format: ; $(VENV_PYTHON) -m ruff format --check .
types: ; $(VENV_PYTHON) -m mypy
layers: ; .venv/bin/lint-imports

bench: development
	@$(VENV_PYTHON) -m benchmarks $(ARGS)

evaluate: development
	@$(VENV_PYTHON) -m pytest -m evaluate $(ARGS)

samples: development
	@$(VENV_PYTHON) -m tools.make_samples

models: development
	@$(VENV_PYTHON) -m tools.speak_words build/spoken_words
	@$(VENV_PYTHON) -m tools.train_commands12 $(DATA) build/spoken_words $(ARGS)
	@$(VENV_PYTHON) -m tools.train_digits10 $(DATA) build/spoken_words $(ARGS)
	@$(VENV_PYTHON) -m tools.train_environment10 $(DATA) $(ARGS)
	@$(VENV_PYTHON) -m tools.train_embedding $(DATA) build/spoken_words

screenshots: development
	@$(VENV_PYTHON) -m tools.screenshot
	@$(VENV_PYTHON) -m tools.screenshot_live

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
