"""Where hfkit keeps what it made or fetched."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

__all__ = ["cache_folder", "keep"]


def cache_folder() -> Path:
    """Give hfkit's cache: ``HFKIT_CACHE``, else ``hfkit`` in the user's cache folder."""
    if chosen := os.environ.get("HFKIT_CACHE"):
        return Path(chosen).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hfkit"


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
