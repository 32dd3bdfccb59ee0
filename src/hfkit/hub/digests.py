"""Hashes of files, remembered from run to run: opening a model does not read gigabytes again."""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from .cache import cache_folder, keep

if TYPE_CHECKING:
    import os
    from pathlib import Path

__all__ = ["file_digest"]

# A smaller file is read in less time than its hash is looked up.
_LARGE = 1 << 20

# A file that was written this recently could be written again within the clock's step, and look the same.
_SETTLED_NANOSECONDS = 2_000_000_000


def file_digest(file: Path, *, remembered: bool = True) -> str:
    """Give the SHA-256 of a file's content, in hexadecimal.

    That of a large file is kept in hfkit's cache, and holds while the file's size, inode and times stay:
    that of writing, and that of any change, which no program can set back (Windows has none, and gives
    that of creation). A cache that cannot be written costs time, no more.

    Args:
        file: the file.
        remembered: whether a hash that is kept will do; else the file is read.
    """
    status = file.stat()
    if status.st_size < _LARGE or not remembered:
        return _read(file)
    note, state = _note(file), _state(status)
    with suppress(OSError, ValueError):
        known, digest = note.read_text(encoding="ascii").split("\n")
        if known == state and len(digest) == hashlib.sha256().digest_size * 2:
            return digest
    digest = _read(file)
    age = time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns)
    if age > _SETTLED_NANOSECONDS and _state(file.stat()) == state:
        with suppress(OSError):
            keep(note, f"{state}\n{digest}")
    return digest


def _read(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _note(file: Path) -> Path:
    name = hashlib.sha256(str(file.resolve()).encode(errors="surrogateescape")).hexdigest()
    return cache_folder() / "digests" / name


def _state(status: os.stat_result) -> str:
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"
