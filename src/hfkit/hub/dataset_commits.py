"""From a dataset's name and revision to its commit, asked once and briefly."""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hfkit.errors import OfflineError

from .asking import ask_commit, network_is_off
from .cache import cache_folder, keep
from .inventory import cached_repositories, describe_cached
from .refusals import UnreachableError, require_name
from .secrets import shown_endpoint

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["DatasetCommit", "find_dataset_commit", "pinned_dataset"]

_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class DatasetCommit:
    """A dataset on the hub, pinned.

    Attributes:
        name: the repository, ``"org/name"``.
        commit: the full commit hash.
        reachable: whether the hub answered; else the cache must do, and ``reason`` says why.
        reason: why the hub is not asked.
    """

    name: str
    commit: str
    reachable: bool
    reason: str = ""


def find_dataset_commit(
    name: str, revision: str | None, *, offline: bool, follow: bool = False
) -> DatasetCommit:
    """Pin a revision of a dataset.

    The hub is asked once, briefly. Without an answer it is the commit that the revision had when it was last asked.

    Args:
        name: the repository, ``"org/name"``.
        revision: a branch, a tag or a commit; None for the default branch.
        offline: do not ask the network.
        follow: take a repository that was renamed under its old name.

    Raises:
        DataNotFoundError: the hub has no such dataset.
        OfflineError: the hub cannot be reached, and was not asked for this revision before.
        HubError: the hub refused; a subclass says why.
        SettingError: the hub allows no such name.
    """
    require_name("dataset", name)
    reason = "the network is off (offline=True or HF_HUB_OFFLINE)"
    if not (offline or network_is_off()):
        try:
            commit = ask_commit("dataset", name, revision, follow=follow)
        except UnreachableError as unreachable:
            reason = f"{shown_endpoint()} cannot be reached ({unreachable})"
        else:
            with suppress(OSError):  # a cache that cannot be written costs the next call without a network
                keep(_note(name, revision), commit)
            return DatasetCommit(name, commit, reachable=True)
    known = revision if revision and _COMMIT.fullmatch(revision) else _remembered(name, revision)
    if known is None:
        at = f"{name}@{revision}" if revision else name
        error = OfflineError(
            f"dataset {at!r} is no file here, was not loaded before, and {reason}; {describe_cached('dataset', name)}",
            hint="connect and load it once, set HF_ENDPOINT to a mirror, or give a file on this machine",
        )
        error.cached = cached_repositories("dataset")
        raise error
    return DatasetCommit(name, known, reachable=False, reason=reason)


def pinned_dataset(name: str, revision: str | None) -> DatasetCommit | None:
    """Give the pin of a dataset whose revision is a full commit: nobody has to be asked what it means."""
    if revision and _COMMIT.fullmatch(revision):
        return DatasetCommit(name, revision, reachable=False)
    return None


def _remembered(name: str, revision: str | None) -> str | None:
    """Give the commit that a revision had when the hub was last asked."""
    with suppress(OSError):
        commit = _note(name, revision).read_text(encoding="ascii")
        if _COMMIT.fullmatch(commit):
            return commit
    return None


def _note(name: str, revision: str | None) -> Path:
    digest = hashlib.sha256(f"{name}@{revision or ''}".encode()).hexdigest()
    return cache_folder() / "dataset-commits" / digest
