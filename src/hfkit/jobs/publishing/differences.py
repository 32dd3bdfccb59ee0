"""What would change in a repository: its files beside those of the folder."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING

from hfkit.values.publish_plan import FileChange

from .storage import storage_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .folder_files import FolderFile
    from .remote import Remote

__all__ = ["file_changes", "kept_paths"]

_NEVER_DELETED = (".gitattributes", "README.md")


def file_changes(
    files: Mapping[str, FolderFile], remote: Remote, delete: Sequence[str]
) -> tuple[FileChange, ...]:
    """Compare a folder with a repository, byte for byte.

    Args:
        files: of the folder, by path.
        remote: the repository.
        delete: patterns of what is deleted where the folder has none of its name.

    Returns:
        All files of the folder and all that are deleted, sorted by path.
    """
    changes = [_change(file, remote) for file in files.values()]
    for path, there in remote.files.items():
        if path not in files and _is_deleted(path, delete):
            changes.append(FileChange(path, "deleted", there.bytes, "", there.storage))
    return tuple(sorted(changes, key=lambda change: change.path))


def kept_paths(changes: Sequence[FileChange], remote: Remote) -> tuple[str, ...]:
    """Give the paths that the repository has and the plan does not name."""
    return tuple(sorted(remote.files.keys() - {change.path for change in changes}))


def _change(file: FolderFile, remote: Remote) -> FileChange:
    there = remote.files.get(file.path)
    if there is not None and there.holds(file):
        return FileChange(file.path, "unchanged", file.size, file.sha256, there.storage)
    return FileChange(
        file.path,
        "added" if there is None else "changed",
        file.size,
        file.sha256,
        storage_of(file, remote),
    )


def _is_deleted(path: str, patterns: Sequence[str]) -> bool:
    return path not in _NEVER_DELETED and any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)
