"""From a dataset's name and revision to its commit, asked once and briefly."""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hfkit.errors import DataNotFoundError, HubError, OfflineError, SettingError

from .cache import cache_folder, keep

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["DatasetCommit", "find_dataset_commit"]

_COMMIT = re.compile(r"[0-9a-f]{40}")

_PROBE_SECONDS = 5.0


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


def find_dataset_commit(name: str, revision: str | None, *, offline: bool) -> DatasetCommit:
    """Pin a revision of a dataset.

    The hub is asked once, briefly. Without an answer it is the commit that the revision had when it was last asked.

    Args:
        name: the repository, ``"org/name"``.
        revision: a branch, a tag or a commit; None for the default branch.
        offline: do not ask the network.

    Raises:
        DataNotFoundError: the hub has no such dataset or revision.
        OfflineError: the hub cannot be reached, and was not asked for this revision before.
        HubError: the hub refused.
        SettingError: the hub allows no such name.
    """
    from huggingface_hub import constants
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]

    try:
        validate_repo_id(name)
    except HFValidationError as error:
        raise SettingError(
            f"{name!r} is no file here and no name that the hub allows: {error}",
            hint="check the spelling of the path or of the repository",
        ) from error
    reason = "the network is off (offline=True or HF_HUB_OFFLINE)"
    if not (offline or constants.HF_HUB_OFFLINE):
        answer = _ask(name, revision)
        if isinstance(answer, DatasetCommit):
            return answer
        reason = f"{constants.ENDPOINT} cannot be reached ({answer})"
    commit = revision if revision and _COMMIT.fullmatch(revision) else _remembered(name, revision)
    if commit is None:
        at = f"{name}@{revision}" if revision else name
        raise OfflineError(
            f"dataset {at!r} is no file here, was not loaded before, and {reason}",
            hint="connect and load it once, set HF_ENDPOINT to a mirror, or give a file on this machine",
        )
    return DatasetCommit(name, commit, reachable=False, reason=reason)


def _ask(name: str, revision: str | None) -> DatasetCommit | str:
    """Ask the hub, and remember the answer; a text says why there is none."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import (  # type: ignore[attr-defined]
        HfHubHTTPError,
        HTTPError,  # the one name for httpx and httpx2 alike
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    try:
        commit = HfApi().dataset_info(name, revision=revision, timeout=_PROBE_SECONDS).sha
    except RevisionNotFoundError as error:
        raise DataNotFoundError(
            f"dataset {name!r} has no revision {revision!r}",
            hint="name a branch, a tag or a full commit hash",
        ) from error
    except RepositoryNotFoundError as error:
        raise DataNotFoundError(
            f"{name!r} is no file here, and the hub has no dataset of that name that you may see",
            hint="check the spelling; for a private dataset log in with `hf auth login`",
        ) from error
    except HfHubHTTPError as error:
        raise HubError(
            f"the hub refused dataset {name!r}: {error}", hint="try again later, or check your access"
        ) from error
    except (HTTPError, ConnectionError) as error:  # no answer at all
        return type(error).__name__
    with suppress(OSError):  # a cache that cannot be written costs the next call without a network
        keep(_note(name, revision), str(commit))
    return DatasetCommit(name, str(commit), reachable=True)


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
