"""Find what lies in the caches: repositories, prepared tables, and what hfkit itself has made."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from .cache import cache_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from huggingface_hub import HFCacheInfo

__all__ = [
    "MODEL_NOTE",
    "CachedItem",
    "CachedKind",
    "own_items",
    "repository_items",
    "table_folder",
    "table_items",
]

CachedKind: TypeAlias = Literal[
    "model", "dataset", "space", "kernel", "table", "export", "starter", "architecture", "notes"
]
"""What lies in a cache: a commit of a repository; a table that datasets prepared; an ONNX export; a starter; the base
of an architecture; or hfkit's notes on files, tokenizers and workers."""

MODEL_NOTE = "model.json"
"""Says beside the exports of a model which one it is."""

# Folders of hfkit's cache with small files that save time, and no more.
_NOTES = ("digests", "tokenizers", "workers", "dataset-commits")


@dataclass(frozen=True, slots=True)
class CachedItem:
    """One thing that lies in a cache and can be removed.

    Attributes:
        kind: what it is.
        name: the repository; of an export its model, of a table its dataset; else what it is for.
        revision: the commit, or the hash of the model; empty where there is none.
        marks: the branches and tags that lead to a commit; the task of an export; the part of a dataset.
        bytes: of its files. Commits of one repository share files, and each counts them.
        files: how many there are.
        last_used: when hfkit last opened it, or one of its files was read or written, as far as the file system tells:
            many note the reading of a file once a day, some never.
        path: the folder.
    """

    kind: CachedKind
    name: str
    revision: str
    marks: tuple[str, ...]
    bytes: int
    files: int
    last_used: datetime
    path: Path


def table_folder() -> Path:
    """Say where datasets keeps what it has prepared, without importing it."""
    from huggingface_hub import constants

    return Path(os.environ.get("HF_DATASETS_CACHE") or Path(constants.HF_HOME) / "datasets").expanduser()


def repository_items(scanned: HFCacheInfo) -> Iterator[CachedItem]:
    """Give each commit of each repository."""
    for repository in scanned.repos:
        for revision in repository.revisions:
            read = [file.blob_last_accessed for file in revision.files]
            yield CachedItem(
                repository.repo_type,
                repository.repo_id,
                revision.commit_hash,
                tuple(sorted(revision.refs)),
                revision.size_on_disk,
                len(revision.files),
                _date(max([revision.last_modified, revision.snapshot_path.stat().st_mtime, *read])),
                revision.snapshot_path,
            )


def table_items() -> Iterator[CachedItem]:
    """Give each table that datasets has prepared: part, version and commit are folders of its name."""
    for mark in _found(table_folder(), "*/*/*/*/dataset_info.json"):
        folder = mark.parent
        part, name = folder.parent.parent.name, folder.parent.parent.parent.name
        yield _item("table", name.replace("___", "/"), folder.name, (part,), folder)


def own_items() -> Iterator[CachedItem]:
    """Give what hfkit has made: exports, starters, bases of architectures, notes."""
    root = cache_folder()
    for folder in _found(root / "exports", "[!.]*/*/*"):
        if folder.is_dir():
            named = _read_note(folder.parent.parent / MODEL_NOTE)
            name, revision = named.get("name", "an unnamed model"), named.get("revision", "")
            yield _item("export", name, revision, (folder.name,), folder)
    for kind, place in (("starter", "starter"), ("architecture", "architectures")):
        for folder in _found(root / place, "[!.]*"):
            name, _, revision = folder.name.rpartition("-")
            if kind == "starter":
                yield _item("starter", name, revision, (), folder)
            else:
                yield _item("architecture", "learned from examples", revision, (), folder)
    for place in _NOTES:
        if any(_found(root / place, "*")):
            yield _item("notes", place, "", (), root / place)


def _item(kind: CachedKind, name: str, revision: str, marks: tuple[str, ...], folder: Path) -> CachedItem:
    statuses = [file.stat() for file in folder.rglob("*") if file.is_file()]
    used = max([folder.stat().st_mtime, *(max(one.st_atime, one.st_mtime) for one in statuses)])
    return CachedItem(
        kind, name, revision, marks, sum(one.st_size for one in statuses), len(statuses), _date(used), folder
    )


def _read_note(file: Path) -> dict[str, str]:
    with suppress(OSError, ValueError):
        content = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(content, dict):
            return {str(key): str(value) for key, value in content.items()}
    return {}


def _found(place: Path, pattern: str) -> list[Path]:
    try:
        return sorted(place.glob(pattern))
    except OSError:  # somebody else's
        return []


def _date(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
