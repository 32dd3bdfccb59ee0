"""Fetch a model's files from the hub, or find them in its cache."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hfkit.errors import HfkitError, OfflineError

from .asking import ask_repository, network_is_off
from .bars import hub_bars
from .cache import mark_used
from .folder import MODEL_FILES, MODEL_MARKS
from .inventory import cached_repositories, describe_cached
from .lock_checks import check_snapshot
from .refusals import UnreachableError, hub_errors, require_name
from .secrets import shown_endpoint
from .weights import chosen_files

if TYPE_CHECKING:
    from collections.abc import Collection

    from hfkit.values.runtime import Progress

    from .locks import Lock
    from .weights import WeightsChoice

__all__ = ["download"]

_COMMIT = re.compile(r"[0-9a-f]{40}")


def download(
    name: str,
    revision: str | None,
    *,
    offline: bool,
    files: tuple[str, ...] = MODEL_FILES,
    weights: WeightsChoice = "safetensors",
    follow: bool = False,
    lock: Lock | None = None,
    progress: Progress = "auto",
) -> tuple[Path, str]:
    """Fetch a model's files at one commit.

    The hub is asked once, briefly, for the revision. Without an answer the cache must do:
    huggingface_hub alone would try for a minute before it says so.

    Args:
        name: the repository, ``"org/name"``.
        revision: a branch, a tag or a commit; None for the default branch.
        offline: do not ask the network.
        files: patterns of what is wanted; ``MODEL_FILES`` for what ``weights`` choose of a model.
        weights: what is opened of a model that has safetensors and an export; the other is not fetched.
        follow: take a repository that was renamed under its old name.
        lock: says which commit it is to be, and which bytes.
        progress: when bars are drawn.

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
        wanted=_Wanted(files, weights),
        follow=follow or locked is not None,
        progress=progress,
    )
    if lock and locked:
        check_snapshot(locked, lock, folder)
    mark_used(folder)
    return folder, commit


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which files of a repository are wanted.

    Attributes:
        files: patterns; ``MODEL_FILES`` for a model with its weights.
        weights: which of them.
    """

    files: tuple[str, ...]
    weights: WeightsChoice

    def among(self, paths: Collection[str]) -> list[str]:
        """Give the patterns for a repository that has these files."""
        return list(chosen_files(paths, self.weights) if self.files == MODEL_FILES else self.files)


def _download(
    name: str, revision: str | None, *, offline: bool, wanted: _Wanted, follow: bool, progress: Progress
) -> tuple[Path, str]:
    from huggingface_hub import constants

    pinned = revision if revision is not None and _COMMIT.fullmatch(revision) else None
    cached = _cached(name, pinned, wanted, certainly=True) if pinned else None
    if cached:
        return cached
    reason = "the network is off (Runtime(offline=True) or HF_HUB_OFFLINE)"
    if not (offline or network_is_off()):
        try:
            known = ask_repository("model", name, revision, follow=follow)
            with hub_bars(progress):
                return _fetch(name, revision, wanted.among(known.paths))
        except UnreachableError as unreachable:
            reason = f"{shown_endpoint()} cannot be reached ({unreachable})"
        except HfkitError:  # it is closed, or gone: a commit that is here is what it was
            cached = _cached(name, pinned, wanted) if pinned else None
            if cached:
                return cached
            raise
    cached = _cached(name, revision, wanted)
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


def _cached(
    name: str, revision: str | None, wanted: _Wanted, *, certainly: bool = False
) -> tuple[Path, str] | None:
    """Find a snapshot that is already on this machine.

    huggingface_hub remembers which files a commit has once it has fetched a snapshot: what is missing then is known.
    Of one that others put together file by file, such as weights without a tokenizer, it is not known; ``certainly``
    leaves that out.
    """
    from huggingface_hub import get_cached_repo_tree, snapshot_download
    from huggingface_hub.errors import CachedRepoTreeNotFoundError, LocalEntryNotFoundError

    try:
        paths = [file.path for file in get_cached_repo_tree(name, revision=revision)]
    except CachedRepoTreeNotFoundError:
        if certainly:
            return None
        paths = []
    try:
        folder = Path(
            snapshot_download(
                name, revision=revision, allow_patterns=wanted.among(paths), local_files_only=True
            )
        )
    except (LocalEntryNotFoundError, FileNotFoundError):
        return None
    if not any((folder / mark).is_file() for mark in MODEL_MARKS):
        return None
    return folder, folder.name


def _fetch(name: str, revision: str | None, patterns: list[str]) -> tuple[Path, str]:
    """Download what a model needs to run; the cache remembers the commit under the revision's name."""
    from huggingface_hub import snapshot_download

    with hub_errors("model", name, revision):
        folder = Path(snapshot_download(name, revision=revision, allow_patterns=patterns))
    return folder, folder.name
