from __future__ import annotations

from pathlib import Path

import pytest

from hfkit.hub.cache import cache_folder, keep


def test_a_chosen_folder_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    monkeypatch.delenv("HFKIT_CACHE", raising=False)
    assert cache_folder() == tmp_path / "user" / "hfkit"
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path / "own"))
    assert cache_folder() == tmp_path / "own"


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
