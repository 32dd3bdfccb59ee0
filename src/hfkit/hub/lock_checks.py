"""Compare what lies in the cache with what was locked."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from hfkit.errors import HashMismatchError, OfflineError
from hfkit.values.layout import counted

from .asking import ask_commit, require_network
from .bars import hub_bars
from .digests import file_digest
from .folder import EXPORT_FILES, MODEL_FILES
from .inventory import snapshot_folder
from .refusals import UnreachableError, hub_errors
from .secrets import shown_endpoint
from .tokenizer_files import TOKENIZER_FILES

if TYPE_CHECKING:
    from pathlib import Path

    from hfkit.values.runtime import Progress

    from .locks import Lock, LockedRepository

__all__ = [
    "LOCKED_MODEL_FILES",
    "LockReport",
    "check_snapshot",
    "fetch_lock",
    "is_wanted",
    "verify_lock",
]

LOCKED_MODEL_FILES = tuple(dict.fromkeys((*MODEL_FILES, *TOKENIZER_FILES, *EXPORT_FILES)))
"""Every file of a model that hfkit would open where it finds it."""


@dataclass(frozen=True, slots=True)
class LockReport:
    """What was found of a lock in the cache.

    Attributes:
        verified: how many files are what was locked.
        bytes: their bytes.
        missing: the files that are not in the cache, as ``"org/name: path"``.
    """

    verified: int
    bytes: int
    missing: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether everything is there."""
        return not self.missing

    def __str__(self) -> str:
        are = "is" if self.verified == 1 else "are"
        lines = [f"{counted(self.verified, 'file')}, {self.bytes:,} bytes, {are} what was locked"]
        return "\n".join([*lines, *(f"not in the cache: {name}" for name in self.missing)])


def is_wanted(path: str, patterns: tuple[str, ...]) -> bool:
    """Tell whether a file's name matches a pattern, as huggingface_hub matches: a star passes over folders too."""
    return any(fnmatchcase(path, pattern) for pattern in patterns)


def check_snapshot(locked: LockedRepository, lock: Lock, folder: Path) -> None:
    """Make sure that what lies in a folder of the cache, and would be opened, is what was locked.

    The hash of a large file is remembered while the file stays as it is, so that opening does not read it again.

    Raises:
        HashMismatchError: a file is another, or was not there when the lock was made.
    """
    known = {file.path: file for file in locked.files}
    patterns = LOCKED_MODEL_FILES if locked.kind == "model" else ("*",)
    there = {
        file.relative_to(folder).as_posix(): file for file in sorted(folder.rglob("*")) if file.is_file()
    }
    for path, file in there.items():
        if is_wanted(path, patterns) and (path not in known or file_digest(file) != known[path].sha256):
            raise _mismatch(locked, lock, [path], added=path not in known)


def verify_lock(lock: Lock) -> LockReport:
    """Read every locked file that is in the cache, without a memory of earlier times, and compare it."""
    verified, size, missing = 0, 0, []
    for locked in lock.repositories:
        folder, changed = snapshot_folder(locked.kind, locked.name, locked.commit), []
        for file in locked.files:
            if not (folder / file.path).is_file():
                missing.append(f"{locked.name}: {file.path}")
            elif file_digest(folder / file.path, remembered=False) != file.sha256:
                changed.append(file.path)
            else:
                verified, size = verified + 1, size + file.size
        if changed:
            raise _mismatch(locked, lock, changed, added=False)
        if folder.is_dir():
            check_snapshot(locked, lock, folder)
    return LockReport(verified, size, tuple(missing))


def fetch_lock(lock: Lock, *, progress: Progress) -> LockReport:
    """Download every locked file that is not in the cache, then verify all."""
    from huggingface_hub import snapshot_download

    for locked in lock.repositories:
        folder = snapshot_folder(locked.kind, locked.name, locked.commit)
        if all((folder / file.path).is_file() for file in locked.files):
            continue
        at = f"{locked.name}@{locked.commit}"
        try:
            require_network()
            ask_commit(locked.kind, locked.name, locked.commit, follow=True)  # briefly, unlike the download
            with hub_errors(locked.kind, locked.name, locked.commit), hub_bars(progress):
                snapshot_download(
                    locked.name,
                    repo_type=locked.kind,
                    revision=locked.commit,
                    allow_patterns=[file.path for file in locked.files],
                )
        except UnreachableError as error:
            raise OfflineError(
                f"{locked.kind} {at!r} is not whole in the cache, and {shown_endpoint()} cannot be reached ({error})",
                hint="connect and fetch once, or set HF_ENDPOINT to a mirror",
            ) from error
    return verify_lock(lock)


def _mismatch(locked: LockedRepository, lock: Lock, files: list[str], *, added: bool) -> HashMismatchError:
    named = ", ".join(files)
    what = f"{named}, which was not there" if added else f"another {named} than"
    error = HashMismatchError(
        f"{locked.kind} {locked.name}@{locked.commit} has {what} when the lock {str(lock.path)!r} was made",
        hint="somebody changed the cache, or it is damaged: remove this commit from it, and fetch it again",
    )
    error.files = tuple(files)
    return error
