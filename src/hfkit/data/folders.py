"""Folders of files: which of them belong to which split, by datasets' own rules for their names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from hfkit.errors import DataNotFoundError

from .library import library
from .quiet import quiet_datasets
from .sources import DataFile, format_of, is_data

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["files_of_splits"]


def files_of_splits(folder: Path) -> dict[str, list[DataFile]]:
    """Give the files of each split; all are ``train`` where no name says which.

    Raises:
        DataNotFoundError: the folder holds no file of a format that hfkit reads.
    """
    library()
    from datasets.data_files import DataFilesDict, EmptyDatasetError, get_data_patterns

    base = folder.resolve().as_posix()
    with quiet_datasets():
        try:
            patterns = get_data_patterns(base)
            found = cast("Mapping[str, list[str]]", DataFilesDict.from_patterns(patterns, base_path=base))
        except (EmptyDatasetError, FileNotFoundError):
            found = {}
    splits = {
        str(name): [DataFile(Path(file), format_of(Path(file))) for file in files if is_data(Path(file))]
        for name, files in found.items()
    }
    splits = {name: files for name, files in splits.items() if files}
    if not splits:
        raise DataNotFoundError(
            f"{str(folder)!r} holds no file of examples",
            hint="give a folder with train.csv and test.csv or the like, or one that save() wrote",
        )
    return splits
