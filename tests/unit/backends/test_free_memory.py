from __future__ import annotations

import os
from pathlib import Path

import pytest

from hfkit.backends import free_memory as module


def test_there_is_some() -> None:
    assert 0 < module.free_memory() < 1 << 50


def test_the_limit_of_a_container_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("400000\n")
    monkeypatch.setattr(module, "_GROUP", tmp_path)
    assert module.free_memory() == 600_000
    (tmp_path / "memory.max").write_text("max\n")
    assert module.free_memory() > 600_000


def test_where_nothing_says_so_it_is_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_GROUP", tmp_path)
    monkeypatch.setattr(module, "_AVAILABLE", tmp_path / "none")
    monkeypatch.delattr(os, "sysconf")
    assert module.free_memory() == 2 << 30
