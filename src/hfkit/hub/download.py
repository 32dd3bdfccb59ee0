"""Fetch a model's files from the hub, or find them in its cache."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from hfkit.errors import OfflineError

from .asking import ask_commit, network_is_off
from .cache import mark_used
from .folder import MODEL_FILES, MODEL_MARKS
from .inventory import cached_repositories, describe_cached
from .lock_checks import check_snapshot
from .refusals import UnreachableError, hub_errors, require_name
from .secrets import shown_endpoint

if TYPE_CHECKING:
    from .locks import Lock

__all__ = ["download"]

_COMMIT = re.compile(r"[0-9a-f]{40}")


def download(
    name: str,
    revision: str | None,
    *,
    offline: bool,
    files: tuple[str, ...] = MODEL_FILES,
    follow: bool = False,
    lock: Lock | None = None,
) -> tuple[Path, str]:
    """Fetch a model's files at one commit.

    The hub is asked once, briefly, for the revision. Without an answer the cache must do:
    huggingface_hub alone would try for a minute before it says so.

    Args:
        name: the repository, ``"org/name"``.
        revision: a branch, a tag or a commit; None for the default branch.
        offline: do not ask the network.
        files: patterns of what is wanted.
        follow: take a repository that was renamed under its old name.
        lock: says which commit it is to be, and which bytes.

    Returns:
        The folder and its commit hash.

    Raises:
        ModelNotFoundError: the hub has no such repository.
        OfflineError: the files are not in the cache and the hub cannot be reached.
        LockError: the lock does not have it.
        HashMismatchError: a file is not what was locked.
        HubError: the hub refused; a subclass says why.
    """
    require_name("model", name)
    locked = lock and lock.find("model", name, revision)
    folder, commit = _download(
        name,
        locked.commit if locked else revision,
        offline=offline,
        files=files,
        follow=follow or locked is not None,
    )
    if lock and locked:
        check_snapshot(locked, lock, folder)
    mark_used(folder)
    return folder, commit


def _download(
    name: str, revision: str | None, *, offline: bool, files: tuple[str, ...], follow: bool
) -> tuple[Path, str]:
    from huggingface_hub import constants

    pinned = revision if revision is not None and _COMMIT.fullmatch(revision) else None
    cached = _cached(name, pinned, files) if pinned else None
    if cached and (files != MODEL_FILES or any(cached[0].glob("*.safetensors"))):
        return cached  # else only its tokenizer may be here
    reason = "the network is off (Runtime(offline=True) or HF_HUB_OFFLINE)"
    if not (offline or network_is_off()):
        try:
            ask_commit("model", name, revision, follow=follow)
            return _fetch(name, revision, files)
        except UnreachableError as unreachable:
            reason = f"{shown_endpoint()} cannot be reached ({unreachable})"
    cached = _cached(name, revision, files)
    if cached:
        return cached
    at = f"{name}@{revision}" if revision else name
    error = OfflineError(
        f"{at!r} is no folder here, not in the cache ({constants.HF_HUB_CACHE}), and {reason}; "
        f"{describe_cached('model', name)}",
        hint="connect and open it once, set HF_ENDPOINT to a mirror, or give a model folder on this machine",
    )
    error.cached = cached_repositories("model")
    raise error


def _cached(name: str, revision: str | None, files: tuple[str, ...]) -> tuple[Path, str] | None:
    """Find a snapshot that is already on this machine."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        folder = Path(
            snapshot_download(name, revision=revision, allow_patterns=list(files), local_files_only=True)
        )
    except (LocalEntryNotFoundError, FileNotFoundError):
        return None
    complete = any((folder / mark).is_file() for mark in MODEL_MARKS)
    return (folder, folder.name) if complete else None


def _fetch(name: str, revision: str | None, files: tuple[str, ...]) -> tuple[Path, str]:
    """Download what a model needs to run; the cache remembers the commit under the revision's name."""
    from huggingface_hub import snapshot_download

    with hub_errors("model", name, revision):
        folder = Path(snapshot_download(name, revision=revision, allow_patterns=list(files)))
    return folder, folder.name
