"""From a source to datasets: the quick way first, line by line once it has failed."""

from __future__ import annotations

import lzma
import tempfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from hfkit.errors import DataError
from hfkit.hub.locks import chosen_lock

from .building import built
from .choosing import one_of
from .damage import (
    BadLine,
    damaged,
    left_out,
    open_text,
    require_text_file,
    undecodable,
    unreadable,
    without_lines,
)
from .delimited import read_delimited, tab_separated
from .folders import files_of_splits
from .json_files import bad_json_lines, read_json_file, read_json_lines
from .layouts import Layout, bad_rows
from .library import column_names, dataset_of_file, joined
from .repositories import load_repository
from .saving import open_saved
from .sources import DataFile, DataFolder, Repository, SavedFolder, find_source

if TYPE_CHECKING:
    import os

    import datasets

    from .load_settings import LoadSettings
    from .saving import Noted

__all__ = ["bad_lines", "layout_of", "load_splits", "load_table", "whole_file"]


def load_table(source: str | os.PathLike[str], split: str | None, settings: LoadSettings) -> Noted:
    """Load one table.

    Raises:
        SplitError: there are several, and none or another was named.
    """
    match find_source(source):
        case DataFile() as file if split is None:
            return _load_file(file, settings)
        case _:
            splits = load_splits(source, settings, only=split)
    return one_of(splits, split, str(source))


def load_splits(
    source: str | os.PathLike[str], settings: LoadSettings, *, only: str | None = None
) -> dict[str, Noted]:
    """Load all splits of a source, or the one that is named; a file alone is the split ``train``."""
    match find_source(source):
        case DataFile() as file:
            return {"train": _load_file(file, settings)}
        case SavedFolder(path):
            opened = open_saved(path)
            return opened if isinstance(opened, dict) else {"train": opened}
        case DataFolder(path):
            files = files_of_splits(path)
            wanted = {only: files[only]} if only in files else files
            return {name: _load_files(parts, settings) for name, parts in wanted.items()}
        case Repository(name, revision):
            return load_repository(
                name,
                revision,
                config=settings.config,
                offline=settings.offline,
                lock=chosen_lock(settings.lock),
            )


def _load_files(files: list[DataFile], settings: LoadSettings) -> Noted:
    loaded = [_load_file(file, settings) for file in files]
    notes = tuple(note for _, more in loaded for note in more)
    columns = column_names(loaded[0][0])
    for file, (dataset, _) in zip(files, loaded, strict=True):
        if set(column_names(dataset)) != set(columns):
            raise DataError(
                f"{file.path.name} has the columns {', '.join(column_names(dataset))}, "
                f"must have those of {files[0].path.name}: {', '.join(columns)}",
                hint="give all files of a split the same columns, or load them one by one",
            )
    try:
        return joined([dataset for dataset, _ in loaded]), notes
    except (ValueError, pa.ArrowException) as error:
        raise DataError(
            f"{', '.join(file.path.name for file in files)} cannot be one table: {error}",
            hint="give each column values of one type in all files, or load them one by one",
        ) from error


def _load_file(file: DataFile, settings: LoadSettings) -> Noted:
    settings.require_use(file)
    if file.format not in ("parquet", "arrow"):
        require_text_file(file.path)
    try:
        return _read(file, settings), ()
    except DataError:
        raise
    except Exception as error:
        bad = bad_lines(file, settings)
        if not bad:
            raise whole_file(file.path, error) from error
        if not settings.skip_unreadable:
            raise damaged(file.path, bad) from error
    with tempfile.TemporaryDirectory(prefix="hfkit-") as folder:
        clean = replace(file, path=without_lines(file.path, bad, Path(folder)))
        dataset, notes = _load_file(clean, replace(settings, skip_unreadable=False))
        return dataset, (left_out(file.path, bad), *notes)


def _read(file: DataFile, settings: LoadSettings) -> datasets.Dataset:
    match file.format:
        case "csv" | "tsv":
            return read_delimited(file.path, layout_of(file, settings))
        case "json":
            return read_json_file(file.path)
        case "jsonl":
            return read_json_lines(file.path)
        case "parquet":
            return built("parquet", file.path)
        case "text":
            return built("text", file.path)
        case "arrow":
            return dataset_of_file(file.path)


def layout_of(file: DataFile, settings: LoadSettings) -> Layout:
    """Tell how the fields of a file are set out."""
    if file.format == "tsv" and settings.delimiter is None:
        return tab_separated(file.path, settings.columns)
    return Layout(settings.delimiter or ",", names=settings.columns)


def bad_lines(file: DataFile, settings: LoadSettings) -> list[BadLine]:
    """Look for the lines at fault; none for a file that is at fault as a whole."""
    try:
        match file.format:
            case "csv" | "tsv":
                try:
                    layout = layout_of(file, settings)
                except pa.ArrowException:  # bytes that are no UTF-8, however the fields are set out
                    layout = Layout("\t", quoted=False, names=settings.columns)
                return bad_rows(file.path, layout)
            case "jsonl":
                return bad_json_lines(file.path)
            case "text":
                with open_text(file.path, newline=None) as stream:
                    causes = ((number, undecodable(line)) for number, line in enumerate(stream, start=1))
                    return [BadLine(number, number, cause) for number, cause in causes if cause]
            case "json" | "parquet" | "arrow":
                return []
    except (OSError, EOFError, zlib.error, lzma.LZMAError):
        return []


def whole_file(path: Path, error: Exception) -> DataError:
    """Make the error for a file that as a whole cannot be read, from what a library said of it."""
    root: BaseException = error
    while (
        below := root.__cause__ or root.__context__
    ) is not None:  # datasets tells of its builder, not of the file
        root = below
    cause = str(root).strip().splitlines()[0] if str(root).strip() else type(root).__name__
    return unreadable(
        path, f"cannot be read: {cause}", hint="it is damaged, or not whole; fetch or write it again"
    )
