"""Hashes that are remembered."""

from __future__ import annotations

import hashlib
import os
import time
from typing import TYPE_CHECKING

import pytest

from hfkit.hub import digests
from hfkit.hub.digests import file_digest

if TYPE_CHECKING:
    from pathlib import Path

SIZE = 1 << 20
OLD = 1_000_000_000


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "digests"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """List the files that are read."""
    seen: list[Path] = []
    original = digests._read

    def count(file: Path) -> str:
        seen.append(file)
        return original(file)

    monkeypatch.setattr(digests, "_read", count)
    return seen


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let five seconds pass since the files were written."""
    now = time.time_ns
    monkeypatch.setattr("hfkit.hub.digests.time.time_ns", lambda: now() + 5_000_000_000)


def write(file: Path, letter: bytes, *, size: int = SIZE, at: int = OLD) -> str:
    """Write a file as of a time, and give its hash."""
    file.write_bytes(letter * size)
    os.utime(file, (at, at))
    return hashlib.sha256(letter * size).hexdigest()


@pytest.mark.usefixtures("later")
def test_a_large_file_is_read_once(tmp_path: Path, cache: Path, read: list[Path]) -> None:
    digest = write(tmp_path / "f", b"a")
    assert [file_digest(tmp_path / "f") for _ in range(3)] == [digest] * 3
    assert len(read) == 1
    assert len(list(cache.iterdir())) == 1


def test_a_small_file_is_read_each_time(tmp_path: Path, cache: Path, read: list[Path]) -> None:
    digest = write(tmp_path / "f", b"a", size=SIZE - 1)
    assert [file_digest(tmp_path / "f") for _ in range(2)] == [digest] * 2
    assert len(read) == 2
    assert not cache.exists()


@pytest.mark.usefixtures("later")
def test_a_file_of_another_time_is_read_again(tmp_path: Path, cache: Path) -> None:
    write(tmp_path / "f", b"a")
    file_digest(tmp_path / "f")
    digest = write(tmp_path / "f", b"b", at=OLD + 1)
    assert file_digest(tmp_path / "f") == digest
    assert len(list(cache.iterdir())) == 1


@pytest.mark.usefixtures("cache", "later")
def test_a_file_of_another_size_is_read_again(tmp_path: Path) -> None:
    write(tmp_path / "f", b"a")
    file_digest(tmp_path / "f")
    digest = write(tmp_path / "f", b"a", size=SIZE + 1)
    assert file_digest(tmp_path / "f") == digest


@pytest.mark.usefixtures("cache", "later")
def test_a_file_whose_time_was_set_back_is_read_again(tmp_path: Path) -> None:
    write(tmp_path / "f", b"a")
    file_digest(tmp_path / "f")
    digest = write(tmp_path / "f", b"b")
    assert file_digest(tmp_path / "f") == digest


@pytest.mark.usefixtures("cache", "later")
def test_a_file_that_took_the_place_of_one_of_the_same_size_and_time_is_read(tmp_path: Path) -> None:
    write(tmp_path / "f", b"a")
    file_digest(tmp_path / "f")
    digest = write(tmp_path / "g", b"b")
    (tmp_path / "g").replace(tmp_path / "f")
    assert file_digest(tmp_path / "f") == digest


def test_a_file_that_was_just_written_is_not_remembered(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "f").write_bytes(b"a" * SIZE)
    file_digest(tmp_path / "f")
    assert not cache.exists()


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize("damage", [b"", b"nonsense", b"1\n2\n3", b"\xff\n\xff"])
def test_a_damaged_note_is_made_again(damage: bytes, tmp_path: Path, cache: Path) -> None:
    digest = write(tmp_path / "f", b"a")
    file_digest(tmp_path / "f")
    (note,) = cache.iterdir()
    whole = note.read_bytes()
    note.write_bytes(damage)
    assert file_digest(tmp_path / "f") == digest
    assert note.read_bytes() == whole


@pytest.mark.usefixtures("later")
def test_a_cache_that_cannot_be_written_costs_time_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("a file, no folder")
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path / "cache"))
    digest = write(tmp_path / "f", b"a")
    assert file_digest(tmp_path / "f") == digest
