"""Where hfkit keeps what it made or fetched."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["cache_folder"]


def cache_folder() -> Path:
    """Give hfkit's cache: ``HFKIT_CACHE``, else ``hfkit`` in the user's cache folder."""
    if chosen := os.environ.get("HFKIT_CACHE"):
        return Path(chosen).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hfkit"
