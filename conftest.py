"""Every example is a test: the pages under docs, README.md and the docstrings.

A page's ``python`` blocks run from top to bottom in a folder of its own. What a block prints must be what
the ``output`` block under it shows, ``...`` standing for anything. A block that cannot run says why, in an
invisible comment above it: ``<!-- skip: next "it needs a network" -->``.
"""

from __future__ import annotations

import io
import os
import warnings
from contextlib import ExitStack, chdir, redirect_stdout
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, Example, OutputChecker
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import TYPE_CHECKING

import pytest
from sybil import Sybil
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.myst import CodeBlockParser, SkipParser
from sybil.parsers.rest import DocTestParser

if TYPE_CHECKING:
    import sybil

# "auto" opens what is exported: what this machine's user has exported must not decide on a test.
_EXPORTS = mkdtemp(prefix="hfkit-exports-")
pytest.MonkeyPatch().setattr(
    "hfkit.backends.onnx.entries.cache_folder", lambda: Path(os.environ.get("HFKIT_CACHE", _EXPORTS))
)

# What is measured on a busy machine must not decide on a test either.
os.environ["HFKIT_WORKERS"] = "1"

# Nor must what is read here stay in the place where datasets keeps what its user has read.
os.environ["HF_DATASETS_CACHE"] = mkdtemp(prefix="hfkit-datasets-")

# Each process has a core, and torch must not start a thread for each core in all of them.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

# What the gate on the pure layers counts. To trace what whole models do as well would double its time.
_COUNTED = ("tests/golden/", "tests/property/", "tests/unit/", "src/")

_FOLDER, _PRINTED = "__folder__", "__printed__"

_run = PythonEvaluator()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Count no lines while a test runs that the gate does not need, and run these last.

    What runs once in a process, as it is imported or as what it gives is kept, then runs while lines are counted.
    """
    items.sort(key=_is_uncounted)
    for item in filter(_is_uncounted, items):
        item.add_marker("no_cover")


def _is_uncounted(item: pytest.Item) -> bool:
    return not item.nodeid.startswith(_COUNTED)


def _enter_folder(namespace: dict[str, object]) -> None:
    stack = ExitStack()
    stack.enter_context(chdir(stack.enter_context(TemporaryDirectory())))
    namespace[_FOLDER] = stack


def _leave_folder(namespace: dict[str, object]) -> None:
    if isinstance(stack := namespace.pop(_FOLDER), ExitStack):
        stack.close()


def _run_block(block: sybil.Example) -> str | None:
    unchecked = block.namespace.get(_PRINTED)
    with redirect_stdout(io.StringIO()) as printed, warnings.catch_warnings():
        # peft 0.21 asks transformers 5.23 for a name that is about to go.
        warnings.filterwarnings("ignore", message="`is_gradient_checkpointing`", category=FutureWarning)
        # huggingface_hub 2.4 hands a large file to httpx2 in a way that is about to go.
        warnings.filterwarnings("ignore", message="Use 'content=", category=DeprecationWarning)
        _run(block)
    block.namespace[_PRINTED] = printed.getvalue()
    return (
        f"the block before this one printed what no output block shows:\n{unchecked}" if unchecked else None
    )


def _check_output(block: sybil.Example) -> str | None:
    shown, printed = (text.strip() + "\n" for text in (block.parsed, block.namespace.pop(_PRINTED, "")))
    checker = OutputChecker()
    if checker.check_output(shown, printed, ELLIPSIS):
        return None
    return checker.output_difference(Example("", shown), printed, ELLIPSIS)


_pages = Sybil(
    parsers=[CodeBlockParser("python", _run_block), CodeBlockParser("output", _check_output), SkipParser()],
    patterns=["README.md", "docs/*.md", "docs/*/*.md"],
    setup=_enter_folder,
    teardown=_leave_folder,
)
_docstrings = Sybil(parsers=[DocTestParser(ELLIPSIS | NORMALIZE_WHITESPACE)], path="src", pattern="*.py")

pytest_collect_file = (_pages + _docstrings).pytest()
