# Two commands do all: `make demo` and `make test`. They need Python 3.11+ and nothing else.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PHOTO  ?= $(shell $(BIN)/python -c "from importlib.util import find_spec; from pathlib import Path; print(Path(find_spec('ultralytics').origin).parent / 'assets' / 'bus.jpg')")

.PHONY: demo test test-browser screenshots lint app benchmark docs clean

demo: $(VENV)/.installed            ## Locate a street in Madrid, and say why
	$(BIN)/clues locate "$(PHOTO)"
	$(BIN)/clues locate "$(PHOTO)" --format html --out clues-report/bus.html

test: $(VENV)/.installed            ## Lint, types, knowledge base, tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/clues kb lint --quiet
	$(BIN)/python -m pytest

test-browser: $(VENV)/.installed    ## The app in a real browser (Debian's Chromium)
	command -v chromium >/dev/null || (apt-get update -qq && apt-get install -y -qq chromium)
	$(BIN)/python -m pytest -m browser

screenshots: $(VENV)/.installed     ## The README's pictures of the app, in docs/images/
	command -v chromium >/dev/null || (apt-get update -qq && apt-get install -y -qq chromium)
	$(BIN)/python -m tests.app.screenshots

lint: $(VENV)/.installed            ## Mend what can be mended by a tool
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

app: $(VENV)/.installed             ## The explainer app, on http://localhost:8501
	$(BIN)/clues app

benchmark: $(VENV)/.installed       ## Speed as ratios against peers in the same run
	$(BIN)/python -m benchmarks.fusion

docs: $(VENV)/.installed            ## The documentation site, in site/
	$(BIN)/python -m pip install --quiet -e ".[docs]"
	$(BIN)/mkdocs build --strict

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Clues needs Python 3.11 or later.")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -e ".[all,dev]"
	# RapidOCR and ultralytics bring OpenCV with windows, which needs libGL; the one without does not
	$(BIN)/python -m pip install --quiet --force-reinstall --no-deps opencv-python-headless
	touch $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache clues-report site
