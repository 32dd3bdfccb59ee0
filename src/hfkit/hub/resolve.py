"""From what a caller names to a folder on this machine: a path, or a repository at a revision."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hfkit.errors import CorruptModelError, ModelNotFoundError, SettingError
from hfkit.values.publish_secrets import require_no_token

from .download import download
from .folder import EXPORT_FILES, MODEL_FILES, MODEL_MARKS, ModelFolder, content_hash, fingerprint_files
from .locks import chosen_lock
from .tokenizer_files import TOKENIZER_MARKS

if TYPE_CHECKING:
    import os

    from hfkit.values.runtime import Progress

    from .weights import WeightsChoice

__all__ = ["RepositoryRef", "resolve"]

_ADDRESS = re.compile(r"https?://")
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
            SettingError: the text is neither, or holds a token.
        """
        require_no_token("the name", text)
        match = _REPOSITORY.fullmatch(text)
        if match is None:
            name = "/".join(text.split("/")[3:5])  # of an address as a browser shows it
            raise SettingError(
                f"model {text!r} is neither a folder on this machine nor of the form 'org/name' or 'org/name@revision'",
                hint=f"write {name!r}; HF_ENDPOINT says on which hub"
                if _ADDRESS.match(text) and name
                else "check the spelling of the path or of the repository",
            )
        return RepositoryRef(match["name"], match["revision"])


def resolve(
    model: str | os.PathLike[str],
    *,
    offline: bool,
    files: tuple[str, ...] = MODEL_FILES,
    weights: WeightsChoice = "safetensors",
    follow: bool = False,
    lock: str | os.PathLike[str] | None = None,
    progress: Progress = "auto",
) -> ModelFolder:
    """Find a model's files, fetching them from the hub if need be.

    Args:
        model: a folder, or ``"org/name"``, or ``"org/name@revision"``. A folder that exists wins.
        offline: do not ask the network.
        files: what is wanted: ``MODEL_FILES``, or ``TOKENIZER_FILES`` to leave the weights alone.
        weights: what will be opened of a model that has safetensors and an ONNX export; of a repository the other
            is not fetched.
        follow: take a repository that was renamed under its old name.
        lock: the file of the lock that says which commits and bytes repositories are; None for the environment's.
        progress: when bars are drawn while files are fetched.

    Raises:
        ModelNotFoundError: there is no such folder or repository.
        OfflineError: it is not on this machine and the hub cannot be reached.
        HubError: the hub refused, or the lock does not have it; a subclass says why.
        SettingError: the name is malformed.
    """
    path = Path(model).expanduser()
    if _is_folder(path):
        return _local(path.resolve(), offline=offline, adapters=(), files=files, lock=lock, progress=progress)
    text = str(model)
    if not isinstance(model, str) or text.startswith((".", "/", "~")) or path.is_absolute() or _is_file(path):
        raise ModelNotFoundError(
            f"{text!r} is {'a file' if _is_file(path) else 'not there'}, must be a model folder",
            hint="give the folder that holds config.json, or 'org/name' for a repository on the hub",
        )
    ref = RepositoryRef.parse(text)
    path, commit = download(
        ref.name,
        ref.revision,
        offline=offline,
        files=files,
        weights=weights,
        follow=follow,
        lock=chosen_lock(lock),
        progress=progress,
    )
    return _with_base(
        ModelFolder(ref.name, path, commit, stamp=()),
        offline=offline,
        adapters=(),
        files=files,
        lock=lock,
        progress=progress,
    )


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name too long for the file system is no folder either
        return False


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _local(
    path: Path,
    *,
    offline: bool,
    adapters: tuple[Path, ...],
    files: tuple[str, ...],
    lock: str | os.PathLike[str] | None,
    progress: Progress,
) -> ModelFolder:
    marks = MODEL_MARKS if files == MODEL_FILES else (*MODEL_MARKS, *TOKENIZER_MARKS, "tokenizer_config.json")
    if not any(any(path.glob(mark)) for mark in marks):
        raise ModelNotFoundError(
            f"{path} holds no config.json, so it is no model folder",
            hint="give the folder that save_pretrained() wrote",
        )
    stamp = fingerprint_files(path, (*files, *EXPORT_FILES) if files == MODEL_FILES else files)
    return _with_base(
        ModelFolder(str(path), path, content_hash(path, stamp), stamp),
        offline=offline,
        adapters=adapters,
        files=files,
        lock=lock,
        progress=progress,
    )


def _with_base(
    folder: ModelFolder,
    *,
    offline: bool,
    adapters: tuple[Path, ...],
    files: tuple[str, ...],
    lock: str | os.PathLike[str] | None,
    progress: Progress,
) -> ModelFolder:
    """Find the base of an adapter, at the revision that the adapter names."""
    adapter = folder.read_json("adapter_config.json")
    if not adapter or (folder.path / "model.safetensors").is_file():
        return folder
    if adapters:
        raise CorruptModelError(
            f"the base of the adapter {adapters[-1]} is an adapter too, {folder.path}",
            hint="merge the first one into its base and save that, or name the base itself",
        )
    base, revision = adapter.get("base_model_name_or_path"), adapter.get("revision")
    if not isinstance(base, str) or not base:
        raise CorruptModelError(
            f"{folder.path / 'adapter_config.json'} names no base model (base_model_name_or_path is {base!r})",
            hint="write the base model's name or folder there",
        )
    # A relative path is meant from the adapter's own folder; PEFT writes it as it was typed.
    places = (folder.path / base, Path(base).expanduser())
    path = next((place for place in places if _is_folder(place)), None)
    if path is not None:
        found = _local(
            path.resolve(),
            offline=offline,
            adapters=(folder.path,),
            files=files,
            lock=lock,
            progress=progress,
        )
    else:
        found = resolve(
            f"{base}@{revision}" if isinstance(revision, str) and revision else base,
            offline=offline,
            files=files,
            lock=lock,
            progress=progress,
            follow=True,  # whoever opens an adapter did not write its base's name
        )
    return ModelFolder(folder.name, folder.path, folder.revision, folder.stamp, found)
