# Every target makes its own environment in .venv and works from a fresh clone.

PYTHON ?= python3
# The CPU build of torch that the project is tested with; override it for an accelerator.
TORCH ?= torch==2.13.0

BIN := .venv/bin
RUN := .venv/.demo
DEV := .venv/.dev
RIVALS := .venv/.rivals
NAMES := ctranslate2 haystack openvino sentence-transformers txtai

# A process for each core, up to four, as each takes two gigabytes; the blocks of a page depend on each other.
SHARED := --numprocesses=logical --maxprocesses=4 --dist=loadfile --no-loadscope-reorder

.PHONY: demo test test-fast test-browser browser check docs bench build starter clean

demo: $(RUN)
	$(BIN)/python examples/demo.py

test: $(DEV)
	$(BIN)/python -m hfkit.starter
	$(BIN)/python -m pytest $(SHARED) --cov --cov-report=
	@$(BIN)/python -m coverage report --fail-under=100 >.coverage-report \
		|| { cat .coverage-report; echo "the pure layers must be covered, every branch"; exit 1; }

test-fast: $(DEV)
	$(BIN)/python -m pytest -m "not slow" tests/unit tests/property tests/golden

# A browser is nothing that pip installs, and selenium must not fetch one: it is looked for before all else.
test-browser: browser $(DEV)
	$(BIN)/python -m pytest tests/browser

browser:
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null \
		|| { echo "there is no browser to test with: apt-get install chromium chromium-driver"; exit 1; }

check: $(DEV)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy src tests examples benchmarks training tools docs/conf.py conftest.py
	$(BIN)/lint-imports
	$(BIN)/python tools/names.py
	$(BIN)/python tools/completeness.py

docs: $(DEV)
	$(BIN)/python -m sphinx -q -n -W --keep-going -b html docs docs/_build/html
	$(BIN)/python -m sphinx -q -n -W --keep-going -b doctest docs docs/_build/doctest
	@echo "docs/_build/html/index.html"

bench: $(RIVALS)
	$(BIN)/python benchmarks/run.py

build: $(DEV)
	rm -rf dist
	$(BIN)/python -m build
	$(BIN)/python -m twine check --strict dist/*

# NAME is sentiment or reader; what DATA and BASE hold stands in training/build.py.
starter: $(DEV)
	$(BIN)/python training/build.py "$(NAME)" --data "$(DATA)" --base "$(BASE)" --output "src/hfkit/starter/models/$(NAME)"

clean:
	rm -rf .venv build dist docs/_build .coverage* htmlcov

.venv/.pip:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	@touch $@

# torch first and by version: a plain range would take a build with gigabytes of CUDA.
$(RUN): .venv/.pip pyproject.toml
	$(BIN)/python -m pip install --quiet "$(TORCH)"
	$(BIN)/python -m pip install --quiet --editable ".[torch]"
	@touch $@

$(DEV): $(RUN) pyproject.toml
	$(BIN)/python -m pip install --quiet "$(TORCH)" --editable ".[all]" --group dev
	@touch $@

# One that cannot be installed is left out of the results; none changes a version of what is measured.
$(RIVALS): $(DEV)
	@$(BIN)/python -m pip list --format=freeze --exclude-editable >$@.held
	@for rival in $(NAMES); do \
		$(BIN)/python -m pip install --quiet --constraint $@.held --group rival-$$rival \
			|| echo "$$rival cannot be installed: the benchmarks go on without it"; \
	done
	@touch $@
