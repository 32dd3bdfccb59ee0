"""What a repository holds at one commit."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hfkit.errors import HubError, MovedRepositoryError, UnknownRevisionError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hfkit.values.publish_plan import FileStorage
    from hfkit.values.publish_settings import PublishSettings

    from .asking import Asking
    from .folder_files import FolderFile

__all__ = ["README", "Remote", "RemoteFile", "commit_of", "fetch_file", "model_commit", "read_remote"]

README = "README.md"

_ATTRIBUTES = ".gitattributes"


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file in a repository.

    Attributes:
        bytes: how many it has.
        oid: git's hash of it, or of the pointer that stands for it.
        sha256: the hash of its content if it is kept beside git (LFS), else None.
    """

    bytes: int
    oid: str
    sha256: str | None

    @property
    def storage(self) -> FileStorage:
        """How it is kept."""
        return "lfs" if self.sha256 else "regular"

    def holds(self, file: FolderFile) -> bool:
        """Say whether it has the bytes of a file of the folder."""
        if self.bytes != file.size:
            return False
        return self.sha256 == file.sha256 if self.sha256 else self.oid == file.git_hash()


@dataclass(frozen=True, slots=True)
class Remote:
    """A repository at one commit.

    Attributes:
        commit: its hash; None where there is no such repository.
        private: whether others cannot see it.
        files: by path.
        readme: the bytes of its README.md; None where it has none.
        attributes: its ``.gitattributes``, which say what goes beside git; empty where it has none.
        tagged: the commit that has the tag already which is to be made; None where none has.
    """

    commit: str | None
    private: bool
    files: Mapping[str, RemoteFile]
    readme: bytes | None = None
    attributes: str = ""
    tagged: str | None = None


def read_remote(asking: Asking, settings: PublishSettings) -> Remote:
    """Ask what a repository holds at the head of its branch.

    Raises:
        HubError: the hub refuses, or there is no such branch; a subclass says that it does not answer.
    """
    from huggingface_hub import RepoFile
    from huggingface_hub.errors import RepositoryNotFoundError

    api, name, kind = asking.api, settings.repository, settings.kind
    info = asking.find(lambda: api.repo_info(name, repo_type=kind), RepositoryNotFoundError)
    if info is None:
        if settings.branch != "main":  # else it would be made, and the commit would find no branch
            raise _no_branch(settings)
        return Remote(None, settings.private, {})
    if info.id.casefold() != name.casefold():
        error = MovedRepositoryError(
            f"{kind} {name!r} is called {info.id!r} now", hint=f"publish to {info.id!r}"
        )
        error.new_name = info.id
        raise error
    head = commit_of(asking, settings, settings.branch)
    if head is None:
        raise _no_branch(settings)

    def list_files() -> dict[str, RemoteFile]:
        entries = api.list_repo_tree(name, recursive=True, revision=head, repo_type=kind)
        files = (entry for entry in entries if isinstance(entry, RepoFile))
        return {
            one.path: RemoteFile(one.size, one.blob_id, one.lfs.sha256 if one.lfs else None) for one in files
        }

    files = asking.once(list_files)
    contents = {
        path: fetch_file(asking, settings, head, path) for path in (README, _ATTRIBUTES) if path in files
    }
    return Remote(
        head,
        bool(info.private),
        files,
        contents.get(README),
        contents.get(_ATTRIBUTES, b"").decode("utf-8", "replace"),
        commit_of(asking, settings, settings.tag) if settings.tag else None,
    )


def _no_branch(settings: PublishSettings) -> UnknownRevisionError:
    return UnknownRevisionError(
        f"{settings.kind} {settings.repository!r} has no branch {settings.branch!r}",
        hint="make it first, with HfApi().create_branch, or leave out branch= for 'main'",
    )


def commit_of(asking: Asking, settings: PublishSettings, revision: str) -> str | None:
    """Give the commit of a branch or a tag; None where there is none."""
    from huggingface_hub.errors import RevisionNotFoundError

    api, name, kind = asking.api, settings.repository, settings.kind
    info = asking.find(lambda: api.repo_info(name, repo_type=kind, revision=revision), RevisionNotFoundError)
    return None if info is None else str(info.sha)


def model_commit(asking: Asking, name: str, revision: str | None) -> str | None:
    """Give the commit that a revision of some model is now; None where the hub does not show it."""
    with suppress(HubError):
        return str(asking.once(lambda: asking.api.model_info(name, revision=revision)).sha)
    return None


def fetch_file(asking: Asking, settings: PublishSettings, commit: str, path: str) -> bytes:
    """Read one small file of a commit."""
    api, name, kind = asking.api, settings.repository, settings.kind
    with tempfile.TemporaryDirectory(prefix="hfkit-publish-") as scratch:
        file = asking(
            lambda: api.hf_hub_download(name, path, repo_type=kind, revision=commit, local_dir=scratch)
        )
        return Path(file).read_bytes()
