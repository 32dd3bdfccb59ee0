"""Where hfkit keeps what it made."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hfkit.hub.cache import cache_folder, keep, mark_used


def test_a_chosen_folder_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    monkeypatch.delenv("HFKIT_CACHE", raising=False)
    assert cache_folder() == tmp_path / "user" / "hfkit"
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path / "own"))
    assert cache_folder() == tmp_path / "own"


def test_without_a_home_it_is_a_private_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("HFKIT_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    folder = cache_folder()
    assert folder.is_dir()
    assert folder.stat().st_mode & 0o077 == 0
    assert cache_folder() == folder


def test_what_is_kept_replaces_what_was(tmp_path: Path) -> None:
    file = tmp_path / "a" / "note.json"
    keep(file, "one")
    keep(file, "zwei ü")
    assert file.read_text(encoding="utf-8") == "zwei ü"
    assert list(file.parent.iterdir()) == [file]


def test_a_cache_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        keep(tmp_path / "file" / "note", "one")


def test_a_use_is_noted_where_that_is_allowed(tmp_path: Path) -> None:
    os.utime(tmp_path, (1, 1))
    mark_used(tmp_path)
    assert tmp_path.stat().st_mtime > 1
    mark_used(tmp_path / "none")
