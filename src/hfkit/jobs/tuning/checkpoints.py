"""Checkpoints: one that was half written is never taken."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["latest_checkpoint", "mark_complete"]

_MARK = "complete.json"
_PREFIX = "checkpoint-"


def mark_complete(checkpoint: Path) -> None:
    """Write down the sizes of a checkpoint's files, once all of them are on the disk."""
    files = sorted(file for file in checkpoint.iterdir() if file.is_file() and file.name != _MARK)
    for file in files:
        with file.open("rb") as stream:
            os.fsync(stream.fileno())
    draft = checkpoint / f"{_MARK}.draft"
    with draft.open("w", encoding="utf-8") as stream:
        json.dump({file.name: file.stat().st_size for file in files}, stream)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(checkpoint / _MARK)


def latest_checkpoint(folder: Path) -> Path | None:
    """Give the last checkpoint that is whole; None if there is none."""
    found = [
        (int(checkpoint.name.removeprefix(_PREFIX)), checkpoint)
        for checkpoint in folder.glob(f"{_PREFIX}*")
        if checkpoint.name.removeprefix(_PREFIX).isdecimal() and _is_complete(checkpoint)
    ]
    return max(found)[1] if found else None


def _is_complete(checkpoint: Path) -> bool:
    try:
        sizes = json.loads((checkpoint / _MARK).read_text(encoding="utf-8"))
        return all((checkpoint / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError):
        return False
