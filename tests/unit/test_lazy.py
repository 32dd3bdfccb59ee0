"""The package is quick to import, and its list of names is the one that type checkers read."""

from __future__ import annotations

import subprocess
import sys

import pytest

import hfkit
from hfkit._lazy import lazy_names, reach

HEAVY = [
    "accelerate",
    "bitsandbytes",
    "datasets",
    "gguf",
    "huggingface_hub",
    "importlib.metadata",
    "numpy",
    "onnxruntime",
    "pandas",
    "peft",
    "safetensors",
    "tokenizers",
    "torch",
    "tqdm",
    "transformers",
]


def _run(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_importing_hfkit_imports_nothing_heavy() -> None:
    # What the interpreter's own start-up brings along (site, .pth files) is not hfkit's doing.
    code = "import sys; before = set(sys.modules); import hfkit; print(*set(sys.modules) - before)"
    assert set(HEAVY).isdisjoint(_run(code).split())


def test_importing_hfkit_is_quick() -> None:
    # Processor time, the best of three: a busy machine must not fail it. 20 ms where this was written.
    code = "import time; t = time.process_time(); import hfkit; print(time.process_time() - t)"
    assert min(float(_run(code)) for _ in range(3)) < 0.1


def test_building_a_facade_imports_no_backend() -> None:
    code = (
        "import sys, hfkit; hfkit.Classify('m'); print(sorted({'torch', 'transformers'} & set(sys.modules)))"
    )
    assert _run(code) == "[]"


def test_every_listed_name_can_be_had() -> None:
    for name in vars(hfkit)["__all__"]:
        assert getattr(hfkit, name) is not None
        assert name in dir(hfkit)


def test_a_name_that_is_not_listed_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'hfkit' has no attribute 'Clasify'"):
        hfkit.Clasify  # type: ignore[attr-defined]  # noqa: B018  # the point


def test_a_package_without_source_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hfkit, "__spec__", None)
    with pytest.raises(ImportError, match="hfkit was installed without its source"):
        lazy_names("hfkit")


def test_reach_imports_by_name() -> None:
    assert reach("hfkit.errors", "HfkitError") is hfkit.HfkitError
