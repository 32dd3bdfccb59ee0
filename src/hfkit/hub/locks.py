"""A lock: which commits and which bytes a project's repositories are, as a file that people can read."""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from hfkit.errors import HubError, LockError
from hfkit.values.constraints import require_choice, require_kind, require_lock
from hfkit.values.layout import counted
from hfkit.values.runtime import Progress

from .asking import HubKind
from .cache import keep

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .lock_checks import LockReport

__all__ = ["LOCK_VARIABLE", "Lock", "LockedFile", "LockedRepository", "chosen_lock"]

LOCK_VARIABLE = "HFKIT_LOCK"
"""The environment variable that names the lock of a whole process."""

# Raised when a lock is written so that older readers would misread it.
_FORMAT = 1

_SHORT = 12  # figures of a commit that tell it from others

_COMMIT, _SHA256 = re.compile(r"[0-9a-f]{40}"), re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class LockedFile:
    """A file of a repository.

    Attributes:
        path: its place in the repository.
        size: its bytes.
        sha256: the hash of its content, in hexadecimal.
    """

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class LockedRepository:
    """A repository at one commit.

    Attributes:
        kind: ``"model"`` or ``"dataset"``.
        name: ``"org/name"``.
        revision: what was asked for: a branch, a tag or a commit; None for the default branch.
        commit: the full commit hash that this was.
        files: all of a dataset; of a model, all that hfkit would open.
    """

    kind: HubKind
    name: str
    revision: str | None
    commit: str
    files: tuple[LockedFile, ...]

    @property
    def size(self) -> int:
        """The bytes of its files."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True, slots=True)
class Lock:
    """Which commits and which bytes a project's models and datasets are.

    :func:`hfkit.lock` makes one; ``Runtime(lock=...)`` and ``Table.load(lock=...)`` hold to it.

    Attributes:
        path: the file that it lies in.
        repositories: what is locked, sorted by kind and name.
    """

    path: Path = field(compare=False)
    repositories: tuple[LockedRepository, ...]

    @staticmethod
    def read(path: str | os.PathLike[str]) -> Lock:
        """Read a lock.

        Raises:
            LockError: there is no such file, or it holds something else.
            SettingError: it is no path.
        """
        require_kind("path", path, (str, os.PathLike))
        require_lock(path)
        file = Path(path).expanduser()
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            if not isinstance(content, dict):
                raise TypeError(f"it holds a {type(content).__name__}, must be an object")  # noqa: TRY301
            _require_format(content["format"])
            return Lock(file, _repositories(content["repositories"]))
        except FileNotFoundError as error:
            raise LockError(f"there is no lock {str(path)!r}", hint="hfkit.lock(...) writes one") from error
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise LockError(
                f"{str(path)!r} is no lock: {error}", hint="write it again with hfkit.lock(...)"
            ) from error

    def write(self) -> None:
        """Write the file; who reads it meanwhile finds the old one or the new one.

        Raises:
            HubError: it cannot be written.
        """
        content = {"format": _FORMAT, "repositories": [asdict(one) for one in self.repositories]}
        try:
            keep(self.path, json.dumps(content, indent=2) + "\n")
        except OSError as error:
            raise HubError(
                f"the lock {self.path} cannot be written: {error}", hint="name another file"
            ) from error

    def find(self, kind: HubKind, name: str, revision: str | None) -> LockedRepository:
        """Find what a name and a revision stand for.

        A name without a revision is what the lock has of that name. A revision must be as it was locked, or the
        locked commit.

        Raises:
            LockError: the lock does not say.
        """
        named = [one for one in self.repositories if (one.kind, one.name) == (kind, name)]
        if not named:
            known = ", ".join(repr(one.name) for one in self.repositories if one.kind == kind) or f"no {kind}"
            raise LockError(
                f"{kind} {name!r} is not in the lock {str(self.path)!r}, which has {known}",
                hint=f"lock it too: hfkit.lock({str(self.path)!r}, {kind}s=[...])",
            )
        exact = [one for one in named if revision in (one.revision, one.commit)]
        found = exact or (named if revision is None else [])
        if len({one.commit for one in found}) != 1:
            locked = ", ".join(f"{one.revision or 'the default branch'} ({one.commit})" for one in named)
            raise LockError(
                f"{kind} {name!r} at {revision or 'no revision'} is not in the lock {str(self.path)!r}, "
                f"which has it at {locked}",
                hint="name one of these revisions, or lock this one too",
            )
        return found[0]

    def fetch(self, *, progress: Progress = "auto") -> LockReport:
        """Bring everything that is locked into the cache, for a machine without a network, and check it.

        Args:
            progress: when bars are drawn; ``"auto"``: if a terminal looks on.

        Raises:
            SettingError: ``progress`` is none of these.
            OfflineError: something is missing, and the hub cannot be reached.
            HashMismatchError: a file is not what was locked; it is named.
            HubError: the hub refused; a subclass says why.
        """
        from .lock_checks import fetch_lock

        require_choice("progress", progress, get_args(Progress))
        return fetch_lock(self, progress=progress)

    def verify(self) -> LockReport:
        """Read all that is locked and in the cache, and compare it; the network is not asked.

        Raises:
            HashMismatchError: files are not what was locked; they are named.
        """
        from .lock_checks import verify_lock

        return verify_lock(self)

    def __str__(self) -> str:
        lines = [
            f"{one.kind:<7}  {one.name}@{one.revision or 'main'}  {one.commit[:_SHORT]}  "
            f"{counted(len(one.files), 'file')}, {one.size:,} bytes"
            for one in self.repositories
        ]
        return "\n".join([f"lock {self.path}", *lines])


def chosen_lock(path: str | os.PathLike[str] | None) -> Lock | None:
    """Read the lock that a setting names, or the environment; None if neither names one.

    An empty variable names none, as shells write one that is not set.

    Raises:
        LockError: there is no such file, or it holds something else.
    """
    named = os.environ.get(LOCK_VARIABLE) if path is None else path
    return Lock.read(named) if named else None


def _require_format(found: object) -> None:
    if found != _FORMAT:
        raise ValueError(f"it is of format {found!r}, this version of hfkit reads {_FORMAT}")


def _repositories(listed: object) -> tuple[LockedRepository, ...]:
    if not isinstance(listed, list):
        raise TypeError("its repositories are no list")
    return tuple(map(_repository, listed))


def _repository(plain: Mapping[str, object]) -> LockedRepository:
    match plain:
        case {
            "kind": str(kind),
            "name": str(name),
            "revision": str() | None as revision,
            "commit": str(commit),
            "files": list(files),
        } if kind in get_args(HubKind) and _COMMIT.fullmatch(commit):
            return LockedRepository(
                "model" if kind == "model" else "dataset", name, revision, commit, tuple(map(_file, files))
            )
        case _:
            raise ValueError(f"{plain!r:.80} is no repository of a lock")


def _file(plain: Mapping[str, object]) -> LockedFile:
    match plain:
        case {"path": str(path), "size": int(size), "sha256": str(digest)} if _SHA256.fullmatch(digest):
            return LockedFile(path, size, digest)
        case _:
            raise ValueError(f"{plain!r:.80} is no file of a lock")
