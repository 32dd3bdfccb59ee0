"""Where hfkit keeps what it made or fetched."""

from __future__ import annotations

import atexit
import os
import tempfile
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path

__all__ = ["cache_folder", "keep", "mark_used"]


def cache_folder() -> Path:
    """Give hfkit's cache: ``HFKIT_CACHE``, else ``hfkit`` in the user's cache folder.

    A user without a home, as containers have them, gets a folder that lasts as long as the process.
    """
    if chosen := os.environ.get("HFKIT_CACHE"):
        return Path(chosen).expanduser()
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hfkit"
    except RuntimeError:  # there is no home
        return _passing_folder()


@cache
def _passing_folder() -> Path:
    """Make a folder that nobody else can write to; one of a fixed name could be another user's."""
    kept = ExitStack()
    atexit.register(kept.close)
    return Path(kept.enter_context(tempfile.TemporaryDirectory(prefix="hfkit-", ignore_cleanup_errors=True)))


def keep(file: Path, content: str) -> None:
    """Write a small file beside its place in the cache and move it in: readers find all of it, or none.

    Raises:
        OSError: the cache cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".draft-") as folder:
        draft = Path(folder) / file.name
        draft.write_text(content, encoding="utf-8")
        draft.replace(file)


def mark_used(folder: Path) -> None:
    """Note that a folder of a cache was used now: what file systems know of reading is a day old, or nothing."""
    with suppress(OSError):  # somebody else's cache is read all the same
        os.utime(folder)
