"""Tables as folders: written beside their place and moved in, so that a killed process leaves none half written."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, cast

import pyarrow as pa

from hfkit.errors import CorruptDataError, DataNotFoundError, SettingError, SplitError

from .library import is_dataset, library
from .quiet import quiet_datasets

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping

    import datasets

__all__ = ["SAVED_MARKS", "Noted", "one_table", "open_saved", "save_splits", "save_table"]

Noted: TypeAlias = "tuple[datasets.Dataset, tuple[str, ...]]"
"""A dataset, and what a careful reader of it should know."""


SAVED_MARKS = ("state.json", "dataset_dict.json")
"""One of these is there wherever ``save_to_disk`` wrote."""

_NOTES = "hfkit.json"


def save_table(
    dataset: datasets.Dataset,
    notes: tuple[str, ...],
    folder: str | os.PathLike[str],
    *,
    overwrite: bool,
) -> Path:
    """Write one table.

    Raises:
        SettingError: the folder is not empty, and is not to be overwritten.
    """

    def write(draft: Path) -> None:
        dataset.save_to_disk(str(draft))
        _write_notes(draft, notes)

    return _replace_folder(Path(folder).expanduser(), write, overwrite=overwrite)


def save_splits(
    splits: Mapping[str, Noted],
    folder: str | os.PathLike[str],
    *,
    overwrite: bool,
) -> Path:
    """Write several tables, each in a folder of its name.

    Raises:
        SettingError: the folder is not empty, and is not to be overwritten.
    """

    def write(draft: Path) -> None:
        library().DatasetDict({name: dataset for name, (dataset, _) in splits.items()}).save_to_disk(
            str(draft)
        )
        for name, (_, notes) in splits.items():
            _write_notes(draft / name, notes)

    return _replace_folder(Path(folder).expanduser(), write, overwrite=overwrite)


def open_saved(
    folder: str | os.PathLike[str],
) -> dict[str, Noted] | Noted:
    """Open what was saved: one table with its notes, or several by name.

    Raises:
        DataNotFoundError: nothing was saved there.
        CorruptDataError: a file is missing or damaged.
    """
    path = Path(folder).expanduser()
    if not any((path / mark).is_file() for mark in SAVED_MARKS):
        raise DataNotFoundError(
            f"{str(path)!r} {'holds no saved table' if path.is_dir() else 'is no folder'}",
            hint="give the folder that save() wrote; files of examples are read by Table.load",
        )
    with quiet_datasets():
        try:
            opened = library().load_from_disk(str(path))
        except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
            damaged = CorruptDataError(
                f"{path} holds a table that is damaged or not whole: {str(error) or type(error).__name__}",
                hint="save it again",
            )
            damaged.file = str(path)
            raise damaged from error
    if is_dataset(opened):
        return cast("datasets.Dataset", opened), _read_notes(path)
    splits = cast("Mapping[str, datasets.Dataset]", opened)
    return {name: (dataset, _read_notes(path / name)) for name, dataset in splits.items()}


def one_table(
    opened: dict[str, Noted] | Noted,
    folder: str | os.PathLike[str],
) -> Noted:
    """Refuse several tables where one is wanted.

    Raises:
        SplitError: there are several.
    """
    if isinstance(opened, dict):
        raise SplitError(
            f"{str(folder)!r} holds the splits {', '.join(map(repr, opened))}, not one table",
            hint="call Splits.open, and take one of them: Splits.open(folder).train",
        )
    return opened


def _write_notes(folder: Path, notes: tuple[str, ...]) -> None:
    if notes:
        (folder / _NOTES).write_text(json.dumps({"notes": notes}, ensure_ascii=False), encoding="utf-8")


def _read_notes(folder: Path) -> tuple[str, ...]:
    file = folder / _NOTES
    return tuple(json.loads(file.read_text(encoding="utf-8"))["notes"]) if file.is_file() else ()


def _replace_folder(folder: Path, write: Callable[[Path], None], *, overwrite: bool) -> Path:
    """Let a folder be written beside its place, then move it in.

    What was there is moved away before it is removed: a table that lies there may be read while it is replaced.
    """
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir()) and not overwrite):
        raise SettingError(
            f"{str(folder)!r} is {'a file' if folder.is_file() else 'a folder with files'}, must be new or empty",
            hint="choose another folder, or pass overwrite=True",
        )
    if (
        folder.is_dir()
        and any(folder.iterdir())
        and not any((folder / mark).is_file() for mark in SAVED_MARKS)
    ):
        raise SettingError(
            f"{str(folder)!r} holds other files than a saved table, and they would be lost",
            hint="choose another folder",
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as beside:
        draft, old = Path(beside) / "draft", Path(beside) / "old"
        draft.mkdir()
        with quiet_datasets():
            write(draft)
        if folder.is_dir():
            folder.replace(old)
        try:
            draft.replace(folder)
        except OSError:
            if old.is_dir():
                old.replace(folder)
            raise
        shutil.rmtree(old, ignore_errors=True)
    return folder
