"""Fetch a repository's files from the hub, or find them in its cache."""

from __future__ import annotations

import re
from pathlib import Path

from hfkit.errors import HubError, ModelNotFoundError, OfflineError, SettingError

from .folder import MODEL_FILES, MODEL_MARKS

__all__ = ["download"]

_COMMIT = re.compile(r"[0-9a-f]{40}")

_PROBE_SECONDS = 5.0


def download(
    name: str, revision: str | None, *, offline: bool, files: tuple[str, ...] = MODEL_FILES
) -> tuple[Path, str]:
    """Fetch a model's files at one commit.

    The hub is asked once, briefly, for the revision. Without an answer the cache must do:
    huggingface_hub alone would try for a minute before it says so.

    Args:
        name: the repository, ``"org/name"``.
        revision: a branch, a tag or a commit; None for the default branch.
        offline: do not ask the network.
        files: patterns of what is wanted.

    Returns:
        The folder and its commit hash.

    Raises:
        ModelNotFoundError: the hub has no such repository or revision.
        OfflineError: the files are not in the cache and the hub cannot be reached.
        HubError: the hub refused.
    """
    from huggingface_hub import constants
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]

    try:
        validate_repo_id(name)
    except HFValidationError as error:
        raise SettingError(
            f"model {name!r} is no folder on this machine and no name that the hub allows: {error}",
            hint="check the spelling of the path or of the repository",
        ) from error
    pinned = revision if revision is not None and _COMMIT.fullmatch(revision) else None
    cached = _cached(name, pinned, files) if pinned else None
    if cached and (files != MODEL_FILES or any(cached[0].glob("*.safetensors"))):
        return cached  # else only its tokenizer may be here
    reason = "the network is off (Runtime(offline=True) or HF_HUB_OFFLINE)"
    if not (offline or constants.HF_HUB_OFFLINE):
        try:
            _probe(name, revision)
            return _fetch(name, revision, files)
        except _NetworkError as error:
            reason = f"{constants.ENDPOINT} cannot be reached ({error})"
    cached = _cached(name, revision, files)
    if cached:
        return cached
    at = f"{name}@{revision}" if revision else name
    raise OfflineError(
        f"{at!r} is no folder here, not in the cache ({constants.HF_HUB_CACHE}), and {reason}",
        hint="connect and open it once, set HF_ENDPOINT to a mirror, or give a model folder on this machine",
    )


class _NetworkError(Exception):
    """The hub did not answer."""


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
    from huggingface_hub.errors import (  # type: ignore[attr-defined]
        HTTPError,  # the one name for httpx and httpx2 alike
        LocalEntryNotFoundError,
    )

    try:
        folder = Path(snapshot_download(name, revision=revision, allow_patterns=list(files)))
    except (HTTPError, LocalEntryNotFoundError, ConnectionError) as error:
        raise _NetworkError(f"{type(error).__name__} during the download") from error
    return folder, folder.name


def _probe(name: str, revision: str | None) -> None:
    """Ask the hub, briefly, whether it is there and has the revision."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import (  # type: ignore[attr-defined]
        HfHubHTTPError,
        HTTPError,  # the one name for httpx and httpx2 alike
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    try:
        HfApi().model_info(name, revision=revision, timeout=_PROBE_SECONDS)
    except RevisionNotFoundError as error:
        raise ModelNotFoundError(
            f"repository {name!r} has no revision {revision!r}",
            hint="name a branch, a tag or a full commit hash",
        ) from error
    except RepositoryNotFoundError as error:
        raise ModelNotFoundError(
            f"the hub has no repository {name!r} that you may see",
            hint="check the spelling; for a private repository log in with `hf auth login`",
        ) from error
    except HfHubHTTPError as error:
        raise HubError(
            f"the hub refused {name!r}: {error}", hint="try again later, or check your access"
        ) from error
    except HTTPError as error:  # after HfHubHTTPError, which is one: no answer at all
        raise _NetworkError(type(error).__name__) from error
