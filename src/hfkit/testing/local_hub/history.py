"""Commits: snapshots of all files, each with its parents; and what turns one into the next."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from .refusal import HubRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from .hub_files import HubFile

__all__ = ["Change", "DeleteFile", "DeleteFolder", "HubCommit", "PutFile", "apply_changes", "merge_files"]


@dataclass(frozen=True, slots=True)
class PutFile:
    """Add a file, or put it in place of the one that is there."""

    path: str
    file: HubFile


@dataclass(frozen=True, slots=True)
class DeleteFile:
    """Delete a file that is there."""

    path: str


@dataclass(frozen=True, slots=True)
class DeleteFolder:
    """Delete all files under a folder that is there."""

    path: str


Change: TypeAlias = PutFile | DeleteFile | DeleteFolder


@dataclass(frozen=True, slots=True)
class HubCommit:
    """A snapshot of a repository.

    Attributes:
        id: 40 hexadecimal digits, a hash of all that follows.
        parents: the ids of the commits that it follows: none for the first, two for a merge.
        title: the first line of its message.
        description: the rest of its message.
        author: who made it.
        date: when, in UTC.
        files: every file by its path.
    """

    id: str
    parents: tuple[str, ...]
    title: str
    description: str
    author: str
    date: datetime
    files: Mapping[str, HubFile] = field(repr=False)

    @staticmethod
    def of(
        files: Mapping[str, HubFile],
        *,
        parents: tuple[str, ...],
        title: str,
        description: str = "",
        author: str,
        date: datetime,
    ) -> HubCommit:
        """Make a commit and name it by its hash."""
        listing = sorted((path, file.oid) for path, file in files.items())
        text = repr((listing, parents, title, description, author, date.isoformat()))
        name = hashlib.sha1(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
        return HubCommit(name, parents, title, description, author, date, MappingProxyType(dict(files)))


def apply_changes(files: Mapping[str, HubFile], changes: Iterable[Change]) -> dict[str, HubFile]:
    """Give the files after some changes, made in their order.

    Raises:
        HubRefusedError: what is to be deleted is not there, or a path cannot be a file's.
    """
    after = dict(files)
    for change in changes:
        match change:
            case PutFile(path, file):
                _check_path(path, after)
                after[path] = file
            case DeleteFile(path):
                if path not in after:
                    raise HubRefusedError("no-entry", f"A file with this name doesn't exist: {path}")
                del after[path]
            case DeleteFolder(path):
                folder = path.rstrip("/") + "/"
                inside = [name for name in after if name.startswith(folder)]
                if not inside:
                    raise HubRefusedError("no-entry", f"A folder with this name doesn't exist: {path}")
                for name in inside:
                    del after[name]
    return after


def _check_path(path: str, files: Mapping[str, HubFile]) -> None:
    parts = path.split("/")
    if not all(parts) or {".", "..", ".git"} & set(parts):
        raise HubRefusedError("bad-request", f"Invalid file path: {path!r}")
    folders = {"/".join(parts[:count]) for count in range(1, len(parts))}
    if folders & files.keys() or any(name.startswith(f"{path}/") for name in files):
        raise HubRefusedError("bad-request", f"{path!r} is a file in one place and a folder in another")


def merge_files(
    base: Mapping[str, HubFile], ours: Mapping[str, HubFile], theirs: Mapping[str, HubFile]
) -> dict[str, HubFile]:
    """Bring what ``theirs`` changed since ``base`` into ``ours``, file by file.

    Raises:
        HubRefusedError: both changed the same file, and not to the same bytes.
    """
    merged = dict(ours)
    for path in sorted({*base, *theirs}):
        before, wanted, now = base.get(path), theirs.get(path), ours.get(path)
        if wanted in (before, now):
            continue
        if now != before:
            raise HubRefusedError("conflict", f"Both sides changed {path!r}")
        if wanted is None:
            del merged[path]
        else:
            _check_path(path, merged)
            merged[path] = wanted
    return merged
