"""The files of a folder that is to be published, each with the hashes by which the hub knows it."""

from __future__ import annotations

import fnmatch
import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hfkit.errors import PublishError
from hfkit.hub.digests import file_digest
from hfkit.values.publish_secrets import find_secrets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["FolderFile", "git_hash", "read_folder"]

# What tools leave behind; nobody means to publish it.
_LEFT_BEHIND = (".git", ".cache", "__pycache__", ".ipynb_checkpoints", ".DS_Store", "Thumbs.db")

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class FolderFile:
    """A file, and its content's hashes.

    Attributes:
        path: in the repository, with slashes.
        file: where it lies; None where it lies nowhere yet, and ``content`` is published.
        size: how many bytes it has.
        sha256: the hash by which large files are known.
        content: its bytes where it lies nowhere.
    """

    path: str
    file: Path | None
    size: int
    sha256: str
    content: bytes = b""

    @staticmethod
    def of(path: str, content: bytes) -> FolderFile:
        """Make one of bytes."""
        return FolderFile(path, None, len(content), hashlib.sha256(content).hexdigest(), content)

    def git_hash(self) -> str:
        """Give the hash by which git knows the content."""
        if self.file is None:
            return git_hash(self.content)
        digest = hashlib.sha1(b"blob %d\x00" % self.size, usedforsecurity=False)
        with self.file.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
        return digest.hexdigest()

    def head(self, size: int) -> bytes:
        """Read its first bytes."""
        if self.file is None:
            return self.content[:size]
        with self.file.open("rb") as stream:
            return stream.read(size)

    def holds(self, part: bytes) -> bool:
        """Say whether some bytes stand anywhere in it."""
        if self.file is None:
            return part in self.content
        with self.file.open("rb") as stream:
            last = b""
            while chunk := stream.read(_CHUNK):
                read = last + chunk
                if part in read:
                    return True
                last = read[-len(part) :]
        return False


def git_hash(content: bytes) -> str:
    """Give the hash by which git knows bytes.

    >>> git_hash(b"")
    'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'
    """
    return hashlib.sha1(b"blob %d\x00" % len(content) + content, usedforsecurity=False).hexdigest()


def read_folder(folder: Path, ignore: Sequence[str]) -> Mapping[str, FolderFile]:
    """Find and hash all files of a folder, but for what tools leave behind and what is to be ignored.

    Raises:
        PublishError: it is no folder, it has no files, or one cannot be read.
    """
    if not folder.is_dir():
        raise PublishError(
            f"{folder} is no folder", hint="give the folder that holds what is to be published"
        )
    found = {}
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _LEFT_BEHIND)
        for name in names:
            place = folder.__class__(root) / name
            path = place.relative_to(folder).as_posix()
            if name in _LEFT_BEHIND or any(fnmatch.fnmatchcase(path, pattern) for pattern in ignore):
                continue
            for secret in find_secrets(path):
                raise PublishError(
                    f"the name of a file in {folder} holds a {secret.kind}",
                    hint="rename it, and revoke the secret",
                )
            try:
                found[path] = FolderFile(path, place, place.stat().st_size, file_digest(place))
            except OSError as error:
                raise PublishError(
                    f"{place} cannot be read: {error.strerror}", hint="mend it, or name it in ignore=(...)"
                ) from error
    if not found:
        raise PublishError(f"{folder} holds no files to publish", hint="check the path, and what is ignored")
    return dict(sorted(found.items()))
