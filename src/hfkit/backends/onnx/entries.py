"""Exports in hfkit's cache: found by what they were made of, and with what; written beside, moved into place."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import time
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from hfkit.errors import CorruptModelError, HfkitError, HubError
from hfkit.hub.cache import cache_folder, keep, mark_used
from hfkit.hub.cached_items import MODEL_NOTE

from .export_folder import ExportFolder, find_export

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hfkit.backends.torch.tasks import Task
    from hfkit.hub.folder import ModelFolder

    from .export_folder import ExportBits

__all__ = ["drafted_entry", "find_entry", "maker_versions"]

# Raised whenever exports are made otherwise than before, so that older ones are not found.
_FORMAT = 2
# The same for one number type alone.
_FORMATS = {"int4": 2}

_MAKERS = ("onnxruntime", "torch", "transformers")

# A draft that is older was left by a process that was killed.
_ABANDONED_SECONDS = 24 * 60 * 60.0


def maker_versions() -> dict[str, str]:
    """Give the versions of the libraries that make exports here, those that are installed."""
    import onnxruntime

    found = {"onnxruntime": str(onnxruntime.__version__)}  # there are several packages of that name
    for package in _MAKERS[1:]:
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


def find_entry(folder: ModelFolder, task: Task | None, dtype: ExportBits = "float32") -> ExportFolder | None:
    """Find the current export of a model in the cache.

    It is current if the libraries that made it have the versions that are installed here. Those
    that are not installed cannot make a newer one and do not count.

    Args:
        folder: the model.
        task: its head; None for whichever there is, in whichever number type.
        dtype: the number type of its weights.
    """
    try:
        place = _place(folder)
        entries = sorted(place.glob(f"*/{_entry_name(task, dtype) if task else '*'}"), reverse=True)
    except OSError:  # a cache that is somebody else's
        return None
    found = next(filter(None, map(_read, entries)), None)
    if found:
        mark_used(found.path)
        with suppress(
            OSError
        ):  # an export of an earlier version has none, and somebody else's cache gets none
            _note_model(folder)
    return found


@contextmanager
def drafted_entry(
    folder: ModelFolder, task: Task, dtype: ExportBits = "float32"
) -> Iterator[tuple[Path, str]]:
    """Give an empty folder to write an export to; when the block ends it becomes the model's entry.

    Until then nobody finds it. If another process was first, its entry stays.

    Yields:
        The folder, and what its card is to give as its origin.

    Raises:
        HubError: the cache cannot be written.
    """
    makers = hashlib.sha256(repr(sorted(maker_versions().items())).encode()).hexdigest()[:16]
    target = _place(folder) / makers / _entry_name(task, dtype)
    try:
        drafts = cache_folder() / "exports" / ".drafts"
        drafts.mkdir(parents=True, exist_ok=True)
        _sweep(drafts)
        with tempfile.TemporaryDirectory(dir=drafts, ignore_cleanup_errors=True) as temporary:
            draft = Path(temporary) / "export"
            draft.mkdir()
            yield draft, _origin(target)
            target.parent.mkdir(parents=True, exist_ok=True)
            _note_model(folder)
            _move(draft, target, aside=Path(temporary) / "old")
    except OSError as error:
        if isinstance(error, HfkitError):
            raise
        raise HubError(
            f"the export of {folder.name} cannot be written to the cache {cache_folder()}: {error}",
            hint="set HFKIT_CACHE to a folder that can, or use Runtime(backend='torch')",
        ) from error


def _place(folder: ModelFolder) -> Path:
    """Name the place of a model's exports by the content of its files, those of an adapter's base included."""
    parts = [str(_FORMAT), folder.revision, folder.base.revision if folder.base else ""]
    return cache_folder() / "exports" / hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _note_model(folder: ModelFolder) -> None:
    """Say of which model the exports at its place are: the place is a hash, and people look into caches."""
    note = _place(folder) / MODEL_NOTE
    if not note.is_file():
        keep(note, json.dumps({"name": folder.name, "revision": folder.revision}))


def _entry_name(task: Task, dtype: str) -> str:
    kept = "" if dtype == "float32" else f"-{dtype}"
    return task.name.replace(" ", "-") + kept + (f"-{_FORMATS[dtype]}" if dtype in _FORMATS else "")


def _origin(entry: Path) -> str:
    """Say of what an entry is to be, as its card repeats it: another model's would give its answers."""
    return f"{entry.parent.parent.name}/{entry.name}"


def _read(entry: Path) -> ExportFolder | None:
    """Give an entry if it is whole, of the model that its place says, and made with what is installed."""
    try:
        export = find_export(entry)
    except (OSError, CorruptModelError):
        return None
    if export is None or export.card is None or export.card.origin != _origin(entry):
        return None
    made_with = dict(export.card.versions)
    current = all(made_with.get(name) == number for name, number in maker_versions().items())
    return export if current else None


def _move(draft: Path, target: Path, *, aside: Path) -> None:
    """Rename a draft to its place; what is damaged there goes, what is whole stays."""
    try:
        draft.rename(target)
    except OSError:
        if _read(target):
            return  # another process was first
        with suppress(FileNotFoundError):  # another process has put it aside
            target.rename(aside)
        try:
            draft.rename(target)
        except OSError:
            if not target.is_dir():  # else another process was first after all
                raise


def _sweep(drafts: Path) -> None:
    """Remove what killed processes have left."""
    for draft in drafts.iterdir():
        with suppress(OSError):
            if time.time() - draft.stat().st_mtime > _ABANDONED_SECONDS:
                shutil.rmtree(draft, ignore_errors=True)
