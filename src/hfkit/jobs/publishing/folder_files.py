"""The files of a folder that is to be published, each with the hashes by which the hub knows it."""

from __future__ import annotations

import fnmatch
import hashlib
import re
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hfkit.errors import PublishError
from hfkit.hub.digests import file_digest
from hfkit.values.publish_secrets import find_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["FolderFile", "git_hash", "read_folder"]

# What tools leave behind; nobody means to publish it.
_LEFT_BEHIND = (".git", ".cache", "__pycache__", ".ipynb_checkpoints", ".DS_Store", "Thumbs.db")

# Control characters, and bytes of a name that are no UTF-8.
_UNSAYABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")

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
    for path, place in _walk(folder, ignore):
        if _UNSAYABLE.search(path):
            raise PublishError(
                f"the name {path!r} in {folder} holds a character that no name on the hub can",
                hint="rename it, or name it in ignore=(...)",
            )
        for secret in find_secrets(path):
            raise PublishError(
                f"the name of a file in {folder} holds a {secret.kind}",
                hint="rename it, and revoke the secret",
            )
        with _readable(place):
            status = place.stat()
            if not stat.S_ISREG(status.st_mode):  # to read from a pipe would wait for ever
                raise PublishError(f"{place} is no file", hint="remove it, or name it in ignore=(...)")
            found[path] = FolderFile(path, place, status.st_size, file_digest(place))
    if not found:
        raise PublishError(f"{folder} holds no files to publish", hint="check the path, and what is ignored")
    return dict(sorted(found.items()))


def _walk(folder: Path, ignore: Sequence[str]) -> Iterator[tuple[str, Path]]:
    """Go through a folder, and through what links in it lead to: whoever fetches it finds all of it as files.

    Raises:
        PublishError: a folder cannot be read, or a link leads back to where it lies.
    """
    left: list[tuple[Path, tuple[Path, ...]]] = [(folder, (folder.resolve(),))]
    while left:
        place, above = left.pop()
        with _readable(place):
            entries = list(place.iterdir())
        for entry in entries:
            path = entry.relative_to(folder).as_posix()
            if entry.name in _LEFT_BEHIND or _is_ignored(path, ignore):
                continue
            if not entry.is_dir():
                yield path, entry
                continue
            real = entry.resolve()
            if real in above:
                raise PublishError(
                    f"{entry} leads back to {real}, in which it lies",
                    hint="remove it, or name it in ignore=(...)",
                )
            if not _is_ignored(f"{path}/", [one for one in ignore if one.endswith(("*", "/"))]):
                left.append((entry, (*above, real)))


def _is_ignored(path: str, ignore: Sequence[str]) -> bool:
    """Match a path; a pattern with a slash at its end means all that lies in that folder, as for huggingface_hub."""
    return any(
        fnmatch.fnmatchcase(path, f"{pattern}*" if pattern.endswith("/") else pattern) for pattern in ignore
    )


@contextmanager
def _readable(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PublishError(
            f"{place} cannot be read: {error.strerror}", hint="mend it, or name it in ignore=(...)"
        ) from error
