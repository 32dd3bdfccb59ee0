"""What lies in huggingface_hub's cache, as far as the names of its folders tell: no file is read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .asking import HubKind

__all__ = ["cached_commits", "cached_repositories", "describe_cached", "hub_folder", "snapshot_folder"]

_COMMIT = re.compile(r"[0-9a-f]{40}")

_FEW = 5  # names in a line
_SHORT = 8  # figures of a commit that tell it from others


def hub_folder() -> Path:
    """Say where huggingface_hub keeps repositories."""
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE).expanduser().resolve()


def snapshot_folder(kind: HubKind, name: str, commit: str) -> Path:
    """Say where a commit lies in huggingface_hub's cache, if it does."""
    return hub_folder() / f"{kind}s--{name.replace('/', '--')}" / "snapshots" / commit


def cached_repositories(kind: HubKind) -> tuple[str, ...]:
    """Name the repositories of which something is in the cache, in the order of the alphabet."""
    begin = f"{kind}s--"
    return tuple(
        sorted(
            folder.name.removeprefix(begin).replace("--", "/")
            for folder in _folders(hub_folder(), f"{begin}*")
        )
    )


def cached_commits(kind: HubKind, name: str) -> tuple[str, ...]:
    """Name the commits of a repository of which something is in the cache, the latest used first."""
    found = [
        folder for folder in _folders(snapshot_folder(kind, name, ""), "*") if _COMMIT.fullmatch(folder.name)
    ]
    return tuple(folder.name for folder in sorted(found, key=lambda one: one.stat().st_mtime, reverse=True))


def describe_cached(kind: HubKind, name: str) -> str:
    """Say what is in the cache of a repository, and in all."""
    commits = ", ".join(commit[:_SHORT] for commit in cached_commits(kind, name)[:_FEW])
    names = cached_repositories(kind)
    known = ", ".join(map(repr, names[:_FEW])) + (
        f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    )
    of_it = f"of it the cache holds commit {commits}" if commits else "of it the cache holds nothing"
    return f"{of_it}; in all {known or f'no {kind}'}"


def _folders(place: Path, pattern: str) -> list[Path]:
    try:
        return [entry for entry in place.glob(pattern) if entry.is_dir()]
    except OSError:  # somebody else's
        return []
