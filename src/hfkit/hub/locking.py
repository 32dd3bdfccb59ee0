"""Make a lock: ask the hub for commits, and take the hashes of their files."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hfkit.errors import HashMismatchError, OfflineError, SettingError
from hfkit.values.constraints import require_kind, require_lock

from .asking import HubKind, ask_commit, require_network
from .bars import hub_bars
from .lock_checks import LOCKED_MODEL_FILES, is_wanted
from .locks import Lock, LockedFile, LockedRepository
from .refusals import UnreachableError, hub_errors, require_name
from .resolve import RepositoryRef

if TYPE_CHECKING:
    from collections.abc import Iterator

    from huggingface_hub.hf_api import RepoFile

__all__ = ["excerpt", "lock"]


def lock(path: str | os.PathLike[str], *, models: Iterable[str] = (), datasets: Iterable[str] = ()) -> Lock:
    """Write down which commits and which bytes models and datasets are now.

    The base of an adapter is locked with it. Weights are not fetched for it: the hub tells their hashes. What is small
    is fetched and hashed here. ``fetch`` of the result brings the rest into the cache.

    Args:
        path: the file to write; one that is there is replaced as a whole.
        models: each ``"org/name"`` or ``"org/name@revision"``.
        datasets: as models.

    Returns:
        The lock, as ``Lock.read`` gives it.

    Raises:
        SettingError: nothing is named, or a name is none.
        OfflineError: the hub cannot be reached.
        ModelNotFoundError: the hub has no such model; DataNotFoundError for a dataset.
        HubError: the hub refused, or the file cannot be written; a subclass says why.
    """
    require_kind("path", path, (str, os.PathLike))
    require_lock(path)
    refs = [("model", RepositoryRef.parse(name)) for name in _names("models", models)]
    refs += [("dataset", RepositoryRef.parse(name)) for name in _names("datasets", datasets)]
    if not refs:
        raise SettingError("nothing is named to be locked", hint="for example models=['org/name']")
    found: dict[tuple[str, str, str | None], LockedRepository] = {}
    for kind, ref in refs:
        for locked in _lock_one("model" if kind == "model" else "dataset", ref):
            found[locked.kind, locked.name, locked.revision] = locked
    in_order = sorted(found.values(), key=lambda one: (one.kind, one.name, one.revision or ""))
    made = Lock(Path(path).expanduser(), tuple(in_order))
    made.write()
    return made


def excerpt(whole: Lock, model: str, path: Path) -> Lock:
    """Give the part of a lock that one model needs: its own commit, and that of the base if it is an adapter.

    Args:
        whole: the lock.
        model: ``"org/name"`` or ``"org/name@revision"``.
        path: where the part will lie.

    Raises:
        LockError: the lock does not have it, or not its base.
        OfflineError: it is an adapter whose settings are not in the cache, and the hub cannot be reached.
        HubError: the hub refused; a subclass says why.
        SettingError: the name is malformed.
    """
    ref = RepositoryRef.parse(model)
    locked = whole.find("model", ref.name, ref.revision)
    # Whoever opens the part may name the commit alone.
    parts = [replace(locked, revision=locked.commit)]
    if any(file.path == "adapter_config.json" for file in locked.files):
        try:
            with hub_errors("model", locked.name, locked.commit), hub_bars("never"):
                base = _base(locked.name, locked.commit)
        except UnreachableError as error:
            raise OfflineError(
                f"the base of {locked.name!r} is not known: its adapter_config.json is not in the cache, and the hub "
                f"cannot be reached ({error})",
                hint=f"connect, or bring it into the cache: hfkit.Lock.read({str(whole.path)!r}).fetch()",
            ) from error
        if base is not None:
            parts.append(whole.find("model", base.name, base.revision))
    return Lock(path, tuple(parts))


def _names(setting: str, given: Iterable[str]) -> list[str]:
    require_kind(setting, given, (Iterable,))
    if isinstance(given, str):
        raise SettingError(f"{given!r} is one text, must be a list of names", hint=f"write [{given!r}]")
    names = list(given)
    for name in names:
        require_kind(setting, name, (str,))
    return names


def _lock_one(kind: HubKind, ref: RepositoryRef, *, follow: bool = False) -> Iterator[LockedRepository]:
    """Lock a repository, and the base that an adapter names."""
    require_name(kind, ref.name)
    if Path(ref.name).is_dir():
        raise SettingError(
            f"{kind} {ref.name!r} is a folder here, and a lock is for repositories on the hub",
            hint="leave it out; the revision of a folder is the hash of its content",
        )
    at = f"{ref.name}@{ref.revision}" if ref.revision else ref.name
    try:
        require_network()
        commit = ask_commit(kind, ref.name, ref.revision, follow=follow)
        with hub_errors(kind, ref.name, ref.revision), hub_bars("never"):  # what is fetched is small
            files = tuple(
                _locked_file(kind, ref.name, commit, file) for file in _files(kind, ref.name, commit)
            )
            base = (
                _base(ref.name, commit) if any(file.path == "adapter_config.json" for file in files) else None
            )
    except UnreachableError as error:
        raise OfflineError(
            f"{kind} {at!r} cannot be locked: the hub cannot be reached ({error})",
            hint="connect, or set HF_ENDPOINT to a mirror; a lock that is there holds without a network",
        ) from error
    yield LockedRepository(kind, ref.name, ref.revision, commit, files)
    if base is not None and not follow:
        yield from _lock_one("model", base, follow=True)


def _files(kind: HubKind, name: str, commit: str) -> list[RepoFile]:
    from huggingface_hub import HfApi
    from huggingface_hub.hf_api import RepoFile

    tree = HfApi().list_repo_tree(name, repo_type=kind, revision=commit, recursive=True)
    patterns = LOCKED_MODEL_FILES if kind == "model" else ("*",)
    return [entry for entry in tree if isinstance(entry, RepoFile) and is_wanted(entry.path, patterns)]


def _locked_file(kind: HubKind, name: str, commit: str, file: RepoFile) -> LockedFile:
    """Take the hub's SHA-256 of a large file; of a small one it keeps git's hash alone, so fetch it."""
    if file.lfs is not None:
        return LockedFile(file.path, file.size, file.lfs.sha256)
    from huggingface_hub import hf_hub_download

    content = Path(hf_hub_download(name, file.path, repo_type=kind, revision=commit)).read_bytes()
    git = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
    if git != file.blob_id:
        raise HashMismatchError(
            f"{kind} {name}@{commit} has another {file.path} in the cache than on the hub",
            hint="the cache is damaged: remove this commit from it, and lock again",
        )
    return LockedFile(file.path, file.size, hashlib.sha256(content).hexdigest())


def _base(name: str, commit: str) -> RepositoryRef | None:
    """Read which repository an adapter adapts; None if it names a folder, or nothing."""
    from huggingface_hub import hf_hub_download

    file = hf_hub_download(name, "adapter_config.json", revision=commit)
    try:
        named = json.loads(Path(file).read_text(encoding="utf-8"))
        base, revision = named["base_model_name_or_path"], named.get("revision")
        return RepositoryRef.parse(f"{base}@{revision}" if revision else str(base))
    except (ValueError, KeyError, TypeError, AttributeError, SettingError):  # opening it says what is wrong
        return None
