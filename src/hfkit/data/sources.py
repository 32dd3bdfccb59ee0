"""What a caller means by where a table is: a file of some format, a folder, or a dataset on the hub."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from hfkit.errors import DataNotFoundError, InputTypeError
from hfkit.values.publish_secrets import require_no_token
from hfkit.values.suggestion import did_you_mean

from .damage import COMPRESSIONS
from .saving import SAVED_MARKS

if TYPE_CHECKING:
    import os

__all__ = [
    "DataFile",
    "DataFolder",
    "Format",
    "Repository",
    "SavedFolder",
    "TableSource",
    "find_source",
    "format_of",
    "is_data",
]

Format: TypeAlias = Literal["csv", "tsv", "json", "jsonl", "parquet", "text", "arrow"]

_ENDINGS: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".txt": "text",
    ".text": "text",
    ".arrow": "arrow",
}

_UNCOMPRESSED = ("parquet", "arrow")

_REPOSITORY = re.compile(r"(?P<name>[\w.-]+(?:/[\w.-]+)?)(?:@(?P<revision>[^@\s]+))?")


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file."""

    path: Path
    format: Format


@dataclass(frozen=True, slots=True)
class SavedFolder:
    """A folder that ``save`` or datasets' ``save_to_disk`` wrote."""

    path: Path


@dataclass(frozen=True, slots=True)
class DataFolder:
    """A folder of files, each of which belongs to a split by its name."""

    path: Path


@dataclass(frozen=True, slots=True)
class Repository:
    """A dataset on the hub, and a revision of it."""

    name: str
    revision: str | None


TableSource: TypeAlias = DataFile | SavedFolder | DataFolder | Repository


def find_source(source: str | os.PathLike[str]) -> TableSource:
    """Find what a path or a name stands for; a file or folder that exists wins over the hub.

    Raises:
        DataNotFoundError: it stands for nothing.
        InputTypeError: it is neither a path nor a name.
        SettingError: it holds a token.
    """
    if not _is_name(source):
        raise InputTypeError(
            f"the source is {source!r:.80}, must be a path or 'org/name' of a dataset on the hub",
            hint="rows that you hold already make a table with Table.from_records or Table.from_pandas",
        )
    require_no_token("the source", source)
    path = Path(source).expanduser()
    match _what_is(path):
        case "folder":
            saved = any((path / mark).is_file() for mark in SAVED_MARKS)
            return SavedFolder(path) if saved else DataFolder(path)
        case "file":
            return DataFile(path, format_of(path))
        case None:
            pass
    text = str(source)
    match = _REPOSITORY.fullmatch(text)
    is_path = not isinstance(source, str) or text.startswith((".", "/", "~")) or path.is_absolute()
    misspelled = "/" not in text and "." in text.partition("@")[0]  # a file with an ending
    if match is None or is_path or misspelled or _ending(path) in _ENDINGS:
        raise _not_found(text, path)
    return Repository(match["name"], match["revision"])


def _what_is(path: Path) -> Literal["file", "folder"] | None:
    try:
        return "folder" if path.is_dir() else "file" if path.is_file() else None
    except OSError:  # a name too long for the file system is no file either
        return None


def _is_name(source: object) -> bool:
    import os

    return isinstance(source, str | os.PathLike) and bool(str(source))


def format_of(path: Path) -> Format:
    """Tell the format of a file by its name.

    Raises:
        DataNotFoundError: the name tells of none that hfkit reads.
    """
    ending = _ending(path)
    compressed = path.suffix.lower() in COMPRESSIONS
    kind = _ENDINGS.get(ending)
    if kind is None or (compressed and kind in _UNCOMPRESSED):
        raise DataNotFoundError(
            f"{str(path)!r} ends in {''.join(path.suffixes[-2:]) or 'nothing'!r}, must be a file of one of the formats "
            f"{', '.join(get_args(Format))}",
            hint=f"rename it: {', '.join(_ENDINGS)}, each also with {', '.join(COMPRESSIONS)}",
        )
    return kind


def is_data(path: Path) -> bool:
    """Tell whether a file's name is that of a format that hfkit reads; a README is none."""
    return _ending(path) in _ENDINGS and path.stem.upper() not in ("README", "LICENSE")


def _ending(path: Path) -> str:
    name = path.with_suffix("") if path.suffix.lower() in COMPRESSIONS else path
    return name.suffix.lower()


def _not_found(text: str, path: Path) -> DataNotFoundError:
    try:
        beside = [file.name for file in path.parent.iterdir()] if path.parent.is_dir() else []
    except OSError:
        beside = []
    return DataNotFoundError(
        f"there is no file or folder {text!r}",
        hint=did_you_mean(path.name, beside)
        or "check the path; a dataset on the hub is 'org/name' or 'org/name@revision'",
    )
