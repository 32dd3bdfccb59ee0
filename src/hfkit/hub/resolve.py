"""From what a caller names to a folder on this machine: a path, or a repository at a revision."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hfkit.errors import CorruptModelError, ModelNotFoundError, SettingError

from .download import download
from .folder import ModelFolder, content_hash, fingerprint_files

if TYPE_CHECKING:
    import os

__all__ = ["RepositoryRef", "resolve"]

_REPOSITORY = re.compile(r"(?P<name>[\w.-]+(?:/[\w.-]+)?)(?:@(?P<revision>[^@\s]+))?")


@dataclass(frozen=True, slots=True)
class RepositoryRef:
    """A repository on the hub and a revision of it.

    >>> RepositoryRef.parse("org/model@v1.0")
    RepositoryRef(name='org/model', revision='v1.0')
    """

    name: str
    revision: str | None = None

    @staticmethod
    def parse(text: str) -> RepositoryRef:
        """Read ``"org/name"`` or ``"org/name@revision"``.

        Raises:
            SettingError: the text is neither.
        """
        match = _REPOSITORY.fullmatch(text)
        if match is None:
            raise SettingError(
                f"model {text!r} is neither a folder on this machine nor of the form 'org/name' or 'org/name@revision'",
                hint="check the spelling of the path or of the repository",
            )
        return RepositoryRef(match["name"], match["revision"])


def resolve(model: str | os.PathLike[str], *, offline: bool) -> ModelFolder:
    """Find a model's files, fetching them from the hub if need be.

    Args:
        model: a folder, or ``"org/name"``, or ``"org/name@revision"``. A folder that exists wins.
        offline: do not ask the network.

    Raises:
        ModelNotFoundError: there is no such folder or repository.
        OfflineError: it is not on this machine and the hub cannot be reached.
        SettingError: the name is malformed.
    """
    path = Path(model).expanduser()
    if path.is_dir():
        return _local(path.resolve(), offline=offline)
    text = str(model)
    if not isinstance(model, str) or text.startswith((".", "/", "~")) or path.is_absolute() or path.is_file():
        raise ModelNotFoundError(
            f"{text!r} is {'a file' if path.is_file() else 'not there'}, must be a model folder",
            hint="give the folder that holds config.json, or 'org/name' for a repository on the hub",
        )
    ref = RepositoryRef.parse(text)
    path, commit = download(ref.name, ref.revision, offline=offline)
    return _with_base(ModelFolder(ref.name, path, commit, stamp=()), offline=offline)


def _local(path: Path, *, offline: bool) -> ModelFolder:
    stamp = fingerprint_files(path)
    return _with_base(ModelFolder(str(path), path, content_hash(path, stamp), stamp), offline=offline)


def _with_base(folder: ModelFolder, *, offline: bool) -> ModelFolder:
    """Find the base of an adapter, at the revision that the adapter names."""
    adapter = folder.read_json("adapter_config.json")
    if not adapter or (folder.path / "model.safetensors").is_file():
        return folder
    base, revision = adapter.get("base_model_name_or_path"), adapter.get("revision")
    if not isinstance(base, str) or not base:
        raise CorruptModelError(
            f"{folder.path / 'adapter_config.json'} names no base model (base_model_name_or_path is {base!r})",
            hint="write the base model's name or folder there",
        )
    pinned = (
        f"{base}@{revision}" if isinstance(revision, str) and revision and not Path(base).is_dir() else base
    )
    found = resolve(pinned, offline=offline)
    return ModelFolder(folder.name, folder.path, folder.revision, folder.stamp, found)
